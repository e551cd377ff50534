"""Whether the same is asked again after a fault, and when.

Belongs here: the policy. Does not belong here: how long a server asked us to wait (`throttling`), or which host is
left alone afterwards (`hosts`).
"""

from __future__ import annotations

from collections.abc import Callable

from pipelines.errors import FetchFault
from pipelines.http_client.faults import StatusFault
from pipelines.model import FaultKind

BACKOFF_SECONDS = 0.5
# A server that asks to be left alone for longer is obeyed: it is not asked again in this visit.
PATIENCE_SECONDS = 120.0
PENDING_POLLS = 10
PENDING_SECONDS = 2.0
LONGEST_PAUSE_SECONDS = 60.0
RETRIED = frozenset({408, 429, 500, 502, 503, 504})
BROKEN_OFF = (FaultKind.TRUNCATED, FaultKind.NOT_REACHABLE, FaultKind.TIMED_OUT)


class Retries:
    """Counts the tries of one visit: `limit` further ones after the first.

    A file that is still being made (202) is asked for PENDING_POLLS times beside that. `jitter` gives a number
    from 0 to 1, so that many clients that were refused together do not come back together.
    """

    def __init__(self, limit: int, jitter: Callable[[], float]) -> None:
        self._limit = limit
        self._jitter = jitter
        self._tries = 0
        self._polls = 0

    def wait(self, fault: FetchFault) -> float | None:
        """Seconds until the next try, twice as long each time; None when there is to be no other."""
        asked = fault.retry_after if isinstance(fault, StatusFault) else None
        if isinstance(fault, StatusFault) and fault.pending:
            self._polls += 1
            wait = min(asked or PENDING_SECONDS * 2.0 ** (self._polls - 1), LONGEST_PAUSE_SECONDS)
            return wait if self._polls <= PENDING_POLLS else None
        if isinstance(fault, StatusFault):
            again = fault.status in RETRIED or fault.kind is FaultKind.THROTTLED
        else:
            again = fault.kind in BROKEN_OFF
        self._tries += 1
        if not again or fault.kind is FaultKind.BLOCKED or self._tries > self._limit:
            return None
        if asked is not None:
            return asked if asked <= PATIENCE_SECONDS else None
        backoff = min(BACKOFF_SECONDS * 2.0**self._tries, LONGEST_PAUSE_SECONDS)
        return backoff * (1 + self._jitter()) / 2
