"""Incidents and answers as the history knows them: how each stood before a given night, and what people said.

Belongs here: reading them back as values of the model, strictly before a night where a night is to be judged again with
the same result. Does not belong here: what becomes of an incident (`alerts`), the public views of them (`views.sql`).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pipelines.model import (
    ActionKind,
    Incident,
    IncidentAction,
    IncidentState,
    Severity,
    UnexpectedExample,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def incidents(
    connection: DuckDBPyConnection, before: date, *, resolved_since: date | None = None
) -> dict[str, Incident]:
    """Every incident by its id, as it was after the last night before `before` on which anything of it changed.

    Its words, advice and examples are those of its newest transition to the worse. `resolved_since` leaves out what
    ended earlier.
    """
    found = connection.execute(
        """
        WITH newest AS (
            SELECT * FROM incident WHERE night < $before
            QUALIFY row_number() OVER (PARTITION BY id ORDER BY night DESC) = 1),
        told AS (
            SELECT incident, summary_en, summary_es, advice_en, advice_es, examples FROM transition
            WHERE night < $before AND incident <> '' AND kind IN ('opened', 'worsened')
            QUALIFY row_number() OVER (PARTITION BY incident ORDER BY night DESC, kind DESC, id) = 1)
        SELECT n.* EXCLUDE (night), t.* EXCLUDE (incident)
        FROM newest n LEFT JOIN told t ON t.incident = n.id
        WHERE n.state <> 'resolved' OR n.resolved_on >= coalesce($since, n.resolved_on)
        ORDER BY n.id
        """,
        {"before": before, "since": resolved_since},
    )
    names = [column for column, *_ in found.description or ()]
    return {row[0]: _incident(dict(zip(names, row, strict=True))) for row in found.fetchall()}


def actions(connection: DuckDBPyConnection, since: date, before: date = date.max) -> list[IncidentAction]:
    """What people answered from the night `since` on and before the night `before`, in their order, with their words.

    A night that is judged hears those since `last_judged` before it: what was answered on the day of that night came
    after it had been judged.
    """
    rows = connection.execute(
        """
        SELECT a.id, a.kind, list(a.incident ORDER BY a.incident), a."at", a."by", a.until, any_value(t.text)
        FROM incident_action a LEFT JOIN incident_action_text t ON t.night = a.night AND t.id = a.id
        WHERE a.night >= ? AND a.night < ? GROUP BY ALL ORDER BY a."at", a.id
        """,
        [since, before],
    ).fetchall()
    return [
        IncidentAction(
            id=key,
            kind=ActionKind(kind),
            incidents=tuple(dict.fromkeys(about)),
            at=_instant(at),
            by=by or "",
            until=until,
            text=text or "",
        )
        for key, kind, about, at, by, until, text in rows
    ]


def are_known(connection: DuckDBPyConnection) -> bool:
    """Whether the history has a place for incidents: one that no night has written to since may have none."""
    row = connection.execute(
        "SELECT count(*) FROM information_schema.tables WHERE table_name IN ('incident', 'incident_action')"
    ).fetchone()
    return bool(row and row[0] == 2)


def last_judged(connection: DuckDBPyConnection, before: date = date.max) -> date | None:
    """The newest night before `before` that was looked at for alerts."""
    row: Sequence[Any] | None = connection.execute(
        "SELECT max(night) FROM judged WHERE night < ?", [before]
    ).fetchone()
    return row[0] if row else None


def _incident(row: dict[str, Any]) -> Incident:
    words = {name: row.pop(name) for name in ("summary_en", "summary_es", "advice_en", "advice_es")}
    texts = {name: row[name] or "" for name in ("rules", "cause", "held", "resolution")}
    counts = {name: row[name] or 0 for name in ("reminded", "reopened")}
    examples = json.loads(row.pop("examples") or "[]")
    column = row.pop("col") or ""
    return Incident(
        **row
        | texts
        | counts
        | {
            "state": IncidentState(row["state"]),
            "severity": Severity(row["severity"]),
            "summary": _in_languages(words["summary_en"], words["summary_es"]),
            "advice": _in_languages(words["advice_en"], words["advice_es"]),
            "examples": tuple(UnexpectedExample(**it) for it in examples),
            "column": column,
        }
    )


def _in_languages(english: str | None, spanish: str | None) -> dict[str, str]:
    return {name: text for name, text in (("en", english), ("es", spanish)) if text is not None}


def _instant(stored: datetime) -> datetime:
    """Instants are stored in UTC without saying so."""
    return stored.replace(tzinfo=UTC)
