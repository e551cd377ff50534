"""The versions of one dataset: what each publication holds, with what was planted and without it.

Belongs here: rows, columns and levels as they are in the file. Does not belong here: what could be seen of them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from random import Random

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.datasets import Dataset, Expectation
from benchmarks.alert_histories.draws import chance, log_uniform, stream
from benchmarks.alert_histories.planned import DROPPED, OF_TIME, RENAMED, RENAMED_KNOWN, RETYPED, Planned
from benchmarks.alert_histories.suites import WEIGHTS
from benchmarks.alert_histories.truth import Kind
from benchmarks.alert_histories.world import World
from pipelines.model.outcomes import Severity

# What a column is called and of which type it is, by what it is.
Schema = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Version:
    """One version, on the server from `night` on. `levels` are percents by key with what was planted, `clean` those
    without; a key that cannot be judged any more is missing from `levels`. `lost` are the rows of the version before
    that are gone."""

    night: int
    content: str
    rows: int
    lost: int
    schema: Schema
    levels: Mapping[str, float]
    clean: Mapping[str, float]


def versions(world: World, of: Dataset, published: Sequence[int], plans: Sequence[Planned]) -> list[Version]:
    rows = _Rows(of, world, published)
    added_columns: dict[str, tuple[str, str]] = {}
    made: list[Version] = []
    begun: dict[int, int] = {}
    for night in _with_corrections(world, of, published, plans):
        # Of each night its own, so that what is planted before it changes nothing else.
        rng = stream(world.seed, "version", of.key, night)
        correction = night not in rows.published
        whole, lost = rows.at(rng, night, correction)
        if chance(rng, rates.COLUMN_ADDED) and made:
            name = f"columna_{len(added_columns) + 1}"
            added_columns[name] = (name, "text")
        clean = _tempered(
            of, night, {one.key: _percent(rng, one, night - of.start) for one in of.expectations}
        )
        levels = dict(clean)
        schema = {column: (column, _type(column)) for column in of.columns} | added_columns
        factor = 1.0
        for which, plan in enumerate(plans):
            if not plan.bad(night) or plan.kind is Kind.UNUSABLE:
                continue
            begun[which] = begun.get(which, -1) + 1
            share = plan.course[min(begun[which], len(plan.course) - 1)]
            for key, percent in plan.added.items():
                levels[key] = min(100.0, levels.get(key, 0.0) + percent * share)
            if plan.kind is Kind.COLUMNS:
                _change(schema, levels, of, plan)
            factor *= plan.factor
        before = made[-1] if made else None
        count = max(1, round(whole * factor))
        if before is not None and rows.factor > factor:
            lost = max(lost, round(before.rows * (1 - factor / rows.factor)))
        rows.factor = factor
        lost = min(lost, before.rows) if before else 0
        content = sha256(f"{world.seed}/{of.key}/{night}".encode()).hexdigest()[:16]
        made.append(Version(night, content, count, lost, schema, levels, clean))
    return made


def _with_corrections(
    world: World, of: Dataset, published: Sequence[int], plans: Sequence[Planned]
) -> list[int]:
    """The same nights and those of corrections, none of which comes while nothing is published."""
    if of.rhythm.every <= 2:
        return list(published)
    stops = [(one.first - of.rhythm.patience - 1, one.end) for one in plans if one.kind in OF_TIME]
    more = []
    for night in published:
        rng = stream(world.seed, "correction", of.key, night)
        if night >= of.start and chance(rng, rates.CORRECTION):
            fix = night + rng.randint(1, max(1, int(min(of.rhythm.every, 60) * 0.4)))
            if not any(first <= fix < end for first, end in stops):
                more.append(fix)
    return sorted({*published, *more})


def _tempered(of: Dataset, night: int, percents: dict[str, float]) -> dict[str, float]:
    """The same, with less noise where it moves a dimension too far: that would be a drop."""
    weight = dict(zip(Severity, WEIGHTS[0], strict=True))
    total: dict[str, float] = {}
    off: dict[str, float] = {}
    for one in of.expectations:
        heavy = weight[one.rule.severity]
        total[one.rule.dimension] = total.get(one.rule.dimension, 0.0) + heavy
        added = heavy * (percents[one.key] - _drifted(one, night - of.start))
        off[one.rule.dimension] = off.get(one.rule.dimension, 0.0) + added
    for one in of.expectations:
        points = off[one.rule.dimension] / total[one.rule.dimension]
        if abs(points) > rates.NOISE_POINTS:
            calm = _drifted(one, night - of.start)
            percents[one.key] = calm + (percents[one.key] - calm) * rates.NOISE_POINTS / abs(points)
    return percents


def _drifted(one: Expectation, night: int) -> float:
    return one.base + one.drift * max(night, 0)


def _percent(rng: Random, one: Expectation, night: int) -> float:
    percent = _drifted(one, night)
    if one.noise == "jitter":
        percent *= 1 + one.spread * max(-2.5, min(2.5, rng.gauss(0, 1)))
    elif one.noise == "heavy":
        noisy = percent * math.exp(rng.gauss(0, one.spread))
        percent = max(one.base - rates.HEAVY_LARGEST, min(noisy, one.base + rates.HEAVY_LARGEST))
    elif one.noise == "blips" and chance(rng, rates.BLIP):
        percent += log_uniform(rng, *rates.BLIP_SIZE)
    return min(100.0, max(0.0, percent))


def _type(column: str) -> str:
    return "date" if "date" in column else "number" if "amount" in column else "text"


def _change(schema: dict[str, tuple[str, str]], levels: dict[str, float], of: Dataset, plan: Planned) -> None:
    if plan.how == DROPPED:
        schema.pop(plan.column, None)
    elif plan.how in (RENAMED, RENAMED_KNOWN):
        schema[plan.column] = (f"{plan.column}_nuevo", _type(plan.column))
    elif plan.how == RETYPED:
        schema[plan.column] = (plan.column, "text" if _type(plan.column) != "text" else "number")
    if plan.how in (DROPPED, RENAMED):
        for one in of.expectations:
            if one.rule.column == plan.column and one.rule.asks != "exists":
                levels.pop(one.key, None)


class _Rows:
    """How many rows each publication has, and how many of those before are gone."""

    def __init__(self, of: Dataset, world: World, published: Sequence[int]) -> None:
        self.of, self.world = of, world
        self.published = frozenset(published)
        self.factor = 1.0
        self.base = float(of.rows)
        self.rows = float(of.rows)
        self.last = published[0]
        self.year = world.date_of(published[0]).year

    def at(self, rng: Random, night: int, correction: bool) -> tuple[int, int]:
        before = self.rows
        nights = max(night - self.last, 1)
        lost = 0.0
        if correction:
            self.rows = max(1.0, before + rng.randint(-2, 2))
            lost = rng.uniform(0, rates.CORRECTED_SHARE) * before
        else:
            lost = self._grow(rng, night, nights)
        self.last = night
        return max(1, round(self.rows)), round(lost)

    def _grow(self, rng: Random, night: int, nights: int) -> float:
        """Move to the next publication; how many rows of the one before are gone."""
        of, before = self.of, self.rows
        step = self.base * of.growth * min(nights, 120) / 10
        day = self.world.date_of(night)
        if of.shape == "linear":
            self.rows += step * rng.uniform(0.5, 1.5)
        elif of.shape == "saturating":
            self.rows += max(0.0, (2 * self.base - self.rows) * of.growth * 2 * rng.uniform(0.5, 1.5))
        elif of.shape == "bursty":
            self.rows += step * 0.1
            if chance(rng, 0.07):
                self.rows *= 1 + log_uniform(rng, *rates.BURST)
        elif of.shape == "year_end":
            self.rows += step * (4.0 if day.month == 12 else 0.7) * rng.uniform(0.7, 1.3)
        elif of.shape == "window":
            self.rows = self.base * rng.gauss(1, 0.015)
            return before * of.churn
        elif of.shape == "volume":
            weekend = rates.WEEKEND_VOLUME[0] + (of.share_key * 0.3)
            self.rows = self.base * (weekend if day.weekday() >= 5 else 1.0) * math.exp(rng.gauss(0, 0.12))
            return before
        elif of.shape == "year_file":
            # A file of the current year: it begins anew, with other rows, on its first publication in January.
            if day.year != self.year:
                self.year = day.year
                self.rows = max(
                    1.0, self.base * (day - day.replace(month=1, day=1) + timedelta(1)).days / 300
                )
                return before
            self.rows += self.base * nights / 300 * rng.uniform(0.6, 1.4)
        if chance(rng, rates.CORRECTION):
            return rng.uniform(0, rates.CORRECTED_SHARE) * before
        return 0.0
