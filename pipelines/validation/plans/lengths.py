"""Whether values have the right number of characters.

Belongs here: types about a text's length, counted in code points as Python does.
"""

from __future__ import annotations

from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, between, not_null, number


@rowwise("expect_column_value_lengths_to_be_between")
def lengths_between(
    view: View,
    column: str,
    min_value: object = None,
    max_value: object = None,
    strict_min: bool = False,
    strict_max: bool = False,
) -> Rows:
    """Every value's length is within the bounds."""
    value = view.column(column)
    if min_value is None and max_value is None:
        raise NotPlanned("no bound")
    low = None if min_value is None else number(min_value)
    high = None if max_value is None else number(max_value)
    within = between(f"length({value})", low, high, strict_min, strict_max)
    return Rows(f"NOT ({within})", over=not_null([value]))


@rowwise("expect_column_value_lengths_to_equal")
def lengths_equal(view: View, column: str, value: object) -> Rows:
    """Every value has this length."""
    text = view.column(column)
    return Rows(f"length({text}) <> {number(value)}", over=not_null([text]))
