-- The tables of the history. One row a fact, in long form; `night` is in every table so that plain SQL can
-- be written without joins. Names are those of pipelines/model.py. Instants are UTC.
-- No primary keys: one run's rows are replaced within one transaction, which DuckDB's key check would refuse;
-- `record` deletes before it inserts, and tests hold that no row is there twice.

CREATE TABLE run (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, source VARCHAR NOT NULL, software VARCHAR NOT NULL,
    started_on TIMESTAMP, finished_on TIMESTAMP, result VARCHAR NOT NULL, rules VARCHAR, reason VARCHAR);
COMMENT ON TABLE run IS 'One source''s finished night. run_id is night/source.';
COMMENT ON COLUMN run.result IS 'success, partial or failure of our own work, not of the data.';
COMMENT ON COLUMN run.rules IS 'Identifies the software and the expectations that the run was made with.';

CREATE TABLE source_visit (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, source VARCHAR NOT NULL, portal VARCHAR, url VARCHAR,
    discovered_on TIMESTAMP, datasets INTEGER,
    fault_kind VARCHAR, fault_message VARCHAR, fault_advice VARCHAR, fault_transient BOOLEAN);
COMMENT ON TABLE source_visit IS 'What the portal answered when it was asked for its catalog.';

CREATE TABLE dataset (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, source VARCHAR NOT NULL, dataset VARCHAR NOT NULL,
    title VARCHAR, publisher VARCHAR, country VARCHAR, guide_dataset VARCHAR,
    guide_title_en VARCHAR, guide_title_es VARCHAR, contact_name VARCHAR,
    landing_page VARCHAR, license VARCHAR, accrual_periodicity VARCHAR, accrual_periodicity_days DOUBLE,
    issued VARCHAR, modified VARCHAR, language VARCHAR, keywords VARCHAR[],
    fault_kind VARCHAR, fault_message VARCHAR, fault_advice VARCHAR, fault_transient BOOLEAN);
COMMENT ON TABLE dataset IS 'DCAT description of each dataset as the portal gave it that night.';
COMMENT ON COLUMN dataset.guide_dataset IS 'Key of the Open Up Guide''s dataset that it should be.';

CREATE TABLE contact_point (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, name VARCHAR, email VARCHAR);
COMMENT ON TABLE contact_point IS 'PRIVATE. Whom to write to about a dataset; never published.';

CREATE TABLE distribution (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, distribution VARCHAR NOT NULL,
    title VARCHAR, download_url VARCHAR, format VARCHAR, media_type VARCHAR, byte_size BIGINT,
    issued VARCHAR, modified VARCHAR, portal_id VARCHAR);
COMMENT ON TABLE distribution IS 'DCAT description of each downloadable file as the portal gave it.';

CREATE TABLE snapshot (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, distribution VARCHAR NOT NULL,
    url VARCHAR, final_url VARCHAR, visited_on TIMESTAMP, sha256 VARCHAR, bytes BIGINT, changed BOOLEAN, changed_on TIMESTAMP,
    http_status INTEGER, etag VARCHAR, last_modified VARCHAR, media_type VARCHAR, file_name VARCHAR,
    seconds DOUBLE,
    fault_kind VARCHAR, fault_message VARCHAR, fault_advice VARCHAR, fault_transient BOOLEAN);
COMMENT ON TABLE snapshot IS 'One visit to one file: the bytes that came, or the fault that kept us from them.';
COMMENT ON COLUMN snapshot.sha256 IS 'Hash of the bytes; NULL when there were none.';
COMMENT ON COLUMN snapshot.changed IS 'Whether the bytes differ from the visit before; NULL on a first visit.';
COMMENT ON COLUMN snapshot.changed_on IS 'When the bytes were last seen to change; NULL when they never were.';

CREATE TABLE read_report (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, distribution VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL, main BOOLEAN, format VARCHAR, member VARCHAR, encoding VARCHAR,
    delimiter VARCHAR, quote VARCHAR, header_row BIGINT, columns VARCHAR[], "rows" BIGINT, ragged BIGINT,
    blank_rows BIGINT, lost BIGINT, share_read DOUBLE, layout VARCHAR, roles VARCHAR,
    missing_roles VARCHAR[], notes VARCHAR[], sha256 VARCHAR,
    fault_kind VARCHAR, fault_message VARCHAR, fault_advice VARCHAR, fault_transient BOOLEAN);
COMMENT ON TABLE read_report IS 'How a file became a table, and what was lost on the way.';
COMMENT ON COLUMN read_report.roles IS 'JSON object: role of the guide to published column.';

CREATE TABLE expectation (
    suite VARCHAR NOT NULL, suite_version VARCHAR NOT NULL, "key" VARCHAR NOT NULL,
    night DATE NOT NULL, run_id VARCHAR NOT NULL, type VARCHAR, severity VARCHAR, dimension VARCHAR,
    principle VARCHAR, role VARCHAR, basis VARCHAR, title_en VARCHAR, title_es VARCHAR,
    advice_en VARCHAR, advice_es VARCHAR);
COMMENT ON TABLE expectation IS 'What an expectation of a suite''s version demands, and what to do when it fails.';
COMMENT ON COLUMN expectation.basis IS 'Where the rule comes from: read in a standard, adapted from it, or ours.';
COMMENT ON COLUMN expectation.run_id IS 'The newest run that used it, from which the words are taken.';

