-- The views of the published database: the interface for everybody's SQL. A column is never renamed or given
-- another meaning silently. They are made in `quality.duckdb` only, over tables of the same file. DuckDB 1.0 has to
-- know every function here, and DuckDB-WASM without its extensions: there is no JSON, so that what has to be taken out of
-- JSON is taken out when the copy is made.

COMMENT ON TABLE schema_migration IS 'Which migrations gave the tables their present form, and when.';

-- Every view says what its datasets are called now, so that is looked up once, when the copy is made. What is newest is
-- looked up in `dataset_night`, which is narrow, and only then fetched from the wide tables.
CREATE TABLE latest_dataset_rows AS
SELECT n.run_id, n.night, r.* EXCLUDE (block)
FROM (SELECT dataset, max(night) AS night, arg_max(run_id, night) AS run_id, arg_max(dataset_block, night) AS block
      FROM dataset_night WHERE dataset_block IS NOT NULL GROUP BY dataset) n
JOIN dataset_rows r ON r.block = n.block AND r.dataset = n.dataset ORDER BY n.dataset;
COMMENT ON TABLE latest_dataset_rows IS 'The rows of the view latest_dataset.';

CREATE VIEW latest_dataset AS
SELECT * REPLACE (string_split(keywords, chr(31))[2:] AS keywords, string_split(themes, chr(31))[2:] AS themes,
                  string_split(declared, chr(31))[2:] AS declared)
FROM latest_dataset_rows;
COMMENT ON VIEW latest_dataset IS 'Each dataset as its portal last described it.';

CREATE VIEW score_history AS
SELECT s.night, split_part(s.dataset, '/', 1) AS source, s.dataset, d.title, d.guide_dataset, s.category,
       s.dimension, s.score, s.rules, s.explanation_en, s.explanation_es
FROM score s LEFT JOIN latest_dataset d ON d.dataset = s.dataset;
COMMENT ON VIEW score_history IS 'Every score of every night. Compare only rows with equal rules.';

CREATE VIEW latest_score AS
SELECT n.night, split_part(n.dataset, '/', 1) AS source, n.dataset, d.title, d.guide_dataset, s.category,
       s.dimension, s.score, s.rules, s.explanation_en, s.explanation_es
FROM (SELECT dataset, max(night) AS night, arg_max(score_block, night) AS block
      FROM dataset_night WHERE score_block IS NOT NULL GROUP BY dataset) n
JOIN score_rows s ON s.block = n.block AND s.dataset = n.dataset
LEFT JOIN latest_dataset d ON d.dataset = n.dataset;
COMMENT ON VIEW latest_score IS 'The scores of each dataset''s newest night; columns as in score_history.';

CREATE VIEW scale_history AS
SELECT c.night, split_part(c.dataset, '/', 1) AS source, c.dataset, d.title, d.guide_dataset, c.scale, c.part, c.item,
       c.title_en, c.title_es, c.points, c.known, c.most, c.evidence, c.metric, c.rules
FROM scale_score c LEFT JOIN latest_dataset d ON d.dataset = c.dataset;
COMMENT ON VIEW scale_history IS 'Every night on the scales of others: the Charter''s principles, Mexico''s of 2019, the European MQA.';

CREATE VIEW latest_scale AS
SELECT n.night, split_part(n.dataset, '/', 1) AS source, n.dataset, d.title, d.guide_dataset, c.scale, c.part, c.item,
       c.title_en, c.title_es, c.points, c.known, c.most, c.evidence, c.metric, c.rules
FROM (
    SELECT b.dataset, b.night, b.scale_score_block AS block FROM dataset_night b
    JOIN (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset) v ON v.dataset = b.dataset AND v.night = b.night) n
JOIN scale_score_rows c ON c.block = n.block AND c.dataset = n.dataset
LEFT JOIN latest_dataset d ON d.dataset = n.dataset
ORDER BY n.dataset, c.rowid; -- as the scale has them: a join gives them in any order
COMMENT ON VIEW latest_scale IS 'The scales on each dataset''s newest night; columns as in scale_history.';

CREATE VIEW latest_fix AS
SELECT n.night, split_part(n.dataset, '/', 1) AS source, n.dataset, d.title, d.guide_dataset, f.place, f.subject, f.kind,
       f.category, f.dimension, f.gain, f.gain_in_category, f.title_en, f.title_es, f.advice_en, f.advice_es, f.rules
FROM (
    SELECT b.dataset, b.night, b.fix_block AS block FROM dataset_night b
    JOIN (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset) v ON v.dataset = b.dataset AND v.night = b.night) n
