-- What visits prove about a server's validators, and the dates of the records beside those of the bytes.

ALTER TABLE snapshot ADD COLUMN same_since TIMESTAMP;
ALTER TABLE snapshot ADD COLUMN evidence VARCHAR;
ALTER TABLE snapshot ADD COLUMN validators VARCHAR;
ALTER TABLE snapshot ADD COLUMN unverified INTEGER;
COMMENT ON COLUMN snapshot.same_since IS 'The first of the visits in a row that found these bytes.';
COMMENT ON COLUMN snapshot.evidence IS 'Hash of what came instead of the data, such as a web page.';
COMMENT ON COLUMN snapshot.validators IS 'JSON object: etag or last_modified to once, noise or lied, when it is in doubt.';
COMMENT ON COLUMN snapshot.unverified IS 'Visits in a row on which only the server said that nothing changed.';

ALTER TABLE read_report ADD COLUMN rows_hash VARCHAR;
ALTER TABLE read_report ADD COLUMN rows_since TIMESTAMP;
ALTER TABLE read_report ADD COLUMN rows_changed_on TIMESTAMP;
COMMENT ON COLUMN read_report.rows_hash IS 'Hash of the records, the same in any order and any dialect.';
COMMENT ON COLUMN read_report.rows_since IS 'The first of the visits in a row that found the same records in the file.';
COMMENT ON COLUMN read_report.rows_changed_on IS 'When the records were last seen to change; NULL when they never were.';
