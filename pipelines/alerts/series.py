"""Series: the past of one condition of one dataset, and what is usual in it. Robust statistics, no files.

Belongs here: which points of the past count, their middle and their spread. A reading is a night on which the data
were other than on the night before: between two readings a value stands still and says nothing new. The middle is a
median and the spread a scaled median absolute deviation (Rousseeuw and Croux 1993, doi:10.1080/01621459.1993.10476408),
so that half of the points may be wrong before they move. Points of earlier incidents and those under test are left out.
Does not belong here: what difference is a drop (`families`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from statistics import median

# Of the readings before, how many say what is usual now, and how many how far it usually strays.
RECENT, READINGS = 8, 24
# Of fewer readings nobody knows how far they stray.
FEW = 3
# Of more readings than this the worst one is left out.
SEVERAL = 4
# Makes the median absolute deviation of a normal distribution its standard deviation.
TO_SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Point:
    """One night's value. `value` None: unknown that night. `fresh`: the data were new, so that this is a reading."""

    night: date
    value: float | None
    rules: str = ""
    fresh: bool = True


@dataclass(frozen=True, slots=True)
class Span:
    """The nights of an incident, from its first bad one up to the one on which it ended (None: it stands)."""

    first: date
    end: date | None

    def __contains__(self, night: object) -> bool:
        return isinstance(night, date) and self.first <= night and (self.end is None or night < self.end)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual: `middle` of the recent readings, `spread` of them in standard deviations (None: too few to tell),
    `worst` the largest but one of them, `most` the largest, `readings` how many there were under these rules."""

    middle: float
    spread: float | None
    worst: float
    most: float
    readings: int


def clean(points: Iterable[Point], rules: str | None, spans: Sequence[Span] = ()) -> list[Point]:
    """The known points under these rules (None: under any) outside of incidents."""
    return [
        point
        for point in points
        if point.value is not None
        and (rules is None or point.rules == rules)
        and not any(point.night in span for span in spans)
    ]


def readings(points: Sequence[Point]) -> list[float]:
    """The values of the readings among known points; of points without any, the first."""
    values = [point.value for point in points if point.fresh and point.value is not None]
    return values or [point.value for point in points[:1] if point.value is not None]


def trailing(points: Sequence[Point], holds: Callable[[float], bool]) -> int:
    """For how many of the last points on end `holds` is true; what is unknown ends them."""
    kept = takewhile(lambda point: point.value is not None and holds(point.value), reversed(points))
    return sum(1 for _ in kept)


def usual(points: Sequence[Point], rules: str) -> Usual | None:
    """What is usual among known points, oldest first; None without any under these rules.

    Levels are compared under the same rules only. How far the readings stray from the middle of their own rules is
    learnt under all of them: it is a habit of the publisher's.
    """
    by_rules: dict[str, list[Point]] = {}
    for point in points:
        by_rules.setdefault(point.rules, []).append(point)
    if rules not in by_rules:
        return None
    mine = readings(by_rules[rules])[-READINGS:]
    if not mine:
        return None
    ordered = sorted(mine)
    strays: list[float] = []
    for of in by_rules.values():
        values = readings(of)[-READINGS:]
        middle = median(values) if values else 0.0
        strays += [value - middle for value in values]
    return Usual(
        middle=median(mine[-RECENT:]),
        spread=_scaled([abs(stray) for stray in strays]) if len(strays) >= FEW else None,
        worst=ordered[-2] if len(ordered) > SEVERAL else ordered[-1],
        most=ordered[-1],
        readings=len(mine),
    )


def spread(values: Sequence[float]) -> float | None:
    """The scaled median absolute deviation; None of fewer than FEW values."""
    if len(values) < FEW:
        return None
    middle = median(values)
    return _scaled([abs(value - middle) for value in values])


def _scaled(deviations: Sequence[float]) -> float:
    return TO_SIGMA * median(deviations)