JOIN fix_rows f ON f.block = n.block AND f.dataset = n.dataset
LEFT JOIN latest_dataset d ON d.dataset = n.dataset;
COMMENT ON VIEW latest_fix IS 'What to mend first in each dataset, by the points that it would gain.';

CREATE VIEW expectation_history AS
SELECT r.night, split_part(r.dataset, '/', 1) AS source, r.dataset, d.title, d.guide_dataset, r.distribution,
       r.table_name, r.suite, r.suite_version, r.key, r.type, e.title_en, e.title_es, r.outcome, r.severity,
       r.dimension, r.principle, r.role, r.col, r.reason, r."rows", r.element_count, r.missing_count,
       r.unexpected_count, r.unexpected_percent, r.mostly, r.observed_value, e.advice_en, e.advice_es, r.basis,
       r.executed_by, r.sha256, r.reused_from
FROM expectation_result r
LEFT JOIN latest_dataset d ON d.dataset = r.dataset
LEFT JOIN expectation e ON e.suite = r.suite AND e.suite_version = r.suite_version AND e.key = r.key;
COMMENT ON VIEW expectation_history IS 'What came of every expectation, every night, passes too. Compare only within one suite_version.';

CREATE VIEW latest_expectation AS
SELECT n.night, split_part(n.dataset, '/', 1) AS source, n.dataset, d.title, d.guide_dataset, r.distribution,
       r.table_name, r.suite, r.suite_version, r.key, r.type, e.title_en, e.title_es, r.outcome, r.severity,
       r.dimension, r.principle, r.role, r.col, r.reason, r."rows", r.element_count, r.missing_count,
       r.unexpected_count, r.unexpected_percent, r.mostly, r.observed_value, e.advice_en, e.advice_es, r.basis,
       r.executed_by, r.sha256, r.reused_from
FROM (
    SELECT b.dataset, b.night, b.expectation_result_block AS block FROM dataset_night b
    JOIN (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset) v ON v.dataset = b.dataset AND v.night = b.night) n
JOIN expectation_result_rows r ON r.block = n.block AND r.dataset = n.dataset
LEFT JOIN latest_dataset d ON d.dataset = n.dataset
LEFT JOIN expectation e ON e.suite = r.suite AND e.suite_version = r.suite_version AND e.key = r.key;
COMMENT ON VIEW latest_expectation IS 'The expectations of each dataset''s newest night; none when it could not be validated then.';

CREATE VIEW verdict_history AS
SELECT v.night, split_part(v.dataset, '/', 1) AS source, v.dataset, d.title, d.publisher, d.country,
       d.guide_dataset, d.guide_title_en, d.guide_title_es, v.outcome, v.reason, v.critical_failed, v.warning_failed
FROM verdict v LEFT JOIN latest_dataset d ON d.dataset = v.dataset;
COMMENT ON VIEW verdict_history IS 'What came of every dataset, every night, in one word and one sentence.';

CREATE VIEW latest_verdict AS
SELECT v.night, split_part(v.dataset, '/', 1) AS source, v.dataset, d.title, d.publisher, d.country,
       d.guide_dataset, d.guide_title_en, d.guide_title_es, v.outcome, v.reason, v.critical_failed, v.warning_failed
FROM (SELECT dataset, max(night) AS night, arg_max(outcome, night) AS outcome, arg_max(reason, night) AS reason,
             arg_max(critical_failed, night) AS critical_failed, arg_max(warning_failed, night) AS warning_failed
      FROM verdict GROUP BY dataset) v
LEFT JOIN latest_dataset d ON d.dataset = v.dataset;
COMMENT ON VIEW latest_verdict IS 'The verdict of each dataset''s newest night; columns as in verdict_history.';

CREATE VIEW coverage_of_guide AS
WITH newest AS (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset),
fetched AS (
    SELECT DISTINCT s.dataset FROM snapshot s JOIN newest n ON n.dataset = s.dataset AND n.night = s.night
    WHERE s.sha256 IS NOT NULL),
scored AS (
    SELECT s.dataset, max(s.score) FILTER (WHERE s.dimension = 'access') AS access,
           max(s.score) FILTER (WHERE s.dimension = 'content') AS content
    FROM latest_score s JOIN newest n ON n.dataset = s.dataset AND n.night = s.night
    WHERE s.dimension IN ('access', 'content') GROUP BY s.dataset),
