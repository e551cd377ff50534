"""JSON objects as flat records: nested fields joined by "/", arrays of scalars by ";".

Belongs here: flattening, and the table of objects of no known standard, in which arrays of objects stay JSON
text. Does not belong here: finding the objects (`json_source`), or what they mean (`ocds`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.json_source import Found
from pipelines.tables.table import Table
from pipelines.tables.workspace import Records, Workspace


def read(source: Found, space: Workspace) -> list[Table]:
    """Put `source` into one flat table."""
    table = Records(space, space.relation())
    for number, item in source.items:
        if isinstance(item, Mapping):
            flat, arrays = flatten(item)
            flat.update({name: dumped(array) if array else None for name, array in arrays})
            table.add(number, flat)
        else:
            source.lose(number)
    if not table.rows:
        raise ReadFault(
            FaultKind.NO_TABLE, "The JSON holds no objects.", "Publish records as an array of objects."
        )
    return [finished(table, source, source.where or "table", source.format)]


def finished(table: Records, source: Found, name: str, format: str) -> Table:
    """`table` with what `source` lost on the way written into its report."""
    notes = [*source.encoding.notes, *source.notes]
    if source.lost:
        notes.append(f"{source.lost} records could not be read as objects.")
    report = replace(
        table.space.report(name, format),
        encoding=source.encoding.name,
        lost=source.lost,
        lost_rows=tuple(source.lost_rows),
        share_read=table.rows / (table.rows + source.lost) if source.lost else 1.0,
        notes=tuple(notes),
    )
    return table.finish(report)


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