CREATE TABLE expectation_result (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, distribution VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL, suite VARCHAR NOT NULL, suite_version VARCHAR NOT NULL, "key" VARCHAR NOT NULL,
    type VARCHAR, outcome VARCHAR NOT NULL, severity VARCHAR, dimension VARCHAR, principle VARCHAR,
    role VARCHAR, col VARCHAR, reason VARCHAR, element_count BIGINT, missing_count BIGINT,
    unexpected_count BIGINT, unexpected_percent DOUBLE, mostly DOUBLE, observed_value VARCHAR,
    basis VARCHAR, executed_by VARCHAR, "rows" BIGINT, layout VARCHAR, sha256 VARCHAR, reused_from VARCHAR);
COMMENT ON TABLE expectation_result IS 'What came of one expectation on one table. Compare only within one suite_version.';
COMMENT ON COLUMN expectation_result.outcome IS 'passed, failed, not_applicable or error. Only passed is a pass.';
COMMENT ON COLUMN expectation_result.unexpected_percent IS 'Of the elements that are not missing, as in Great Expectations.';
COMMENT ON COLUMN expectation_result.col IS 'The published column(s).';
COMMENT ON COLUMN expectation_result.reused_from IS 'The night whose result this is, when bytes and rules were unchanged.';

CREATE TABLE expectation_example (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, distribution VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL, "key" VARCHAR NOT NULL, position INTEGER NOT NULL, row_number BIGINT,
    value VARCHAR);
COMMENT ON TABLE expectation_example IS 'The first failing rows of a failed expectation, values of personal columns masked.';
COMMENT ON COLUMN expectation_example.row_number IS 'The row as a spreadsheet shows it.';

CREATE TABLE quality_measurement (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, computed_on VARCHAR NOT NULL, dataset VARCHAR NOT NULL,
    metric VARCHAR NOT NULL, metric_version VARCHAR NOT NULL, value DOUBLE, reason VARCHAR, sha256 VARCHAR);
COMMENT ON TABLE quality_measurement IS 'dqv:QualityMeasurement: one number about one dataset or file.';
COMMENT ON COLUMN quality_measurement.value IS 'In the metric''s unit; NULL: due but not known, never full marks.';

CREATE TABLE score (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, category VARCHAR NOT NULL,
    dimension VARCHAR NOT NULL, score DOUBLE, rules VARCHAR NOT NULL,
    explanation_en VARCHAR, explanation_es VARCHAR);
COMMENT ON TABLE score IS 'Score of a dataset, 0 to 100, NULL: nothing was measured. Compare only within equal rules.';

CREATE TABLE verdict (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL, outcome VARCHAR NOT NULL,
    reason VARCHAR, critical_failed INTEGER, warning_failed INTEGER);
COMMENT ON TABLE verdict IS 'What came of one dataset''s night, in one word and one sentence.';

CREATE TABLE transition (
    night DATE NOT NULL, id VARCHAR NOT NULL, dataset VARCHAR NOT NULL, condition VARCHAR NOT NULL,
    kind VARCHAR NOT NULL, since DATE, "before" DOUBLE, "after" DOUBLE, rules VARCHAR, severity VARCHAR,
    summary_en VARCHAR, summary_es VARCHAR, advice_en VARCHAR, advice_es VARCHAR, examples VARCHAR,
    col VARCHAR);
COMMENT ON TABLE transition IS 'A condition of a dataset opened or recovered.';
COMMENT ON COLUMN transition.examples IS 'JSON array of failing rows: {"row": n, "value": text}.';

CREATE TABLE judged (night DATE NOT NULL, source VARCHAR NOT NULL);
COMMENT ON TABLE judged IS 'Which sources'' nights were looked at for alerts; later nights are compared with these.';

CREATE TABLE alert (
    night DATE NOT NULL, id VARCHAR NOT NULL, kind VARCHAR NOT NULL, recipient_name VARCHAR,
    language VARCHAR, state VARCHAR NOT NULL, reason VARCHAR);
COMMENT ON TABLE alert IS 'The decision to tell one owner about a set of transitions.';

CREATE TABLE alert_transition (night DATE NOT NULL, alert VARCHAR NOT NULL, transition VARCHAR NOT NULL);
COMMENT ON TABLE alert_transition IS 'Which transitions an alert speaks of.';

CREATE TABLE alert_recipient (night DATE NOT NULL, alert VARCHAR NOT NULL, name VARCHAR, email VARCHAR);
COMMENT ON TABLE alert_recipient IS 'PRIVATE. To whom an alert goes; never published.';

CREATE TABLE notification (
    night DATE NOT NULL, alert VARCHAR NOT NULL, channel VARCHAR NOT NULL, attempt INTEGER NOT NULL,
    state VARCHAR NOT NULL, attempted_on TIMESTAMP);
COMMENT ON TABLE notification IS 'One attempt to deliver one alert through one channel.';

CREATE TABLE notification_delivery (
    night DATE NOT NULL, alert VARCHAR NOT NULL, channel VARCHAR NOT NULL, attempt INTEGER NOT NULL,
    address VARCHAR, error VARCHAR);
COMMENT ON TABLE notification_delivery IS 'PRIVATE. Address and answer of a mail server; never published.';
