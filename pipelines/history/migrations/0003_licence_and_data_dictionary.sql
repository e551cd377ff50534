-- What a declared licence was recognised as, where a dataset's columns are described, and files that an API pages.

ALTER TABLE dataset ADD COLUMN license_id VARCHAR;
ALTER TABLE dataset ADD COLUMN license_open BOOLEAN;
ALTER TABLE dataset ADD COLUMN data_dictionary VARCHAR;
ALTER TABLE distribution ADD COLUMN paging VARCHAR;
COMMENT ON COLUMN distribution.paging IS 'How the API pages whose answers make up the file; NULL when it is one file.';
