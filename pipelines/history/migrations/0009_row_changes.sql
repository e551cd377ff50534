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
