"""One dataset as it was watched: what each night saw of it, and which of its drops could be seen.

Belongs here: the way from what is on the server to what the pipeline records. Does not belong here: what is on the
server (`versions`, `plan`, `trouble`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from random import Random

from benchmarks.alert_histories import rates, records
from benchmarks.alert_histories.datasets import Dataset, dataset
from benchmarks.alert_histories.dates import Dates
from benchmarks.alert_histories.draws import chance, log_uniform, stream, weighted
from benchmarks.alert_histories.judged import Judge, Judged, level
from benchmarks.alert_histories.plan import OF_TIME, OF_VERSIONS, Planned, plan
from benchmarks.alert_histories.rhythm import publications
from benchmarks.alert_histories.schema import changes
from benchmarks.alert_histories.trouble import SEVERAL, Trouble
from benchmarks.alert_histories.truth import Drop, Kind
from benchmarks.alert_histories.versions import Version, versions
from benchmarks.alert_histories.world import Place, World
from pipelines.model.dataset_night import Access, DatasetNight, Level

FORGOTTEN = 30  # nights after which a reading is not compared with


@dataclass(frozen=True)
class Watched:
    """Its nights, by number, and the truth about it."""

    nights: dict[int, DatasetNight]
    drops: tuple[Drop, ...]


@dataclass
class _Reading:
    """The last reading: which version, on which night, whether all of it."""

    version: Version
    night: int
    rows: int
    whole: bool


def watched(world: World, place: Place, trouble: Trouble, *, quiet: bool = False) -> Watched:
    """Watch one dataset for all nights. In a `quiet` world nothing is planted."""
    of = dataset(world, place)
    published = publications(stream(world.seed, "rhythm", of.key), of.rhythm, world, of.start)
    plans, published = plan(world, of, published)
    if quiet:
        published = publications(stream(world.seed, "rhythm", of.key), of.rhythm, world, of.start)
        plans = [one for one in plans if one.quiet]
    made = versions(world, of, published, plans)
    return _Watch(world, of, trouble, plans, made, published).all()


class _Watch:
    """The nights in order: each depends on what was read before."""

    def __init__(
        self,
        world: World,
        of: Dataset,
        trouble: Trouble,
        plans: list[Planned],
        made: list[Version],
        published: list[int],
    ) -> None:
        self.world, self.of, self.trouble, self.plans, self.made = world, of, trouble, plans, made
        self.judge = Judge(world, of)
        self.dates = Dates(world, of, plans, made, published)
        self.rng = stream(world.seed, "way", of.key)
        self.begins = [version.night for version in made]
        self.failed_before = 0
        self.reading: _Reading | None = None
        self.changed_on: date | None = None
        self.seen: dict[int, list[int]] = {}
        self.not_compared: set[int] = set()
        self.outages: dict[Kind, list[int]] = {Kind.UNREACHABLE: [], Kind.UNUSABLE: []}
        self.reached: list[int] = []
        contact = stream(world.seed, "contact", of.place.owner)
        self.contact_dead_from = (
            contact.randrange(world.nights) if chance(contact, rates.CONTACT_DEAD) else None
        )

    def all(self) -> Watched:
        nights = {
            night: self.night(night)
            for night in range(self.of.start, self.world.nights)
            if night not in self.world.not_run
        }
        drops = records.planted(self.world, self.of, self.judge, self.plans, self.made, self.seen)
        drops += records.late(self.world, self.of, self.plans, self.made, self.reached)
        for kind, outages in self.outages.items():
            drops += records.outages(self.world, self.of, kind, outages)
        return Watched(nights, tuple(sorted(drops, key=lambda one: (one.first, one.kind))))

    # --- the way there ------------------------------------------------------------------------------------

    def night(self, night: int) -> DatasetNight:
        now = [number for number, one in enumerate(self.plans) if one.bad(night)]
        kinds = {self.plans[number].kind: self.plans[number] for number in now}
        glitch = self._glitch()
        away = self._away(night)
        plain = self._plain(night)
        if away is not None:
            access, listed = away
            return replace(
                plain,
                access=access,
                listed=listed,
                modified=plain.modified if listed else None,
                usable=False if access is Access.REACHED else None,
            )
        listed = None if night in self.trouble.silent else True
        if listed is None:
            plain = replace(plain, listed=None, modified=None)
        withdrawn = kinds.get(Kind.WITHDRAWN)
        if withdrawn is not None:
            if listed:
                self._saw(now, night, {Kind.WITHDRAWN})
            access = Access.UNKNOWN if withdrawn.how == "unasked" else Access.OUT_OF_REACH
            return replace(plain, access=access, listed=listed and False, modified=None)
        if Kind.UNREACHABLE in kinds:
            self._saw(now, night, {Kind.UNREACHABLE})
            return replace(plain, access=Access.OUT_OF_REACH)
        if glitch in (Access.OUT_OF_REACH.value, Access.TURNED_AWAY.value):
            return replace(plain, access=Access(glitch))
        self.reached.append(night)
        self._saw(now, night, {Kind.MOVED, *(OF_TIME if self._age_is_known(night) else ())})
        plain = replace(plain, moved_to=self._moved(night, kinds))
        unusable = kinds.get(Kind.UNUSABLE)
        if unusable is not None or glitch == "page":
            self._saw(now, night, {Kind.UNUSABLE})
            return self._useless(plain, unusable, night)
        cut = stream(self.world.seed, "cut", self.of.key, night) if self.of.partial else None
        if cut is not None and chance(cut, self.of.partial):
            return self._partly(cut, plain, night)
        return self._read(plain, night, now)

    def _away(self, night: int) -> tuple[Access, bool | None] | None:
        """What a portal's trouble makes of the night: access, and whether it is listed."""
        trouble, looks = self.trouble, self.trouble.outages.get(night)
        if looks is not None:
            if looks != "silent" and self.of.place.portal_size < SEVERAL:
                self.outages[Kind.UNUSABLE if looks == "pages" else Kind.UNREACHABLE].append(night)
            if looks == "silent":
                return Access.UNKNOWN, None
            if looks == "pages":
                return Access.REACHED, True
            return Access.OUT_OF_REACH, True if looks == "files" else None
        share = trouble.firewall(night)
        if share > self.of.share_key:
            return Access.TURNED_AWAY, None if share >= 1 and self.of.place.portal_size >= SEVERAL else True
        if night in trouble.empty:
            return Access.UNKNOWN, False
        if trouble.silent.get(night):
            return Access.UNKNOWN, None
        return None

    def _glitch(self) -> str:
        """A time-out of one night, at times of two, never of three; seldom something else."""
        chances = {0: self.trouble.flaky, 1: max(self.trouble.flaky, rates.FLAKY_AGAIN), 2: 0.0}
        failed = chance(self.rng, chances[self.failed_before])
        looks = weighted(self.rng, rates.GLITCH)
        self.failed_before = self.failed_before + 1 if failed else 0
        if failed:
            return looks if self.failed_before == 1 else Access.OUT_OF_REACH.value
        return Access.TURNED_AWAY.value if chance(self.rng, rates.TURNED_AWAY) else ""

    def _plain(self, night: int) -> DatasetNight:
        """What is known whatever came of the fetch."""
        dead = self.contact_dead_from
        return DatasetNight(
            self.of.key,
            self.world.dated(night),
            Access.REACHED,
            modified=self.dates.modified(night),
            changed_on=self.changed_on,
            period_days=self.of.rhythm.period,
            rules=self.judge.rules(night),
            score_rules=self.judge.score_rules(night),
            software=self.world.software(night),
            contact_dead=True if dead is not None and night >= dead else None,
        )

    def _moved(self, night: int, kinds: dict[Kind, Planned]) -> str | None:
        if Kind.MOVED in kinds:
            return f"https://otro.example/{self.of.key}.csv"
        if self.trouble.moved_since is not None and night >= self.trouble.moved_since:
            return f"https://nuevo.{self.of.place.portal}.example/{self.of.key}.csv"
        return None

    def _age_is_known(self, night: int) -> bool:
        """Whether anything tells that the data are old: a date, or our having seen the same for long enough."""
        honest = self.of.modified in ("honest", "metadata")
        known = self.changed_on is not None or self.of.as_of_lag is not None or honest
        return known or night - self.of.start > self.of.rhythm.patience

    # --- the reading --------------------------------------------------------------------------------------

    def _version(self, night: int) -> Version:
        return self.made[max(bisect_right(self.begins, night) - 1, 0)]

    def _useless(self, plain: DatasetNight, unusable: Planned | None, night: int) -> DatasetNight:
        how = unusable.how if unusable else "page"
        if how == "empty":
            return replace(plain, usable=False, rows=0)
        if how == "layout":
            return replace(plain, usable=False, whole=True, rows=self._version(night).rows)
        return replace(plain, usable=False)

    def _partly(self, rng: Random, plain: DatasetNight, night: int) -> DatasetNight:
        """A transfer that was cut: fewer rows, and levels that say little."""
        version = self._version(night)
        judged = self.judge.judged(version, night)
        rows = max(1, int(judged.rows * rng.uniform(0.05, 0.95)))
        self.reading = _Reading(self.reading.version if self.reading else version, night, rows, False)
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

    def _read(self, plain: DatasetNight, night: int, now: Iterable[int]) -> DatasetNight:
        version = self._version(night)
        judged = self.judge.judged(version, night)
        before = self.reading
        if before is not None and before.version.content != version.content:
            self.changed_on = self.world.dated(night)
        self.reading = _Reading(version, night, judged.rows, True)
        lost = self._lost(before, version, judged, night)
        if before is not None and lost is None and before.version is not version:
            self.not_compared.add(version.night)
        for number in now:
            if self._shows(self.plans[number], version, judged):
                self.seen.setdefault(number, []).append(night)
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

    def _shows(self, one: Planned, version: Version, judged: Judged) -> bool:
        if one.kind not in OF_VERSIONS or not one.bad(version.night):
            return False
        if one.kind is Kind.ROWS_REMOVED:  # told once, when the version is first read
            first = next(item.night for item in self.made if one.bad(item.night))
            return not any(first <= night for night in self.not_compared if one.bad(night))
        return not one.added or one.kind is Kind.ROWS or any(key in judged.levels for key in one.added)

    def _lost(self, before: _Reading | None, version: Version, judged: Judged, night: int) -> int | None:
        if before is None or not before.whole or not self.of.keyed or night - before.night > FORGOTTEN:
            return None
        passed = [one for one in self.made if before.version.night < one.night <= version.night]
        lost = sum(one.lost for one in passed)
        # A bug of ours that loses rows loses them once.
        if judged.rows < version.rows and before.rows >= before.version.rows:
            lost += version.rows - judged.rows
        return min(lost, before.rows)

    def _saw(self, now: Iterable[int], night: int, kinds: set[Kind]) -> None:
        for number in now:
            if self.plans[number].kind in kinds:
                self.seen.setdefault(number, []).append(night)


def _odd(rng: Random, of: Dataset, judged: Judged) -> dict[str, Level]:
    made = {}
    for one in of.expectations:
        known = judged.levels.get(one.key)
        if known is not None:
            odd = log_uniform(rng, 0.5, 100) if chance(rng, 0.15) else 0.0
            made[one.key] = level(one, known.percent * rng.uniform(0.5, 1.5) + odd)
    return made
