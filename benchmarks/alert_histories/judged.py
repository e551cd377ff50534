"""What the pipeline makes of a version on a night: levels, scores, rows, under that night's rules and bugs.

Belongs here: the judging, each combination once. The formula of a score is the simulation's own: of each dimension, 100
less the weighted mean of the percents that fail.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from benchmarks.alert_histories.datasets import Dataset, Expectation
from benchmarks.alert_histories.suites import CONTENT, WEIGHTS
from benchmarks.alert_histories.versions import Version
from benchmarks.alert_histories.world import Bug, World
from pipelines.model.dataset_night import Level
from pipelines.model.outcomes import Severity

SEVERITIES = tuple(Severity)


@dataclass(frozen=True)
class Judged:
    """Of one version: shared by all nights on which nothing else came of it."""

    levels: Mapping[str, Level]
    scores: Mapping[str, float]
    rows: int


class Judge:
    """Judges the versions of one dataset, and remembers what came of each."""

    def __init__(self, world: World, of: Dataset) -> None:
        self.world, self.of = world, of
        self._known: dict[tuple[int, int, int, int | None], Judged] = {}

    def rules(self, night: int) -> str:
        return f"{self.of.suite.name} {self.of.suite.version(night) + 1}, layout-{self.of.layout}"

    def score_rules(self, night: int) -> str:
        return f"weights {self.world.weights(night) + 1}, {self.of.suite.name} {self.of.suite.version(night) + 1}"

    def judged(self, version: Version, night: int) -> Judged:
        suite, weights, bug = self.of.suite.version(night), self.world.weights(night), self.world.bug(night)
        if bug is not None and not self._hit(bug):
            bug = None
        key = (id(version), suite, weights, bug)
        if key not in self._known:
            about = None if bug is None else self.world.bugs[bug]
            levels = self.levels(version.levels, suite, about)
            rows = version.rows if about is None else max(1, round(version.rows * about.rows))
            self._known[key] = Judged(levels, scores(levels.values(), weights), rows)
        return self._known[key]

    def levels(self, percents: Mapping[str, float], suite: int, bug: Bug | None = None) -> dict[str, Level]:
        """Judge percents as they are in the file under a version of the suite."""
        shift = self.of.suite.shift(suite)
        made = {}
        for one in self.of.expectations:
            percent = percents.get(one.key)
            if percent is None or not one.rule.since <= suite < one.rule.until:
                continue
            percent += shift.get(one.key, 0.0)
            if bug is not None and one.rule.asks in bug.asks:
                percent += bug.percent
            made[one.key] = level(one, percent)
        return made

    def fall(self, version: Version, night: int) -> dict[str, float]:
        """The points that each dimension loses by what was planted in this version."""
        suite, weights = self.of.suite.version(night), self.world.weights(night)
        now = scores(self.levels(version.levels, suite).values(), weights)
        clean = scores(self.levels(version.clean, suite).values(), weights)
        return {name: clean[name] - now[name] for name in clean if name in now}

    def _hit(self, bug: int) -> bool:
        # Another part of the datasets each time, the same one for all nights of a bug.
        return (self.of.share_key * 7919 * (bug + 1)) % 1 < self.world.bugs[bug].share


def level(one: Expectation, percent: float) -> Level:
    percent = round(min(100.0, max(0.0, percent)), 4)
    return Level(percent, percent > one.threshold, one.rule.severity, one.rule.dimension)


def scores(levels: Iterable[Level], weights: int) -> dict[str, float]:
    """By dimension, 0 to 100; none for a dimension without expectations."""
    weight = dict(zip(SEVERITIES, WEIGHTS[weights], strict=True))
    total: dict[str, float] = {}
    failing: dict[str, float] = {}
    for one in levels:
        heavy = weight[one.severity]
        total[one.dimension] = total.get(one.dimension, 0.0) + heavy
        failing[one.dimension] = failing.get(one.dimension, 0.0) + heavy * one.percent
    return {name: round(100 - failing[name] / total[name], 2) for name in total}


def content_fall(falls: Mapping[str, float]) -> float:
    """The same for the content score, the weighted mean of its dimensions."""
    total = sum(CONTENT[name] for name in falls)
    return sum(CONTENT[name] * points for name, points in falls.items()) / total if total else 0.0
