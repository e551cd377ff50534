"""Pages: what the published views say, put together for one page each.

Belongs here: reading the views and relating their rows. Does not belong here: words, HTML. Everything is
read source by source, so that a large installation needs no more memory than its largest source.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from re import fullmatch
from typing import TYPE_CHECKING, Any

from pipelines.history import asking
from pipelines.model import ColumnChange, ColumnChangeKind, Outcome, Severity
from pipelines.site.chart import Line, floor_below, line
from pipelines.site.reasons import NO_LAYOUT
from pipelines.site.words import LANGUAGES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]

CATEGORIES = ("access", "content")
DIMENSIONS = (
    *("availability", "timeliness", "structure", "openness", "metadata"),
    *("completeness", "validity", "uniqueness", "consistency"),
)
SCALES = ("charter", "mexico_2019", "mqa")
NIGHTS_SHOWN = 90
NOT_NULL = "expect_column_values_to_not_be_null"

# What needs somebody's hand stands first.
OUTCOME_ORDER = [
    *(Outcome.FAILED, Outcome.PARTLY_READ, Outcome.NOT_PUBLISHED, Outcome.ERROR),
    *(Outcome.BLOCKED, Outcome.NOT_RUN, Outcome.NOT_APPLICABLE, Outcome.PASSED),
]


@dataclass(frozen=True)
class CategoryScore:
    """A category's score on the newest night. `change` is since the night before, None when not comparable."""

    score: float | None
    change: float | None
    rules: str
    rules_changed: bool


@dataclass(frozen=True)
class Entry:
    """One dataset in the index. `stale`: its newest night is older than the installation's."""

    key: str
    title: str
    path: str
    publisher: str
    guide_titles: dict[str, str | None]
    outcome: str
    reason: str
    night: date
    stale: bool
    scores: dict[str, CategoryScore]


@dataclass(frozen=True)
class DatasetPage:
    """Everything on one dataset's page; rows as the views give them.

    `fixes` stand by what they gain; `scales` holds the rows of each scale of others, in its order.
    `visits` are the pages and links that were visited, those that do not answer first, then the unknown ones.
    `lines` holds the categories that were ever measured, drawn from `floor` points up. `has_suite`: there are
    expectations for this kind of dataset, so that a file whose columns fit none of its layouts is news.
    """

    entry: Entry
    described: Row
    verdict: Row
    run: Row
    dimensions: dict[str, list[Row]]
    fixes: list[Row]
    scales: dict[str, list[Row]]
    history: list[Row]
    lines: dict[str, Line]
    floor: int
    has_suite: bool
    expectations: list[Row]
    titles: dict[str, dict[str, str]]
    files: list[Row]
    visits: list[Row]
    alerts: list[Row]


def newest_night(connection: DuckDBPyConnection) -> date | None:
    """The newest night of the whole installation."""
    night: date | None = _rows(connection, "SELECT max(night) AS night FROM run")[0]["night"]
    return night


def sources(connection: DuckDBPyConnection) -> list[str]:
    """The sources that ever had a verdict."""
    return [
        row["source"] for row in _rows(connection, "SELECT DISTINCT source FROM verdict_history ORDER BY 1")
    ]


