"""Delimited text that stays in its file: DuckDB parses it whenever its table is asked.

Belongs here: the parse, strict about everything; the proof that DuckDB sees what is expected; and the view that is
the table. Does not belong here: whether a file is regular enough to be tried (`delimited`, `spreadsheet`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipelines import duck
from pipelines.tables import pieces
from pipelines.tables.dialect import Dialect
from pipelines.tables.lines import Ends
from pipelines.tables.table import ROW, blank, filled
from pipelines.tables.workspace import Workspace, name_columns

# Half of what DuckDB takes by itself, as fast, and 150 MB less memory where two threads parse.
BUFFER = 16_000_000  # bytes


@dataclass(frozen=True)
class Parse:
    """How DuckDB is to parse the UTF-8 text at `path`: `width` cells a record, the first `skip` records left out."""

    path: Path
    dialect: Dialect
    width: int
    skip: int

    def sql(self, name: str | None = None) -> str:
        """A table function that gives columns c0, c1, ..., in the order of the file; an empty cell is NULL.

        `name`: what DuckDB is to open instead of the file.
        """
        columns = ", ".join(f"'c{index}': 'VARCHAR'" for index in range(self.width))
        quote = self.dialect.quote or ""
        return (
            f"read_csv({duck.literal(name or str(self.path))}, auto_detect = false, header = false, "
            f"strict_mode = true, compression = 'none', buffer_size = {BUFFER}, skip = {self.skip}, "
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

    if not begins(space, parse, first):
        return None
    empty = blank(f"c{index}" for index in range(parse.width))
    try:
        repeated = f"count(*) FILTER (c{again[0]} = {duck.literal(again[1])})" if again else "0"
        ((rows, blank_rows, headers),) = space.connection.execute(
            f"SELECT count(*), coalesce(count_if({empty}), 0), {repeated} FROM {parse.sql()}"
        ).fetchall()
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
        return None
    return None if headers else (int(rows), int(blank_rows))


def begins(space: Workspace, parse: Parse, first: Sequence[Sequence[str]]) -> bool:
    """Whether DuckDB's first records are `first`."""
    import duckdb

    try:
        rows = space.connection.execute(f"SELECT * FROM {parse.sql()} LIMIT {len(first)}").fetchall()
    except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException):
        return False
    return rows == [tuple(cell or None for cell in row) for row in first]


def published(
    space: Workspace,
    parse: Parse,
    columns: Sequence[str],
    *,
    row: int,
    blank: bool,
    lines: Ends | None = None,
) -> str:
    """The name of a relation over `parse`, whose first record has the number `row`; `blank` records are left out.

    `lines` are those of the file if each is one record, so that a large file is parsed by as many threads as there
    are. The file must stay where it is until the reading ends.
    """
    relation = space.relation()
    # A window without order keeps the order of the file, and is counted while the records stream by
    parts = " UNION ALL ".join(
        f"SELECT row_number() OVER () + {before} AS {duck.quote(ROW)}, * FROM {source}"
        for source, before in _sources(space, parse, row - 1, lines)
    )
    space.connection.execute(f"CREATE VIEW {duck.quote(relation + '_rows')} AS {parts}")
    some = " OR ".join(filled(f"c{index}") for index in range(parse.width))
    name_columns(space, relation, columns, where=f"WHERE {some}" if blank else "")
    return relation


def _sources(space: Workspace, parse: Parse, before: int, lines: Ends | None) -> list[tuple[str, int]]:
    """Table functions that give all records between them, and the number of the row before each one's first."""
    found = pieces.cut(parse.path, space.threads, lines) if lines else []
    if len(found) < 2:
        return [(parse.sql(), before)]
    names = pieces.shown(space.connection, parse.path, found)
    first, *others = zip(names, found, strict=True)
    rest = replace(parse, skip=0)
    return [(parse.sql(first[0]), before), *((rest.sql(name), piece.lines) for name, piece in others)]
