"""Whether values are among a set of others.

Belongs here: sets of values in a column. Sets are compared with text as text: a number in the set is no text.
"""

from __future__ import annotations

from collections.abc import Iterable

from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, not_null, within


@rowwise("expect_column_values_to_be_in_set")
def in_set(view: View, column: str, value_set: list[object] | None) -> Rows:
    """Every value is in the set."""
    value = view.column(column)
    return Rows(f"NOT {_within(value, value_set)}", over=not_null([value]))


@rowwise("expect_column_values_to_not_be_in_set")
def not_in_set(view: View, column: str, value_set: list[object] | None) -> Rows:
    """No value is in the set."""
    value = view.column(column)
    return Rows(_within(value, value_set), over=not_null([value]))


def texts(value_set: Iterable[object] | None) -> list[str]:
    """The texts of a set. Raises `NotPlanned` when it is no list."""
    if not isinstance(value_set, list):
        raise NotPlanned("value_set")
    return [item for item in value_set if isinstance(item, str)]


def _within(value: str, value_set: list[object] | None) -> str:
    wanted = texts(value_set)
    if not wanted:
        return "false"
    return within(value, wanted)
