"""How others alert, on the same histories: a fixed threshold, three deviations, and every failure.

Belongs here: the three baselines, as such tools behave. None remembers what it has told; each writes at most one
mail an owner and night. Does not belong here: ours (`alert_detector`).
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial

from benchmarks.alert_histories.world import World
from benchmarks.alert_scoring import Detector, Raised, Told
from pipelines.model.dataset_night import Access, DatasetNight

THRESHOLD = 80.0  # points of a dimension's score
# Elementary's defaults: a window of 14 days that holds the point under test, at least 7 points, 3 deviations, and the
# last 2 days under test each time.
WINDOW, LEAST, DEVIATIONS = 14, 7, 3.0


class Rule:
    """A detector that asks one question of each dataset's night and writes whenever the answer is not empty."""

    def __init__(self, world: World, question: Callable[[DatasetNight], Iterable[str]]) -> None:
        self.owners, self.question = world.owners, question

    def night(self, night: date, seen: Sequence[DatasetNight]) -> Told:
        raised = tuple(Raised(one.dataset, condition) for one in seen for condition in self.question(one))
        return Told(night, raised, tuple({self.owners[one.dataset] for one in raised}))


def not_had(one: DatasetNight) -> Iterator[str]:
    """To a tool that does not ask why, whatever could not be had is out of reach."""
    if one.access is not Access.REACHED:
        yield "unreachable"
    elif one.usable is False:
        yield "unusable"


def under_threshold(one: DatasetNight) -> Iterator[str]:
    yield from not_had(one)
    for dimension, points in one.scores.items():
        if points < THRESHOLD:
            yield f"score:{dimension}"


def any_failure(one: DatasetNight) -> Iterator[str]:
    yield from not_had(one)
    for key, level in one.levels.items():
        if level.failed:
            yield f"expectation:{key}"


class Deviations:
    """Whether a score, the rows or an expectation's percent lie 3 deviations off the mean of the last 14 points."""

    def __init__(self) -> None:
        self.points: dict[str, deque[DatasetNight]] = defaultdict(partial(deque, maxlen=WINDOW))
        self.before: dict[str, frozenset[str]] = defaultdict(frozenset)

    def __call__(self, one: DatasetNight) -> Iterable[str]:
        if one.rows is None or not one.levels:
            return ()
        points = self.points[one.dataset]
        points.append(one)
        found = frozenset(_deviating(points))
        both = found | self.before[one.dataset]
        self.before[one.dataset] = found
        return sorted(both)


def _deviating(points: deque[DatasetNight]) -> Iterator[str]:
    now = points[-1]
    if len(points) < LEAST:
        return
    if _off([float(one.rows or 0) for one in points]):
        yield "rows"
    if any(one.levels is not now.levels for one in points):
        for dimension in now.scores:
            if _off(_series([one.scores for one in points], dimension)):
                yield f"score:{dimension}"
        percents = [{key: level.percent for key, level in one.levels.items()} for one in points]
        for key in now.levels:
            if _off(_series(percents, key)):
                yield f"expectation:{key}"


def _series(points: Sequence[Mapping[str, float]], key: str) -> list[float]:
    return [one[key] for one in points if key in one]


def _off(values: list[float]) -> bool:
    count = len(values)
    last = values[-1]
    if count < LEAST or values.count(last) == count:
        return False
    mean = math.fsum(values) / count
    deviation = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (count - 1))
    return abs(last - mean) > DEVIATIONS * deviation


def baselines(world: World) -> dict[str, Detector]:
    """All three, fresh."""
    return {
        "fixed": Rule(world, under_threshold),
        "zscore": Rule(world, Deviations()),
        "every_failure": Rule(world, any_failure),
    }
