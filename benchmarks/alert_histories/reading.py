"""What is read of one dataset: each night's version against the one that was read before.

Belongs here: whole and cut readings, lost rows, changed columns, since when nothing changed. Does not belong here:
whether anything arrived (`watched`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from benchmarks.alert_histories.datasets import Dataset
from benchmarks.alert_histories.dates import Dates
from benchmarks.alert_histories.draws import chance, log_uniform
from benchmarks.alert_histories.judged import Judge, Judged, level
from benchmarks.alert_histories.planned import OF_VERSIONS, Planned
from benchmarks.alert_histories.schema import changes
from benchmarks.alert_histories.truth import Kind
from benchmarks.alert_histories.versions import Version
from benchmarks.alert_histories.world import World
from pipelines.model.dataset_night import DatasetNight, Level

FORGOTTEN = 30  # nights after which a reading is not compared with


@dataclass(frozen=True)
class _Last:
    """The last reading: which version, on which night, whether all of it."""

    version: Version
    night: int
    rows: int
    whole: bool


class Reader:
    """Reads the nights in order."""

    def __init__(
        self, world: World, of: Dataset, judge: Judge, dates: Dates, made: Sequence[Version]
    ) -> None:
        self.world, self.of, self.judge, self.dates, self.made = world, of, judge, dates, made
        self.begins = [version.night for version in made]
        self.last: _Last | None = None
        self.changed_on: date | None = None
        self.not_compared: set[int] = set()

    def version(self, night: int) -> Version:
        return self.made[max(bisect_right(self.begins, night) - 1, 0)]

    def useless(self, plain: DatasetNight, unusable: Planned | None, night: int) -> DatasetNight:
        how = unusable.how if unusable else "page"
        if how == "empty":
            return replace(plain, usable=False, rows=0)
        if how == "layout":
            return replace(plain, usable=False, whole=True, rows=self.version(night).rows)
        return replace(plain, usable=False)

    def partly(self, rng: Random, plain: DatasetNight, night: int) -> DatasetNight:
        """A transfer that was cut: fewer rows, and levels that say little."""
        version = self.version(night)
        judged = self.judge.judged(version, night)
        rows = max(1, int(judged.rows * rng.uniform(0.05, 0.95)))
        self.last = _Last(self.last.version if self.last else version, night, rows, False)
        return replace(
            plain,
            usable=True,
            whole=False,
            content=f"{version.content}-{night}",
            as_of=self.dates.as_of(version),
            rows=rows,
            levels=_odd(rng, self.of, judged),
            scores={
                name: round(max(0.0, one - abs(rng.gauss(0, 8))), 2) for name, one in judged.scores.items()
            },
        )

    def read(self, plain: DatasetNight, night: int) -> DatasetNight:
        version = self.version(night)
        judged = self.judge.judged(version, night)
        before = self.last
        if before is not None and before.version.content != version.content:
            self.changed_on = self.world.dated(night)
        self.last = _Last(version, night, judged.rows, True)
        lost = self._lost(before, version, judged, night)
        if before is not None and lost is None and before.version is not version:
            self.not_compared.add(version.night)
        return replace(
            plain,
            usable=True,
            whole=True,
            content=version.content,
            as_of=self.dates.as_of(version),
            changed_on=self.changed_on,
            rows=judged.rows,
            rows_lost=lost,
            columns=changes(before.version.schema, version.schema) if before else (),
            levels=judged.levels,
            scores=judged.scores,
        )

    def shows(self, one: Planned, night: int) -> bool:
        """Whether a version that was just read shows what was planted in it."""
        version = self.version(night)
        judged = self.judge.judged(version, night)
        if one.kind not in OF_VERSIONS or not one.bad(version.night):
            return False
        if one.kind is Kind.ROWS_REMOVED:  # told once, when the version is first read
            first = next(item.night for item in self.made if one.bad(item.night))
            return not any(first <= night for night in self.not_compared if one.bad(night))
        return not one.added or one.kind is Kind.ROWS or any(key in judged.levels for key in one.added)

    def _lost(self, before: _Last | None, version: Version, judged: Judged, night: int) -> int | None:
        if before is None or not before.whole or not self.of.keyed or night - before.night > FORGOTTEN:
            return None
        passed = [one for one in self.made if before.version.night < one.night <= version.night]
        lost = sum(one.lost for one in passed)
        # A bug of ours that loses rows loses them once.
        if judged.rows < version.rows and before.rows >= before.version.rows:
            lost += version.rows - judged.rows
        return min(lost, before.rows)

    def age_is_known(self, night: int) -> bool:
        """Whether anything tells that the data are old: a date, or our having seen the same for long enough."""
        honest = self.of.modified in ("honest", "metadata")
        known = self.changed_on is not None or self.of.as_of_lag is not None or honest
        return known or night - self.of.start > self.of.rhythm.patience


def _odd(rng: Random, of: Dataset, judged: Judged) -> dict[str, Level]:
    made = {}
    for one in of.expectations:
        known = judged.levels.get(one.key)
        if known is not None:
            odd = log_uniform(rng, 0.5, 100) if chance(rng, 0.15) else 0.0
            made[one.key] = level(one, known.percent * rng.uniform(0.5, 1.5) + odd)
    return made
