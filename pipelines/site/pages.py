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
from pipelines.measurement.metrics import METRICS
from pipelines.model import ColumnChange, ColumnChangeKind, Outcome, Severity
from pipelines.site import questions
from pipelines.site.chart import floor_below
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
from pipelines.site.stretches import Stretch, stretches
from pipelines.site.untrusted import short
from pipelines.site.words import LANGUAGES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Nights in the line of a page, at least: it begins with a month.
NIGHTS_SHOWN = 90
# Of so many datasets at a time is read what decides whether their pages stand: a question costs the same for all.
READ_AT_ONCE = 1500
# So many are told at a time: in full their facts take some 40 MB.
AT_ONCE = 400
SHARES = [it.id for it in METRICS.values() if it.unit == "share"]
NOT_NULL = "expect_column_values_to_not_be_null"
NO_BLOCKS: Row = dict.fromkeys(
    (
        *("expectation_result_block", "expectation_example_block", "scale_score_block", "fix_block"),
        *("read_report_block", "measured"),
    )
)


def newest_night(connection: DuckDBPyConnection) -> date | None:
    """The newest night of the whole installation."""
    night: date | None = rows_of(connection, "SELECT max(night) AS night FROM run")[0]["night"]
    return night


def chunks(connection: DuckDBPyConnection, most: int = READ_AT_ONCE) -> Iterator[list[str]]:
    """The sources that ever had a verdict, some at a time: so many that they have about `most` datasets."""
    chunk: list[str] = []
    count = 0
    for row in rows_of(connection, questions.SOURCES):
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
        for row in rows_of(connection, "FROM latest_dataset WHERE list_contains(?, source)", wanted)
    }
    runs = {
        (row["source"], row["night"]): row
        for row in rows_of(connection, "SELECT DISTINCT * FROM run WHERE list_contains(?, source)", wanted)
    }
    scores = _by(connection, "dataset", "FROM latest_score WHERE list_contains(?, source)", wanted)
    history = _by(connection, "dataset", questions.HISTORY, [*wanted, newest, NIGHTS_SHOWN])
    measured = {
        row["dataset"]: row["hash"] for row in rows_of(connection, questions.MEASURED_HASH, [SHARES, *wanted])
    }
    blocks = {
        row["dataset"]: {**row, "measured": measured.get(row["dataset"])}
        for row in rows_of(connection, questions.BLOCKS, wanted)
    }
    files = _by(connection, "dataset", questions.FILES, wanted)
    reads = rows_of(connection, questions.READS, wanted)
    visits = _by(connection, "dataset", questions.VISITS, wanted)
    alerts = _by(
        connection, "dataset", "FROM open_alerts WHERE list_contains(?, split_part(dataset, '/', 1))", wanted
    )
    incidents = _by(connection, "dataset", questions.INCIDENTS, wanted)
    suites = {row["suite"] for row in rows_of(connection, "SELECT DISTINCT suite FROM expectation")}
    tables: dict[str, list[Row]] = {}
    for row in reads:
        row["column_changes"] = [
            ColumnChange(**{**item, "kind": ColumnChangeKind(item["kind"])})
            for item in json.loads(row["column_changes"] or "[]")
        ]
        tables.setdefault(row["distribution"], []).append(row)

    verdicts = "FROM latest_verdict WHERE list_contains(?, source) ORDER BY dataset"
    for verdict in rows_of(connection, verdicts, wanted):
        key = verdict["dataset"]
        nights = stretches(history.get(key, []))
        for row in files.get(key, []):
            row["tables"] = tables.get(row["distribution"], [])
        verdict["fault_kind"] = _fault_kind(verdict, described.get(key, {}), files.get(key, []))
        floor = floor_below(it.scores[category] for it in nights for category in CATEGORIES)
        yield DatasetPage(
            entry=_entry(verdict, nights, newest),
            described=described.get(key, {}),
            verdict=verdict,
            run=runs.get((verdict["source"], verdict["night"]), {}),
            dimensions={category: _dimensions(scores.get(key, []), category) for category in CATEGORIES},
            history=nights,
            floor=floor,
            has_suite=verdict["guide_dataset"] in suites or str(verdict["reason"]).startswith(NO_LAYOUT),
            blocks=blocks.get(key, NO_BLOCKS),
            files=files.get(key, []),
            visits=visits.get(key, []),
            alerts=alerts.get(key, []),
            incidents=incidents.get(key, []),
        )


