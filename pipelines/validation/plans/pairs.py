"""Whether columns of one row agree with each other.

Belongs here: pairs and lists of columns within a row. `ignore_row_if` says which rows are asked.
"""

from __future__ import annotations

from pipelines.validation.compiled import NotPlanned, Rows, View, not_null
from pipelines.validation.plans.register import rowwise


@rowwise("expect_column_pair_values_a_to_be_greater_than_b")
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


def asked(columns: list[str], ignore_row_if: str) -> str | None:
    """SQL for the rows that are asked under GX's `ignore_row_if`, of a pair or of a list of columns."""
    if ignore_row_if in ("either_value_is_missing", "any_value_is_missing"):
        return not_null(columns)
    if ignore_row_if in ("both_values_are_missing", "all_values_are_missing"):
        return " OR ".join(f"{column} IS NOT NULL" for column in columns)
    if ignore_row_if in ("neither", "never"):
        return None
    raise NotPlanned(ignore_row_if)
