"""Rows of cells with a header somewhere among the first: a table, wherever the rows come from.

Belongs here: the header and the records of rows that are already cells of text. Does not belong here: any format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice

from pipelines.tables import header as headers
from pipelines.tables.table import Table
from pipelines.tables.workspace import Row, Workspace, fill


def table(
    space: Workspace, name: str, format: str, rows: Callable[[], Iterable[list[str]]], first_row: int = 1
) -> Table:
    """The table that `rows()` hold; it is asked twice. `first_row` is the number of the first of them.

    A row that is shorter than the header is filled up, a longer one makes `ragged` count and keeps what fits.
    """
    header = headers.find(headers.sample(iter(rows())))
    width = len(header.columns)
    counts = {"rows": 0, "blank": 0, "ragged": 0}

    def counted() -> Iterator[Row]:
        for number, row in enumerate(islice(rows(), header.first, None), start=header.first + first_row):
            if headers.blank(row):
                counts["blank"] += 1
                continue
            counts["rows"] += 1
            counts["ragged"] += len(row) > width
            yield number, [cell or None for cell in row[:width]] + [None] * (width - len(row))

    relation = fill(space, header.columns, counted())
    report = replace(
        space.report(name, format),
        header_row=None if header.index is None else header.index + first_row,
        columns=header.columns,
        rows=counts["rows"],
        blank_rows=counts["blank"],
        ragged=counts["ragged"],
        notes=header.notes,
    )
    return Table(report, space.connection, relation)
