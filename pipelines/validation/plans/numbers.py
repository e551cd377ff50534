"""Whether numbers and dates lie within bounds.

Belongs here: types about the magnitude of values, each row by itself or as an aggregate of the column.
"""

from __future__ import annotations

from pipelines.validation.compiled import NotPlanned, Rows, View, both, instant, not_null, number
from pipelines.validation.plans.register import rowwise


@rowwise("expect_column_values_to_be_between")
def between(
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
    if min_value is not None and max_value is not None and literal(min_value) != literal(max_value):
        try:
            if min_value > max_value:  # type: ignore[operator]
                raise NotPlanned("the bounds are reversed")  # GX raises
        except TypeError:
            pass  # an instant and a text
    low = f"{value} {'>' if strict_min else '>='} {literal(min_value)}" if min_value is not None else None
    high = f"{value} {'<' if strict_max else '<='} {literal(max_value)}" if max_value is not None else None
    return Rows(f"NOT ({both(low, high)})", over=not_null([value]))
