"""What the reader takes and gives: the portal's promise, one table, everything that a snapshot held.

Belongs here: the three values that cross the border of this package. Does not belong here: reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pipelines import duck
from pipelines.alike import IT
from pipelines.model import Part, ReadReport
from pipelines.tables.header import BLANKS
from pipelines.tables.line_index import LineIndex

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
    import pyarrow

ROW = "_row"
# Of a table that is held in memory as a whole: cells, and their bytes.
SMALL, SMALL_BYTES = 400_000, 16_000_000


def blank(cells: Iterable[str]) -> str:
    """SQL: none of the columns `cells` holds anything.

    CASE asks the next column only about records that are blank so far, which costs hardly more than one column. The
    same is asked of all but the first in a list, since DuckDB plans each mention of a question by itself.
    """
    first, *others = cells
    rest = f"len(list_filter([{', '.join(others)}], lambda {IT}: {filled(IT)})) = 0" if others else "true"
    return f"CASE WHEN {filled(first)} THEN false ELSE {rest} END"


def filled(cell: str) -> str:
    """SQL: the column `cell` holds something, in the sense of `header.blank`; NULL for an empty one, as good as false.

    A first character from "!" to the end of ASCII is no blank; asking that first makes reading a third faster.
    """
    blanks = " || ".join(f"chr({ord(character)})" for character in BLANKS)
    return f"({cell} >= '!' AND {cell} < chr(128) OR trim({cell}, {blanks}) <> '')"


class Unproven(Exception):
    """What was presumed of a file does not hold: it must be read anew, and proven first (`read.worked`)."""


@dataclass
class Presumption:
    """What is presumed of a table until some scan of it has shown that it holds.

    `rows`: how many it has. `names`: what the header says of each of its columns, "" for nothing. No row is blank,
    and none is the header once more. Whoever scans the whole table counts on the way, and tells `settle`.
    """

    rows: int
    names: Mapping[str, str]
    settled: bool = False

    def never(self, columns: Iterable[str]) -> str:
        """SQL that is true for no row, as far as these of its columns can tell: to look at others has its price."""
        seen = [column for column in self.names if column in set(columns)] or list(self.names)
        never = blank(map(duck.quote, seen))
        if named := next((column for column in seen if self.names[column]), None):
            header = f"{duck.quote(named)} = {duck.literal(self.names[named])}"
            never = f"CASE WHEN {header} THEN true {never.removeprefix('CASE ')}"
        return never

    def settle(self, rows: int, never: int) -> None:
        """Take how many rows a scan of the whole table counted, and for how many of them `never` is true.

        Raises `Unproven`.
        """
        if rows != self.rows or never:
            raise Unproven(f"{rows} rows instead of {self.rows}, {never} of them impossible")
        self.settled = True


@dataclass(frozen=True)
class Hint:
    """What the portal promised about the bytes; content is believed before any of it.

    `distribution` and `sha256` are the report's key, `format` is as declared in lower case. `part` is no promise but
    what was asked for: only that part of the file is read.
    """

    distribution: str
    sha256: str
    format: str | None = None
    media_type: str | None = None
    file_name: str | None = None
    part: Part = field(default_factory=Part)


@dataclass(frozen=True)
class Table:
    """One table: `relation` in `connection` holds `_row` BIGINT and then `report.columns`, all VARCHAR.

    `_row` is unlike that of any other record of the table: the row as a spreadsheet shows it (1-based, the
    header counted); for JSON the 1-based index of the record in its array; for the table of an array inside
    OCDS releases the 1-based running index of the record within that table. An empty cell is NULL.
    The connection is closed when `read.opened` ends.

    The relation of a large regular CSV is a view: each query parses the file again, about as fast as DuckDB
    parses CSV (a second a GB). Ask for all that you need in one query, or keep it in a temporary table. Of a table
    with a `presumption` that is not settled, an answer counts only once a scan has settled it. `seen` remembers answers
    for whoever asks the same of this relation again.
    """

    report: ReadReport
    connection: duckdb.DuckDBPyConnection
    relation: str
    presumption: Presumption | None = field(default=None, compare=False)
    index: LineIndex | None = field(default=None, compare=False)
    seen: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def unsettled(self) -> Presumption | None:
        """What some scan has yet to show of this table."""
        return None if self.presumption is None or self.presumption.settled else self.presumption

    def settle(self) -> None:
        """Scan the table for what was presumed of it, unless that is settled. Raises `Unproven`."""
        if presumed := self.unsettled:
            never = presumed.never(self.report.columns)
            query = f"SELECT count(*), coalesce(count_if({never}), 0) FROM {duck.quote(self.relation)}"
            with self.presuming():
                counted = self.connection.execute(query).fetchall()[0]
            presumed.settle(*counted)

    @contextmanager
    def presuming(self) -> Iterator[None]:
        """For a scan of the whole table: what DuckDB cannot parse is no error while the table is unsettled.

        It raises `Unproven` instead.
        """
        import duckdb

        try:
            yield
        except (duckdb.InvalidInputException, duckdb.ConversionException, duckdb.IOException) as error:
            if self.unsettled is None:
                raise
            raise Unproven(str(error)) from error

    def cells(self) -> pyarrow.Table | None:
        """All of a small table as Arrow has it, `_row` first; None of any other. Raises DuckDB's exceptions."""
        if not self._small():
            return None
        if "cells" not in self.seen:
            self.seen["cells"] = self._cells()
        found: pyarrow.Table | None = self.seen["cells"]
        return found

    def _small(self) -> bool:
        width = len(self.report.columns)
        return self.presumption is None and self.index is None and self.report.rows * width <= SMALL

    def _cells(self) -> pyarrow.Table | None:
        import pyarrow

        batches: list[pyarrow.RecordBatch] = []
        # Closed before anything else is asked: it keeps the connection busy
        with closing(
            self.connection.sql(f"FROM {duck.quote(self.relation)}").to_arrow_reader(10_000)
        ) as reader:
            for batch in reader:
                batches.append(batch)
                if sum(it.nbytes for it in batches) > SMALL_BYTES:
                    return None
            return pyarrow.Table.from_batches(batches, reader.schema).combine_chunks()

    def rows(self, numbers: Iterable[int], columns: Sequence[str]) -> dict[int, tuple[str | None, ...]]:
        """The cells of a few rows by `_row`, as published. Raises DuckDB's exceptions."""
        wanted = sorted(set(numbers))
        if not wanted:
            return {}
        if self.index is not None and (found := self.index.rows(wanted)) is not None:
            places = [self.report.columns.index(column) for column in columns]
            return {row: tuple(cells[place] for place in places) for row, cells in found.items()}
        if (cells := self.cells()) is not None:
            import numpy

            at = numpy.flatnonzero(numpy.isin(cells.column(ROW).to_numpy(), wanted))
            taken = cells.select([ROW, *columns]).take(at).columns
            records = zip(*(column.to_pylist() for column in taken), strict=True)
            return {row: tuple(rest) for row, *rest in records}
        names = ", ".join(duck.quote(name) for name in (ROW, *columns))
        answer = self.connection.execute(
            f"SELECT {names} FROM {duck.quote(self.relation)} WHERE {duck.quote(ROW)} IN (SELECT unnest(?))",
            [wanted],
        )
        return {row: tuple(cells) for row, *cells in answer.fetchall()}

    def frame(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """`_row` and `columns` (default: all) as a frame: text as `str`, a missing cell as None.

        The whole selection is held in memory: ask for the columns that you need. Raises `KeyError` for a
        column that the table does not have.
        """
        import pandas as pd

        names = list(self.report.columns if columns is None else columns)
        unknown = [name for name in names if name not in self.report.columns]
        if unknown:
            raise KeyError(f"table {self.report.table!r} has no column {unknown[0]!r}")
        wanted = ", ".join(duck.quote(name) for name in (ROW, *names))
        rows = self.connection.execute(
            f"SELECT {wanted} FROM {duck.quote(self.relation)} ORDER BY {duck.quote(ROW)}"
        ).fetchall()
        cells = list(zip(*rows, strict=True)) if rows else [()] * (len(names) + 1)
        data = {ROW: pd.Series(list(cells[0]), dtype="int64")}
        for name, column in zip(names, cells[1:], strict=True):
            # dtype object keeps None: pandas' own text type would turn a missing cell into NaN
            data[name] = pd.Series(list(column), dtype="object")
        return pd.DataFrame(data)


@dataclass(frozen=True)
class Opened:
    """Everything that one snapshot held: `tables`, the main one first, and `reports`.

    `reports` has every table's report, and one report with `fault` for each archive member that could not be
    read; its `share_read` is 0 when data was lost by that, and 1 when the member never claimed to be data.
    """

    tables: tuple[Table, ...]
    reports: tuple[ReadReport, ...]
