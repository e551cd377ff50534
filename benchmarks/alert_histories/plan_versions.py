"""Planned drops that come with a version: rows, columns, expectations, scores.

Belongs here: what such a drop does to a version, how large it is, and with which publications it begins and ends. Does
not belong here: when it is its turn (`plan`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from random import Random

from benchmarks.alert_histories import rates
from benchmarks.alert_histories.datasets import VOLATILE, WINDOWS, Dataset, Expectation
from benchmarks.alert_histories.draws import chance, log_uniform, weighted, whole_nights
from benchmarks.alert_histories.planned import DROPPED, FOREVER, RENAMED, RENAMED_KNOWN, RETYPED, Planned
from benchmarks.alert_histories.suites import WEIGHTS
from benchmarks.alert_histories.truth import Kind
from benchmarks.alert_histories.world import World
from pipelines.model.outcomes import Severity


def of_versions(
    rng: Random,
    world: World,
    kind: Kind,
    of: Dataset,
    published: Sequence[int],
    night: int,
    again: Planned | None,
) -> Planned | None:
    later = [one for one in published if one >= night]
    if not later or (of.shape in WINDOWS | {"year_file"} and kind is Kind.ROWS_REMOVED):
        return None
    first = later[0]
    made = again or _what(rng, world, kind, of, first)
    if made is None:
        return None
    course = (1.0,) if again else made.course
    # One that grows is left alone until it has come to its full size.
    grown = later[len(course) - 1] if len(course) <= len(later) else FOREVER
    end = _mended(rng, later, grown)
    spans = [(first, end)]
    if of.rhythm.every <= 1 and len(course) == 1 and end - first < 30 and chance(rng, rates.FLAPPING):
        for _ in range(rng.randint(1, 3)):
            start = spans[-1][1] + rng.randint(1, 4)
            spans.append((start, start + rng.randint(1, 6)))
    return replace(made, spans=_on_publications(spans, later), course=course)


def _on_publications(spans: Sequence[tuple[int, int]], later: Sequence[int]) -> tuple[tuple[int, int], ...]:
    """The spans from publication to publication: between two of them nothing in the file begins or ends."""
    moved: list[tuple[int, int]] = []
    for start, end in spans:
        first = next((one for one in later if one >= start), FOREVER)
        last = next((one for one in later if one >= end), FOREVER)
        if first < last and (not moved or first > moved[-1][1]):
            moved.append((first, last))
    return tuple(moved)


def _mended(rng: Random, later: Sequence[int], grown: int) -> int:
    mended = weighted(rng, rates.MENDED)
    if mended == "never" or grown == FOREVER:
        return FOREVER
    wait = 1 if mended == "next" else whole_nights(rng, *rates.LASTS)
    return next((one for one in later if one >= grown + wait), FOREVER)


def _what(rng: Random, world: World, kind: Kind, of: Dataset, night: int) -> Planned | None:
    version = of.suite.version(night)
    active = [one for one in of.expectations if one.rule.since <= version < one.rule.until]
    room = {one.key: 100.0 - one.base for one in active}
    here = ((night, FOREVER),)
    if kind is Kind.PERSONAL:
        keys = [one.key for one in active if one.rule.asks == "not_personal"]
        key = rng.choice(keys) if keys else ""
        # At least as much as is taken for it by mistake.
        size = max(log_uniform(rng, *rates.EXPOSED), 100.0 - room.get(key, 100.0))
        return Planned(kind, here, size, {key: size}) if keys else None
    if kind is Kind.EXPECTATION:
        able = [
            one for one in active if room[one.key] >= 1 and one.rule.asks not in ("exists", "not_personal")
        ]
        if not able:
            return None
        chosen = rng.sample(able, min(rng.choice((1, 1, 1, 2, 3)), len(able)))
        size = log_uniform(rng, *rates.ADDED_PERCENT)
        size = min(size, *(room[one.key] for one in chosen))
        return Planned(kind, here, size, {one.key: size for one in chosen})
    if kind is Kind.SCORE:
        return _of_score(rng, world, night, active, room)
    if kind is Kind.COLUMNS:
        return _of_columns(rng, of, active, room)
    if kind is Kind.ROWS_REMOVED:
        share = log_uniform(rng, *rates.REMOVED)
        return Planned(kind, here, share, factor=1 - share) if of.keyed and of.rows * share >= 10 else None
    return _of_rows(rng, of, active)


def _of_score(
    rng: Random, world: World, night: int, active: Sequence[Expectation], room: Mapping[str, float]
) -> Planned | None:
    """A dimension falls by so many points: as many of its expectations fail as that takes."""
    dimension = rng.choice(sorted({one.rule.dimension for one in active}))
    weights = dict(zip(Severity, WEIGHTS[world.weights(night)], strict=True))
    of_it = [one for one in active if one.rule.dimension == dimension and one.rule.asks != "not_personal"]
    if not of_it:
        return None
    total = sum(weights[one.rule.severity] for one in active if one.rule.dimension == dimension)
    rng.shuffle(of_it)
    points = log_uniform(rng, *rates.SCORE_POINTS)
    added: dict[str, float] = {}
    least = rng.randint(1, len(of_it))
    for number in range(1, len(of_it) + 1):
        gains = {other.key: weights[other.rule.severity] / total for other in of_it[:number]}
        each = points / sum(gains.values())
        if number >= least and each <= min(room[key] for key in gains):
            added = dict.fromkeys(gains, each)
            break
    if not added:
        return None
    kind = weighted(rng, rates.COURSES)
    course: tuple[float, ...] = (1.0,)
    if kind == "steps":
        course = (0.4, 0.4, 0.7, 0.7, 1.0)
    if kind == "growing":
        steps = rng.randint(3, 8)
        course = tuple((number + 1) / steps for number in range(steps))
    return Planned(Kind.SCORE, ((night, FOREVER),), points, added, course)


def _of_columns(
    rng: Random, of: Dataset, active: Sequence[Expectation], room: Mapping[str, float]
) -> Planned | None:
    columns = [one for one in of.columns if any(item.rule.column == one for item in active)]
    if not columns:
        return None
    column = rng.choice(columns)
    how = rng.choice((DROPPED, DROPPED, RENAMED, RENAMED_KNOWN, RETYPED))
    added = {}
    for one in active:
        if one.rule.column != column:
            continue
        if how == RETYPED and one.rule.asks in ("is_date", "is_number", "well_formed", "in_list", "is_url"):
            added[one.key] = min(room[one.key], rng.uniform(40, 100))
        if how in (DROPPED, RENAMED) and one.rule.asks == "exists":
            added[one.key] = room[one.key]
    return Planned(Kind.COLUMNS, ((0, FOREVER),), 1, added, column=column, how=how)


def _of_rows(rng: Random, of: Dataset, active: Sequence[Expectation]) -> Planned:
    volatile = of.shape in VOLATILE
    here = ((0, FOREVER),)
    if chance(rng, 0.6):
        factor = log_uniform(rng, *(rates.COLLAPSED_VOLATILE if volatile else rates.COLLAPSED))
        return Planned(Kind.ROWS, here, factor, factor=factor)
    if volatile:
        factor = log_uniform(rng, *rates.EXPLODED_VOLATILE)
        return Planned(Kind.ROWS, here, factor, factor=factor)
    # Half of the time a load that ran twice, whose rows are there twice.
    factor = 2.0 if chance(rng, 0.5) else log_uniform(rng, *rates.EXPLODED)
    twice = [one for one in active if one.rule.asks in ("unique", "no_row_twice")] if factor == 2.0 else []
    return Planned(Kind.ROWS, here, factor, {one.key: 100.0 - one.base for one in twice}, factor=factor)
