"""Facts: what the published history knows of some datasets' nights, read for some datasets at a time.

Belongs here: the questions to `quality.duckdb`, which hold nothing that is not public. Does not belong here: any term.
Each dataset is told as of its newest night, or as of a night that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.history import asking
from pipelines.site.dqv import mqa

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]


@dataclass(frozen=True)
class Facts:
    """One dataset's night; rows as the views have them. `described` is the newest description up to that night."""

    verdict: Row
    run: Row
    described: Row
    distributions: list[Row]
    snapshots: dict[str, Row]
    measurements: list[Row]
    scores: list[Row]
    scales: list[Row]
    failed: list[Row]


def of_datasets(
    connection: DuckDBPyConnection, datasets: Sequence[str], night: date | None = None
) -> Iterator[Facts]:
    """Some datasets by key, as of the newest night of each or as of `night`; those without a verdict are left out."""
    asked = {"night": night, "datasets": list(datasets)}

    def by_dataset(sql: str) -> dict[str, list[Row]]:
        found: dict[str, list[Row]] = {}
        for row in _rows(connection, f"{WANTED} {sql}", asked):
            found.setdefault(row["dataset"], []).append(row)
        return found

    verdicts = by_dataset(of_wanted("verdict_history"))
    runs = by_dataset(RUNS)
    described = by_dataset(DESCRIBED if night else DESCRIBED_NOW)
    distributions = by_dataset(of_wanted("distribution", "distribution"))
    snapshots = by_dataset(of_wanted("snapshot", "distribution"))
    measurements = by_dataset(of_wanted("quality_measurement", "metric, computed_on"))
    scores = by_dataset(of_wanted("score_history", "category, dimension"))
    scales = by_dataset(SCALE_ROWS)
    failed = by_dataset(FAILED)
    for key, (verdict, *_) in sorted(verdicts.items()):
        yield Facts(
            verdict=verdict,
            run=next(iter(runs.get(key, [])), {}),
            described=next(iter(described.get(key, [])), {}),
            distributions=distributions.get(key, []),
            snapshots={row["distribution"]: row for row in snapshots.get(key, [])},
            measurements=measurements.get(key, []),
            scores=scores.get(key, []),
            scales=scales.get(key, []),
            failed=failed.get(key, []),
        )


def verdicts(connection: DuckDBPyConnection, night: date | None = None) -> list[Row]:
    """The verdicts about all datasets by key, as of the newest night of each or as of `night`."""
    found = _rows(connection, f"{WANTED} {of_wanted('verdict_history')}", {"night": night, "datasets": None})
    return sorted(found, key=lambda row: str(row["dataset"]))


def of_wanted(table: str, order: str = "night") -> str:
    """The rows of a table or view that belong to the wanted nights."""
    ordered = ", ".join(f"t.{column}" for column in order.split(", "))
    return f"SELECT t.* FROM {table} t JOIN wanted w ON w.dataset = t.dataset AND w.night = t.night ORDER BY {ordered}"


def _rows(connection: DuckDBPyConnection, sql: str, params: dict[str, Any]) -> list[Row]:
    columns, rows = asking.ask(connection, sql, params or None, seconds=600, max_rows=10_000_000)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def metrics_seen(connection: DuckDBPyConnection) -> Sequence[tuple[str, str]]:
    """Every metric under every version that was ever measured."""
    return [(row["metric"], row["metric_version"]) for row in _rows(connection, METRICS, {})]


def scales_seen(connection: DuckDBPyConnection) -> list[Row]:
    """Every scale, part and version of the scales that was ever scored, with its title."""
    return _rows(connection, SCALES, {})


def guide(connection: DuckDBPyConnection) -> list[Row]:
    """The guide's datasets, and those of an installation's own expectations (without a number)."""
    return _rows(connection, GUIDE, {})


WANTED = """
WITH wanted AS (
    SELECT dataset, max(night) AS night FROM verdict_history
    WHERE ($datasets::VARCHAR[] IS NULL OR dataset IN (SELECT unnest($datasets::VARCHAR[])))
      AND ($night::DATE IS NULL OR night = $night::DATE)
    GROUP BY dataset)
"""
METRICS = "SELECT DISTINCT metric, metric_version FROM quality_measurement ORDER BY ALL"
SCALES = """
SELECT scale, part, rules_version, arg_max(title_en, night) AS title_en, arg_max(title_es, night) AS title_es
FROM (SELECT *, split_part(split_part(rules, ',', 1), ' ', 2) AS rules_version FROM scale_history WHERE item = '')
GROUP BY ALL ORDER BY ALL
"""
GUIDE = """
SELECT guide_dataset, number, title_en, title_es FROM guide_dataset
UNION ALL
SELECT guide_dataset, NULL, coalesce(arg_max(guide_title_en, night), guide_dataset),
       coalesce(arg_max(guide_title_es, night), guide_dataset)
FROM verdict_history WHERE guide_dataset NOT IN (SELECT guide_dataset FROM guide_dataset) GROUP BY guide_dataset
ORDER BY number NULLS LAST, guide_dataset
"""
RUNS = """
SELECT w.dataset, r.* FROM wanted w
JOIN run r ON r.night = w.night AND r.source = split_part(w.dataset, '/', 1) ORDER BY r.run_id
"""
DESCRIBED = """
SELECT d.* FROM dataset d JOIN wanted w ON w.dataset = d.dataset AND d.night <= w.night
QUALIFY row_number() OVER (PARTITION BY d.dataset ORDER BY d.night DESC) = 1
"""
DESCRIBED_NOW = "SELECT d.* FROM latest_dataset d JOIN wanted w ON w.dataset = d.dataset"
# Of the items of scales those alone that are told; a scale has some hundred.
_TOLD = ", ".join(f"'{item}'" for item in (*mqa.SAME, *mqa.SAME_OF_FILES))
SCALE_ROWS = f"""
SELECT t.dataset, t.scale, t.part, t.item, t.points, t.known, t.most, t.rules
FROM scale_score t JOIN wanted w ON w.dataset = t.dataset AND w.night = t.night
WHERE t.item = '' OR (t.scale = '{mqa.SCALE}' AND t.item IN ({_TOLD}))
ORDER BY t.scale, t.part, t.item
"""
FAILED = """
SELECT e.dataset, e.distribution, e.table_name, e.suite, e.suite_version, e.key, e.title_en, e.title_es, e.outcome,
       e.severity, e.dimension, e.reason
FROM expectation_history e JOIN wanted w ON w.dataset = e.dataset AND w.night = e.night
WHERE e.outcome IN ('failed', 'error') ORDER BY e.distribution, e.table_name, e.key
"""
