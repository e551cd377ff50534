"""What came of earlier mails: which addresses are dead.

Belongs here: reading the attempts back. Addresses are private: nothing of this is published.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class DeadAddress:
    """An address that no mail has reached `since` that night; `reason` is what the other side said last."""

    address: str
    since: date
    reason: str


def are_known(connection: DuckDBPyConnection) -> bool:
    """Whether the history has a place for what came of a mail: one that no night has written to since may have none."""
    return bool(
        connection.execute(
            "SELECT 1 FROM information_schema.columns WHERE table_name = 'notification' AND column_name = 'failure'"
        ).fetchall()
    )


def dead_addresses(connection: DuckDBPyConnection, before: date) -> dict[str, DeadAddress]:
    """By address in lower case, those whose last mail before the night `before` was refused for good or came back.

    A mail that was taken later, and has not come back, ends it. What was put off, or refused for what it is, says
    nothing about the address.
    """
    rows = connection.execute(
        """
        SELECT lower(d.address), n.night, n.failure = 'recipient', coalesce(d.error, '')
        FROM notification n JOIN notification_delivery d USING (night, alert, channel, attempt)
        WHERE n.channel = 'mail' AND n.night < ? AND d.address <> ''
              AND (n.failure = 'recipient' OR n.state = 'sent')
        ORDER BY n.attempted_on, n.night
        """,
        [before],
    ).fetchall()
    found: dict[str, DeadAddress] = {}
    for address, night, refused, reason in rows:
        if refused:
            since = found[address].since if address in found else night
            found[address] = DeadAddress(address, since, reason)
        else:
            found.pop(address, None)
    return found
