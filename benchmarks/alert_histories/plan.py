"""Which drops are planted, when, and how large; and how long they last.

Belongs here: the plan of one dataset, made before its versions. Does not belong here: what a version then holds
(`versions`), nor how much of it could be seen (`watched`).
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.datasets import Dataset
from benchmarks.alert_histories.draws import chance, log_uniform, stream, weighted, whole_nights
from benchmarks.alert_histories.plan_versions import of_versions
from benchmarks.alert_histories.planned import FOREVER, OF_TIME, OF_VERSIONS, Planned
from benchmarks.alert_histories.truth import Kind
from benchmarks.alert_histories.world import World


def plan(world: World, of: Dataset, published: list[int]) -> tuple[list[Planned], list[int]]:
    """The drops of one dataset, in order, and the publications that are left: one that is overdue has fewer."""
    rng = stream(world.seed, "drops", of.key)
    made: list[Planned] = []
    bad_start = _bad_start(rng, of, published)
    if bad_start is not None:
        made.append(bad_start)
    at = of.start + rates.WARM_UP + rng.expovariate(1 / rates.GAP)
    at = max(at, bad_start.end + rates.WARM_UP if bad_start else at)
    stands = moved = False  # a drop of versions that nobody mends; a move, of which there is one
    again: Planned | None = None
    while at < world.nights:
        night = int(at)
        kind = again.kind if again else weighted(rng, rates.KINDS)
        one = None
        if kind is Kind.MOVED and moved:
            pass
        elif kind in OF_TIME:
            one, published = _stopped(rng, kind, of, published, night, world.nights)
        elif kind not in OF_VERSIONS:
            one = _of_access(rng, kind, night, again)
        elif not stands:
            one = of_versions(rng, world, kind, of, published, night, again)
        again = None
        if one is None:
            at += rng.expovariate(1 / (rates.GAP / 4))
            continue
        made.append(one)
        moved = moved or kind is Kind.MOVED
        if one.end >= world.nights:
            if kind not in OF_VERSIONS and kind is not Kind.MOVED:
                break
            stands = stands or kind in OF_VERSIONS
            at = one.first + 20 + rng.expovariate(1 / rates.GAP)
        elif chance(rng, rates.RETURNS) and kind not in OF_TIME:
            again = one
            at = one.end + rng.randint(*rates.RETURNS_AFTER)
        else:
            at = one.end + rates.WARM_UP + rng.expovariate(1 / rates.GAP)
    return made, published


def _bad_start(rng: Random, of: Dataset, published: Sequence[int]) -> Planned | None:
    if not chance(rng, rates.BAD_START):
        return None
    end = of.start + whole_nights(rng, 2, 120)
    kind = rng.choice((Kind.UNREACHABLE, Kind.UNUSABLE, Kind.EXPECTATION))
    if kind is not Kind.EXPECTATION:
        return Planned(kind, ((of.start, end),), 0, quiet=True)
    end = next((night for night in published if night >= end), FOREVER)
    keys = rng.sample(of.expectations, min(3, len(of.expectations)))
    added = {one.key: log_uniform(rng, 2, 100) for one in keys}
    return Planned(kind, ((min(published[0], of.start), end),), 0, added, quiet=True)


# --- on any night -----------------------------------------------------------------------------------------


def _of_access(rng: Random, kind: Kind, night: int, again: Planned | None) -> Planned:
    length = _length(rng)
    if kind is Kind.MOVED:
        return Planned(kind, ((night, FOREVER),), 1)
    spans = [(night, night + length)]
    if kind is Kind.UNREACHABLE and length < 30 and chance(rng, rates.FLAPPING):
        for _ in range(rng.randint(1, 4)):
            start = spans[-1][1] + rng.randint(1, 5)
            spans.append((start, start + rng.randint(1, 8)))
    how = "" if again is None else again.how
    if kind is Kind.UNUSABLE:
        how = how or rng.choice(("page", "page", "empty", "layout"))
    if kind is Kind.WITHDRAWN:
        how = how or rng.choice(("gone", "gone", "unasked"))
    return Planned(kind, tuple(spans), sum(end - first for first, end in spans), how=how)


def _length(rng: Random) -> int:
    mended = weighted(rng, rates.MENDED)
    if mended == "never":
        return FOREVER
    return whole_nights(rng, *rates.LASTS) if mended == "later" else rng.randint(1, 4)


def _stopped(
    rng: Random, kind: Kind, of: Dataset, published: list[int], night: int, nights: int
) -> tuple[Planned | None, list[int]]:
    """Publishing stops. It is overdue once its age passes what its promise allows."""
    honest = of.modified == "honest"
    if not of.rhythm.kept or (kind is Kind.STALE and not honest):
        return None, published
    last = max((one for one in published if one < night), default=None)
    if last is None:
        return None, published
    first = last + int(of.rhythm.patience) + 1
    end = first + min(_length(rng), FOREVER - first)
    if first >= nights - 2:
        return None, published
    left = [one for one in published if one <= last or one >= end]
    resumed = next((one for one in left if one > last), FOREVER)
    return Planned(kind, ((first, resumed),), resumed - first), left
