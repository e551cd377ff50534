-- The views of the published database: the interface for everybody's SQL. A column is never renamed or given
-- another meaning silently. They are made in `quality.duckdb` only, over tables of the same file.

CREATE VIEW latest_dataset AS
SELECT d.* FROM dataset d
QUALIFY row_number() OVER (PARTITION BY d.dataset ORDER BY d.night DESC, d.run_id DESC) = 1;
COMMENT ON VIEW latest_dataset IS 'Each dataset as its portal last described it.';

CREATE VIEW score_history AS
SELECT s.night, split_part(s.dataset, '/', 1) AS source, s.dataset, d.title, d.guide_dataset, s.category,
       s.dimension, s.score, s.rules, s.explanation_en, s.explanation_es
FROM score s LEFT JOIN latest_dataset d ON d.dataset = s.dataset;
COMMENT ON VIEW score_history IS 'Every score of every night. Compare only rows with equal rules.';

CREATE VIEW latest_score AS
SELECT h.* FROM score_history h
WHERE h.night = (SELECT max(s.night) FROM score s WHERE s.dataset = h.dataset);
COMMENT ON VIEW latest_score IS 'The scores of each dataset''s newest night; columns as in score_history.';

CREATE VIEW scale_history AS
SELECT c.night, split_part(c.dataset, '/', 1) AS source, c.dataset, d.title, d.guide_dataset, c.scale, c.part, c.item,
       c.title_en, c.title_es, c.points, c.known, c.most, c.evidence, c.metric, c.rules
FROM scale_score c LEFT JOIN latest_dataset d ON d.dataset = c.dataset;
COMMENT ON VIEW scale_history IS 'Every night on the scales of others: the Charter''s principles, Mexico''s of 2019, the European MQA.';

CREATE VIEW latest_scale AS
SELECT h.* FROM scale_history h
WHERE h.night = (SELECT max(v.night) FROM verdict v WHERE v.dataset = h.dataset);
COMMENT ON VIEW latest_scale IS 'The scales on each dataset''s newest night; columns as in scale_history.';

CREATE VIEW latest_fix AS
SELECT f.night, split_part(f.dataset, '/', 1) AS source, f.dataset, d.title, d.guide_dataset, f.place, f.subject, f.kind,
       f.category, f.dimension, f.gain, f.gain_in_category, f.title_en, f.title_es, f.advice_en, f.advice_es, f.rules
FROM fix f LEFT JOIN latest_dataset d ON d.dataset = f.dataset
WHERE f.night = (SELECT max(v.night) FROM verdict v WHERE v.dataset = f.dataset);
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
SELECT h.* FROM expectation_history h
WHERE h.night = (SELECT max(v.night) FROM verdict v WHERE v.dataset = h.dataset);
COMMENT ON VIEW latest_expectation IS 'The expectations of each dataset''s newest night; none when it could not be validated then.';

CREATE VIEW verdict_history AS
SELECT v.night, split_part(v.dataset, '/', 1) AS source, v.dataset, d.title, d.publisher, d.country,
       d.guide_dataset, d.guide_title_en, d.guide_title_es, v.outcome, v.reason, v.critical_failed, v.warning_failed
FROM verdict v LEFT JOIN latest_dataset d ON d.dataset = v.dataset;
COMMENT ON VIEW verdict_history IS 'What came of every dataset, every night, in one word and one sentence.';

CREATE VIEW latest_verdict AS
SELECT h.* FROM verdict_history h
WHERE h.night = (SELECT max(v.night) FROM verdict v WHERE v.dataset = h.dataset);
COMMENT ON VIEW latest_verdict IS 'The verdict of each dataset''s newest night; columns as in verdict_history.';

CREATE VIEW coverage_of_guide AS
WITH watched AS (
    SELECT v.*,
           CASE WHEN EXISTS (SELECT 1 FROM snapshot s WHERE s.dataset = v.dataset AND s.night = v.night
                             AND s.sha256 IS NOT NULL) THEN 'published'
                WHEN v.outcome IN ('not_run', 'blocked') THEN 'unknown'
                WHEN v.outcome = 'not_published' THEN 'not_published'
                ELSE 'out_of_reach' END AS state,
           (SELECT any_value(s.score) FROM score s WHERE s.dataset = v.dataset AND s.night = v.night
            AND s.dimension = 'access') AS access,
           (SELECT any_value(s.score) FROM score s WHERE s.dataset = v.dataset AND s.night = v.night
            AND s.dimension = 'content') AS content
    FROM latest_verdict v WHERE v.country IS NOT NULL AND v.guide_dataset IS NOT NULL),
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

CREATE VIEW open_alerts AS
SELECT t.dataset, d.title, d.publisher, d.guide_dataset, t.condition, t.severity, t.since,
       t.night AS opened_on, t."before", t."after", t.summary_en, t.summary_es, t.advice_en, t.advice_es,
       t.col, t.rules
FROM transition t LEFT JOIN latest_dataset d ON d.dataset = t.dataset
WHERE t.kind = 'opened' AND NOT EXISTS (
    SELECT 1 FROM transition later
    WHERE later.dataset = t.dataset AND later.condition = t.condition
      AND (later.night > t.night OR (later.night = t.night AND later.kind = 'recovered')));
COMMENT ON VIEW open_alerts IS 'What is broken now: conditions that opened and have not recovered.';
