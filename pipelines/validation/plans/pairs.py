"""Whether columns of one row agree with each other.

Belongs here: pairs and lists of columns within a row. `ignore_row_if` says which rows are asked.
"""

from __future__ import annotations

from itertools import combinations

from pipelines import duck
from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, asked, number


@rowwise("expect_column_pair_values_a_to_be_greater_than_b", typed=True)
def a_greater_than_b(
    view: View,
    column_A: str,
    column_B: str,
    or_equal: bool | None = None,
    ignore_row_if: str = "both_values_are_missing",
) -> Rows:
    """A is greater than B, or equal when `or_equal`. A row without one of the two fails unless it is ignored."""
    if view.kind(column_A) != view.kind(column_B):
        raise NotPlanned("two kinds")
    a, b = view.column(column_A), view.column(column_B)
    sign = ">=" if or_equal else ">"
    return Rows(f"NOT coalesce({a} {sign} {b}, false)", over=asked([a, b], ignore_row_if))


@rowwise("expect_column_pair_values_to_be_equal")
def pair_equal(
    view: View,
    column_A: str,
    column_B: str,
    ignore_row_if: str = "both_values_are_missing",
) -> Rows:
    """A equals B; a missing value equals nothing."""
    a, b = view.column(column_A), view.column(column_B)
    return Rows(f"NOT coalesce({a} = {b}, false)", over=asked([a, b], ignore_row_if))


@rowwise("expect_column_pair_values_to_be_in_set")
def pair_in_set(
    view: View,
    column_A: str,
    column_B: str,
    value_pairs_set: list[list[object]],
    ignore_row_if: str = "both_values_are_missing",
) -> Rows:
    """A and B are a pair of the set, in which None stands for a missing value."""
    a, b = view.column(column_A), view.column(column_B)
    if not isinstance(value_pairs_set, list) or not all(
        isinstance(pair, list) and len(pair) == 2 for pair in value_pairs_set
    ):
        raise NotPlanned("value_pairs_set")
    pairs = [
        f"({a} IS NOT DISTINCT FROM {_text(first)} AND {b} IS NOT DISTINCT FROM {_text(second)})"
        for first, second in value_pairs_set
        if all(item is None or isinstance(item, str) for item in (first, second))
    ]
    return Rows(f"NOT ({' OR '.join(pairs)})" if pairs else "true", over=asked([a, b], ignore_row_if))


@rowwise("expect_select_column_values_to_be_unique_within_record")
def unique_within_record(
    view: View, column_list: list[str], ignore_row_if: str = "all_values_are_missing"
) -> Rows:
    """No two columns of a row are alike; two missing values are."""
    values = _listed(view, column_list)
    alike = [f"{a} IS NOT DISTINCT FROM {b}" for a, b in combinations(values, 2)]
    return Rows(" OR ".join(alike), over=asked(values, ignore_row_if))


@rowwise("expect_multicolumn_values_to_be_equal")
def all_equal(view: View, column_list: list[str], ignore_row_if: str = "all_values_are_missing") -> Rows:
    """All columns of a row are alike; two missing values are."""
    first, *others = values = _listed(view, column_list)
    unlike = [f"{first} IS DISTINCT FROM {other}" for other in others]
    return Rows(" OR ".join(unlike), over=asked(values, ignore_row_if))


@rowwise("expect_multicolumn_sum_to_equal", typed=True)
def sum_equal(
    view: View, column_list: list[str], sum_total: float, ignore_row_if: str = "all_values_are_missing"
) -> Rows:
    """The columns of a row add up to the total; with a missing value they do not."""
    values = _listed(view, column_list)
    if any(view.kind(column) != "number" for column in column_list):
        raise NotPlanned("no number")
    return Rows(
        f"NOT coalesce({' + '.join(values)} = {number(sum_total)}, false)", over=asked(values, ignore_row_if)
    )


def _listed(view: View, column_list: object) -> list[str]:
    if not isinstance(column_list, list) or len(column_list) < 2:
        raise NotPlanned("column_list")
    return [view.column(column) for column in column_list]


def _text(value: object) -> str:
    return "NULL" if value is None else duck.literal(str(value))
