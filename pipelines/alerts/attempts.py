"""Attempts: whether a message is tried (again), when, and when it is given up. Pure functions over what was tried.

Belongs here: the waits. Does not belong here: files, channels, or what a failure means (`DeliveryFailure`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from pipelines.errors import DeliveryError
from pipelines.model import DeliveryFailure, Notification, NotificationState

MOST_ATTEMPTS = 14
# A message is tried for so long after its first attempt, or after its night when there was none.
RETRY_NIGHTS = 7
PATIENCE = timedelta(days=RETRY_NIGHTS)
# The last wait stands for all further ones. It is less than a day, so that who runs one night a day tries every night.
WAITS = tuple(timedelta(minutes=it) for it in (15, 60, 240, 720, 1200))
# Who greylists takes the second attempt after some minutes, mostly five (RFC 6647, 5).
SOON = tuple(timedelta(minutes=it) for it in (5, 10, 20, 40, 120, 360, 1200))
# No wish to be left alone is obeyed for longer.
LONGEST_WISH = timedelta(days=1)
FOR_GOOD = (DeliveryFailure.RECIPIENT, DeliveryFailure.REFUSED)
UNFINISHED = (NotificationState.SENDING, NotificationState.FAILED)


def newest(made: Sequence[Notification]) -> Notification | None:
    """The last attempt."""
    return max(made, key=lambda item: item.attempt, default=None)


def is_open(made: Sequence[Notification]) -> bool:
    """Whether the message is neither delivered nor given up."""
    last = newest(made)
    return last is None or last.state in UNFINISHED


def due(made: Sequence[Notification], now: datetime) -> int | None:
    """The number of the attempt to make now; None when there is none to make, or not yet.

    An attempt that was not finished (we were killed) is taken up under its own number.
    """
    last = newest(made)
    if last is None:
        return 1
    if last.state is NotificationState.SENDING:
        return last.attempt
    if last.state is NotificationState.FAILED and (last.next_on is None or last.next_on <= now):
        return last.attempt + 1
    return None


def too_old(made: Sequence[Notification], night: date, now: datetime) -> bool:
    """Whether no further attempt is to be made, because the message is of long ago."""
    return now > _begun(made, night) + PATIENCE


def failed(notification: Notification, fault: DeliveryError, error: str, begun: datetime) -> Notification:
    """What came of the attempt `notification`, the first of which was at `begun`: tried again, or given up."""
    marked = replace(notification, error=error, failure=str(fault.failure), state=NotificationState.GIVEN_UP)
    if fault.failure in FOR_GOOD or notification.attempt >= MOST_ATTEMPTS:
        return marked
    waits = SOON if fault.failure is DeliveryFailure.SOON else WAITS
    wait = waits[min(notification.attempt, len(waits)) - 1]
    wish = timedelta(seconds=min(max(fault.retry_after or 0.0, 0.0), LONGEST_WISH.total_seconds()))
    next_on = notification.attempted_on + max(wait, wish)
    if next_on > begun + PATIENCE:
        return marked
    return replace(marked, state=NotificationState.FAILED, next_on=next_on)


def _begun(made: Sequence[Notification], night: date) -> datetime:
    first = min(made, key=lambda item: item.attempt, default=None)
    # A night may belong to any time zone, and end a day later in UTC.
    return first.attempted_on if first else datetime.combine(night, time.min, UTC) + timedelta(days=2)
