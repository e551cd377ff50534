"""Whether a value is there at all: null and not null.

Belongs here: types that look at a value's presence and nothing else of it.
"""

from __future__ import annotations

from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise


@rowwise("expect_column_values_to_not_be_null")
def not_be_null(view: View, column: str) -> Rows:
    """Every row has a value. GX gives no missing count where missing is what is being counted."""
    return Rows(f"{view.column(column)} IS NULL", missing=False)


@rowwise("expect_column_values_to_be_null")
def be_null(view: View, column: str) -> Rows:
    """No row has a value."""
    return Rows(f"{view.column(column)} IS NOT NULL", missing=False)
