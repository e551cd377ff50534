"""JSON values as cells: nested fields by path, scalars as published text, everything else as JSON text.

Belongs here: flattening one object. Does not belong here: where objects come from, or tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def flatten(record: Mapping[str, Any]) -> tuple[dict[str, str | None], list[tuple[str, list[Any]]]]:
    """Scalars of `record` by path ("buyer/id"), and its arrays of objects (and empty ones) by path."""
    flat: dict[str, str | None] = {}
    arrays: list[tuple[str, list[Any]]] = []
    _flatten(record, "", flat, arrays)
    return flat, arrays


def _flatten(
    record: Mapping[str, Any],
    prefix: str,
    flat: dict[str, str | None],
    arrays: list[tuple[str, list[Any]]],
) -> None:
    for key, value in record.items():
        name = prefix + key
        if isinstance(value, str):  # most cells are, and reading JSON is as fast as this loop
            flat[name] = value or None
        elif isinstance(value, dict):
            _flatten(value, f"{name}/", flat, arrays)
        elif not isinstance(value, list):
            flat[name] = scalar(value)
        elif not value or any(isinstance(item, dict | list) for item in value):
            arrays.append((name, value))
        else:
            flat[name] = ";".join(scalar(item) or "" for item in value) or None


def scalar(value: Any) -> str | None:
    """A JSON scalar as published text; null and "" are None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value) or None


def dumped(value: Any) -> str:
    """A JSON value as JSON text."""
    return json.dumps(value, ensure_ascii=False, default=float)
