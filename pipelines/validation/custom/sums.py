"""Sums and shares of sums that are right: the classes for GX of `plans.sums`."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from great_expectations.expectations.expectation import ColumnMapExpectation, MulticolumnMapExpectation

from pipelines.validation.custom.of_rows import Observed, of_column, of_list, of_whole
from pipelines.validation.plans.sums import TOLD
from pipelines.validation.results import within_bounds


def wrong_sum(
    frame: Any,
    column_list: list[str],
    total_column: str,
    tolerance: float,
    relative_tolerance: float,
    missing_as_zero: bool,
) -> Any:
    """The rows whose parts do not add up to their total."""
    total, added = frame[total_column], 0.0
    for name in column_list:
        added = added + (frame[name].fillna(0.0) if missing_as_zero else frame[name])
    near = (relative_tolerance * total.abs()).clip(lower=tolerance)
    return total.notna() & ~((added - total).abs() <= near)


def wrong_group_sum(
    frame: Any,
    column: str,
    group_columns: list[str],
    tolerance: float,
    min_value: float | None = None,
    max_value: float | None = None,
) -> Any:
    """The rows of groups whose sum is not within the bounds."""
    import pandas as pd

    keys = frame[group_columns].dropna()
    groups = pd.Series(list(keys.itertuples(index=False, name=None)), index=keys.index, dtype=object)
    amounts: dict[Any, list[float]] = {}
    for group, amount in zip(groups, frame.loc[keys.index, column], strict=True):
        amounts.setdefault(group, []).append(amount)
    low = -math.inf if min_value is None else min_value - tolerance
    high = math.inf if max_value is None else max_value + tolerance
    wrong = {group for group, those in amounts.items() if not low <= math.fsum(those) <= high}
    return pd.Series([group in wrong for group in groups], index=keys.index).reindex(
        frame.index, fill_value=False
    )


def largest_share(frame: Any, column: str, group_column: str, top: int) -> tuple[float, list[str]] | None:
    """What the `top` groups have of the whole sum, and which these are."""
    amounts = frame.dropna(subset=[column, group_column]).groupby(group_column)[column]
    sums = [(math.fsum(those), str(group)) for group, those in amounts]
    sums.sort(key=lambda pair: (-pair[0], pair[1]))
    whole = math.fsum(value for value, _ in sums)
    if not whole > 0:
        return None
    return math.fsum(value for value, _ in sums[:top]) / whole, [name for _, name in sums[: min(top, TOLD)]]


def round_share(frame: Any, column: str, multiple_of: float) -> float | None:
    """The share of the values other than 0 that are multiples of `multiple_of`."""
    values = [value for value in frame[column].dropna() if value != 0]
    return sum(math.fmod(value, multiple_of) == 0 for value in values) / len(values) if values else None


def bounds_of(arguments: dict[str, Any]) -> dict[str, Any]:
    """GX's four bounds among an expectation's arguments."""
    return {name: arguments.get(name) for name in ("min_value", "max_value", "strict_min", "strict_max")}


def judged_share(found: tuple[float, list[str]] | None, arguments: dict[str, Any]) -> dict[str, Any]:
    """The verdict on a share and on what has it."""
    share, names = found or (None, None)
    verdict = within_bounds(bounds_of(arguments))(share)
    return verdict | {
        "result": {"observed_value": None if share is None else {"share": share, "values": names}}
    }


def _judged(found: float | None, arguments: dict[str, Any]) -> dict[str, Any]:
    return within_bounds(bounds_of(arguments))(found)


class ExpectMulticolumnSumToEqualColumn(MulticolumnMapExpectation):
    """Expect the parts of each row, the columns of `column_list`, to add up to its `total_column`.

    They do when the difference is at most `tolerance` or the share `relative_tolerance` of the total. A missing part
    makes the sum wrong, or counts as nothing with `missing_as_zero`. A row without a total never fails.
    """

    total_column: str
    tolerance: float = 0.01
    relative_tolerance: float = 0.0
    missing_as_zero: bool = False

    example: ClassVar[dict[str, Any]] = {
        "column_list": ["own_income", "partner_income"],
        "total_column": "total_income",
        "missing_as_zero": True,
    }
    map_metric = of_list(
        "wrong_sum", wrong_sum, ("total_column", "tolerance", "relative_tolerance", "missing_as_zero")
    )
    success_keys = ("mostly", "total_column", "tolerance", "relative_tolerance", "missing_as_zero")
    args_keys = ("column_list", "total_column")


class ExpectColumnSumsByGroupToBeBetween(ColumnMapExpectation):
    """Expect the values of each group, the rows alike in `group_columns`, to add up to something within the bounds.

    The bounds are widened by `tolerance`. Each row of a group with another sum fails; a row without a group never does.
    """

    group_columns: list[str]
    min_value: float | None = None
    max_value: float | None = None
    tolerance: float = 0.0

    example: ClassVar[dict[str, Any]] = {
        "column": "share",
        "group_columns": ["right_id"],
        "min_value": 100,
        "max_value": 100,
        "tolerance": 0.1,
    }
    map_metric = of_column(
        "wrong_group_sum", wrong_group_sum, ("group_columns", "min_value", "max_value", "tolerance")
    )
    success_keys = ("mostly", "group_columns", "min_value", "max_value", "tolerance")
    args_keys = ("column", "group_columns", "min_value", "max_value")


class ExpectColumnConcentrationToBeBetween(Observed):
    """Expect the share of a column's sum that the `top` groups with the largest sums have to be within the bounds.

    Observed are the share and the groups. Where the whole sum is not positive there is no share, and no success.
    """

    group_column: str
    top: int = 1
    min_value: float | None = None
    max_value: float | None = None
    strict_min: bool = False
    strict_max: bool = False

    example: ClassVar[dict[str, Any]] = {
        "column": "value_amount",
        "group_column": "buyer_id",
        "max_value": 0.5,
    }
    metric_dependencies = (of_whole("concentration", largest_share, ("group_column", "top")),)
    success_keys = ("group_column", "top", "min_value", "max_value", "strict_min", "strict_max")
    args_keys = ("column", "group_column", "min_value", "max_value")
    judged = judged_share


class ExpectColumnRoundNumberShareToBeBetween(Observed):
    """Expect the share of a column's numbers that are whole multiples of `multiple_of` to be within the bounds.

    Zeros are not looked at. Amounts of which most are round are often estimates.
    """

    multiple_of: float
    min_value: float | None = None
    max_value: float | None = None
    strict_min: bool = False
    strict_max: bool = False

    example: ClassVar[dict[str, Any]] = {"column": "value_amount", "multiple_of": 1000, "max_value": 0.5}
    metric_dependencies = (of_whole("round_share", round_share, ("multiple_of",)),)
    success_keys = ("multiple_of", "min_value", "max_value", "strict_min", "strict_max")
    args_keys = ("column", "multiple_of", "min_value", "max_value")
    judged = _judged
