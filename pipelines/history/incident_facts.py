"""What the history knows around an incident, for the operator's eyes: how it went, who was told, whose dataset it is.

Belongs here: private facts too (addresses, what mail servers answered), so that nothing of this is published. Does not
belong here: incidents as values (`incidents`), the public views of them (`views.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from pipelines.model import IncidentState

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class Described:
    """What a portal says of a dataset: its name, its publisher, and whom to write to."""

    title: str
    publisher: str
    contact: str
    address: str


@dataclass(frozen=True)
class Attempt:
    """What came of telling one recipient through one channel; `channel` is None while nothing was tried."""

    night: date
    kind: str
    alert_state: str
    recipient: str
    address: str | None
    channel: str | None
    state: str | None
    error: str | None


def changes(connection: DuckDBPyConnection, incident: str) -> list[tuple[date, IncidentState]]:
    """How an incident stood after each night on which anything of it changed."""
    rows = connection.execute(
        "SELECT night, state FROM incident WHERE id = ? ORDER BY night", [incident]
    ).fetchall()
    return [(night, IncidentState(state)) for night, state in rows]


def attempts(connection: DuckDBPyConnection, incident: str) -> list[Attempt]:
    """The newest attempt at telling somebody of an incident, for each alert and channel, oldest alert first."""
    rows = connection.execute(
        """
        WITH about AS (
            SELECT m.alert, m.night FROM alert_transition m JOIN transition t ON t.id = m.transition
            WHERE t.incident = $incident
            -- what was held is told later by a transition that stands in no table
            UNION SELECT alert, night FROM alert_transition WHERE transition = 'late-' || $incident
            UNION SELECT alert, night FROM alert_reminder WHERE incident = $incident)
        SELECT a.night, a.kind, a.state, r.name, r.email, n.channel,
               arg_max(n.state, n.attempt), arg_max(d.error, n.attempt)
        FROM about b
        JOIN alert a ON a.id = b.alert AND a.night = b.night
        JOIN alert_recipient r ON r.alert = a.id AND r.night = a.night
        LEFT JOIN notification n ON n.alert = a.id AND n.night = a.night
        LEFT JOIN notification_delivery d ON d.alert = a.id AND d.night = a.night
            AND d.channel = n.channel AND d.attempt = n.attempt
        GROUP BY ALL ORDER BY ALL
        """,
        {"incident": incident},
    ).fetchall()
    return [Attempt(*row) for row in rows]


def described(connection: DuckDBPyConnection) -> dict[str, Described]:
    """Each dataset, by key, as its portal last described it."""
    rows = connection.execute(
        """
        SELECT n.dataset, r.title, r.publisher, c.name, c.email
        FROM (SELECT dataset, max(night) AS night, arg_max(run_id, night) AS run_id,
                     arg_max(dataset_block, night) AS block
              FROM dataset_night WHERE dataset_block IS NOT NULL GROUP BY dataset) n
        JOIN dataset_rows r ON r.block = n.block AND r.dataset = n.dataset
        LEFT JOIN contact_point c ON c.run_id = n.run_id AND c.dataset = n.dataset
        """
    ).fetchall()
    return {key: Described(title or key, *(text or "" for text in more)) for key, title, *more in rows}