watched AS (
    SELECT v.*,
           CASE WHEN f.dataset IS NOT NULL THEN 'published'
                WHEN v.outcome IN ('not_run', 'blocked') THEN 'unknown'
                WHEN v.outcome = 'not_published' THEN 'not_published'
                ELSE 'out_of_reach' END AS state,
           s.access, s.content
    FROM latest_verdict v
    LEFT JOIN fetched f ON f.dataset = v.dataset
    LEFT JOIN scored s ON s.dataset = v.dataset
    WHERE v.country IS NOT NULL AND v.guide_dataset IS NOT NULL),
best AS (
    SELECT *, count(*) OVER (PARTITION BY country, guide_dataset) AS datasets
    FROM watched
    QUALIFY row_number() OVER (PARTITION BY country, guide_dataset
        ORDER BY list_position(['published', 'unknown', 'out_of_reach', 'not_published'], state),
                 content DESC NULLS LAST, access DESC NULLS LAST, dataset) = 1)
SELECT c.country, g.number, g.guide_dataset, g.title_en AS guide_title_en, g.title_es AS guide_title_es,
       coalesce(b.state, 'not_watched') AS state, coalesce(b.datasets, 0) AS datasets,
       b.dataset, b.title, b.publisher, b.outcome, b.access, b.content, b.night
FROM (SELECT DISTINCT country FROM latest_dataset WHERE country IS NOT NULL) c
CROSS JOIN guide_dataset g
LEFT JOIN best b ON b.country = c.country AND b.guide_dataset = g.guide_dataset;
COMMENT ON VIEW coverage_of_guide IS 'For each country the guide''s 30 datasets, one row each: published or not, and how good the best one is.';

CREATE VIEW coverage_by_country AS
SELECT country, count(*) FILTER (WHERE state = 'published') AS published,
       count(*) FILTER (WHERE state = 'out_of_reach') AS out_of_reach,
       count(*) FILTER (WHERE state = 'unknown') AS "unknown",
       count(*) FILTER (WHERE state = 'not_published') AS not_published,
       count(*) FILTER (WHERE state = 'not_watched') AS not_watched,
       published / count(*) AS share
FROM coverage_of_guide GROUP BY country;
COMMENT ON VIEW coverage_by_country IS 'The metric coverage.published for each country: of how many of the guide''s 30 datasets a file could be had.';

CREATE VIEW availability AS
SELECT s.night, split_part(s.dataset, '/', 1) AS source, s.dataset, d.title, s.distribution, s.url,
       s.fault_kind IS NULL AND s.sha256 IS NOT NULL AS reachable, s.http_status, s.bytes, s.changed,
       s.fault_kind AS fault, s.fault_message, s.seconds, s.sha256, s.last_modified
FROM snapshot s LEFT JOIN latest_dataset d ON d.dataset = s.dataset;
COMMENT ON VIEW availability IS 'Every visit to every file.';

CREATE VIEW visited_pages AS
SELECT p.night, split_part(p.dataset, '/', 1) AS source, p.dataset, d.title, d.publisher, d.guide_dataset, p.purpose,
       p.address, p.answers, p.http_status, p.fault_kind AS fault, p.fault_message, p.asked_on, p.final_url,
       p.distribution, p.table_name, p.role, p.row_number, p.sha256
FROM page_visit p
JOIN (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset) n ON n.dataset = p.dataset AND n.night = p.night
LEFT JOIN latest_dataset d ON d.dataset = p.dataset;
COMMENT ON VIEW visited_pages IS 'The pages of each dataset, and a sample of the links in its files, as of its newest night: which of them answer, which do not, and of which nobody knows.';

-- A condition that grew worse is open since it was opened; one that is no longer followed (closed) is not open. Only what
-- was told on a condition's last night can be open.
CREATE VIEW open_alerts AS
WITH last AS (
    SELECT dataset, condition, max(night) AS night, max(CASE WHEN kind = 'opened' THEN night END) AS opened_on,
           arg_max(CASE WHEN kind = 'opened' THEN "before" END, night) AS normal
    FROM transition GROUP BY dataset, condition),
newest AS (
    SELECT t.*, l.opened_on, l.normal, list_position(['opened', 'worsened', 'recovered', 'closed'], t.kind) AS place
    FROM transition t JOIN last l ON l.dataset = t.dataset AND l.condition = t.condition AND l.night = t.night)
SELECT t.dataset, d.title, d.publisher, d.guide_dataset, t.condition, t.severity, t.since,
       coalesce(t.opened_on, t.night) AS opened_on, coalesce(t.normal, t."before") AS "before", t."after",
       t.summary_en, t.summary_es, t.advice_en, t.advice_es, t.col, t.rules
