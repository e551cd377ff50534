-- What is the same night after night is stored once. A block is the set of a dataset's rows of one table; `dataset_night`
-- says which block was so on which night. The tables' old names are views now, with the columns that they had.
-- Lists are stored as text, a unit separator before each item: DuckDB 1.0 cannot read a column of lists that are all
-- empty, and DuckDB-WASM without a network knows no JSON.
-- A measurement is another number nearly every night: it is stored narrow, and in words by `quality_measurement`.

CREATE TEMP TABLE dataset_block AS
SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j FROM dataset)
GROUP BY ALL;
CREATE TEMP TABLE distribution_block AS
SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j FROM distribution)
GROUP BY ALL;
CREATE TEMP TABLE read_report_block AS
SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j FROM read_report)
GROUP BY ALL;
CREATE TEMP TABLE expectation_result_block AS
SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j FROM expectation_result)
GROUP BY ALL;
CREATE TEMP TABLE expectation_example_block AS
SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j FROM expectation_example)
GROUP BY ALL;
CREATE TEMP TABLE score_block AS
SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j FROM score)
GROUP BY ALL;
CREATE TEMP TABLE scale_score_block AS
SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j FROM scale_score)
GROUP BY ALL;
CREATE TEMP TABLE fix_block AS
SELECT run_id, night, dataset, md5_number_lower(string_agg(j, chr(10) ORDER BY j)) AS block
FROM (SELECT run_id, night, dataset, to_json(struct_pack(*COLUMNS(* EXCLUDE (run_id, night))))::VARCHAR AS j FROM fix)
GROUP BY ALL;

CREATE TABLE dataset_night (
    run_id VARCHAR NOT NULL, night DATE NOT NULL, dataset VARCHAR NOT NULL,
    dataset_block UBIGINT, distribution_block UBIGINT, read_report_block UBIGINT, expectation_result_block UBIGINT,
    expectation_example_block UBIGINT, score_block UBIGINT, scale_score_block UBIGINT, fix_block UBIGINT);
COMMENT ON TABLE dataset_night IS 'Which block of rows of each table was so, for each dataset on each night; NULL: none.';
INSERT INTO dataset_night
SELECT run_id, night, dataset,
       max(block) FILTER (WHERE kind = 'dataset'),
       max(block) FILTER (WHERE kind = 'distribution'),
       max(block) FILTER (WHERE kind = 'read_report'),
       max(block) FILTER (WHERE kind = 'expectation_result'),
       max(block) FILTER (WHERE kind = 'expectation_example'),
       max(block) FILTER (WHERE kind = 'score'),
       max(block) FILTER (WHERE kind = 'scale_score'),
       max(block) FILTER (WHERE kind = 'fix')
FROM (
    SELECT *, 'dataset' AS kind FROM dataset_block
    UNION ALL SELECT *, 'distribution' AS kind FROM distribution_block
    UNION ALL SELECT *, 'read_report' AS kind FROM read_report_block
    UNION ALL SELECT *, 'expectation_result' AS kind FROM expectation_result_block
    UNION ALL SELECT *, 'expectation_example' AS kind FROM expectation_example_block
    UNION ALL SELECT *, 'score' AS kind FROM score_block
    UNION ALL SELECT *, 'scale_score' AS kind FROM scale_score_block
    UNION ALL SELECT *, 'fix' AS kind FROM fix_block)
GROUP BY ALL ORDER BY night, run_id, dataset;

CREATE TABLE dataset_rows AS
SELECT b.block, r.* EXCLUDE (run_id, night) REPLACE (array_to_string([chr(31) || replace(x, chr(31), '␟') FOR x IN keywords], '') AS keywords, array_to_string([chr(31) || replace(x, chr(31), '␟') FOR x IN themes], '') AS themes, array_to_string([chr(31) || replace(x, chr(31), '␟') FOR x IN declared], '') AS declared)
FROM (SELECT block, min(run_id) AS run_id FROM dataset_block GROUP BY block) b
JOIN dataset_block n ON n.block = b.block AND n.run_id = b.run_id
JOIN dataset r ON r.run_id = n.run_id AND r.dataset = n.dataset ORDER BY r.run_id;
COMMENT ON TABLE dataset_rows IS 'The rows of the view dataset by block: what is the same on several nights stands here once.';
DROP TABLE dataset;
DROP TABLE dataset_block;
CREATE VIEW dataset AS
SELECT n.run_id, n.night, r.* EXCLUDE (block) REPLACE (string_split(keywords, chr(31))[2:] AS keywords, string_split(themes, chr(31))[2:] AS themes, string_split(declared, chr(31))[2:] AS declared)
FROM dataset_night n JOIN dataset_rows r ON r.block = n.dataset_block AND r.dataset = n.dataset;
COMMENT ON VIEW dataset IS 'DCAT description of each dataset as the portal gave it that night.';
COMMENT ON COLUMN dataset.guide_dataset IS 'Key of the Open Up Guide''s dataset that it should be.';
COMMENT ON COLUMN dataset.identifier IS 'The portal''s own name of it (dct:identifier); NULL when nobody knows one.';
COMMENT ON COLUMN dataset.declared IS 'Properties that stand here as sources.yaml has them; whether the portal tells them too is unknown.';
COMMENT ON COLUMN dataset.attested IS 'JSON object: what the owner attests, by name.';

