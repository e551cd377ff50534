"""Transitions as the history knows them: what began, grew worse, was mended or was let go on some nights.

Belongs here: reading them back as values of the model. Does not belong here: what becomes of them (`alerts`).
"""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING, Any

from pipelines.model import Severity, Transition, TransitionKind, UnexpectedExample

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def transitions(connection: DuckDBPyConnection, first: date, before: date) -> list[Transition]:
    """The transitions of the nights from `first` up to, not with, `before`, in the order of nights."""
    rows = connection.execute(
        """SELECT id, dataset, condition, kind, night, since, "before", "after", rules, severity, summary_en,
                  summary_es, advice_en, advice_es, examples, col, incident, resolution
           FROM transition WHERE night >= ? AND night < ? ORDER BY night, dataset, condition, id""",
        [first, before],
    ).fetchall()
    return [_transition(*row) for row in rows]


def _transition(*row: Any) -> Transition:
    key, dataset, condition, kind, night, since, was, now, rules, severity = row[:10]
    summary_en, summary_es, advice_en, advice_es, examples, column, incident, resolution = row[10:]
    return Transition(
        id=key,
        dataset=dataset,
        condition=condition,
        kind=TransitionKind(kind),
        night=night,
        since=since or night,
        before=was,
        after=now,
        rules=rules or "",
        severity=Severity(severity or Severity.WARNING),
        summary=_in_languages(summary_en, summary_es),
        advice=_in_languages(advice_en, advice_es),
        examples=tuple(UnexpectedExample(**example) for example in json.loads(examples or "[]")),
        column=column or "",
        incident=incident or "",
        resolution=resolution or "",
    )


def _in_languages(english: str | None, spanish: str | None) -> dict[str, str]:
    return {name: text for name, text in (("en", english), ("es", spanish)) if text is not None}