FROM newest t LEFT JOIN latest_dataset d ON d.dataset = t.dataset
WHERE t.kind IN ('opened', 'worsened') AND NOT EXISTS (
    SELECT 1 FROM newest later
    WHERE later.dataset = t.dataset AND later.condition = t.condition AND later.place > t.place
      AND coalesce(later.incident, t.incident, '') = coalesce(t.incident, later.incident, ''))
ORDER BY t.dataset, t.condition, t.night;
COMMENT ON VIEW open_alerts IS 'What is broken now: conditions that opened and have neither recovered nor been closed.';

CREATE VIEW incident_history AS
SELECT i.night, split_part(i.dataset, '/', 1) AS source, i.dataset, d.title, d.publisher, d.guide_dataset,
       i.id AS incident, i.condition, i.state, i.severity, i.first_seen, i.opened_on, i."before", i."after", i.worst,
       i.cause, i.held, i.told_on, i.reminded, i.reminded_on, i.escalated_on, i.muted_until, i.reopened,
       i.resolved_on, i.resolution, w.summary_en, w.summary_es, i.col, i.rules
FROM incident i
LEFT JOIN (
    SELECT incident, arg_max(summary_en, night) AS summary_en, arg_max(summary_es, night) AS summary_es
    FROM transition WHERE kind IN ('opened', 'worsened') GROUP BY incident) w ON w.incident = i.id
LEFT JOIN latest_dataset d ON d.dataset = i.dataset;
COMMENT ON VIEW incident_history IS 'Every incident (one condition of one dataset from its beginning to its end), a row for each night on which anything of it changed: told, acknowledged, muted, reminded of, escalated, mended.';

CREATE VIEW open_incidents AS
SELECT i.source, i.dataset, i.title, i.publisher, i.guide_dataset, i.incident, i.condition, i.state, i.severity,
       i.first_seen, i.opened_on, greatest(j.night, i.night) - i.first_seen AS days_open,
       i."before", i."after", i.worst, i.cause, i.held, i.told_on, i.reminded, i.reminded_on, i.escalated_on,
       i.muted_until, i.reopened, i.summary_en, i.summary_es, i.col, i.rules
FROM incident_history i
JOIN (SELECT id, max(night) AS night FROM incident GROUP BY id) n ON n.id = i.incident AND n.night = i.night
LEFT JOIN (SELECT source, max(night) AS night FROM judged GROUP BY source) j ON j.source = i.source
WHERE i.state <> 'resolved';
COMMENT ON VIEW open_incidents IS 'The incidents that have not ended, as they stand: whether somebody was told, has answered, or was reminded.';

-- Which scores are compared is worked out for each category's block, of which there are a few; its dimensions, of which
-- there are many, come last. All of it has to fit into the gigabyte that a question may have, for years of thousands of
-- datasets: so a category's scores stand in one list, and texts by which they are found as hashes.
CREATE VIEW score_change AS
WITH part AS (
    SELECT block, dataset, hash(category, rules) AS part, {'of': list(hash(dimension)), 'score': list(score)} AS scores
    FROM score_rows WHERE score IS NOT NULL GROUP BY block, dataset, hash(category, rules)),
said AS (
    SELECT block, dataset, category, rules, hash(category, rules) AS part,
           list({'dimension': dimension, 'score': score, 'en': explanation_en, 'es': explanation_es}) AS lines
    FROM score_rows WHERE score IS NOT NULL GROUP BY block, dataset, category, rules),
compared AS (
    SELECT n.night, n.dataset, p.part, n.score_block AS block,
           lag(n.night) OVER one AS night_before, lag(p.scores) OVER one AS before,
           last_value(n.night) OVER week AS night_7_days, last_value(p.scores) OVER week AS week,
           last_value(n.night) OVER month AS night_30_days, last_value(p.scores) OVER month AS month,
           last_value(n.night) OVER year AS night_365_days, last_value(p.scores) OVER year AS year
    FROM dataset_night n JOIN part p ON p.block = n.score_block AND p.dataset = n.dataset
    WINDOW one AS (PARTITION BY n.dataset, p.part ORDER BY n.night - DATE '2000-01-01'),
        week AS (PARTITION BY n.dataset, p.part ORDER BY n.night - DATE '2000-01-01'
                 RANGE BETWEEN 14 PRECEDING AND 7 PRECEDING),
        month AS (PARTITION BY n.dataset, p.part ORDER BY n.night - DATE '2000-01-01'
                  RANGE BETWEEN 60 PRECEDING AND 30 PRECEDING),
        year AS (PARTITION BY n.dataset, p.part ORDER BY n.night - DATE '2000-01-01'
                 RANGE BETWEEN 730 PRECEDING AND 365 PRECEDING)),
