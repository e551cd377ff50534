-- Pages of datasets and a sample of the links in their files: which of them answer.

CREATE TABLE page_visit (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, purpose VARCHAR NOT NULL, address VARCHAR,
    answers BOOLEAN, asked_on TIMESTAMP, http_status INTEGER, final_url VARCHAR,
    fault_kind VARCHAR, fault_message VARCHAR, fault_advice VARCHAR, fault_transient BOOLEAN, silent_nights INTEGER,
    distribution VARCHAR, table_name VARCHAR, role VARCHAR, row_number BIGINT, sha256 VARCHAR);
COMMENT ON TABLE page_visit IS 'Addresses that a dataset leads to, with what is known of each on a night.';
COMMENT ON COLUMN page_visit.purpose IS 'landing_page, contact_page, data_dictionary, license, or cell: a link in the data.';
COMMENT ON COLUMN page_visit.address IS 'NULL when the column is personal.';
COMMENT ON COLUMN page_visit.answers IS 'Whether it answers whoever follows it; NULL: unknown, which is no fault of anybody.';
COMMENT ON COLUMN page_visit.asked_on IS 'When it was last asked, which may be an earlier night; NULL: not yet.';
COMMENT ON COLUMN page_visit.silent_nights IS 'Nights in a row on which it gave no answer at all while others did.';
COMMENT ON COLUMN page_visit.row_number IS 'Row of the cell, as a spreadsheet shows it.';
