"""Whether a text can be parsed as something else: a date, JSON, JSON of a schema.

Belongs here: types that ask Python's own parsers, value by value, within the scan.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

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


@rowwise("expect_column_values_to_be_dateutil_parseable")
def dateutil_parseable(view: View, column: str) -> Rows:
    """Every value is a date as `dateutil` reads one, which is generously: "5" is one."""
    value = view.column(column)
    return Rows(f"NOT {view.test(_dateutil(), value)}", over=not_null([value]))


@rowwise("expect_column_values_to_match_json_schema")
def match_json_schema(view: View, column: str, json_schema: Mapping[str, Any]) -> Rows:
    """Every value is JSON that the schema allows. What is no JSON at all fails, on which GX would raise.

    The schema may refer to itself and to the standard's own schemas; nothing is ever fetched.
    """
    if not isinstance(json_schema, Mapping):
        raise NotPlanned("json_schema")
    value = view.column(column)
    return Rows(f"NOT {view.test(_schema(json.dumps(json_schema)), value)}", over=not_null([value]))


@cache
def _dateutil() -> Test:
    from dateutil.parser import parse

    def test(value: str) -> bool:
        try:
            parse(value)
        except (ValueError, OverflowError):
            return False
        return True

    return test


@cache
def _schema(text: str) -> Test:
    from jsonschema.exceptions import SchemaError
    from jsonschema.validators import validator_for
    from referencing.jsonschema import SchemaRegistry

    schema = json.loads(text)
    kind = validator_for(schema)
    try:
        kind.check_schema(schema)
    except SchemaError as error:
        raise NotPlanned("json_schema") from error  # GX raises
    # Without this registry the library would fetch whatever address a schema names.
    validator = kind(schema, registry=SchemaRegistry())

    def test(value: str) -> bool:
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            return False
        return bool(validator.is_valid(parsed))

    return test


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
