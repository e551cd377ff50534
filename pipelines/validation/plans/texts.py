"""How a text is written, whatever it says: blanks around it.

Belongs here: the rules about the writing of one value, and their SQL. Does not belong here: patterns that a suite
gives (`patterns`).
"""

from __future__ import annotations

from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.regex import matches
from pipelines.validation.sql import not_null


def without_outer_blanks(value: str) -> bool:
    """Whether `value` begins and ends with something else than what Python calls white space."""
    return value == value.strip()


@rowwise("expect_column_values_to_have_no_outer_blanks", published=True)
def no_outer_blanks(view: View, column: str) -> Rows:
    """No value begins or ends with a blank."""
    value = view.column(column)
    return Rows(matches(view, value, r"^\s|\s\Z"), over=not_null([value]))