def of_source(connection: DuckDBPyConnection, source: str, newest: date) -> Iterator[DatasetPage]:
    """The pages of one source's datasets, by key."""
    described = {
        row["dataset"]: row for row in _rows(connection, "FROM latest_dataset WHERE source = ?", [source])
    }
    runs = {
        row["night"]: row
        for row in _rows(connection, "SELECT DISTINCT * FROM run WHERE source = ?", [source])
    }
    scores = _by(connection, "dataset", "FROM latest_score WHERE source = ?", [source])
    fixes = _by(connection, "dataset", "FROM latest_fix WHERE source = ?", [source])
    scales = _by(connection, "dataset", "FROM latest_scale WHERE source = ?", [source])
    history = _by(connection, "dataset", HISTORY, [source, newest, NIGHTS_SHOWN])
    expectations = _by(connection, "dataset", "FROM latest_expectation WHERE source = ?", [source])
    examples = _rows(connection, EXAMPLES, [source])
    files = _by(connection, "dataset", FILES, [source])
    reads = _rows(connection, READS, [source])
    visits = _by(connection, "dataset", VISITS, [source])
    alerts = _by(connection, "dataset", "FROM open_alerts WHERE split_part(dataset, '/', 1) = ?", [source])
    shown: dict[tuple[str, str, str], list[Row]] = {}
    for row in examples:
        shown.setdefault((row["distribution"], row["table_name"], row["key"]), []).append(row)
    suites = {row["suite"] for row in _rows(connection, "SELECT DISTINCT suite FROM expectation")}
    tables: dict[str, list[Row]] = {}
    for row in reads:
        row["column_changes"] = [
            ColumnChange(**{**item, "kind": ColumnChangeKind(item["kind"])})
            for item in json.loads(row["column_changes"] or "[]")
        ]
        tables.setdefault(row["distribution"], []).append(row)

    for verdict in _rows(connection, "FROM latest_verdict WHERE source = ? ORDER BY dataset", [source]):
        key = verdict["dataset"]
        nights = history.get(key, [])
        for row in expectations.get(key, []):
            row["examples"] = shown.get((row["distribution"], row["table_name"], row["key"]), [])
            row["recorded"] = any(it["record"] not in (None, it["value"]) for it in row["examples"])
            row["judged"] = judged(row)
        for row in files.get(key, []):
            row["tables"] = tables.get(row["distribution"], [])
        verdict["fault_kind"] = _fault_kind(verdict, described.get(key, {}), files.get(key, []))
        floor = floor_below(row[category] for row in nights for category in CATEGORIES)
        yield DatasetPage(
            entry=_entry(verdict, nights, newest),
            described=described.get(key, {}),
            verdict=verdict,
            run=runs.get(verdict["night"], {}),
            dimensions={category: _dimensions(scores.get(key, []), category) for category in CATEGORIES},
            fixes=sorted(fixes.get(key, []), key=_place),
            scales=_scales(scales.get(key, [])),
            history=nights,
            lines={
                category: _line(nights, category, floor)
                for category in CATEGORIES
                if any(row[category] is not None for row in nights)
            },
            floor=floor,
            has_suite=verdict["guide_dataset"] in suites or str(verdict["reason"]).startswith(NO_LAYOUT),
            expectations=sorted(expectations.get(key, []), key=_urgency),
            titles={
                language: {
                    row["key"]: row[f"title_{language}"]
                    for row in expectations.get(key, [])
                    if row[f"title_{language}"]
                }
                for language in LANGUAGES
            },
            files=files.get(key, []),
            visits=visits.get(key, []),
            alerts=alerts.get(key, []),
        )


def order(entry: Entry) -> tuple[int, str, str]:
    """How the index is sorted: what needs a hand first, then by title."""
    return (OUTCOME_ORDER.index(Outcome(entry.outcome)), entry.title.casefold(), entry.key)


def judged(row: Row) -> int | None:
    """The values that `unexpected_percent` is a share of: all for "is present", else those that are there."""
    elements: int | None = row["element_count"]
    if elements is None or row["type"] == NOT_NULL:
        return elements
    return elements - (row["missing_count"] or 0)


def safe_name(key: str) -> str:
    """A dataset's key as the name of its files, whatever is in it."""
    return "/".join(
        part
        if fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,100}", part)
        else f"x-{sha256(part.encode()).hexdigest()[:16]}"
        for part in key.split("/", 1)
    )


def safe_path(key: str) -> str:
    """The path of a dataset's page."""
    return f"dataset/{safe_name(key)}.html"


def _fault_kind(verdict: Row, described: Row, files: Sequence[Row]) -> str | None:
    """The kind of the fault that the verdict quotes, if it quotes one: a kind has a word in each language."""
    faults = (described, *files, *(table for file in files for table in file["tables"]))
    quoted = (row for row in faults if row.get("fault_kind") and row["fault_message"] == verdict["reason"])
    return next((row["fault_kind"] for row in quoted), None)


def _entry(verdict: Row, nights: Sequence[Row], newest: date) -> Entry:
    return Entry(
        key=verdict["dataset"],
        title=verdict["title"] or verdict["dataset"],
        path=safe_path(verdict["dataset"]),
        publisher=verdict["publisher"] or "",
        guide_titles={"en": verdict["guide_title_en"], "es": verdict["guide_title_es"]},
        outcome=verdict["outcome"],
        reason=verdict["reason"] or "",
        night=verdict["night"],
        stale=verdict["night"] < newest,
        scores={category: _category(nights, category, verdict["night"]) for category in CATEGORIES},
    )


