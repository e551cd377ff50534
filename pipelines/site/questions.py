"""Questions: the SQL over the published views and tables from which the pages of datasets are made.

Belongs here: what is asked about some sources or datasets at a time. Does not belong here: relating the answers
(`pages`), what is asked about all datasets together (`standing`).
"""

from __future__ import annotations

# Every night with a verdict, whether anything was measured or not: an unknown night is a gap, not nothing. Nights on
# end with one outcome and the same scores are one row. They begin with a month: what is old changes monthly.
HISTORY = """
WITH marked AS (
    SELECT v.dataset, v.night, v.outcome, n.score_block AS block,
           coalesce(v.outcome IS DISTINCT FROM lag(v.outcome) OVER one
                    OR n.score_block IS DISTINCT FROM lag(n.score_block) OVER one, true) AS begins
    FROM verdict v LEFT JOIN dataset_night n ON n.dataset = v.dataset AND n.night = v.night
    WHERE list_contains(?, split_part(v.dataset, '/', 1)) AND v.night >= date_trunc('month', ?::DATE - ?::INTEGER)
    WINDOW one AS (PARTITION BY v.dataset ORDER BY v.night)),
numbered AS (SELECT *, sum(begins::INTEGER) OVER (PARTITION BY dataset ORDER BY night) AS place FROM marked),
alike AS (
    SELECT dataset, place, min(night) AS first, max(night) AS last, count(*) AS nights,
           any_value(outcome) AS outcome, any_value(block) AS block
    FROM numbered GROUP BY dataset, place)
SELECT a.dataset, a.first, a.last, a.nights, a.outcome,
       any_value(s.score) FILTER (WHERE s.dimension = 'access') AS access,
       any_value(s.rules) FILTER (WHERE s.dimension = 'access') AS access_rules,
       any_value(s.score) FILTER (WHERE s.dimension = 'content') AS content,
       any_value(s.rules) FILTER (WHERE s.dimension = 'content') AS content_rules
FROM alike a LEFT JOIN score_rows s ON s.block = a.block AND s.dataset = a.dataset
    AND s.dimension IN ('access', 'content')
GROUP BY a.dataset, a.place, a.first, a.last, a.nights, a.outcome ORDER BY a.dataset, a.first
"""

EXAMPLES = """
SELECT e.* FROM expectation_example e JOIN latest_verdict v ON v.dataset = e.dataset AND v.night = e.night
WHERE list_contains(?, e.dataset) ORDER BY e.distribution, e.table_name, e.key, e.position
"""

FILES = """
SELECT s.*, d.title, d.format, d.modified
FROM snapshot s JOIN latest_verdict v ON v.dataset = s.dataset AND v.night = s.night
LEFT JOIN distribution d ON d.run_id = s.run_id AND d.distribution = s.distribution
WHERE list_contains(?, v.source) ORDER BY s.distribution
"""

READS = """
SELECT r.* FROM read_report r JOIN latest_verdict v ON v.dataset = r.dataset AND v.night = r.night
WHERE list_contains(?, v.source) ORDER BY r.distribution, r.main DESC, r.table_name
"""

VISITS = """
FROM visited_pages WHERE list_contains(?, source)
ORDER BY dataset, CASE answers WHEN false THEN 0 WHEN true THEN 2 ELSE 1 END,
         list_position(['landing_page', 'contact_page', 'data_dictionary', 'license', 'cell'], purpose),
         distribution, row_number, role
"""

SOURCES = (
    "SELECT source, count(DISTINCT dataset) AS datasets FROM verdict_history GROUP BY source ORDER BY source"
)

BLOCKS = """
SELECT b.dataset, b.expectation_result_block, b.expectation_example_block, b.scale_score_block, b.fix_block,
       b.read_report_block
FROM dataset_night b
JOIN (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset) v
    ON v.dataset = b.dataset AND v.night = b.night
WHERE list_contains(?, split_part(b.dataset, '/', 1))
"""
# All that `latest_expectation` has of them; in which run they were last seen says nothing.
EXPECTATIONS = """
SELECT count(*) AS n, bit_xor(hash(suite, suite_version, key, title_en, title_es, advice_en, advice_es)) AS h
FROM expectation
"""
VIEWS = "SELECT count(*) AS n, bit_xor(hash(view_name, sql)) AS h FROM duckdb_views() WHERE NOT internal"
INCIDENTS = """
FROM incident_history i WHERE list_contains(?, source)
QUALIFY row_number() OVER (PARTITION BY incident ORDER BY night DESC) = 1
ORDER BY dataset, state = 'resolved', coalesce(resolved_on, opened_on) DESC, incident
"""

# Shares alone make scores; what grows older every night, such as an age in days, does not.
_SHARES = """
FROM measurement v JOIN computed_on c ON c.id = v.computed_on JOIN metric m ON m.id = v.metric
JOIN (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset) n
    ON n.dataset = c.dataset AND n.night = v.night
WHERE list_contains(?, m.metric)
"""
MEASURED_HASH = f"""
SELECT c.dataset, bit_xor(hash(c.computed_on, m.metric, m.metric_version, v.value, v.reason)) AS hash
{_SHARES} AND list_contains(?, c.source) GROUP BY c.dataset
"""
MEASURED = f"""
SELECT c.dataset, c.computed_on, m.metric, coalesce(m.title_en, m.metric) AS title_en,
       coalesce(m.title_es, m.metric) AS title_es, v.value, v.reason
{_SHARES} AND list_contains(?, c.dataset) ORDER BY c.dataset, m.metric, c.computed_on
"""
# The bytes that each file had, each with the first and last night on which they were found.
VERSIONS = """
SELECT s.dataset, s.distribution, s.sha256, any_value(s.bytes) AS bytes, min(s.night) AS first,
       any_value(r."rows") AS "rows"
FROM snapshot s
LEFT JOIN (SELECT dataset, distribution, sha256, any_value("rows") AS "rows" FROM read_report_rows
           WHERE main AND fault_kind IS NULL GROUP BY ALL) r
    ON r.dataset = s.dataset AND r.distribution = s.distribution AND r.sha256 = s.sha256
WHERE s.sha256 IS NOT NULL AND list_contains(?, s.dataset)
GROUP BY s.dataset, s.distribution, s.sha256 ORDER BY s.dataset, first DESC, s.distribution
"""
COLUMN_CHANGES = """
SELECT * FROM schema_changes WHERE list_contains(?, dataset)
ORDER BY dataset, night DESC, distribution, table_name, column_change, col_before, col_after
"""