def in_full(connection: DuckDBPyConnection, pages: Sequence[DatasetPage]) -> list[DatasetPage]:
    """`pages` with what is told of expectations, fixes, scales, metrics and versions."""
    if not pages:
        return []
    wanted = [[page.entry.key for page in pages]]
    fixes = _by(connection, "dataset", "FROM latest_fix WHERE list_contains(?, dataset)", wanted)
    scales = _by(connection, "dataset", "FROM latest_scale WHERE list_contains(?, dataset)", wanted)
    expectations = _by(
        connection, "dataset", "FROM latest_expectation WHERE list_contains(?, dataset)", wanted
    )
    measured = _by(connection, "dataset", questions.MEASURED, [SHARES, *wanted])
    versions = _by(connection, "dataset", questions.VERSIONS, wanted)
    column_changes = _by(connection, "dataset", questions.COLUMN_CHANGES, wanted)
    shown: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows_of(connection, questions.EXAMPLES, wanted):
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
            measured=_measured(measured.get(key, [])),
            versions=versions.get(key, []),
            column_changes=column_changes.get(key, []),
        )
        found.append(whole)
    return found


def expectations_known(connection: DuckDBPyConnection) -> object:
    """A hash of the words of all expectations, which are no part of what is known of a dataset."""
    (row,) = rows_of(connection, questions.EXPECTATIONS)
    return row["n"], row["h"]


def views_known(connection: DuckDBPyConnection) -> object:
    """A hash of what the views make of stored rows, which software that was updated may do otherwise."""
    (row,) = rows_of(connection, questions.VIEWS)
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


def _entry(verdict: Row, nights: Sequence[Stretch], newest: date) -> Entry:
    now, before = _newest_two(nights, verdict["night"])
    return Entry(
        key=verdict["dataset"],
        title=short(verdict["title"] or verdict["dataset"]),
        path=safe_path(verdict["dataset"]),
        publisher=verdict["publisher"] or "",
        country=verdict["country"] or "",
        guide=verdict["guide_dataset"] or "",
        guide_titles={"en": verdict["guide_title_en"], "es": verdict["guide_title_es"]},
        outcome=verdict["outcome"],
        outcome_before=before.outcome if before else None,
        reason=verdict["reason"] or "",
        night=verdict["night"],
        since=nights[-1].first if nights else verdict["night"],
        stale=verdict["night"] < newest,
        scores={category: _category(now, before, category) for category in CATEGORIES},
    )


def _newest_two(nights: Sequence[Stretch], night: date) -> tuple[Stretch | None, Stretch | None]:
    """The stretch of the newest night, None when that is too long ago, and the stretch of the night before it."""
    if not nights or nights[-1].last != night:
        return None, None
    if nights[-1].nights > 1:
        return nights[-1], nights[-1]
    return nights[-1], nights[-2] if len(nights) > 1 else None


def _category(now: Stretch | None, before: Stretch | None, category: str) -> CategoryScore:
    """Compare the newest night with the one before; a score of an older night is not the newest's."""
    if now is None:
        return CategoryScore(None, None, "", False)
    score, rules = now.scores[category], now.rules[category]
    earlier = before.scores[category] if before else None
    if before is None or score is None or earlier is None:
        return CategoryScore(score, None, rules, False)
    changed = before.rules[category] != rules
    return CategoryScore(score, None if changed else score - earlier, rules, changed)


def _measured(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """By dimension its metrics: the mean of what is known, on how many files it is not, and why."""
    found: dict[str, dict[str, Row]] = {}
    for row in rows:
        metrics = found.setdefault(row["metric"].partition(".")[0], {})
        one = metrics.setdefault(row["metric"], {**row, "values": [], "unknown": 0})
        if row["value"] is None:
            one["unknown"] += 1
            one["reason"] = row["reason"] or one["reason"]
        else:
            one["values"].append(row["value"])
    return {
        dimension: [
            {**one, "mean": sum(one["values"]) / len(one["values"]) if one["values"] else None}
            for one in metrics.values()
        ]
        for dimension, metrics in found.items()
    }


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


def rows_of(connection: DuckDBPyConnection, sql: str, params: Sequence[object] = ()) -> list[Row]:
    """The answer to a question, each row by its columns."""
    columns, rows = asking.ask(connection, sql, params, seconds=600, max_rows=10_000_000)
    return [dict(zip(columns, row, strict=True)) for row in rows]


def _by(
    connection: DuckDBPyConnection, column: str, sql: str, params: Sequence[object]
) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows_of(connection, sql, params):
        found.setdefault(row[column], []).append(row)
    return found