def _category(nights: Sequence[Row], category: str, night: date) -> CategoryScore:
    """Compare the newest night with the one before; a score of an older night is not the newest's."""
    now = next((row for row in reversed(nights) if row["night"] == night), None)
    if now is None:
        return CategoryScore(None, None, "", False)
    score, rules = now[category], now[f"{category}_rules"] or ""
    before = next((row for row in reversed(nights) if row["night"] < night), None)
    if before is None or score is None or before[category] is None:
        return CategoryScore(score, None, rules, False)
    changed = before[f"{category}_rules"] != rules
    return CategoryScore(score, None if changed else score - before[category], rules, changed)


def _dimensions(scores: Sequence[Row], category: str) -> list[Row]:
    def place(row: Row) -> tuple[int, str]:
        name = row["dimension"]
        return (DIMENSIONS.index(name) if name in DIMENSIONS else len(DIMENSIONS), name)

    found = (row for row in scores if row["category"] == category and row["dimension"] != category)
    return sorted(found, key=place)


def _place(row: Row) -> int:
    place: int = row["place"]
    return place


def _scales(rows: Sequence[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {scale: [] for scale in SCALES}
    for row in rows:
        found.setdefault(row["scale"], []).append(row)
    return {scale: of for scale, of in found.items() if of}


def _line(nights: Sequence[Row], category: str, floor: int) -> Line:
    points = [(row["night"], row[category], row[f"{category}_rules"] or "") for row in nights]
    return line(points, nights[0]["night"], nights[-1]["night"], floor)


def _urgency(row: Row) -> tuple[int, int, float, str, str]:
    """What needs a hand first, by severity, then by the share that fails; without a share, all of it does."""
    severities = [severity.value for severity in Severity]
    severity = severities.index(row["severity"]) if row["severity"] in severities else len(severities)
    share = 100.0 if row["unexpected_percent"] is None else row["unexpected_percent"]
    return (
        OUTCOME_ORDER.index(Outcome(row["outcome"])),
        severity,
        -share,
        row["key"],
        row["distribution"],
    )


def _rows(connection: DuckDBPyConnection, sql: str, params: Sequence[object] = ()) -> list[Row]:
    columns, rows = asking.ask(connection, sql, params, seconds=600, max_rows=10_000_000)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _by(
    connection: DuckDBPyConnection, column: str, sql: str, params: Sequence[object]
) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in _rows(connection, sql, params):
        found.setdefault(row[column], []).append(row)
    return found


# Every night with a verdict, whether anything was measured or not: an unknown night is a gap, not nothing.
HISTORY = """
SELECT v.dataset, v.night, v.outcome,
       any_value(s.score) FILTER (WHERE s.dimension = 'access') AS access,
       any_value(s.rules) FILTER (WHERE s.dimension = 'access') AS access_rules,
       any_value(s.score) FILTER (WHERE s.dimension = 'content') AS content,
       any_value(s.rules) FILTER (WHERE s.dimension = 'content') AS content_rules
FROM verdict_history v LEFT JOIN score s ON s.dataset = v.dataset AND s.night = v.night
WHERE v.source = ? AND v.night > ?::DATE - ?::INTEGER
GROUP BY v.dataset, v.night, v.outcome ORDER BY v.dataset, v.night
"""

EXAMPLES = """
SELECT e.* FROM expectation_example e JOIN latest_verdict v ON v.dataset = e.dataset AND v.night = e.night
WHERE v.source = ? ORDER BY e.distribution, e.table_name, e.key, e.position
"""

FILES = """
SELECT s.*, d.title, d.format, d.modified
FROM snapshot s JOIN latest_verdict v ON v.dataset = s.dataset AND v.night = s.night
LEFT JOIN distribution d ON d.run_id = s.run_id AND d.distribution = s.distribution
WHERE v.source = ? ORDER BY s.distribution
"""

READS = """
SELECT r.* FROM read_report r JOIN latest_verdict v ON v.dataset = r.dataset AND v.night = r.night
WHERE v.source = ? ORDER BY r.distribution, r.main DESC, r.table_name
"""

VISITS = """
FROM visited_pages WHERE source = ?
ORDER BY dataset, CASE answers WHEN false THEN 0 WHEN true THEN 2 ELSE 1 END,
         list_position(['landing_page', 'contact_page', 'data_dictionary', 'license', 'cell'], purpose),
         distribution, row_number, role
"""
