"""JSON values as cells: nested fields by path, scalars as published text, everything else as JSON text.

Belongs here: flattening one object. Does not belong here: where objects come from, or tables.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


def flatten(
    record: Mapping[str, Any], prefix: str = ""
) -> tuple[dict[str, str | None], list[tuple[str, list[Any]]]]:
    """Scalars of `record` by path ("buyer/id"), and its arrays of objects (and empty ones) by path."""
    flat: dict[str, str | None] = {}
    arrays: list[tuple[str, list[Any]]] = []
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            below, deeper = flatten(value, f"{name}/")
            flat.update(below)
            arrays.extend(deeper)
        elif isinstance(value, list):
            if not value or any(isinstance(item, Mapping | list) for item in value):
                arrays.append((name, value))
            else:
                flat[name] = ";".join(scalar(item) or "" for item in value) or None
        else:
            flat[name] = scalar(value)
    return flat, arrays


def scalar(value: Any) -> str | None:
    """A JSON scalar as published text; null and "" are None."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value) or None


def dumped(value: Any) -> str:
    """A JSON value as JSON text."""
    return json.dumps(value, ensure_ascii=False, default=float)
