"""When a publisher publishes: the nights on which a fetch first finds another version.

Belongs here: rhythms, late publishers, nights without an export. Does not belong here: what a version holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from random import Random

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.draws import chance, log_normal, log_uniform, weighted
from benchmarks.alert_histories.world import World

HOLIDAYS = {(1, 1), (2, 5), (3, 21), (5, 1), (9, 16), (11, 20), (12, 12), (12, 24), (12, 25), (12, 31)}


@dataclass(frozen=True)
class Rhythm:
    """How often it is published (`every`: nights), and what the catalog promises (`period`, None: nothing).

    `kept` is true of a promise that is meant: only then can a version be overdue.
    """

    name: str
    every: float
    period: float | None
    kept: bool
    delay_median: float
    delay_spread: float

    @property
    def patience(self) -> float:
        """The age in nights from which it is overdue."""
        return rates.GRACE * max(self.every, self.period or 0.0) + rates.GRACE_NIGHTS


def rhythm(rng: Random) -> Rhythm:
    name = weighted(rng, rates.RHYTHMS)
    promise = weighted(rng, rates.PROMISES)
    every = (
        log_uniform(rng, *rates.IRREGULAR_GAP) if name == "irregular" else float(rates.PERIODS.get(name, 0))
    )
    median, spread = log_uniform(rng, *rates.DELAY_MEDIAN), rng.uniform(*rates.DELAY_SPREAD)
    honest: float | None = every if name in rates.PERIODS else None
    if name == "dead":
        return Rhythm(name, 10_000.0, rng.choice((31.0, 92.0, 366.0, None)), False, median, spread)
    if promise == "untrue" or (name == "irregular" and chance(rng, 0.4)):
        shorter = [days for days in rates.PERIODS.values() if days < every * 0.7]
        return Rhythm(name, every, float(rng.choice(shorter or [1])), every <= 1, median, spread)
    if promise == "absent" or honest is None:
        return Rhythm(name, every, None, False, median, spread)
    return Rhythm(name, every, honest, True, median, spread)


def publications(rng: Random, of: Rhythm, world: World, start: int) -> list[int]:
    """The nights, in order. The first lies at or before `start`: something is there when it is first seen."""
    if of.name == "dead":
        return [start - rng.randint(150, 2_500)]
    if of.name in ("nightly", "weekdays"):
        nights = [
            night
            for night in range(start - 7, world.nights)
            if (of.name == "nightly" or _at_work(world, night)) and not chance(rng, rates.SKIPPED_NIGHT)
        ]
        return nights if nights and nights[0] <= start else [start, *nights]
    found = []
    at = start - rng.uniform(0.05, 1.0) * of.every
    while at < world.nights:
        if of.name == "irregular":
            night = int(at)
            at += max(1.0, rng.expovariate(1 / of.every))
        else:
            delay = min(log_normal(rng, of.delay_median * of.every, of.delay_spread), 1.5 * of.every)
            night = int(at + delay)
            at += of.every if of.every < 31 else of.every * 365.25 / (366 if of.every > 100 else 367)
        found.append(night)
    late = [night for night in sorted(set(found)) if night < world.nights]
    before = [night for night in late if night <= start]
    return late if before else [min(start, start - int(rng.uniform(0.05, 0.9) * of.every)), *late]


def _at_work(world: World, night: int) -> bool:
    day = world.first + timedelta(days=night)
    return day.weekday() < 5 and (day.month, day.day) not in HOLIDAYS
