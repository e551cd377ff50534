"""The truth about one dataset: its planted drops, measured, with what could be seen of them.

Belongs here: points, what must be told, and what may be told though nobody planted it. The thresholds are in `rates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.datasets import Dataset
from benchmarks.alert_histories.dates import lag_of
from benchmarks.alert_histories.judged import Judge, content_fall
from benchmarks.alert_histories.planned import DROPPED, OF_TIME, OF_VERSIONS, RENAMED, RETYPED, Planned
from benchmarks.alert_histories.truth import Drop, Kind
from benchmarks.alert_histories.versions import Version
from benchmarks.alert_histories.world import World

LEAST_POINTS = 0.05


def planted(
    world: World,
    of: Dataset,
    judge: Judge,
    plans: Sequence[Planned],
    made: Sequence[Version],
    seen: Mapping[int, Sequence[int]],
) -> list[Drop]:
    """The plans as records. `seen` are the nights on which each showed."""
    drops = []
    for number, one in enumerate(plans):
        if not one.quiet:
            drops.append(_drop(world, of, judge, one, made, seen.get(number, ())))
    return drops


def _drop(
    world: World, of: Dataset, judge: Judge, one: Planned, made: Sequence[Version], seen: Sequence[int]
) -> Drop:
    falls: list[tuple[int, dict[str, float]]] = []
    if one.kind in OF_VERSIONS:
        falls = [
            (version.night, judge.fall(version, version.night)) for version in made if one.bad(version.night)
        ]
    growth = [(night, max(fall.values(), default=0.0)) for night, fall in falls]
    points = max((points for _, points in growth), default=0.0)
    dimensions = {name for _, fall in falls for name, lost in fall.items() if lost > LEAST_POINTS}
    touched = set(one.added)
    if one.column:
        touched |= {item.key for item in of.expectations if item.rule.column == one.column}
    grown = [night for night, reached in growth if reached >= rates.DUE_POINTS]
    from_night = min(grown) if grown and len(one.course) > 1 else one.first
    if one.kind is Kind.UNREACHABLE:  # of some that come and go, the first that lasts
        from_night = next((first for first, end in one.spans if end - first >= rates.DUE_NIGHTS), one.first)
    first_seen = next((night for night in seen if night >= from_night), None)
    size = one.size
    if one.kind not in OF_VERSIONS and one.kind is not Kind.MOVED:
        size = sum(min(end, world.nights) - first for first, end in one.spans if first < world.nights)
    moves = points > LEAST_POINTS
    return Drop(
        of.key,
        one.kind,
        world.date_of(one.first),
        world.date_of(one.end - 1) if one.end < world.nights else None,
        _due(of, one, points),
        round(size, 4),
        round(points, 2) if moves else None,
        round(max(content_fall(fall) for _, fall in falls), 2) if moves else None,
        tuple(sorted(touched)),
        tuple(sorted(dimensions)),
        len(seen),
        None if first_seen is None else world.date_of(first_seen),
        tuple((world.date_of(night), round(reached, 2)) for night, reached in growth)
        if len(one.course) > 1
        else (),
    )


def _due(of: Dataset, one: Planned, points: float) -> bool:
    if one.kind in (Kind.EXPECTATION, Kind.SCORE):
        return points >= rates.DUE_POINTS
    if one.kind is Kind.UNREACHABLE or one.kind in OF_TIME:
        return max(end - first for first, end in one.spans) >= rates.DUE_NIGHTS
    if one.kind is Kind.ROWS_REMOVED:
        return one.factor <= 1 - rates.DUE_REMOVED
    if one.kind is Kind.ROWS:
        return one.factor >= rates.DUE_EXPLODED or one.factor <= rates.DUE_COLLAPSED
    if one.kind is Kind.COLUMNS:
        return one.how in (DROPPED, RENAMED) or (one.how == RETYPED and points >= rates.DUE_POINTS)
    return True


def late(
    world: World, of: Dataset, plans: Sequence[Planned], made: Sequence[Version], seen: Sequence[int]
) -> list[Drop]:
    """Versions that came later than the promise allows, though they came: true, and nobody need be told."""
    if not of.rhythm.kept:
        return _never_kept(world, of, made, seen, 0)
    stops = [one for one in plans if one.kind in OF_TIME]
    nights = [version.night for version in made]
    drops = []
    for last, following in zip(nights, [*nights[1:], None], strict=True):
        first = max(last + int(of.rhythm.patience) + 1, of.start)
        end = world.nights if following is None else following
        if first < end and not any(one.first < end and first < one.end for one in stops):
            drops.append(_may_be_told(world, of, Kind.OVERDUE, first, end, seen))
    lag = int(lag_of(of))
    return drops + (_never_kept(world, of, made, seen, lag) if lag else [])


def _never_kept(
    world: World, of: Dataset, made: Sequence[Version], seen: Sequence[int], lag: int
) -> list[Drop]:
    """A promise that is broken between any two versions may be told once: from the first night on which it is seen to
    break. By the data's own date, which is older by `lag` nights, many are."""
    if of.rhythm.period is None:
        return []
    patience = int(rates.GRACE * of.rhythm.period + rates.GRACE_NIGHTS) - lag
    nights = [version.night for version in made]
    for last, following in zip(nights, [*nights[1:], world.nights], strict=True):
        first = max(last, last + patience + 1)
        if of.start < first < following:
            return [_may_be_told(world, of, Kind.OVERDUE, first, world.nights, seen)]
    return []


def outages(world: World, of: Dataset, kind: Kind, nights: Iterable[int]) -> list[Drop]:
    """Outages of a portal of one or two datasets, which nobody can tell from the dataset's own."""
    spans: list[list[int]] = []
    for night in nights:
        if spans and night == spans[-1][1]:
            spans[-1][1] = night + 1
        else:
            spans.append([night, night + 1])
    return [_may_be_told(world, of, kind, first, end, range(first, end)) for first, end in spans]


def _may_be_told(world: World, of: Dataset, kind: Kind, first: int, end: int, seen: Sequence[int]) -> Drop:
    shown = [night for night in seen if first <= night < end]
    return Drop(
        of.key,
        kind,
        world.date_of(first),
        world.date_of(end - 1) if end < world.nights else None,
        due=False,
        size=end - first,
        seen=len(shown),
        first_seen=world.date_of(shown[0]) if shown else None,
    )
