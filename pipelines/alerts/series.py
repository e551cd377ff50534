"""Series: the past of one condition of one dataset, and what is usual in it. Robust statistics, no files.

Belongs here: which points of the past count, their middle and their spread. A reading is a night on which the data
were other than on the night before: between two readings a value stands still and says nothing new. The middle is a
median and the spread a scaled median absolute deviation (Rousseeuw and Croux 1993, doi:10.1080/01621459.1993.10476408),
so that half of the points may be wrong before they move. Points of earlier incidents and those under test are left out.
Does not belong here: what difference is a drop (`families`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

# Of the readings before, how many say what is usual now, and how many how far it usually strays.
RECENT, READINGS = 8, 24
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
    """What is usual: `middle` of the recent readings, `spread` in standard deviations of all (None: too few to tell),
    `worst` the largest but one of them, `readings` how many there were."""

    middle: float
    spread: float | None
    worst: float
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


def usual(values: Sequence[float]) -> Usual | None:
    """What is usual in the values of past readings, oldest first; None without any."""
    if not values:
        return None
    known = values[-READINGS:]
    ordered = sorted(known)
    return Usual(
        middle=median(known[-RECENT:]),
        spread=spread(known),
        worst=ordered[-2] if len(ordered) > 4 else ordered[-1],
        readings=len(known),
    )


def spread(values: Sequence[float]) -> float | None:
    """The scaled median absolute deviation; None of fewer than four values."""
    if len(values) < 4:
        return None
    middle = median(values)
    return TO_SIGMA * median(abs(value - middle) for value in values)
