"""When nights were due by `sources.yaml`, and whether the last finished one is older than that allows.

Belongs here: the cron line in its time zone, daylight saving included (CronSim does as Debian's cron: what would fall
into the hour that is left out begins when it is over, what falls into the doubled hour begins once).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from cronsim import CronSim

from pipelines.sources import Sources

# So many late nights are counted; whoever has more has heard enough.
MOST = 60


@dataclass(frozen=True)
class Due:
    """One night that the schedule asked for, and the moment at which it was to begin (UTC)."""

    night: date
    on: datetime


def tomorrow(now: datetime) -> date:
    """The newest night that there can be, in whatever time zone."""
    return (now + timedelta(days=1)).date()


def due_before(sources: Sources, now: datetime, count: int) -> list[Due]:
    """The last `count` nights that were due by `now`, newest first; several ticks of one day are one night."""
    zone = ZoneInfo(sources.time_zone)
    found: dict[date, Due] = {}
    # A schedule of every minute has 1440 ticks a day, all of one night.
    for tick in islice(CronSim(sources.schedule, now.astimezone(zone), reverse=True), 1500 * count):
        night = tick.date()
        if night not in found and len(found) == count:
            break
        found[night] = Due(night, tick.astimezone(UTC))  # of several ticks the first of the day stands
    return list(found.values())


def next_due(sources: Sources, now: datetime) -> datetime:
    """When the next night begins (UTC)."""
    tick: datetime = next(CronSim(sources.schedule, now.astimezone(ZoneInfo(sources.time_zone))))
    return tick.astimezone(UTC)


def missed(
    sources: Sources, now: datetime, finished: Collection[date], late_hours: float, first: date | None
) -> list[Due]:
    """The nights that were due `late_hours` ago or more and are not finished, newest first, up to one that is.

    Nights before `first`, on which this installation began, were nobody's. Empty: nothing is late.
    """
    late = []
    for due in due_before(sources, now - timedelta(hours=late_hours), MOST):
        if any(night >= due.night for night in finished) or (first is not None and due.night < first):
            break
        late.append(due)
    return late


def sentence(missed: Sequence[Due], last_finished: date | None, zone: ZoneInfo) -> str:
    """Which nights are late, and which one was the last that is not."""
    first = missed[-1]
    due = f"{first.on.astimezone(zone):%H:%M}"
    last = f"; the last finished night is {last_finished}" if last_finished else ""
    if len(missed) == 1:
        return f"Late: the night of {first.night} was due at {due} and is not finished{last}."
    count = f"{len(missed)} nights" + (" or more" if len(missed) >= MOST else "")
    return f"Late: {count} were due since {first.night} at {due}, and none is finished{last}."
