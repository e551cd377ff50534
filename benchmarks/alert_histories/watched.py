"""One dataset as it was watched: what each night saw of it, and which of its drops could be seen.

Belongs here: the way from what is on the server to what the pipeline records. Does not belong here: what is on the
server (`versions`, `plan`, `trouble`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from benchmarks.alert_histories import rates, records
from benchmarks.alert_histories.datasets import Dataset, dataset
from benchmarks.alert_histories.dates import Dates
from benchmarks.alert_histories.draws import chance, stream, weighted
from benchmarks.alert_histories.judged import Judge
from benchmarks.alert_histories.plan import plan
from benchmarks.alert_histories.planned import OF_TIME, Planned
from benchmarks.alert_histories.reading import Reader
from benchmarks.alert_histories.rhythm import publications
from benchmarks.alert_histories.trouble import SEVERAL, Trouble
from benchmarks.alert_histories.truth import Drop, Kind
from benchmarks.alert_histories.versions import Version, versions
from benchmarks.alert_histories.world import Place, World
from pipelines.model.dataset_night import Access, DatasetNight


@dataclass(frozen=True)
class Watched:
    """Its nights, by number, and the truth about it."""

    nights: dict[int, DatasetNight]
    drops: tuple[Drop, ...]


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
        self.reader = Reader(world, of, self.judge, self.dates, made)
        self.rng = stream(world.seed, "way", of.key)
        self.failed_before = 0
        self.seen: dict[int, list[int]] = {}
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
                moved_to=self._moved(night, kinds) if access is Access.REACHED else None,
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
        self._saw(now, night, {Kind.MOVED, *(OF_TIME if self.reader.age_is_known(night) else ())})
        plain = replace(plain, moved_to=self._moved(night, kinds))
        unusable = kinds.get(Kind.UNUSABLE)
        if unusable is not None or glitch == "page":
            self._saw(now, night, {Kind.UNUSABLE})
            return self.reader.useless(plain, unusable, night)
        cut = stream(self.world.seed, "cut", self.of.key, night) if self.of.partial else None
        if cut is not None and chance(cut, self.of.partial):
            return self.reader.partly(cut, plain, night)
        read = self.reader.read(plain, night)
        for number in now:
            if self.reader.shows(self.plans[number], night):
                self.seen.setdefault(number, []).append(night)
        return read

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
            changed_on=self.reader.changed_on,
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

    def _saw(self, now: Iterable[int], night: int, kinds: set[Kind]) -> None:
        for number in now:
            if self.plans[number].kind in kinds:
                self.seen.setdefault(number, []).append(night)
