"""The dates that a dataset tells of itself: its catalog's date of change, and the newest one inside the file.

Belongs here: honest dates and others. Does not belong here: when it really changed (`versions`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from datetime import date, timedelta

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.datasets import Dataset
from benchmarks.alert_histories.draws import chance, stream
from benchmarks.alert_histories.planned import Planned
from benchmarks.alert_histories.truth import Kind
from benchmarks.alert_histories.versions import Version
from benchmarks.alert_histories.world import World


class Dates:
    """What one dataset tells on each night."""

    def __init__(
        self,
        world: World,
        of: Dataset,
        plans: Sequence[Planned],
        made: Sequence[Version],
        published: Sequence[int],
    ) -> None:
        self.world, self.of, self.published = world, of, published
        rng = stream(world.seed, "dates", of.key)
        touched = {version.night for version in made}
        touched |= {night for night in range(of.start, world.nights) if chance(rng, of.harmless)}
        for one in plans:
            quiet_from = one.first - int(of.rhythm.patience)
            if one.kind is Kind.OVERDUE:  # nobody touches it at all
                touched = {night for night in touched if not quiet_from <= night < one.end}
            if one.kind is Kind.STALE:  # a new date on the old data, as often as new data would come
                step = max(of.rhythm.every, 1.0)
                count = int((min(one.end, world.nights) - quiet_from) / step) + 1
                touched |= {int(quiet_from + number * step) for number in range(count)}
        if of.modified == "metadata":
            touched |= {night for night in range(of.start, world.nights) if chance(rng, rates.METADATA_EDIT)}
        self.touched = sorted(touched)

    def modified(self, night: int) -> date | None:
        if self.of.modified == "absent":
            return None
        if self.of.modified == "now":
            return self.world.date_of(night)
        at = bisect_right(self.touched, night)
        return self.world.date_of(self.touched[at - 1]) if at else None

    def as_of(self, version: Version) -> date | None:
        """A correction brings no newer record, so that it is the date of the publication before it."""
        if self.of.as_of_lag is None:
            return None
        at = bisect_right(self.published, version.night)
        night = self.published[at - 1] if at else version.night
        return self.world.date_of(night) - timedelta(days=int(lag_of(self.of)))


def lag_of(of: Dataset) -> float:
    """By how many nights the newest date in a version is older than the version."""
    return (of.as_of_lag or 0.0) * min(of.rhythm.every, 120.0)
