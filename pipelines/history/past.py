"""The past, as the detection of alerts needs it: what was so before a given night.

Belongs here: reading the history's tables strictly before a night, so that a night can be judged again with
the same result. Does not belong here: any decision about what a difference means.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.history.database import reading as reading  # how one gets the connection
from pipelines.measurement.evidence import TURNED_AWAY
from pipelines.model import Severity, Transition, TransitionKind, UnexpectedExample

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


# How far back the best level of an expectation is looked for, so that a slow decline is seen as well.
NIGHTS_OF_BEST = 30

# Only nights that detection has judged count: a night that was recorded and then killed, or a source that our own
# fault kept back, must not become what the next night is compared with.
JUDGED = "SEMI JOIN judged j ON j.night = p.night AND j.source = split_part(p.dataset, '/', 1)"


@dataclass(frozen=True)
class PastOutcome:
    """The last time that an expectation of a dataset passed or failed.

    `rules` are suite, version and layout. `level` is the percentage of values that failed, of the worst file;
    `best` is the lowest level of the last NIGHTS_OF_BEST nights under the same rules.
    """

    dataset: str
    key: str
    rules: str
    night: date
    outcome: str
    level: float
    best: float


def last_outcomes(connection: DuckDBPyConnection, before: date) -> dict[tuple[str, str], PastOutcome]:
    """The last `passed` or `failed` of each (dataset, expectation key) before the night `before`.

    Where a dataset has several files, a failure of one stands for all, at its largest percentage; an
    expectation without a percentage (a column that is there or is not) is met by all values or by none.
    """
    rows = connection.execute(
        f"""
        WITH level AS (
            SELECT p.dataset, p.key, p.night,
                   CASE WHEN bool_or(p.outcome = 'failed') THEN 'failed' ELSE 'passed' END AS outcome,
                   max(coalesce(p.unexpected_percent, CASE p.outcome WHEN 'failed' THEN 100.0 ELSE 0.0 END)) AS level,
                   list_aggregate(list_sort(list_distinct(list(
                       p.suite || ' ' || p.suite_version || ' ' || coalesce(p.layout, '')))),
                       'string_agg', ' | ') AS rules
            FROM expectation_result p {JUDGED}
            WHERE p.night < $before AND p.outcome IN ('passed', 'failed') GROUP BY ALL)
        SELECT dataset, key, rules, night, outcome, level,
               coalesce(min(level) FILTER (WHERE night >= $before - {NIGHTS_OF_BEST})
                        OVER (PARTITION BY dataset, key, rules), level) AS best
        FROM level
        QUALIFY row_number() OVER (PARTITION BY dataset, key ORDER BY night DESC) = 1
        """,
        {"before": before},
    ).fetchall()
    return {(row[0], row[1]): PastOutcome(*row) for row in rows}


def last_scores(
    connection: DuckDBPyConnection, before: date, *, count: int = 7
) -> dict[tuple[str, str], list[tuple[date, float, str]]]:
    """The last `count` known scores of each (dataset, dimension), newest first, as (night, score, rules).

    A category's own score stands under the category's name. Nights on which nothing was measured are left
    out: unknown is no number.
    """
    rows = connection.execute(
        f"""
        SELECT p.dataset, p.dimension, p.night, p.score, p.rules FROM score p {JUDGED}
        WHERE p.night < ? AND p.score IS NOT NULL
        QUALIFY row_number() OVER (PARTITION BY dataset, dimension ORDER BY night DESC) <= ?
        ORDER BY dataset, dimension, night DESC
        """,
        [before, count],
    ).fetchall()
    found: dict[tuple[str, str], list[tuple[date, float, str]]] = {}
    for dataset, dimension, night, score, rules in rows:
        found.setdefault((dataset, dimension), []).append((night, score, rules))
    return found


def held_conditions(connection: DuckDBPyConnection, before: date) -> frozenset[tuple[str, str]]:
    """What had opened before the night while alerts were held, by (dataset, condition): no owner knows of it."""
    return frozenset(
        (dataset, condition)
        for dataset, condition, held in _latest(connection, before, "dataset, condition, held")
        if held
    )


def open_conditions(connection: DuckDBPyConnection, before: date) -> dict[tuple[str, str], Transition]:
    """What had opened, was told, and had not recovered before the night, by (dataset, condition)."""
    rows = [
        row[:-1]
        for row in _latest(
            connection,
            before,
            """id, dataset, condition, kind, night, since, "before", "after", rules, severity,
               summary_en, summary_es, advice_en, advice_es, examples, col, held""",
        )
        if not row[-1]
    ]
    found = {}
    for row in rows:
        (key, dataset, condition, kind, night, since, was, now, rules, severity) = row[:10]
        summary_en, summary_es, advice_en, advice_es, examples, column = row[10:]
        if kind != TransitionKind.OPENED.value:
            continue
        found[(dataset, condition)] = Transition(
            id=key,
            dataset=dataset,
            condition=condition,
            kind=TransitionKind.OPENED,
            night=night,
            since=since,
            before=was,
            after=now,
            rules=rules,
            severity=Severity(severity),
            summary=_in_languages(summary_en, summary_es),
            advice=_in_languages(advice_en, advice_es),
            examples=tuple(UnexpectedExample(**example) for example in json.loads(examples or "[]")),
            column=column or "",
        )
    return found


def _latest(connection: DuckDBPyConnection, before: date, columns: str) -> list[tuple[Any, ...]]:
    """`columns` of the last transition of each condition; `held`: an alert that spoke of it was held."""
    return connection.execute(
        f"""
        SELECT {columns} FROM (
            SELECT t.*, t.kind = 'opened' AND EXISTS (
                FROM alert_transition m JOIN alert a ON a.night = m.night AND a.id = m.alert
                WHERE m.night = t.night AND m.transition = t.id AND a.state = 'held') AS held
            FROM transition t WHERE t.night < ?)
        QUALIFY row_number() OVER (PARTITION BY dataset, condition ORDER BY night DESC, kind DESC, id) = 1
        """,
        [before],
    ).fetchall()


def last_reachable(
    connection: DuckDBPyConnection, before: date, *, count: int = 7
) -> dict[str, list[bool | None]]:
    """Whether all files of each dataset could be had on its last `count` nights, newest first.

    None where a file's state could not be known that night (`measurement.evidence.TURNED_AWAY`). Nights on
    which the portal did not list its datasets at all are left out.
    """
    rows = connection.execute(
        f"""
        SELECT p.dataset, CASE
            WHEN bool_or(coalesce(p.fault_kind, s.fault_kind) IS NOT NULL
                         AND NOT list_contains(?, coalesce(p.fault_kind, s.fault_kind))) THEN false
            WHEN bool_and(s.sha256 IS NOT NULL) THEN true
            ELSE NULL END AS reachable
        FROM (SELECT p.* FROM dataset p {JUDGED}) p
        LEFT JOIN snapshot s ON s.run_id = p.run_id AND s.dataset = p.dataset
        WHERE p.night < ?
        GROUP BY p.dataset, p.night
        QUALIFY row_number() OVER (PARTITION BY p.dataset ORDER BY p.night DESC) <= ?
        ORDER BY p.dataset, p.night DESC
        """,
        [[kind.value for kind in TURNED_AWAY], before, count],
    ).fetchall()
    found: dict[str, list[bool | None]] = {}
    for dataset, reachable in rows:
        found.setdefault(dataset, []).append(reachable)
    return found


def _in_languages(english: str | None, spanish: str | None) -> dict[str, str]:
    return {name: text for name, text in (("en", english), ("es", spanish)) if text is not None}
