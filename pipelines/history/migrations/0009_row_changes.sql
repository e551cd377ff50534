-- Rows added, removed and amended since the last reading of a table.

CREATE TABLE row_change (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, distribution VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL, compared VARCHAR NOT NULL, reason VARCHAR, "key" VARCHAR,
    rows_before BIGINT, "rows" BIGINT, added BIGINT, removed BIGINT, amended BIGINT, unchanged BIGINT,
    repeated_removed BIGINT, keyless_before BIGINT, keyless BIGINT, keyless_added BIGINT, keyless_removed BIGINT,
    columns VARCHAR, sha256 VARCHAR, sha256_before VARCHAR);
COMMENT ON TABLE row_change IS 'The rows of each file''s table against those of its last reading, counted.';
COMMENT ON COLUMN row_change.compared IS 'by_key, by_row (whole rows: an amended one is one removed and one added), same (nothing has changed) or not_compared.';
COMMENT ON COLUMN row_change.reason IS 'Why not compared (first_reading, pruned, partly_read, unreadable, no_table_before, no_common_columns, key_lost), or only by whole rows (no_key, key_not_unique).';
COMMENT ON COLUMN row_change."key" IS 'JSON array: the published columns that told which row is which.';
COMMENT ON COLUMN row_change.repeated_removed IS 'Of those removed, copies of a key that is still there.';
COMMENT ON COLUMN row_change.keyless_removed IS 'Of those removed, rows without a key, which may have been amended.';
COMMENT ON COLUMN row_change.columns IS 'JSON object: column to the number of amended rows in which it differs.';
COMMENT ON COLUMN row_change.added IS 'Rows that were not there on the last reading; NULL: not compared.';
COMMENT ON COLUMN row_change.removed IS 'Rows of the last reading that are gone; NULL: not compared.';
COMMENT ON COLUMN row_change.amended IS 'Rows of the same key in which some column differs; NULL: not compared by key.';
COMMENT ON COLUMN row_change.unchanged IS 'Rows that are as they were; NULL: not compared.';
COMMENT ON COLUMN row_change.keyless_before IS 'Rows of the last reading that have no key.';
COMMENT ON COLUMN row_change.keyless IS 'Rows that have no key now.';
COMMENT ON COLUMN row_change.keyless_added IS 'Of those added, rows without a key, which may have been amended.';
COMMENT ON COLUMN row_change.sha256_before IS 'Hash of the bytes of the last reading.';
