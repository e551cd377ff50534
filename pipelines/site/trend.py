"""Trend: how many datasets stood how, night after night, counted and drawn.

Belongs here: the counts, and their geometry. A dataset that was not visited on a night stands as it did when it last
was: sources rest. Scores are not averaged over datasets, each of which is judged by rules of its own. Does not belong
here: words, HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from pipelines.model import Outcome
from pipelines.site.stretches import Stretch

# What is drawn above what, from the ground up.
GROUPS = {
    "passed": (Outcome.PASSED,),
    "faulty": (Outcome.FAILED, Outcome.PARTLY_READ, Outcome.NOT_PUBLISHED),
    "unknown": (Outcome.NOT_APPLICABLE, Outcome.ERROR, Outcome.BLOCKED, Outcome.NOT_RUN),
}
_GROUP_OF = {outcome.value: group for group, outcomes in GROUPS.items() for outcome in outcomes}
WIDTH, HEIGHT = 1000, 100


@dataclass
class Trend:
    """Counts of the `nights` nights up to `newest`; `rules` says on how many datasets' nights rules changed."""

    newest: date
    nights: int
    steps: dict[str, list[int]] = field(default_factory=dict)
    rules: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.steps = {group: [0] * (self.nights + 1) for group in GROUPS}
        self.rules = [0] * self.nights

    def add(self, stretches: Sequence[Stretch]) -> None:
        """Count a dataset in."""
        begin = self.newest - timedelta(days=self.nights - 1)
        before = None
        for one in stretches:
            at = (one.first - begin).days
            if at >= self.nights:
                continue
            at = max(at, 0)  # it began before the first night that is shown
            group = _GROUP_OF.get(one.outcome, "unknown")
            if before is not None:
                self.steps[before][at] -= 1
            self.steps[group][at] += 1
            before = group
            self.rules[at] += bool(one.rules_changed)

    def points(self) -> list[Point]:
        """The nights on which anything is known, those alike told once."""
        begin = self.newest - timedelta(days=self.nights - 1)
        found: list[Point] = []
        counts = dict.fromkeys(GROUPS, 0)
        for at in range(self.nights):
            counts = {group: counts[group] + self.steps[group][at] for group in GROUPS}
            if any(counts.values()):
                night = begin + timedelta(days=at)
                if found and found[-1].counts == counts and not self.rules[at]:
                    found[-1] = Point(found[-1].first, night, counts, found[-1].rules)
                else:
                    found.append(Point(night, night, counts, self.rules[at]))
        return found


@dataclass(frozen=True)
class Point:
    """From `first` to `last` as many datasets stood so; on the first night the rules of `rules` datasets changed."""

    first: date
    last: date
    counts: dict[str, int]
    rules: int


@dataclass(frozen=True)
class Drawing:
    """The areas by group, and the places where rules changed, on a plane of 1000 by 100; `most` is its height."""

    areas: dict[str, str]
    breaks: tuple[float, ...]
    most: int


def drawn(points: Sequence[Point]) -> Drawing:
    """Steps from the ground up, a step for each stretch of nights."""
    if not points:
        return Drawing({}, (), 0)
    begin = points[0].first
    span = (points[-1].last - begin).days + 1
    most = max(sum(point.counts.values()) for point in points) or 1
    ground = [0] * len(points)
    areas = {}
    for group in GROUPS:
        path = []
        for at, point in enumerate(points):
            count = point.counts[group]
            if count:
                left = round(WIDTH * (point.first - begin).days / span, 1)
                right = round(WIDTH * ((point.last - begin).days + 1) / span, 1)
                low = round(HEIGHT * (1 - ground[at] / most), 1)
                high = round(HEIGHT * (1 - (ground[at] + count) / most), 1)
                path.append(f"M{left:g} {low:g}V{high:g}H{right:g}V{low:g}z")
            ground[at] += count
        if path:
            areas[group] = "".join(path)
    breaks = tuple(
        round(WIDTH * (point.first - begin).days / span, 1)
        for point in points
        if point.rules and point.first > begin
    )
    return Drawing(areas, breaks, most)
