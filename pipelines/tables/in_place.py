"""Delimited text that stays in its file: DuckDB parses it whenever its table is asked.

Belongs here: the parse, strict about everything; the proof that DuckDB sees what is expected; and the view that is
the table. Does not belong here: whether a file is regular enough to be tried (`delimited`, `spreadsheet`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines import duck
from pipelines.tables.dialect import Dialect
from pipelines.tables.header import BLANKS
from pipelines.tables.table import ROW
from pipelines.tables.workspace import Workspace, name_columns


@dataclass(frozen=True)
class Parse:
    """How DuckDB is to parse the UTF-8 text at `path`: `width` cells a record, the first `skip` records left out."""

    path: Path
    dialect: Dialect
    width: int
    skip: int

    def sql(self) -> str:
        """A table function that gives columns c0, c1, ..., in the order of the file; an empty cell is NULL."""
        columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(self.width))
        quote = self.dialect.quote or ""
        return (
            f"read_csv({duck.literal(str(self.path))}, auto_detect = false, header = false, "
            f"strict_mode = true, compression = 'none', skip = {self.skip}, "
            f"delim = {duck.literal(self.dialect.delimiter or '')}, quote = {duck.literal(quote)}, "
            f"escape = {duck.literal(self.dialect.escape or quote)}, columns = {{{columns}}})"
        )


def counted(
    space: Workspace, parse: Parse, first: Sequence[Sequence[str]], again: tuple[int, str] | None = None
) -> tuple[int, int] | None:
    """Parse every cell; how many records there are and how many of them are blank.

    None when DuckDB cannot parse all of it, its first records are not `first`, or some record has the text of
    `again` in the column of that number: then it may be the header once more.
    """
    import duckdb

    # CASE asks the next column only about records that are blank so far, which costs hardly more than one column
    arms = " ".join(f"WHEN {_filled(index)} THEN 0" for index in range(parse.width))
    try:
        rows = space.connection.execute(f"SELECT * FROM {parse.sql()} LIMIT {len(first)}").fetchall()
        if rows != [tuple(cell or None for cell in row) for row in first]:
            return None
        repeated = f"count(*) FILTER (c{again[0]} = {duck.literal(again[1])})" if again else "0"
        found = space.connection.execute(
            f"SELECT count(*), coalesce(sum(CASE {arms} ELSE 1 END), 0), {repeated} FROM {parse.sql()}"
        ).fetchone()
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
        return None
    return (int(found[0]), int(found[1])) if found and not found[2] else None


def _filled(index: int) -> str:
    """SQL: the cell holds something, in the sense of `header.blank`; NULL for an empty one, as good as false.

    A first character from "!" to the end of ASCII is no blank; asking that first makes reading a third faster.
    """
    blanks = " || ".join(f"chr({ord(character)})" for character in BLANKS)
    return f"(c{index} >= '!' AND c{index} < chr(128) OR trim(c{index}, {blanks}) <> '')"


def published(space: Workspace, parse: Parse, columns: Sequence[str], *, row: int, blank: bool) -> str:
    """The name of a relation over `parse`, whose first record has the number `row`; `blank` records are left out.

    The file must stay where it is until the reading ends.
    """
    relation = space.relation()
    # A window without order keeps the order of the file, and is counted while the records stream by
    space.connection.execute(
        f"CREATE VIEW {duck.quote(relation + '_rows')} AS "
        f"SELECT row_number() OVER () + {row - 1} AS {duck.quote(ROW)}, * FROM {parse.sql()}"
    )
    filled = " OR ".join(_filled(index) for index in range(parse.width))
    name_columns(space, relation, columns, where=f"WHERE {filled}" if blank else "")
    return relation
