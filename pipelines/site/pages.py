"""Pages: what the published views say, put together for one page each.

Belongs here: reading the views and relating their rows. Does not belong here: words, HTML. Everything is
read for some sources at a time, so that memory does not grow with their number. What is long and seldom changes
(expectations, fixes, scales) is read for those pages only that are to tell it anew (`parts`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from pipelines.history import asking
from pipelines.model import ColumnChange, ColumnChangeKind, Outcome, Severity
from pipelines.site.chart import Line, floor_below, line
from pipelines.site.page import (
    CATEGORIES,
    DIMENSIONS,
    OUTCOME_ORDER,
    SCALES,
    CategoryScore,
    DatasetPage,
    Entry,
    Row,
    safe_path,
)
from pipelines.site.reasons import NO_LAYOUT
from pipelines.site.words import LANGUAGES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Nights in the line of a page.
NIGHTS_SHOWN = 90
# So many datasets are read and told at a time: their facts take some 20 MB.
AT_ONCE = 200
NOT_NULL = "expect_column_values_to_not_be_null"


def newest_night(connection: DuckDBPyConnection) -> date | None:
    """The newest night of the whole installation."""
    night: date | None = _rows(connection, "SELECT max(night) AS night FROM run")[0]["night"]
    return night


def chunks(connection: DuckDBPyConnection, most: int = AT_ONCE) -> Iterator[list[str]]:
    """The sources that ever had a verdict, some at a time: so many that they have about `most` datasets."""
    chunk: list[str] = []
    count = 0
    for row in _rows(connection, SOURCES):
        if chunk and count + row["datasets"] > most:
            yield chunk
            chunk, count = [], 0
        chunk.append(row["source"])
        count += row["datasets"]
    if chunk:
        yield chunk


def of_sources(connection: DuckDBPyConnection, sources: Sequence[str], newest: date) -> Iterator[DatasetPage]:
    """The pages of the datasets of some sources, by key; `in_full` adds the rest."""
    wanted = [list(sources)]
    described = {
        row["dataset"]: row
        for row in _rows(connection, "FROM latest_dataset WHERE list_contains(?, source)", wanted)
    }
    runs = {
        (row["source"], row["night"]): row
        for row in _rows(connection, "SELECT DISTINCT * FROM run WHERE list_contains(?, source)", wanted)
    }
    scores = _by(connection, "dataset", "FROM latest_score WHERE list_contains(?, source)", wanted)
    history = _by(connection, "dataset", HISTORY, [*wanted, newest, NIGHTS_SHOWN])
    blocks = {row["dataset"]: row for row in _rows(connection, BLOCKS, wanted)}
    files = _by(connection, "dataset", FILES, wanted)
    reads = _rows(connection, READS, wanted)
    visits = _by(connection, "dataset", VISITS, wanted)
    alerts = _by(
        connection, "dataset", "FROM open_alerts WHERE list_contains(?, split_part(dataset, '/', 1))", wanted
    )
    suites = {row["suite"] for row in _rows(connection, "SELECT DISTINCT suite FROM expectation")}
    tables: dict[str, list[Row]] = {}
    for row in reads:
        row["column_changes"] = [
            ColumnChange(**{**item, "kind": ColumnChangeKind(item["kind"])})
            for item in json.loads(row["column_changes"] or "[]")
        ]
        tables.setdefault(row["distribution"], []).append(row)

    verdicts = "FROM latest_verdict WHERE list_contains(?, source) ORDER BY dataset"
    for verdict in _rows(connection, verdicts, wanted):
        key = verdict["dataset"]
        nights = history.get(key, [])
        for row in files.get(key, []):
            row["tables"] = tables.get(row["distribution"], [])
        verdict["fault_kind"] = _fault_kind(verdict, described.get(key, {}), files.get(key, []))
        floor = floor_below(row[category] for row in nights for category in CATEGORIES)
        yield DatasetPage(
            entry=_entry(verdict, nights, newest),
            described=described.get(key, {}),
            verdict=verdict,
            run=runs.get((verdict["source"], verdict["night"]), {}),
            dimensions={category: _dimensions(scores.get(key, []), category) for category in CATEGORIES},
            history=nights,
            lines={
                category: _line(nights, category, floor)
                for category in CATEGORIES
                if any(row[category] is not None for row in nights)
            },
            floor=floor,
            has_suite=verdict["guide_dataset"] in suites or str(verdict["reason"]).startswith(NO_LAYOUT),
            blocks=blocks.get(key, NO_BLOCKS),
            files=files.get(key, []),
            visits=visits.get(key, []),
            alerts=alerts.get(key, []),
        )


def in_full(connection: DuckDBPyConnection, pages: Sequence[DatasetPage]) -> list[DatasetPage]:
    """`pages` with what is told of expectations, fixes and scales."""
    if not pages:
        return []
    wanted = [[page.entry.key for page in pages]]
    fixes = _by(connection, "dataset", "FROM latest_fix WHERE list_contains(?, dataset)", wanted)
    scales = _by(connection, "dataset", "FROM latest_scale WHERE list_contains(?, dataset)", wanted)
    expectations = _by(
        connection, "dataset", "FROM latest_expectation WHERE list_contains(?, dataset)", wanted
    )
    shown: dict[tuple[str, str, str], list[Row]] = {}
    for row in _rows(connection, EXAMPLES, wanted):
        shown.setdefault((row["distribution"], row["table_name"], row["key"]), []).append(row)
    found = []
    for page in pages:
        key = page.entry.key
        for row in expectations.get(key, []):
            row["examples"] = shown.get((row["distribution"], row["table_name"], row["key"]), [])
            row["recorded"] = any(it["record"] not in (None, it["value"]) for it in row["examples"])
            row["judged"] = judged(row)
        whole = replace(
            page,
            fixes=sorted(fixes.get(key, []), key=_place),
            scales=_scales(scales.get(key, [])),
            expectations=sorted(expectations.get(key, []), key=_urgency),
            titles={
                language: {
                    row["key"]: row[f"title_{language}"]
                    for row in expectations.get(key, [])
                    if row[f"title_{language}"]
                }
                for language in LANGUAGES
            },
        )
        found.append(whole)
    return found


def expectations_known(connection: DuckDBPyConnection) -> object:
    """A hash of the words of all expectations, which are no part of what is known of a dataset."""
    (row,) = _rows(connection, EXPECTATIONS)
    return row["n"], row["h"]


def views_known(connection: DuckDBPyConnection) -> object:
    """A hash of what the views make of stored rows, which software that was updated may do otherwise."""
    (row,) = _rows(connection, VIEWS)
    return row["n"], row["h"]


def judged(row: Row) -> int | None:
    """The values that `unexpected_percent` is a share of: all for "is present", else those that are there."""
    elements: int | None = row["element_count"]
    if elements is None or row["type"] == NOT_NULL:
        return elements
    return elements - (row["missing_count"] or 0)


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
WHERE list_contains(?, v.source) AND v.night > ?::DATE - ?::INTEGER
GROUP BY v.dataset, v.night, v.outcome ORDER BY v.dataset, v.night
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
SELECT b.dataset, b.expectation_result_block, b.expectation_example_block, b.scale_score_block, b.fix_block
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
NO_BLOCKS: Row = dict.fromkeys(
    ("expectation_result_block", "expectation_example_block", "scale_score_block", "fix_block")
)
