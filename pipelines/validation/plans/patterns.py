"""Whether values match patterns: regular expressions.

Belongs here: types about the shape of a text. Patterns are Python's, as in GX on pandas: those whose meaning
DuckDB's engine shares are translated, the others are asked of Python itself (see `regex`).
"""

from __future__ import annotations

from pipelines.validation.compiled import NotPlanned, Rows, View, not_null
from pipelines.validation.plans.register import rowwise
from pipelines.validation.regex import matches


@rowwise("expect_column_values_to_match_regex")
def match_regex(view: View, column: str, regex: str) -> Rows:
    """Every value has a part that matches."""
    value = view.column(column)
    return Rows(f"NOT {_matches(view, value, regex)}", over=not_null([value]))


@rowwise("expect_column_values_to_not_match_regex")
def not_match_regex(view: View, column: str, regex: str) -> Rows:
    """No value has a part that matches."""
    value = view.column(column)
    return Rows(_matches(view, value, regex), over=not_null([value]))


def _matches(view: View, value: str, regex: object) -> str:
    if not isinstance(regex, str):
        raise NotPlanned("regex")
    return matches(view, value, regex)
