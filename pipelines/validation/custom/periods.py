"""Series of periods without gaps: the class for GX of `plans.periods`."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import Any, ClassVar, Literal

from pipelines.validation import periods
from pipelines.validation.custom.of_rows import Observed, of_whole


def gaps(
    frame: Any, column: str, unit: str, start: Any = None, end: Any = None, group_column: str | None = None
) -> tuple[int, list[str]] | None:
    """How many periods are missing, and the first of them by name; None when no period is there at all."""
    low, high = (None if bound is None else _bound(unit, bound) for bound in (start, end))
    there: dict[str | None, set[int]] = {}
    groups = [None] * len(frame) if group_column is None else frame[group_column]
    for value, group in zip(frame[column], groups, strict=True):
        period = None if value != value or value is None else periods.number(unit, value)
        if period is None or (group_column is not None and (group is None or group != group)):
            continue
        if (low is None or period >= low) and (high is None or period <= high):
            there.setdefault(group if group is None else str(group), set()).add(period)
    if not there:
        return None
    found = []
    for group, numbers in there.items():
        edges = {edge for edge in (low and low - 1, high and high + 1) if edge is not None}
        found += [(group, a, b) for a, b in pairwise(sorted(numbers | edges)) if b > a + 1]
    found.sort(key=lambda gap: (gap[0] or "", gap[1]))
    missing = sum(after - before - 1 for _, before, after in found)
    return missing, periods.told(unit, found[: periods.TOLD], missing)


def _bound(unit: str, bound: object) -> int:
    number = periods.number(unit, bound)
    if number is None:
        raise ValueError(f"{bound} names no {unit}")
    return number


def _judged(found: tuple[int, list[str]] | None, arguments: dict[str, Any]) -> dict[str, Any]:
    if found is None:
        return {"success": False, "result": {"observed_value": None}}
    missing, names = found
    return {"success": missing <= arguments["max_missing"], "result": {"observed_value": names}}


class ExpectColumnPeriodsToHaveNoGaps(Observed):
    """Expect no year, quarter, month, week or day to be missing between the first and the last of a column.

    `unit` is one of these; the column holds dates, or texts (or, for years, numbers) that name the period. `start` and
    `end`, a date or a period's name, stand for the first and the last, and what lies beyond them is not looked at. With
    `group_column` each group has to be without gaps. At most `max_missing` periods may be missing. Observed are the
    names of the first missing ones.
    """

    unit: Literal["year", "quarter", "month", "week", "day"]
    start: str | int | datetime | dict[str, Any] | None = None
    end: str | int | datetime | dict[str, Any] | None = None
    group_column: str | None = None
    max_missing: int = 0

    example: ClassVar[dict[str, Any]] = {
        "column": "payment_date",
        "unit": "month",
        "end": {"$PARAMETER": "today"},
        "max_missing": 1,
    }
    metric_dependencies = (of_whole("gaps", gaps, ("unit", "start", "end", "group_column")),)
    success_keys = ("unit", "start", "end", "group_column", "max_missing")
    args_keys = ("column", "unit")
    judged = _judged