CREATE TABLE distribution_rows AS
SELECT b.block, r.* EXCLUDE (run_id, night)
FROM (SELECT block, min(run_id) AS run_id FROM distribution_block GROUP BY block) b
JOIN distribution_block n ON n.block = b.block AND n.run_id = b.run_id
JOIN distribution r ON r.run_id = n.run_id AND r.dataset = n.dataset ORDER BY r.run_id;
COMMENT ON TABLE distribution_rows IS 'The rows of the view distribution by block: what is the same on several nights stands here once.';
DROP TABLE distribution;
DROP TABLE distribution_block;
CREATE VIEW distribution AS
SELECT n.run_id, n.night, r.* EXCLUDE (block)
FROM dataset_night n JOIN distribution_rows r ON r.block = n.distribution_block AND r.dataset = n.dataset;
COMMENT ON VIEW distribution IS 'DCAT description of each downloadable file as the portal gave it.';
COMMENT ON COLUMN distribution.paging IS 'How the API pages whose answers make up the file; NULL when it is one file.';
COMMENT ON COLUMN distribution.part IS 'The member, sheet or record_path that sources.yaml asks for, as JSON; NULL when the content of the file decides.';

CREATE TABLE read_report_rows AS
SELECT b.block, r.* EXCLUDE (run_id, night) REPLACE (array_to_string([chr(31) || replace(x, chr(31), '␟') FOR x IN columns], '') AS columns, array_to_string([chr(31) || replace(x, chr(31), '␟') FOR x IN missing_roles], '') AS missing_roles, array_to_string([chr(31) || replace(x, chr(31), '␟') FOR x IN notes], '') AS notes)
FROM (SELECT block, min(run_id) AS run_id FROM read_report_block GROUP BY block) b
JOIN read_report_block n ON n.block = b.block AND n.run_id = b.run_id
JOIN read_report r ON r.run_id = n.run_id AND r.dataset = n.dataset ORDER BY r.run_id;
COMMENT ON TABLE read_report_rows IS 'The rows of the view read_report by block: what is the same on several nights stands here once.';
DROP TABLE read_report;
DROP TABLE read_report_block;
CREATE VIEW read_report AS
SELECT n.run_id, n.night, r.* EXCLUDE (block) REPLACE (string_split(columns, chr(31))[2:] AS columns, string_split(missing_roles, chr(31))[2:] AS missing_roles, string_split(notes, chr(31))[2:] AS notes)
FROM dataset_night n JOIN read_report_rows r ON r.block = n.read_report_block AND r.dataset = n.dataset;
COMMENT ON VIEW read_report IS 'How a file became a table, and what was lost on the way.';
COMMENT ON COLUMN read_report.roles IS 'JSON object: role of the guide to published column.';
COMMENT ON COLUMN read_report.rows_hash IS 'Hash of the records, the same in any order and any dialect.';
COMMENT ON COLUMN read_report.rows_since IS 'The first of the visits in a row that found the same records in the file.';
COMMENT ON COLUMN read_report.rows_changed_on IS 'When the records were last seen to change; NULL when they never were.';
COMMENT ON COLUMN read_report.confidence IS 'How well the evidence bears out what was detected in delimited text, 0 to 1; NULL when nothing was guessed.';
COMMENT ON COLUMN read_report.kinds IS 'JSON object: column to what its first cells are (number, date, url, mail, text), with the decimal mark or the order of dates.';
COMMENT ON COLUMN read_report.column_changes IS 'JSON array of columns that are not what they were when the file was last read: {"kind": renamed, retyped, dropped or added, "before": name, "after": name, "type_before": kind, "type_after": kind}.';

