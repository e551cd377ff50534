"""Delimited text of a few megabytes, parsed once into memory, where it is asked several times.

Belongs here: DuckDB's strict parse as a table of Arrow, the proof that DuckDB saw what is expected, and the relation
that is the table. Does not belong here: text that is too large for that (`in_place`), or whether a file is regular
enough to be tried (`delimited`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pipelines import duck, kept_plans
from pipelines.tables.in_place import Parse
from pipelines.tables.table import ROW, blank
from pipelines.tables.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow

PARSED = "veedor:parsed"
# So many columns are looked at: where none of them is filled in every record, all are asked.
_ASKED = 8


def parsed(space: Workspace, parse: Parse) -> pyarrow.Table | None:
    """The records as c0, c1, ... of text, in the order of the file; None when DuckDB cannot parse all of it."""
    import duckdb

    try:
        return space.connection.sql(f"FROM {parse.sql()}").to_arrow_table().combine_chunks()
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
        return None


def counted(
    records: pyarrow.Table, first: Sequence[Sequence[str]], again: tuple[int, str] | None = None
) -> tuple[int, int] | None:
    """As `in_place.counted`: how many records there are and how many of them are blank.

    None when the first ones are not `first`, or some record has the text of `again` in the column of that number.
    """
    import pyarrow
    import pyarrow.compute

    columns = zip(*first, strict=True) if first else ((),) * records.num_columns
    begin = [pyarrow.array([cell or None for cell in column], pyarrow.string()) for column in columns]
    if not records.slice(0, len(first)).equals(pyarrow.table(begin, names=records.column_names)):
        return None
    if again and pyarrow.compute.any(pyarrow.compute.equal(records.column(again[0]), again[1])).as_py():
        return None
    if any(map(_surely_filled, records.columns[:_ASKED])):
        return records.num_rows, 0
    query = f"SELECT coalesce(count_if({blank(records.column_names)}), 0) FROM {duck.quote(PARSED)}"
    with kept_plans.lent() as plans:
        ((blanks,),) = plans.rows(query, {PARSED: records})
    return records.num_rows, int(blanks)


def _surely_filled(column: pyarrow.ChunkedArray) -> bool:
    """Whether each cell begins with a character of ASCII that is no blank (`table.filled`)."""
    import pyarrow.compute

    if column.null_count or not len(column):
        return False
    ends: dict[str, str] = pyarrow.compute.min_max(column).as_py()
    return ends["min"] >= "!" and ends["max"] < "\x80"


def published(
    space: Workspace, records: pyarrow.Table, columns: Sequence[str], *, row: int, blanks: bool
) -> str:
    """The name of a relation over `records`, the first of which has the number `row`; `blanks` are left out."""
    import numpy
    import pyarrow

    numbers = pyarrow.array(numpy.arange(row, row + records.num_rows, dtype=numpy.int64))
    cells = pyarrow.Table.from_arrays([numbers, *records.columns], names=[ROW, *columns])
    if blanks:
        with kept_plans.lent() as plans:
            query = f"SELECT {blank(records.column_names)} AS blank FROM {duck.quote(PARSED)}"
            empty = plans.columns(query, {PARSED: records})["blank"]
        cells = cells.filter(pyarrow.array(~empty.astype(bool))).combine_chunks()
    return space.hold(cells)
