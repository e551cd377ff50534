"""A history of thousands of datasets over years, generated from a seed in SQL.

Belongs here: what `benchmarks/history.py` measures on. Three datasets a source, one file each, 60 metrics; the bytes of
dataset number d change every 1 to 30 nights,
and with them its results and scores; the age of the data is another number
every night. Measurements come as the lines that run folders hold, a month a file, and go the way of every measurement;
everything else is written straight into the tables. Does not belong here: any measuring.
"""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from pipelines import duck
from pipelines.history.migrate import migrate

FIRST = date(2025, 1, 1)
METRICS, RESULTS, SCALE_ITEMS, FIXES = 60, 20, 90, 5
DIMENSIONS = (
    "availability",
    "timeliness",
    "structure",
    "openness",
    "completeness",
    "validity",
    "uniqueness",
    "consistency",
)

# n: number of the night, d: of the dataset, v: how often its bytes have changed by then.
_MACROS = """
CREATE MACRO source_of(d) AS 'fuente-' || lpad((d // 3)::VARCHAR, 4, '0');
CREATE MACRO dataset_of(d) AS source_of(d) || '/conjunto-' || d;
CREATE MACRO file_of(d) AS dataset_of(d) || '/csv';
CREATE MACRO sha_of(d, v) AS sha256(SEED || '-' || d || '-' || v);
CREATE MACRO version_of(d, n) AS n // (1 + hash(SEED, d) % 30)::INTEGER;
CREATE MACRO chance(d, v, k) AS (hash(SEED, d, v, k) % 1000000) / 1000000;
CREATE MACRO night_of(n) AS DATE '2025-01-01' + n::INTEGER;
CREATE MACRO block(d, v, kind) AS hash(SEED, d, v, kind);
CREATE MACRO rules_of(n) AS 'weights ' || if(n < 200, '1', '2') || ', suite_' || 1;
"""

METRIC_NAMES = [
    "availability.reachable",
    "timeliness.current",
    "timeliness.age",
    "timeliness.as_of_age",
    "structure.rows_kept",
] + [f"{DIMENSIONS[k % len(DIMENSIONS)]}.metric_{k}" for k in range(5, METRICS)]


def macros(seed: int) -> str:
    return _MACROS.replace("SEED", str(seed))


def measurement_lines(folder: Path, seed: int, datasets: int, nights: int) -> list[Path]:
    """Write `measurements.jsonl` of all nights as (night, source, artifact, line, text), a Parquet file a month."""
    connection = duck.connect()
    connection.execute(macros(seed))
    connection.execute(
        "CREATE TABLE metric_name AS SELECT unnest(?) AS metric, unnest(range(len(?))) AS k",
        [METRIC_NAMES] * 2,
    )
    files = []
    start = 0
    while start < nights:
        first = FIRST + timedelta(days=start)
        after = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
        end = min(nights, (after - FIRST).days)
        path = folder / f"{first:%Y-%m}.parquet"
        connection.execute(
            f"""
            COPY (
                WITH known AS MATERIALIZED (
                    SELECT night_of(n) AS night, n, d, v, source_of(d) AS source, dataset_of(d) AS dataset,
                    file_of(d) AS file,
                           sha_of(d, v) AS sha
                    FROM (SELECT n, d, version_of(d, n) AS v FROM range({start}, {end}) a(n), range({datasets}) b(d)))
                SELECT night, source, 'measurements.jsonl' AS artifact, 0 AS line,
                       to_json({{computed_on: if(k < 40, file, dataset), dataset: dataset, metric: metric,
                                metric_version: if(k = 7 AND n >= 200, '2', '1'),
                                "value": CASE WHEN k IN (2, 3) THEN n % 97 + d % 50 WHEN k % 3 = 0 THEN (chance(d, v,
                                k) > 0.02)::INTEGER
                                              ELSE round(chance(d, v // 2, k), 4) END,
                                reason: if(chance(d, 0, k) < 0.02, 'the portal does not tell it', ''),
                                sha256: if(k < 40, sha, NULL)}})::VARCHAR AS text
                FROM known CROSS JOIN metric_name
            ) TO {duck.literal(str(path))} (COMPRESSION zstd)"""
        )
        files.append(path)
        start = end
    connection.close()
    return files


def everything_else(path: Path, seed: int, datasets: int, nights: int) -> None:
    """Fill all other tables of a new history at `path`."""
    connection = duck.connect(path)
    migrate(connection)
    connection.execute(macros(seed).replace("CREATE MACRO", "CREATE TEMP MACRO"))
    connection.execute(
        f"CREATE TEMP TABLE nightly AS SELECT n::INTEGER AS n, d::INTEGER AS d, version_of(d, n) AS v"
        f" FROM range({nights}) a(n), range({datasets}) b(d) ORDER BY n, d"
    )
    connection.execute(
        "CREATE TEMP TABLE version AS SELECT d, v, min(n) AS n FROM nightly GROUP BY d, v ORDER BY n, d"
    )
    for statement in _TABLES:
        connection.execute(
            statement.format(
                nights=nights,
                datasets=datasets,
                results=RESULTS,
                items=SCALE_ITEMS,
                fixes=FIXES,
                dimensions=list(DIMENSIONS),
            )
        )
    connection.close()