CREATE TABLE expectation_result_rows AS
SELECT b.block, r.* EXCLUDE (run_id, night)
FROM (SELECT block, min(run_id) AS run_id FROM expectation_result_block GROUP BY block) b
JOIN expectation_result_block n ON n.block = b.block AND n.run_id = b.run_id
JOIN expectation_result r ON r.run_id = n.run_id AND r.dataset = n.dataset ORDER BY r.run_id;
COMMENT ON TABLE expectation_result_rows IS 'The rows of the view expectation_result by block: what is the same on several nights stands here once.';
DROP TABLE expectation_result;
DROP TABLE expectation_result_block;
CREATE VIEW expectation_result AS
SELECT n.run_id, n.night, r.* EXCLUDE (block)
FROM dataset_night n JOIN expectation_result_rows r ON r.block = n.expectation_result_block AND r.dataset = n.dataset;
COMMENT ON VIEW expectation_result IS 'What came of one expectation on one table. Compare only within one suite_version.';
COMMENT ON COLUMN expectation_result.outcome IS 'passed, failed, not_applicable or error. Only passed is a pass.';
COMMENT ON COLUMN expectation_result.col IS 'The published column(s).';
COMMENT ON COLUMN expectation_result.unexpected_percent IS 'Of the elements that are not missing, as in Great Expectations.';
COMMENT ON COLUMN expectation_result.reused_from IS 'The night whose result this is, when bytes and rules were unchanged.';

CREATE TABLE expectation_example_rows AS
SELECT b.block, r.* EXCLUDE (run_id, night)
FROM (SELECT block, min(run_id) AS run_id FROM expectation_example_block GROUP BY block) b
JOIN expectation_example_block n ON n.block = b.block AND n.run_id = b.run_id
JOIN expectation_example r ON r.run_id = n.run_id AND r.dataset = n.dataset ORDER BY r.run_id;
COMMENT ON TABLE expectation_example_rows IS 'The rows of the view expectation_example by block: what is the same on several nights stands here once.';
DROP TABLE expectation_example;
DROP TABLE expectation_example_block;
CREATE VIEW expectation_example AS
SELECT n.run_id, n.night, r.* EXCLUDE (block)
FROM dataset_night n JOIN expectation_example_rows r ON r.block = n.expectation_example_block AND r.dataset = n.dataset;
COMMENT ON VIEW expectation_example IS 'The first failing rows of a failed expectation, values of personal columns masked.';
COMMENT ON COLUMN expectation_example.row_number IS 'The row as a spreadsheet shows it.';
COMMENT ON COLUMN expectation_example.record IS 'What tells the row from others: the values of the suite''s key as published, personal ones masked; NULL without a key in the table.';

CREATE TABLE score_rows AS
SELECT b.block, r.* EXCLUDE (run_id, night)
FROM (SELECT block, min(run_id) AS run_id FROM score_block GROUP BY block) b
JOIN score_block n ON n.block = b.block AND n.run_id = b.run_id
JOIN score r ON r.run_id = n.run_id AND r.dataset = n.dataset ORDER BY r.run_id;
COMMENT ON TABLE score_rows IS 'The rows of the view score by block: what is the same on several nights stands here once.';
DROP TABLE score;
DROP TABLE score_block;
CREATE VIEW score AS
SELECT n.run_id, n.night, r.* EXCLUDE (block)
FROM dataset_night n JOIN score_rows r ON r.block = n.score_block AND r.dataset = n.dataset;
COMMENT ON VIEW score IS 'Score of a dataset, 0 to 100, NULL: nothing was measured. Compare only within equal rules.';

CREATE TABLE scale_score_rows AS
SELECT b.block, r.* EXCLUDE (run_id, night)
FROM (SELECT block, min(run_id) AS run_id FROM scale_score_block GROUP BY block) b
JOIN scale_score_block n ON n.block = b.block AND n.run_id = b.run_id
JOIN scale_score r ON r.run_id = n.run_id AND r.dataset = n.dataset ORDER BY r.run_id;
COMMENT ON TABLE scale_score_rows IS 'The rows of the view scale_score by block: what is the same on several nights stands here once.';
DROP TABLE scale_score;
DROP TABLE scale_score_block;
CREATE VIEW scale_score AS
SELECT n.run_id, n.night, r.* EXCLUDE (block)
FROM dataset_night n JOIN scale_score_rows r ON r.block = n.scale_score_block AND r.dataset = n.dataset;
COMMENT ON VIEW scale_score IS 'Points of a dataset on a scale of others: the Charter''s principles, Mexico''s of 2019, the European MQA.';
COMMENT ON COLUMN scale_score.part IS 'Part of the scale; empty: the whole scale.';
COMMENT ON COLUMN scale_score.item IS 'Item of the part; empty: the whole part.';
COMMENT ON COLUMN scale_score.points IS 'Points that were got; NULL: unknown, which is never full marks.';
COMMENT ON COLUMN scale_score.known IS 'Points that could have been got by what is known.';
COMMENT ON COLUMN scale_score.most IS 'Points that the scale gives at most.';
COMMENT ON COLUMN scale_score.evidence IS 'measured, attested by the owner, observed by a user, or unknown; of several: mixed.';