each AS (
    SELECT n.*, s.category, s.rules, unnest(s.lines) AS line
    FROM compared n JOIN said s ON s.block = n.block AND s.part = n.part AND s.dataset = n.dataset),
scored AS (
    SELECT *, before.score[list_position(before.of, hash(line.dimension))] AS score_before,
           week.score[list_position(week.of, hash(line.dimension))] AS score_7_days,
           month.score[list_position(month.of, hash(line.dimension))] AS score_30_days,
           year.score[list_position(year.of, hash(line.dimension))] AS score_365_days
    FROM each)
SELECT n.night, split_part(n.dataset, '/', 1) AS source, n.dataset, d.title, d.publisher, d.guide_dataset, n.category,
       n.line.dimension AS dimension, n.line.score AS score,
       CASE WHEN n.score_before IS NOT NULL THEN n.night_before END AS night_before,
       round(n.line.score - n.score_before, 2) AS change,
       CASE WHEN n.score_7_days IS NOT NULL THEN n.night_7_days END AS night_7_days,
       round(n.line.score - n.score_7_days, 2) AS change_7_days,
       CASE WHEN n.score_30_days IS NOT NULL THEN n.night_30_days END AS night_30_days,
       round(n.line.score - n.score_30_days, 2) AS change_30_days,
       CASE WHEN n.score_365_days IS NOT NULL THEN n.night_365_days END AS night_365_days,
       round(n.line.score - n.score_365_days, 2) AS change_365_days,
       n.rules, n.line.en AS explanation_en, n.line.es AS explanation_es
FROM scored n LEFT JOIN latest_dataset d ON d.dataset = n.dataset;
COMMENT ON VIEW score_change IS 'Every known score with its change since the night before and since 7, 30 and 365 days, only within equal rules. Of several nights on which the category was known the newest counts that is as many days older, and no more than twice as many.';

CREATE VIEW worst_regressions AS
WITH part AS (
    SELECT block, dataset, category, dimension, rules, score, explanation_en, explanation_es
    FROM score_rows WHERE score IS NOT NULL AND dimension <> category),
