-- What a portal calls a dataset and its licence, where its columns are described, files that an API pages or that moved.

ALTER TABLE dataset ADD COLUMN license_id VARCHAR;
ALTER TABLE dataset ADD COLUMN license_open BOOLEAN;
ALTER TABLE dataset ADD COLUMN data_dictionary VARCHAR;
ALTER TABLE dataset ADD COLUMN identifier VARCHAR;
ALTER TABLE distribution ADD COLUMN paging VARCHAR;
ALTER TABLE snapshot ADD COLUMN moved_to VARCHAR;
COMMENT ON COLUMN distribution.paging IS 'How the API pages whose answers make up the file; NULL when it is one file.';
COMMENT ON COLUMN dataset.identifier IS 'The portal''s own name of it (dct:identifier); NULL when nobody knows one.';
COMMENT ON COLUMN snapshot.moved_to IS 'Where permanent redirects lead, which is the address to declare; NULL when there were none.';

ALTER TABLE read_report ADD COLUMN confidence DOUBLE;
COMMENT ON COLUMN read_report.confidence IS 'How well the evidence bears out what was detected in delimited text, 0 to 1; NULL when nothing was guessed.';