CREATE TABLE fix_rows AS
SELECT b.block, r.* EXCLUDE (run_id, night)
FROM (SELECT block, min(run_id) AS run_id FROM fix_block GROUP BY block) b
JOIN fix_block n ON n.block = b.block AND n.run_id = b.run_id
JOIN fix r ON r.run_id = n.run_id AND r.dataset = n.dataset ORDER BY r.run_id;
COMMENT ON TABLE fix_rows IS 'The rows of the view fix by block: what is the same on several nights stands here once.';
DROP TABLE fix;
DROP TABLE fix_block;
CREATE VIEW fix AS
SELECT n.run_id, n.night, r.* EXCLUDE (block)
FROM dataset_night n JOIN fix_rows r ON r.block = n.fix_block AND r.dataset = n.dataset;
COMMENT ON VIEW fix IS 'What to mend, by the points that it would gain; the first place gains most.';
COMMENT ON COLUMN fix.subject IS 'The metric or expectation that takes the points.';
COMMENT ON COLUMN fix.kind IS 'metric or expectation.';
COMMENT ON COLUMN fix.gain IS 'Points that its dimension gains when it is mended.';
COMMENT ON COLUMN fix.gain_in_category IS 'Points that its category gains when it is mended.';

CREATE TABLE computed_on (
    id INTEGER NOT NULL, source VARCHAR NOT NULL, dataset VARCHAR NOT NULL, computed_on VARCHAR NOT NULL, sha256 VARCHAR);
COMMENT ON TABLE computed_on IS 'What was measured: a dataset, or a file with the hash of its bytes. Ids mean nothing outside this database.';
INSERT INTO computed_on
SELECT row_number() OVER (ORDER BY first, dataset, computed_on, sha256), split_part(dataset, '/', 1), dataset, computed_on, sha256
FROM (SELECT dataset, computed_on, sha256, min(night) AS first FROM quality_measurement GROUP BY ALL);

CREATE TABLE metric (
    id SMALLINT NOT NULL, metric VARCHAR NOT NULL, metric_version VARCHAR NOT NULL, dimension VARCHAR, unit VARCHAR,
    title_en VARCHAR, title_es VARCHAR, definition_en VARCHAR, definition_es VARCHAR);
COMMENT ON TABLE metric IS 'dqv:Metric: what is measured, by version: compare only within one. Without words when no software of today knows the version.';
INSERT INTO metric BY NAME
SELECT row_number() OVER (ORDER BY metric, metric_version) AS id, metric, metric_version
FROM (SELECT DISTINCT metric, metric_version FROM quality_measurement);

CREATE TABLE measurement (
    night DATE NOT NULL, computed_on INTEGER NOT NULL, metric SMALLINT NOT NULL, value DOUBLE, reason VARCHAR);
COMMENT ON TABLE measurement IS 'dqv:QualityMeasurement as it is stored: what was measured and the metric by their ids.';
INSERT INTO measurement
SELECT q.night, c.id, m.id, q.value, q.reason
FROM quality_measurement q
JOIN computed_on c ON c.dataset = q.dataset AND c.computed_on = q.computed_on AND c.sha256 IS NOT DISTINCT FROM q.sha256
JOIN metric m ON m.metric = q.metric AND m.metric_version = q.metric_version
ORDER BY q.night, c.id, m.id;
DROP TABLE quality_measurement;
CREATE VIEW quality_measurement AS
SELECT v.night || '/' || c.source AS run_id, v.night, c.computed_on, c.dataset, m.metric, m.metric_version, v.value,
       v.reason, c.sha256
FROM measurement v JOIN computed_on c ON c.id = v.computed_on JOIN metric m ON m.id = v.metric;
COMMENT ON VIEW quality_measurement IS 'dqv:QualityMeasurement: one number about one dataset or file.';
COMMENT ON COLUMN quality_measurement.value IS 'In the metric''s unit; NULL: due but not known, never full marks.';
