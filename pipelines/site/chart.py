"""The line of a score over the nights, as SVG paths.

Belongs here: geometry. A night on which nothing was measured is a gap, and so is a change of rules: a line is
drawn only between two scores that may be compared. The axis may start above 0, at a round number that the page
names: a fall of five points must be seen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.site.stretches import Stretch

WIDTH = 1000.0
HEIGHT = 100.0
FLOORS = (90, 80, 50)

Point = tuple[date, float | None, str]


@dataclass(frozen=True)
class Line:
    """One series: `path` joins comparable nights, `dots` marks every known one, `breaks` changes of rules."""

    path: str
    dots: str
    breaks: tuple[float, ...]


def floor_below(scores: Iterable[float | None]) -> int:
    """Where the axis starts: the highest round number below every known score."""
    lowest = min((score for score in scores if score is not None), default=0.0)
    return next((floor for floor in FLOORS if floor < lowest), 0)


def of_stretches(nights: Sequence[Stretch], category: str, floor: int) -> Line:
    """Up to the last change; how it has stood since is drawn from there to the edge, however long that is."""
    points: list[Point] = []
    for it in nights:
        ends = (it.first, it.last) if it.last > it.first and it is not nights[-1] else (it.first,)
        points += [(night, it.scores[category], it.rules[category]) for night in ends]
    first, last = nights[0].first, nights[-1].first
    edge = last + max(timedelta(days=1), (last - first) / 8)
    points.append((edge, nights[-1].scores[category], nights[-1].rules[category]))
    return line(points, first, edge, floor)


def line(points: Sequence[Point], first: date, last: date, floor: int = 0) -> Line:
    """Draw (night, score, rules) points, oldest first, on a plane of 1000 by 100 from `floor` up to 100 points."""
    span = max((last - first).days, 1)
    path, dots, breaks = [], [], []
    pen_down, rules = False, ""
    for night, score, of_rules in points:
        x = round(WIDTH * (night - first).days / span, 1) if last > first else WIDTH / 2
        if rules and of_rules and of_rules != rules:
            breaks.append(x)
            pen_down = False
        rules = of_rules or rules  # a night without scores has no rules, which is no change of them
        if score is None:
            pen_down = False
            continue
        y = round(HEIGHT * (100 - max(floor, min(100.0, score))) / (100 - floor), 1)
        path.append(f"{'L' if pen_down else 'M'}{x} {y}")
        dots.append(f"M{x} {y}h0.01")
        pen_down = True
    return Line("".join(path), "".join(dots), tuple(breaks))
