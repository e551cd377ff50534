"""Questions to the published history, as a reader asks a view and as somebody would write them on the stored tables.

Belongs here: the two forms of each question, which the benchmark runs in turn and whose answers must be equal. Views
that are their own best query (they only name columns of one table) have no second form. Does not belong here:
measuring.
"""

from __future__ import annotations

DATASET = "fuente-0001/conjunto-4"

_NAMED = "LEFT JOIN latest_dataset_rows t ON t.dataset = n.dataset"

QUESTIONS: dict[str, tuple[str, str]] = {
    "latest_score, all": (
        "SELECT dataset, title, category, dimension, score FROM latest_score",
        f"""WITH newest AS (SELECT dataset, max(night) AS night FROM dataset_night
        WHERE score_block IS NOT NULL GROUP BY dataset)
            SELECT n.dataset, t.title, s.category, s.dimension, s.score
            FROM newest w JOIN dataset_night n ON n.dataset = w.dataset AND n.night = w.night
            JOIN score_rows s ON s.block = n.score_block AND s.dataset = n.dataset {_NAMED}""",
    ),
    "score_history, one": (
        f"SELECT night, dimension, score, title FROM score_history WHERE dataset = '{DATASET}'",
        f"""SELECT n.night, s.dimension, s.score, t.title FROM dataset_night n
            JOIN score_rows s ON s.block = n.score_block {_NAMED}
            WHERE n.dataset = '{DATASET}' AND s.dataset = '{DATASET}'""",
    ),
    "quality_measurement, one": (
        f"SELECT night, metric, value FROM quality_measurement WHERE dataset = '{DATASET}'",
        f"""SELECT m.night, k.metric, m.value FROM measurement m JOIN metric k ON k.id = m.metric
            JOIN (SELECT id FROM computed_on WHERE dataset = '{DATASET}') c ON c.id = m.computed_on""",
    ),
    "quality_measurement, all": (
        "SELECT metric, count(*), avg(value) FROM quality_measurement GROUP BY metric",
        """SELECT k.metric, count(*), avg(m.value) FROM measurement m JOIN metric k ON k.id = m.metric
           GROUP BY k.metric""",
    ),
    "expectation_history, one": (
        f"SELECT night, key, outcome, unexpected_count, title_en FROM expectation_history WHERE dataset = '{DATASET}'",
        f"""SELECT n.night, r.key, r.outcome, r.unexpected_count, e.title_en FROM dataset_night n
            JOIN expectation_result_rows r ON r.block = n.expectation_result_block
            LEFT JOIN expectation e ON e.suite = r.suite AND e.suite_version = r.suite_version AND e.key = r.key
            WHERE n.dataset = '{DATASET}' AND r.dataset = '{DATASET}'""",
    ),
    "latest_expectation, all": (
        "SELECT dataset, title, key, outcome FROM latest_expectation",
        f"""WITH newest AS (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset)
            SELECT n.dataset, t.title, r.key, r.outcome
            FROM newest w JOIN dataset_night n ON n.dataset = w.dataset AND n.night = w.night
            JOIN expectation_result_rows r ON r.block = n.expectation_result_block AND r.dataset = n.dataset
            {_NAMED}""",
    ),
    "verdict_history, all": (
        "SELECT outcome, country, count(*) FROM verdict_history GROUP BY ALL",
        f"""SELECT n.outcome, t.country, count(*) FROM verdict n {_NAMED} GROUP BY ALL""",
    ),
    "availability, one": (
        f"SELECT night, reachable, http_status, title FROM availability WHERE dataset = '{DATASET}'",
        f"""SELECT n.night, n.fault_kind IS NULL AND n.sha256 IS NOT NULL, n.http_status, t.title
            FROM snapshot n {_NAMED} WHERE n.dataset = '{DATASET}'""",
    ),
    "score_change, one": (
        f"SELECT night, dimension, change, change_7_days, title FROM score_change WHERE dataset = '{DATASET}'",
        f"""WITH s AS (
                SELECT n.night, s.* FROM dataset_night n JOIN score_rows s ON s.block = n.score_block
                WHERE n.dataset = '{DATASET}' AND s.dataset = '{DATASET}' AND s.score IS NOT NULL)
            SELECT n.night, n.dimension, round(n.score - lag(n.score) OVER one, 2),
            round(n.score - last_value(n.score) OVER week, 2),
                   t.title FROM s n {_NAMED}
            WINDOW one AS (PARTITION BY n.category, n.dimension, n.rules ORDER BY n.night),
                week AS (PARTITION BY n.category, n.dimension, n.rules ORDER BY n.night
                         RANGE BETWEEN INTERVAL 14 DAYS PRECEDING AND INTERVAL 7 DAYS PRECEDING)""",
    ),
    "freshness, all": (
        "SELECT dataset, distribution, days_since_change, currency, title FROM freshness",
        f"""WITH newest AS (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset),
            age AS (
                SELECT c.dataset, c.computed_on, m.night,
                max(m.value) FILTER (WHERE k.metric = 'timeliness.age') AS age,
                       max(m.value) FILTER (WHERE k.metric = 'timeliness.current') AS currency
                FROM measurement m JOIN metric k ON k.id = m.metric JOIN computed_on c ON c.id = m.computed_on
                WHERE k.metric IN ('timeliness.age', 'timeliness.as_of_age', 'timeliness.current')
                    AND m.night IN (SELECT DISTINCT night FROM newest)
                GROUP BY ALL)
            SELECT n.dataset, a.computed_on, a.age, a.currency, t.title FROM newest n
            LEFT JOIN age a ON a.dataset = n.dataset AND a.night = n.night {_NAMED}""",
    ),
    "uptime, all": (
        "SELECT dataset, nights, uptime, uptime_30_days FROM uptime",
        """WITH visit AS (
               SELECT c.dataset, m.night, CASE WHEN min(m.value) < 1 THEN 0 WHEN count(*) = count(m.value) THEN 1 END
               AS up
               FROM measurement m JOIN computed_on c ON c.id = m.computed_on
               WHERE m.metric = (SELECT id FROM metric WHERE metric = 'availability.reachable') GROUP BY ALL)
           SELECT v.dataset, count(*), avg(up), avg(up) FILTER (WHERE v.night > n.newest - 30)
           FROM visit v JOIN (SELECT dataset, max(night) AS newest
           FROM visit GROUP BY dataset) n ON n.dataset = v.dataset
           GROUP BY v.dataset""",
    ),
    "rows_over_time, one": (
        f"SELECT night, rows, rows_change, rows_removed, title FROM rows_over_time WHERE dataset = '{DATASET}'",
        f"""SELECT n.night, r.rows,
                r.rows - lag(r.rows) OVER (PARTITION BY r.distribution, r.member, r.table_name ORDER BY n.night),
                c.removed, t.title
            FROM dataset_night n JOIN read_report_rows r ON r.block = n.read_report_block
            LEFT JOIN row_change c ON c.run_id = n.run_id AND c.dataset = n.dataset
                AND c.distribution = r.distribution AND c.table_name = r.table_name {_NAMED}
            WHERE n.dataset = '{DATASET}' AND r.dataset = '{DATASET}' AND r.fault_kind IS NULL""",
    ),
    "coverage_of_guide, all": (
        "SELECT country, guide_dataset, state, dataset, content FROM coverage_of_guide",
        """WITH newest AS (SELECT dataset, max(night) AS night, arg_max(outcome, night) AS outcome
        FROM verdict GROUP BY dataset),
            known AS (
                SELECT t.country, t.guide_dataset, w.dataset,
                       CASE WHEN f.sha256 IS NOT NULL THEN 1 WHEN w.outcome IN ('not_run', 'blocked') THEN 2
                            WHEN w.outcome = 'not_published' THEN 4 ELSE 3 END AS state,
                       s.content, s.access
                FROM newest w JOIN latest_dataset_rows t ON t.dataset = w.dataset
                LEFT JOIN (SELECT dataset, night, max(sha256) AS sha256 FROM snapshot GROUP BY ALL) f
                    ON f.dataset = w.dataset AND f.night = w.night
                LEFT JOIN (SELECT n.dataset, n.night, max(s.score) FILTER (WHERE s.dimension = 'content') AS content,
                                  max(s.score) FILTER (WHERE s.dimension = 'access') AS access
                           FROM newest w JOIN dataset_night n ON n.dataset = w.dataset AND n.night = w.night
                           JOIN score_rows s ON s.block = n.score_block AND s.dataset = n.dataset GROUP BY ALL) s
                    ON s.dataset = w.dataset AND s.night = w.night
                WHERE t.country IS NOT NULL AND t.guide_dataset IS NOT NULL),
            best AS (SELECT *, row_number() OVER (PARTITION BY country, guide_dataset ORDER BY state,
            content DESC NULLS LAST,
                                                  access DESC NULLS LAST, dataset) AS place FROM known)
            SELECT c.country, g.guide_dataset,
                   coalesce(['published', 'unknown', 'out_of_reach', 'not_published'][b.state], 'not_watched'),
                   b.dataset, b.content
            FROM (SELECT DISTINCT country FROM known) c CROSS JOIN guide_dataset g
            LEFT JOIN best b ON b.country = c.country AND b.guide_dataset = g.guide_dataset AND b.place = 1""",
    ),
    "open_alerts, all": (
        "SELECT dataset, title, condition, since FROM open_alerts",
        f"""SELECT n.dataset, t.title, n.condition, n.since FROM (
                SELECT * FROM transition QUALIFY row_number() OVER (PARTITION BY dataset,
                condition ORDER BY night DESC, kind DESC) = 1) n
            {_NAMED} WHERE n.kind = 'opened'""",
    ),
}
