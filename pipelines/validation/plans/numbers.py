"""Whether numbers and dates lie within bounds.

Belongs here: types about the magnitude of values, each row by itself or as an aggregate of the column.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipelines.validation.compiled import SEEN, Compiled, Raw, Rows, Value, View
from pipelines.validation.plans.register import aggregate, rowwise
from pipelines.validation.results import within, within_bounds
from pipelines.validation.sql import NotPlanned, between, both, instant, not_null, number

# GX's tolerance for a quantile at the end of its range.
RELATIVE, ABSOLUTE = 1e-4, 1e-8


@rowwise("expect_column_values_to_be_between", typed=True)
def values_between(
    view: View,
    column: str,
    min_value: object = None,
    max_value: object = None,
    strict_min: bool = False,
    strict_max: bool = False,
) -> Rows:
    """Every value is within the bounds, themselves included unless strict."""
    value = view.column(column)
    literal = {"number": number, "date": instant}.get(view.kind(column))
    if literal is None or (min_value is None and max_value is None):
        raise NotPlanned("between")
    low = None if min_value is None else literal(min_value)
    high = None if max_value is None else literal(max_value)
    if low and high and _point(min_value) > _point(max_value):
        raise NotPlanned("the bounds are reversed")  # GX raises
    return Rows(f"NOT ({between(value, low, high, strict_min, strict_max)})", over=not_null([value]))


def _point(bound: Any) -> Any:
    return datetime.fromisoformat(bound) if isinstance(bound, str) else bound


def _numeric(view: View, column: str) -> str:
    if view.kind(column) != "number":
        raise NotPlanned("no number")
    return view.column(column)


def _extreme(view: View, function: str, column: str, bounds: Mapping[str, Any]) -> Compiled:
    if view.kind(column) != "date":
        return Compiled((view.value(f"{function}({_numeric(view, column)})"),), within_bounds(bounds))
    points: dict[str, Any] = dict(bounds)
    for name in ("min_value", "max_value"):
        if points.get(name) is not None:
            instant(points[name])
            points[name] = _point(points[name])
    judge = within(points)

    def finish(observed: datetime | None) -> Raw:
        met = judge(observed)
        return {
            "success": met,
            "result": {"observed_value": None if observed is None else observed.isoformat()},
        }

    return Compiled((view.value(f"{function}({view.column(column)})"),), finish)


@aggregate("expect_column_min_to_be_between", typed=True)
def minimum(view: View, column: str, **bounds: object) -> Compiled:
    """The smallest value is within the bounds."""
    return _extreme(view, "min", column, bounds)


@aggregate("expect_column_max_to_be_between", typed=True)
def maximum(view: View, column: str, **bounds: object) -> Compiled:
    """The greatest value is within the bounds."""
    return _extreme(view, "max", column, bounds)


@aggregate("expect_column_mean_to_be_between", typed=True)
def mean(view: View, column: str, **bounds: object) -> Compiled:
    """The mean is within the bounds."""
    return Compiled((view.value(f"favg({_numeric(view, column)})"),), within_bounds(bounds))


@aggregate("expect_column_median_to_be_between", typed=True)
def median(view: View, column: str, **bounds: object) -> Compiled:
    """The median is within the bounds."""
    return Compiled((view.value(f"median({_numeric(view, column)})"),), within_bounds(bounds))


@aggregate("expect_column_sum_to_be_between", typed=True)
def total(view: View, column: str, **bounds: object) -> Compiled:
    """The sum, 0 without any value, is within the bounds."""
    judge = within_bounds(bounds)
    return Compiled((view.value(f"fsum({_numeric(view, column)})"),), lambda found: judge(found or 0.0))


@aggregate("expect_column_stdev_to_be_between", typed=True)
def deviation(view: View, column: str, **bounds: object) -> Compiled:
    """The standard deviation of a sample is within the bounds; one value has none."""
    return Compiled((view.value(f"stddev_samp({_numeric(view, column)})"),), within_bounds(bounds))


@aggregate("expect_column_quantile_values_to_be_between", typed=True)
def quantiles(
    view: View, column: str, quantile_ranges: Mapping[str, Any], allow_relative_error: object = False
) -> Compiled:
    """Each quantile, taken as the nearest value that stands in the column, is within its range."""
    value = _numeric(view, column)
    shares, ranges = quantile_ranges.get("quantiles"), quantile_ranges.get("value_ranges")
    if allow_relative_error is not False or not isinstance(shares, list) or not isinstance(ranges, list):
        raise NotPlanned("allow_relative_error")
    if len(shares) != len(ranges) or not all(isinstance(item, list) and len(item) == 2 for item in ranges):
        raise NotPlanned("quantile_ranges")
    for bound in (*shares, *(bound for item in ranges for bound in item if bound is not None)):
        number(bound)
    ranked = (
        f"SELECT {value} AS v, row_number() OVER (ORDER BY {value}) - 1 AS place, count(*) OVER () AS n "
        f"FROM {SEEN} WHERE {both(view.condition, not_null([value]))}"
    )
    # The place as numpy computes it for its method "nearest": halves go to the even neighbour.
    values = tuple(
        Value(
            "min(v)", f"place = round_even(n * {number(share)} + (1 - {number(share)}) - 1, 0)", f"({ranked})"
        )
        for share in shares
    )

    def finish(*found: float | None) -> Raw:
        met = [_in_range(one, *limits) for one, limits in zip(found, ranges, strict=True)]
        observed = {"quantiles": shares, "values": list(found)}
        return {
            "success": all(met),
            "result": {"observed_value": observed, "details": {"success_details": met}},
        }

    return Compiled(values, finish)


def _in_range(value: float | None, low: float | None, high: float | None) -> bool:
    if value is None:
        return False
    near = any(
        bound is not None and abs(value - bound) <= ABSOLUTE + RELATIVE * abs(bound) for bound in (low, high)
    )
    return near or ((low is None or low <= value) and (high is None or value <= high))
