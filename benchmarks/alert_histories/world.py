"""The world of one history: when it is, its portals and owners, and what happens on our own side.

Belongs here: whatever several datasets share, except for what portals do night by night (`trouble`). Does not belong
here: the datasets themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.draws import arrivals, chance, log_uniform, stream, weighted
from benchmarks.alert_histories.suites import WEIGHTS, Suite, suites

EPOCH = date(2024, 1, 1)


@dataclass(frozen=True)
class Place:
    """Where a dataset stands: in which portal, as which of how many there, and who answers for it."""

    dataset: str
    portal: str
    portal_size: int
    owner: str


@dataclass(frozen=True)
class Bug:
    """A release of ours that misjudges: it adds `percent` to the rules that ask `asks`, or loses a share of the rows,
    in this share of the datasets, in nights [first, end)."""

    first: int
    end: int
    share: float
    asks: tuple[str, ...]
    percent: float
    rows: float


@dataclass(frozen=True)
class World:
    """What is known beforehand, to whoever watches too: who owns what. `owners` are by dataset."""

    seed: int
    first: date
    nights: int
    places: tuple[Place, ...]
    suites: Mapping[str, Suite]
    releases: tuple[int, ...]
    bugs: tuple[Bug, ...]
    reweighted: tuple[int, ...]
    not_run: frozenset[int]
    misdated: Mapping[int, date]

    @property
    def owners(self) -> dict[str, str]:
        return {place.dataset: place.owner for place in self.places}

    def date_of(self, night: int) -> date:
        return self.first + timedelta(days=night)

    def dated(self, night: int) -> date:
        """The date that our machine believes it is."""
        return self.misdated.get(night) or self.date_of(night)

    def software(self, night: int) -> str:
        return f"1.{sum(1 for one in self.releases if one <= night)}.0"

    def weights(self, night: int) -> int:
        """Which of `suites.WEIGHTS` is in force."""
        return min(sum(1 for one in self.reweighted if one <= night), len(WEIGHTS) - 1)

    def bug(self, night: int) -> int | None:
        """Which of `bugs` is about."""
        return next((n for n, one in enumerate(self.bugs) if one.first <= night < one.end), None)


def world(seed: int, datasets: int, nights: int) -> World:
    """Draw the world. Fewer datasets of the same seed are its first ones."""
    rng = stream(seed, "own side")
    releases = arrivals(rng, rates.RELEASE_GAP, 1, nights)
    bugs = []
    for release in list(releases):
        if chance(rng, rates.BUGGY_RELEASE):
            bug = _bug(rng, release)
            bugs.append(bug)
            releases.append(bug.end)  # which mends it
    not_run = {night for night in range(1, nights) if chance(rng, rates.NOT_RUN)}
    if chance(rng, rates.LONG_GAP):
        start = rng.randrange(1, max(nights, 2))
        not_run |= set(range(start, start + rng.randint(*rates.LONG_GAP_NIGHTS)))
    first = EPOCH + timedelta(days=stream(seed, "first night").randrange(365))
    misdated = {}
    if chance(rng, rates.CLOCK_JUMP) and nights > 60:
        night = rng.randrange(30, nights)
        wrong = first + timedelta(days=nights + rng.randint(30, 700))
        misdated[night] = wrong if chance(rng, 0.5) else date(2000, 1, 1)
        not_run.discard(night)
    return World(
        seed,
        first,
        nights,
        _places(seed, datasets),
        suites(seed, nights),
        tuple(sorted(set(releases))),
        tuple(bugs),
        tuple(arrivals(stream(seed, "weights"), rates.WEIGHT_CHANGE_GAP, 1, nights)),
        frozenset(not_run),
        misdated,
    )


def _bug(rng: Random, release: int) -> Bug:
    asks = rng.choice(
        (("is_date",), ("is_number", "not_negative"), ("present", "exists"), ("in_list",), ("unique",))
    )
    rows = rng.choice((1.0, 1.0, 0.5, 0.9))
    end = release + rng.randint(*rates.BUG_NIGHTS)
    return Bug(release, end, rng.uniform(*rates.BUG_SHARE), asks, log_uniform(rng, 5, 100), rows)


def _places(seed: int, datasets: int) -> tuple[Place, ...]:
    places: list[Place] = []
    number = 0
    while len(places) < datasets:
        number += 1
        rng = stream(seed, "portal", number)
        # Of the last portal there may be room for some only: it is then a smaller one.
        size = min(rng.randint(*weighted(rng, rates.PORTAL_SIZES)), datasets - len(places))
        portal = f"portal-{number:03}"
        owner, left = 0, 0
        for which in range(1, size + 1):
            if not left:
                owner += 1
                left = round(log_uniform(rng, *rates.OWNER_DATASETS))
            left -= 1
            address = f"unidad-{number:03}-{owner}@dependencia.example"
            places.append(Place(f"{portal}/conjunto-{which:02}", portal, size, address))
    return tuple(places)