_TABLES = (
    """INSERT INTO run BY NAME SELECT night_of(n) || '/' || source_of(d) AS run_id, night_of(n) AS night,
       source_of(d) AS source, 'veedor 0.1.0' AS software, night_of(n) + INTERVAL 3 HOUR AS started_on,
       night_of(n) + INTERVAL 3 HOUR AS finished_on, 'success' AS result, 'r1' AS rules, '' AS reason
       FROM nightly WHERE d % 3 = 0""",
    """INSERT INTO recorded_artifact SELECT night_of(n) || '/' || source_of(d), night_of(n), artifact,
       hash(d, artifact, v) FROM nightly, (SELECT unnest(['validation_results.jsonl', 'scores.jsonl',
       'scales.jsonl', 'fixes.jsonl']) AS artifact) WHERE d % 3 = 0""",
    """INSERT INTO judged SELECT night_of(n), source_of(d) FROM nightly WHERE d % 3 = 0""",
    """INSERT INTO dataset_night SELECT night_of(n) || '/' || source_of(d), night_of(n), dataset_of(d), block(d,
    v // 8, 'd'),
       block(d, 0, 'f'), block(d, v, 'r'), block(d, v, 'e'), if(v % 3 = 0, block(d, v, 'x'), NULL), block(d, v, 's'),
       block(d, v // 4, 'c'), block(d, v, 'm') FROM nightly""",
    """INSERT INTO dataset_rows BY NAME SELECT DISTINCT block(d, v // 8, 'd') AS block, source_of(d) AS source,
    dataset_of(d) AS dataset,
       'Conjunto de datos número ' || d AS title, 'Secretaría número ' || d // 10 AS publisher,
       ['MX', 'CO', 'BR', 'FR', 'GB'][d % 5 + 1] AS country, g.guide_dataset, g.title_en AS guide_title_en,
       g.title_es AS guide_title_es, 'Unidad ' || d // 10 AS contact_name, 'CC-BY-4.0' AS license,
       'R/P1M' AS accrual_periodicity, 30.4 AS accrual_periodicity_days, 'es' AS language, '[]' AS keywords,
       '[]' AS themes,
       '[]' AS declared, night_of(v // 8)::VARCHAR AS modified
       FROM version JOIN guide_dataset g ON g.number = d % 30 + 1""",
    """INSERT INTO distribution_rows BY NAME SELECT DISTINCT block(d, 0, 'f') AS block, dataset_of(d) AS dataset,
    file_of(d) AS distribution,
       'Archivo CSV' AS title, 'https://datos.example.org/' || d || '.csv' AS download_url, 'csv' AS format
       FROM version""",
    """INSERT INTO read_report_rows BY NAME SELECT block(d, v, 'r') AS block, dataset_of(d) AS dataset,
    file_of(d) AS distribution,
       'datos' AS table_name, true AS main, 'csv' AS format, 'utf-8' AS encoding, ',' AS delimiter, 1 AS header_row,
       '["id", "importe", "fecha"]' AS columns, 1000 + (chance(d, v, 'rows') * 5000)::INTEGER + v AS rows,
       0 AS ragged, 0 AS lost,
       1.0 AS share_read, 'v4' AS layout, '{{"id": "id"}}' AS roles, '[]' AS missing_roles, '[]' AS notes, sha_of(d,
       v) AS sha256,
       if(chance(d, v, 'columns') < 0.01, '[{{"kind": "dropped", "before": "fecha", "after": null, "type_before": "",
       "type_after": ""}}]', '[]') AS column_changes
       FROM version""",
    """INSERT INTO expectation BY NAME SELECT g.guide_dataset AS suite, '1' AS suite_version, 'rule_' || k AS key,
    night_of(0) AS night,
       'x' AS run_id, 'expect_column_values_to_match_regex' AS type, if(k < 5, 'critical', 'warning') AS severity,
       {dimensions}[k % 8 + 1] AS dimension, 'P2' AS principle, 'role_' || k AS role, 'ours' AS basis,
       'Rule ' || k AS title_en,
       'Regla ' || k AS title_es, repeat('Mend it. ', 40) AS advice_en, repeat('Corríjalo. ', 40) AS advice_es
       FROM guide_dataset g, range({results}) c(k)""",
    """INSERT INTO expectation_result_rows BY NAME SELECT block(d, v, 'e') AS block, dataset_of(d) AS dataset,
    file_of(d) AS distribution,
       'datos' AS table_name, g.guide_dataset AS suite, '1' AS suite_version, 'rule_' || k AS key,
       'expect_column_values_to_match_regex' AS type, if(chance(d, v, k) < 0.1, 'failed', 'passed') AS outcome,
       if(k < 5, 'critical', 'warning') AS severity, {dimensions}[k % 8 + 1] AS dimension, 'P2' AS principle,
       'role_' || k AS role,
       'columna ' || k AS col, '' AS reason, 1000 AS element_count, 0 AS missing_count,
       if(chance(d, v, k) < 0.1, (chance(d, v, -k) * 1000)::INTEGER, 0) AS unexpected_count,
       if(chance(d, v, k) < 0.1, chance(d, v, -k) * 100, 0) AS unexpected_percent, 1.0 AS mostly, 'ours' AS basis,
       'plan' AS executed_by,
       1000 AS rows, 'v4' AS layout, sha_of(d, v) AS sha256
       FROM version JOIN guide_dataset g ON g.number = d % 30 + 1, range({results}) c(k) ORDER BY n, d, k""",
    """INSERT INTO expectation_example_rows BY NAME SELECT block(d, v, 'x') AS block, dataset_of(d) AS dataset,
       file_of(d) AS distribution, 'datos' AS table_name, 'rule_1' AS key, k AS position, k * 7 AS row_number,
       's/d' AS value
       FROM version, range(1, 6) c(k) WHERE v % 3 = 0 ORDER BY n, d, k""",
    """INSERT INTO score_rows BY NAME SELECT block(d, v, 's') AS block, dataset_of(d) AS dataset,
       if(k IN (0, 1, 8), 'access', 'content') AS category,
       CASE k WHEN 8 THEN 'access' WHEN 9 THEN 'content' ELSE {dimensions}[k + 1] END AS dimension,
       round(50 + 50 * chance(d, v, k), 2) AS score, rules_of(n) AS rules, 'Rule ' || k || ' −12.5' AS explanation_en,
       'Regla ' || k || ' −12.5' AS explanation_es FROM version, range(10) c(k) ORDER BY n, d, k""",
    """INSERT INTO scale_score_rows BY NAME SELECT block(d, v, 'c') AS block, dataset_of(d) AS dataset, 'mqa' AS scale,
       'part ' || k % 5 AS part, 'item ' || k AS item, chance(d, v, k) * 10 AS points, 10.0 AS known, 10.0 AS most,
       'measured' AS evidence, rules_of(n) AS rules, 'Item ' || k AS title_en, 'Punto ' || k AS title_es
       FROM (SELECT d, v // 4 AS v, min(n) AS n FROM version GROUP BY ALL), range({items}) c(k) ORDER BY n, d, k""",
    """INSERT INTO fix_rows BY NAME SELECT block(d, v, 'm') AS block, dataset_of(d) AS dataset, k AS place,
    'rule_' || k AS subject,
       'expectation' AS kind, 'content' AS category, 'validity' AS dimension, 10.0 / k AS gain,
       5.0 / k AS gain_in_category,
       rules_of(n) AS rules, 'Rule ' || k AS title_en, 'Regla ' || k AS title_es, repeat('Mend it. ', 40) AS advice_en,
       repeat('Corríjalo. ', 40) AS advice_es FROM version, range(1, {fixes} + 1) c(k) ORDER BY n, d, k""",
    """INSERT INTO verdict BY NAME SELECT night_of(n) || '/' || source_of(d) AS run_id, night_of(n) AS night,
    dataset_of(d) AS dataset,
       if(chance(d, v, 'verdict') < 0.3, 'failed', 'passed') AS outcome, '' AS reason,
       if(chance(d, v, 'verdict') < 0.3, 1, 0) AS critical_failed, 2 AS warning_failed FROM nightly""",
    """INSERT INTO snapshot BY NAME SELECT night_of(n) || '/' || source_of(d) AS run_id, night_of(n) AS night,
    dataset_of(d) AS dataset,
       file_of(d) AS distribution, 'https://datos.example.org/' || d || '.csv' AS url,
       night_of(n) + INTERVAL 3 HOUR AS visited_on,
       if(chance(d, n, 'down') < 0.01, NULL, sha_of(d, v)) AS sha256, 100000 + d AS bytes, v <> version_of(d,
       greatest(n - 1, 0)) AS changed,
       if(chance(d, n, 'down') < 0.01, 503, 200) AS http_status, if(chance(d, n, 'down') < 0.01, 'server_error',
       NULL) AS fault_kind,
       0.5 + chance(d, n, 'seconds') AS seconds FROM nightly""",
    """INSERT INTO transition BY NAME SELECT night_of(n) AS night, d || '-' || n || '-' || kind AS id,
    dataset_of(d) AS dataset,
       'expectation:rule_1' AS condition, kind, night_of(n) AS since, 0.0 AS "before", 12.0 AS "after", 'r1' AS rules,
       'critical' AS severity, 'It got worse' AS summary_en, 'Empeoró' AS summary_es, 'Mend it.' AS advice_en,
       'Corríjalo.' AS advice_es,
       '[]' AS examples FROM (SELECT d, n, if(v % 2 = 0, 'opened', 'recovered') AS kind FROM version
       WHERE d % 4 = 0 AND v > 0) ORDER BY n, d""",
)
