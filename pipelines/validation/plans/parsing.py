"""Whether a text can be parsed as something else: a date of a format, JSON.

Belongs here: types that ask Python's own parsers, value by value, within the scan.
"""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache

from pipelines.validation.compiled import Rows, Test, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, not_null


@rowwise("expect_column_values_to_match_strftime_format")
def strftime_format(view: View, column: str, strftime_format: str) -> Rows:
    """Every value can be read by `datetime.strptime` with the format."""
    if not isinstance(strftime_format, str):
        raise NotPlanned("strftime_format")
    value = view.column(column)
    return Rows(f"NOT {view.test(_dated(strftime_format), value)}", over=not_null([value]))


@rowwise("expect_column_values_to_be_json_parseable")
def json_parseable(view: View, column: str) -> Rows:
    """Every value is JSON, as Python's `json` reads it."""
    value = view.column(column)
    return Rows(f"NOT {view.test(_json, value)}", over=not_null([value]))


@cache
def _dated(form: str) -> Test:
    def test(value: str) -> bool:
        try:
            datetime.strptime(value, form)  # noqa: DTZ007 - only whether it can be read
        except ValueError:
            return False
        return True

    return test


def _json(value: str) -> bool:
    try:
        json.loads(value)
    except (ValueError, RecursionError):
        return False
    return True