known AS (SELECT block, dataset, category, rules FROM part GROUP BY ALL),
compared AS (
    SELECT n.night, n.dataset, p.category, p.rules, n.score_block AS block,
           lag(n.night) OVER one AS night_before, lag(n.score_block) OVER one AS block_before,
           last_value(n.score_block) OVER (one ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS block_now
    FROM dataset_night n JOIN known p ON p.block = n.score_block AND p.dataset = n.dataset
    WINDOW one AS (PARTITION BY n.dataset, p.category, p.rules ORDER BY n.night)),
fell AS (
    SELECT n.night, n.dataset, n.night_before, n.block_now, s.category, s.dimension, s.rules, s.score,
           before.score AS score_before, s.explanation_en, s.explanation_es
    FROM compared n
    JOIN part s ON s.block = n.block AND s.dataset = n.dataset AND s.category = n.category AND s.rules = n.rules
    JOIN part before ON before.block = n.block_before AND before.dataset = n.dataset
        AND before.category = s.category AND before.dimension = s.dimension AND before.rules = s.rules
    WHERE n.block <> n.block_before AND s.score - before.score <= -1)
SELECT f.night, split_part(f.dataset, '/', 1) AS source, f.dataset, d.title, d.publisher, d.guide_dataset, f.category,
       f.dimension,
       row_number() OVER (PARTITION BY f.dataset ORDER BY f.score - f.score_before, f.night DESC, f.dimension) AS fall,
       f.night_before, f.score_before, f.score, round(f.score - f.score_before, 2) AS change, now.score AS score_now,
       now.score >= f.score_before AS regained, f.rules, f.explanation_en, f.explanation_es
FROM fell f
LEFT JOIN part now ON now.block = f.block_now AND now.dataset = f.dataset
    AND now.category = f.category AND now.dimension = f.dimension AND now.rules = f.rules
LEFT JOIN latest_dataset d ON d.dataset = f.dataset;
COMMENT ON VIEW worst_regressions IS 'Every fall of a dimension by a point or more from one night to the next under equal rules, what took the points, and whether they came back.';

CREATE VIEW freshness AS
WITH newest AS (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset),
age AS (
    SELECT m.dataset, m.night, m.computed_on,
           max(m.value) FILTER (WHERE m.metric = 'timeliness.age') AS changed,
           max(m.value) FILTER (WHERE m.metric = 'timeliness.as_of_age') AS dated,
           max(m.value) FILTER (WHERE m.metric = 'timeliness.current') AS currency,
           max(m.reason) FILTER (WHERE m.metric = 'timeliness.current') AS reason
    FROM quality_measurement m JOIN newest n ON n.dataset = m.dataset AND n.night = m.night
    WHERE m.metric IN ('timeliness.age', 'timeliness.as_of_age', 'timeliness.current')
    GROUP BY m.dataset, m.night, m.computed_on)
SELECT n.night, split_part(n.dataset, '/', 1) AS source, n.dataset, d.title, d.publisher, d.guide_dataset,
       a.computed_on AS distribution, d.accrual_periodicity, d.accrual_periodicity_days,
       a.changed AS days_since_change, a.dated AS days_since_newest_date, a.currency, a.currency < 1 AS late,
       nullif(a.reason, '') AS reason, d.modified
FROM newest n LEFT JOIN age a ON a.dataset = n.dataset LEFT JOIN latest_dataset d ON d.dataset = n.dataset;
COMMENT ON VIEW freshness IS 'How old each file of each dataset''s newest night is, and whether that is later than declared; a row without a file where none could be had.';

CREATE VIEW uptime AS
WITH visit AS (
    SELECT c.dataset, m.night, m.metric,
           CASE WHEN min(m.value) < 1 THEN 0 WHEN count(*) = count(m.value) THEN 1 END AS up
    FROM measurement m JOIN computed_on c ON c.id = m.computed_on
    WHERE m.metric IN (SELECT id FROM metric WHERE metric = 'availability.reachable')
    GROUP BY c.dataset, m.night, m.metric),
known AS (
    SELECT dataset, max(night) AS newest, arg_max(metric, night) AS metric, max(night) FILTER (WHERE up = 1) AS last_up
    FROM visit GROUP BY dataset)
SELECT k.newest AS night, split_part(k.dataset, '/', 1) AS source, k.dataset, d.title, d.publisher, d.guide_dataset,
       count(*) AS nights, count(v.up) AS nights_known, avg(v.up) AS uptime,
       avg(v.up) FILTER (WHERE v.night > k.newest - 7) AS uptime_7_days,
       avg(v.up) FILTER (WHERE v.night > k.newest - 30) AS uptime_30_days,
       avg(v.up) FILTER (WHERE v.night > k.newest - 365) AS uptime_365_days,
       k.last_up, min(v.night) FILTER (WHERE v.up = 0 AND (k.last_up IS NULL OR v.night > k.last_up)) AS down_since,
       t.metric_version
FROM known k
JOIN visit v ON v.dataset = k.dataset AND v.metric = k.metric
JOIN metric t ON t.id = k.metric
LEFT JOIN latest_dataset d ON d.dataset = k.dataset
GROUP BY k.newest, k.dataset, d.title, d.publisher, d.guide_dataset, k.last_up, t.metric_version;
COMMENT ON VIEW uptime IS 'On what share of the nights all files of each dataset could be had, of the nights on which that is known: those on which we were turned away, or could not know if the network was ours, are not counted.';

CREATE VIEW publisher_ranking AS
WITH measured AS (
    SELECT s.dataset, max(s.rules) FILTER (WHERE s.dimension = 'access') AS rules,
           max(s.score) FILTER (WHERE s.dimension = 'access') AS access,
           max(s.score) FILTER (WHERE s.dimension = 'content') AS content
    FROM latest_score s WHERE s.dimension IN ('access', 'content') GROUP BY s.dataset),
ranked AS (
    SELECT v.country, v.publisher, m.rules, max(v.night) AS night, count(*) AS datasets,
           count(*) FILTER (WHERE v.outcome = 'passed') AS datasets_passed,
           count(*) FILTER (WHERE v.outcome = 'failed') AS datasets_failed,
           count(m.content) AS datasets_measured,
           round(avg(m.content), 2) AS content, round(avg(m.access), 2) AS access, min(m.content) AS lowest_content
    FROM latest_verdict v LEFT JOIN measured m ON m.dataset = v.dataset
    GROUP BY v.country, v.publisher, m.rules)
SELECT country,
       CASE WHEN content IS NOT NULL THEN rank() OVER (PARTITION BY country, rules
            ORDER BY content DESC NULLS LAST, access DESC NULLS LAST) END AS rank,
       publisher, datasets, datasets_passed, datasets_failed, datasets_measured, content, access, lowest_content,
       night, rules
FROM ranked;
COMMENT ON VIEW publisher_ranking IS 'The publishers of each country by the content of their datasets, each dataset judged by its own suite; no rank where no content was measured. Compare only rows with equal rules.';

CREATE VIEW owner_workload AS
WITH opened AS (
    SELECT dataset, count(*) AS alerts, count(*) FILTER (WHERE severity = 'critical') AS critical, min(since) AS since
    FROM open_alerts GROUP BY dataset),
mending AS (SELECT dataset, count(*) AS fixes FROM latest_fix GROUP BY dataset)
SELECT d.country, d.publisher, d.contact_name, count(*) AS datasets,
       count(*) FILTER (WHERE v.outcome = 'failed') AS datasets_failed,
       CAST(coalesce(sum(o.alerts), 0) AS BIGINT) AS alerts_open,
       CAST(coalesce(sum(o.critical), 0) AS BIGINT) AS alerts_critical, min(o.since) AS open_since,
       CAST(coalesce(sum(v.critical_failed), 0) AS BIGINT) AS critical_failed,
       CAST(coalesce(sum(v.warning_failed), 0) AS BIGINT) AS warning_failed,
       CAST(coalesce(sum(m.fixes), 0) AS BIGINT) AS fixes, max(v.night) AS night
FROM latest_dataset d
LEFT JOIN latest_verdict v ON v.dataset = d.dataset
LEFT JOIN opened o ON o.dataset = d.dataset
LEFT JOIN mending m ON m.dataset = d.dataset
GROUP BY d.country, d.publisher, d.contact_name;
COMMENT ON VIEW owner_workload IS 'What waits for each contact that portals name: datasets, open alerts, failed expectations and fixes. Without any address.';

CREATE TABLE column_change_rows AS
SELECT block, dataset, distribution, table_name, layout, sha256, one.kind AS column_change, one.before AS col_before,
       one.after AS col_after, nullif(one.type_before, '') AS type_before, nullif(one.type_after, '') AS type_after
FROM (
    SELECT *, unnest(from_json(CASE WHEN json_valid(column_changes) THEN column_changes END,
        '[{"kind": "VARCHAR", "before": "VARCHAR", "after": "VARCHAR", "type_before": "VARCHAR", "type_after": "VARCHAR"}]'
        )) AS one
    FROM read_report_rows WHERE column_changes <> '[]');
COMMENT ON TABLE column_change_rows IS 'What column_changes of the table read_report_rows says, a row for each change.';

CREATE VIEW schema_changes AS
SELECT n.night, split_part(n.dataset, '/', 1) AS source, n.dataset, d.title, d.publisher, d.guide_dataset,
       r.distribution, r.table_name, r.column_change, r.col_before, r.col_after, r.type_before, r.type_after, r.layout,
       r.sha256
FROM dataset_night n
JOIN column_change_rows r ON r.block = n.read_report_block AND r.dataset = n.dataset
LEFT JOIN latest_dataset d ON d.dataset = n.dataset;
COMMENT ON VIEW schema_changes IS 'Columns that were renamed, retyped, dropped or added since the file was last read, one row each.';

CREATE VIEW rows_over_time AS
SELECT r.night, split_part(r.dataset, '/', 1) AS source, r.dataset, d.title, d.publisher, d.guide_dataset,
       r.distribution, r.table_name, r.main, r."rows", r.night_before, r.rows_before,
       r."rows" - r.rows_before AS rows_change,
       round(100.0 * (r."rows" - r.rows_before) / nullif(r.rows_before, 0), 2) AS rows_change_percent,
       r.lost, r.share_read, r.sha256, c.added AS rows_added, c.removed AS rows_removed, c.amended AS rows_amended,
       c.compared AS rows_compared, c.reason AS rows_compared_reason
FROM (
    SELECT *, lag(night) OVER one AS night_before, lag("rows") OVER one AS rows_before
    FROM read_report WHERE fault_kind IS NULL
    WINDOW one AS (PARTITION BY dataset, distribution, member, table_name ORDER BY night)) r
LEFT JOIN row_change c ON c.run_id = r.run_id AND c.dataset = r.dataset AND c.distribution = r.distribution
    AND c.table_name = r.table_name
LEFT JOIN latest_dataset d ON d.dataset = r.dataset;
COMMENT ON VIEW rows_over_time IS 'How many rows each table had on every night on which it was read, and how many on the reading before; of the file''s main table also how many rows were added, removed and amended.';

CREATE VIEW rule_changes AS
SELECT s.night, split_part(s.dataset, '/', 1) AS source, s.dataset, d.title, d.guide_dataset, s.category,
       s.night_before, s.rules_before, s.rules, s.score_before, s.score
FROM (
    SELECT *, lag(night) OVER one AS night_before, lag(rules) OVER one AS rules_before, lag(score) OVER one AS score_before
    FROM score WHERE dimension = category
    WINDOW one AS (PARTITION BY dataset, category ORDER BY night)) s
LEFT JOIN latest_dataset d ON d.dataset = s.dataset
WHERE s.rules <> s.rules_before;
COMMENT ON VIEW rule_changes IS 'The nights on which a dataset''s category began to be scored under other rules: what differs between the two scores is no change of quality.';

-- What was closed ended without having been seen mended: it is neither repaired nor open.
CREATE VIEW time_to_repair AS
WITH judged_until AS (SELECT source, max(night) AS night FROM judged GROUP BY source),
told AS (
    SELECT *, split_part(dataset, '/', 1) AS source, lag(kind) OVER one AS kind_before,
           min(CASE WHEN kind <> 'opened' THEN night END) OVER following AS ended_on,
           arg_min(kind, night) FILTER (WHERE kind <> 'opened') OVER following AS ended_by
    FROM (SELECT *, list_position(['closed', 'opened', 'recovered'], kind) AS place
          FROM transition WHERE kind <> 'worsened')
    WINDOW one AS (PARTITION BY dataset, condition ORDER BY night, place),
        following AS (PARTITION BY dataset, condition ORDER BY night, place
                      ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING))
SELECT t.source, t.dataset, d.title, d.publisher, d.guide_dataset, t.condition, t.severity, t.since,
       t.night AS opened_on, CASE WHEN t.ended_by = 'recovered' THEN t.ended_on END AS recovered_on,
       CASE WHEN t.ended_by = 'recovered' THEN t.ended_on - t.since END AS days_to_repair,
       CASE WHEN t.ended_on IS NULL THEN greatest(j.night, t.night) - t.since END AS days_open,
       t.summary_en, t.summary_es, t.col, t.rules,
       CASE WHEN t.ended_by = 'closed' THEN t.ended_on END AS closed_on
FROM told t
LEFT JOIN latest_dataset d ON d.dataset = t.dataset
LEFT JOIN judged_until j ON j.source = t.source
WHERE t.kind = 'opened' AND t.kind_before IS DISTINCT FROM 'opened';
COMMENT ON VIEW time_to_repair IS 'How long each condition lasted from the first night on which it was seen to the one on which its end was told, or how long it has lasted until now.';

-- What readers report, once it was accepted. Days are counted to the newest night, so that a copy says the same for ever.
CREATE VIEW feedback_history AS
SELECT f.night, split_part(f.dataset, '/', 1) AS source, f.dataset, d.title, d.publisher, d.guide_dataset,
       f.id AS feedback, f.feedback_kind, f.feedback_state, f.language, f.distribution, f.col, f.row_named, f.said, f.shown_by,
       f.answer, f.received_on, f.accepted_on, f.due_on, f.answered_on,
       date_diff('day', f.accepted_on, f.answered_on) AS days_to_answer, f.in_time, f.ended_on, f.erased_on
FROM feedback f LEFT JOIN latest_dataset d ON d.dataset = f.dataset;
COMMENT ON VIEW feedback_history IS 'What readers reported of each dataset, from its acceptance on, with the owner''s answer. What was erased shows its dates alone.';

CREATE VIEW feedback_open AS
SELECT f.* EXCLUDE (feedback_state, answer, answered_on, days_to_answer, in_time, ended_on, erased_on),
       greatest(n.night - f.accepted_on::DATE, 0) AS days_waiting, n.night > f.due_on AS overdue
FROM feedback_history f CROSS JOIN (SELECT max(night) AS night FROM run) n
WHERE f.feedback_state = 'accepted';
COMMENT ON VIEW feedback_open IS 'What readers reported and nobody has answered yet, and whether the days for an answer are over.';

CREATE VIEW feedback_by_publisher AS
SELECT f.publisher, count(*) AS reports, count(f.answered_on) AS reports_answered,
       count(*) FILTER (WHERE f.feedback_state = 'accepted') AS reports_open,
       count(*) FILTER (WHERE f.feedback_state = 'accepted' AND n.night > f.due_on) AS reports_overdue,
       median(f.days_to_answer) AS median_days_to_answer, max(f.days_to_answer) AS longest_days_to_answer,
       count(*) FILTER (WHERE f.in_time) / nullif(count(*) FILTER (
           WHERE f.answered_on IS NOT NULL OR (f.feedback_state = 'accepted' AND n.night > f.due_on)), 0) AS share_in_time
FROM feedback_history f CROSS JOIN (SELECT max(night) AS night FROM run) n
WHERE f.feedback_state <> 'erased' GROUP BY f.publisher;
COMMENT ON VIEW feedback_by_publisher IS 'How soon each publisher answers what readers report of its datasets.';
