"""JSON objects of no known standard as one flat table, in which arrays of objects stay JSON text.

Belongs here: that table, and what every report on JSON says of losses. Does not belong here: finding the objects
(`json_source`), how a value becomes a cell (`json_values`), or what objects mean (`ocds`, `bods`, `geojson`,
`grants360`).
"""

from __future__ import annotations

from collections.abc import Container
from dataclasses import replace

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.header import some
from pipelines.tables.json_source import Found
from pipelines.tables.json_values import dumped, flatten
from pipelines.tables.table import Table
from pipelines.tables.workspace import Records, Workspace


def read(source: Found, space: Workspace, beside: Container[str] = ()) -> list[Table]:
    """Put `source` into one flat table; the first object of each array in `beside` stands there too (`name/0/id`)."""
    table = Records(space, space.relation())
    for number, item in source.items:
        if isinstance(item, dict):
            flat, arrays = flatten(item)
            for name, array in arrays:
                flat[name] = dumped(array) if array else None
                if name in beside and array and isinstance(array[0], dict):
                    flat |= {f"{name}/0/{field}": value for field, value in flatten(array[0])[0].items()}
            table.add(number, flat)
        else:
            source.lose(number)
    if not table.rows:
        raise source.broken or ReadFault(
            FaultKind.NO_TABLE, "The JSON holds no objects.", "Publish records as an array of objects."
        )
    return [finished(table, source, source.where or "table", source.format)]


def finished(table: Records, source: Found, name: str, format: str, read: int | None = None) -> Table:
    """`table` with what `source` lost on the way written into its report.

    `read` is how many records were read when they went into more tables than this one.
    """
    notes = [*source.encoding.notes, *source.notes]
    read = table.rows if read is None else read
    share = read / (read + source.lost) if source.lost else 1.0
    if source.broken:
        share = source.share
        notes.append(f"{source.broken.message} {read:,} records before that were read.")
    elif source.lost:
        notes.append(f"{some(source.lost, 'record')} could not be read as objects.")
    report = replace(
        table.space.report(name, format),
        encoding=source.encoding.name,
        lost=source.lost,
        lost_rows=tuple(source.lost_rows),
        share_read=share,
        notes=tuple(notes),
    )
    return table.finish(report)
