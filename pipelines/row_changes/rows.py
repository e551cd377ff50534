"""The rows that changed, with their cells in both versions.

Belongs here: fetching the cells of these rows and no others, one more scan of each version (none where they are few),
and masking what is personal before it leaves its table. Does not belong here: how they are shown or written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.row_changes.compare import CHANGED, Comparison, OpenComparison, amended, file_of
from pipelines.row_changes.version import Version
from pipelines.tables.table import ROW, Table
from pipelines.validation.validate import MASK

if TYPE_CHECKING:
    import pyarrow

BATCH_ROWS = 5_000
# So many rows are fetched one by one; for more the file is parsed once more.
FEW = 1_000
KINDS = ("removed", "amended", "added")
_KIND = "CASE WHEN \"after\" IS NULL THEN 'removed' WHEN \"before\" IS NULL THEN 'added' ELSE 'amended' END"


@dataclass(frozen=True)
class Column:
    """A column by its names before and now; None where that version does not have it."""

    before: str | None
    after: str | None

    @property
    def name(self) -> str:
        """What it is called now, or was when it was last there."""
        return self.after or self.before or ""


@dataclass(frozen=True)
class ChangedRows:
    """Rows that changed: those removed, then those amended, then those added, each in the order of their file.

    A batch has `kind`, `row_before`, `row_after`, `changed` (places in `columns` of what was amended), and for each of
    `columns` its text before and after: b0, a0, b1, a1, ... It is read while the context is open.
    """

    columns: tuple[Column, ...]
    batches: Iterator[pyarrow.RecordBatch]


@dataclass(frozen=True)
class Fetched:
    """The cells of the rows that a comparison has found, or of the first of each kind, in files in a folder."""

    found: OpenComparison
    columns: tuple[Column, ...]
    query: str

    @contextmanager
    def rows(self, *, most: int | None = None) -> Iterator[ChangedRows]:
        """These rows, at most `most` of each kind. Raises `MemoryLimitReached`."""
        few = "" if most is None else f"WHERE place <= {most}"
        connection = self.found.asked.connection
        with duck.within_memory():
            connection.execute(f"CREATE OR REPLACE TEMP VIEW shown AS FROM wanted {few}")
            reader = connection.sql(self.query).to_arrow_reader(BATCH_ROWS)
            try:
                yield ChangedRows(self.columns, iter(reader))
            finally:
                reader.close()


def fetched(
    found: OpenComparison, before: Version, after: Version, folder: Path, *, most: int | None = None
) -> Fetched:
    """Fetch the cells of the rows that a comparison of these versions has found, at most `most` rows of each kind.

    Values of columns that are personal in either version are masked. Raises `MemoryLimitReached`.
    """
    connection = found.asked.connection
    columns = _columns(found, before, after)
    hidden = before.prints.personal | after.prints.personal
    hidden |= {name for pair in found.pairing.columns if hidden & set(pair) for name in pair}
    few = "" if most is None else f"QUALIFY place <= {most}"
    with duck.within_memory():
        connection.execute(
            f"CREATE OR REPLACE TABLE wanted AS SELECT *, {_KIND} AS kind, row_number() OVER"
            f' (PARTITION BY kind ORDER BY coalesce("after", "before"), "before") AS place FROM {CHANGED} {few}'
        )
        for side, version in (("before", before), ("after", after)):
            numbers, cells = folder / f"rows_{side}.parquet", folder / f"cells_{side}.parquet"
            listed = f'SELECT "{side}" AS n FROM wanted WHERE "{side}" IS NOT NULL'
            connection.execute(f"COPY ({listed}) TO {duck.literal(str(numbers))} (FORMAT parquet)")
            some = connection.execute(f"{listed} LIMIT {FEW + 1}").fetchall()
            version.work(_Cells(numbers, [row for (row,) in some], cells, hidden))
        sides = before.prints, after.prints
        files = [file_of(side) for side in sides]
        source, differ = amended(found.asked, "wanted", sides, found.pairing.columns, files)
        places = ", ".join(f"CASE WHEN {one} THEN {place} END" for place, one in enumerate(differ))
        connection.execute(
            "CREATE OR REPLACE TABLE differing AS SELECT _row AS n, list_filter("
            f"[{places}]::INTEGER[], lambda place: place IS NOT NULL) AS places FROM {source}"
        )
    return Fetched(found, columns, _query(before, after, columns, folder))


@dataclass(frozen=True)
class _Cells:
    """Writes the cells of the rows that are listed in the file `numbers` to a file; `some` are the first of them."""

    numbers: Path
    some: list[int]
    cells: Path
    hidden: frozenset[str]

    def __call__(self, table: Table) -> None:
        names = table.report.columns
        with table.presuming():
            if len(self.some) <= FEW:
                self._write(table.rows(self.some, names), names)
                return
            cells = "".join(f", {self._cell(name)} AS c{place}" for place, name in enumerate(names))
            wanted = f"SELECT n FROM read_parquet({duck.literal(str(self.numbers))})"
            table.connection.execute(
                f"COPY (SELECT {ROW} AS n{cells} FROM {duck.quote(table.relation)} WHERE {ROW} IN ({wanted}))"
                f" TO {duck.literal(str(self.cells))} (FORMAT parquet)"
            )

    def _write(self, rows: Mapping[int, tuple[str | None, ...]], names: Sequence[str]) -> None:
        import pyarrow
        import pyarrow.parquet

        columns = [pyarrow.array(list(rows), pyarrow.int64())]
        for place, name in enumerate(names):
            cells = [cells[place] for cells in rows.values()]
            shown = [cell and MASK for cell in cells] if name in self.hidden else cells
            columns.append(pyarrow.array(shown, pyarrow.string()))
        told = ["n", *(f"c{place}" for place in range(len(names)))]
        pyarrow.parquet.write_table(pyarrow.Table.from_arrays(columns, names=told), self.cells)

    def _cell(self, name: str) -> str:
        cell = duck.quote(name)
        return f"CASE WHEN {cell} IS NOT NULL THEN {duck.literal(MASK)} END" if name in self.hidden else cell


def _columns(found: Comparison, before: Version, after: Version) -> tuple[Column, ...]:
    """Those in both versions, in the newer one's order, then what came, then what went."""
    both = found.pairing.columns
    olds, news = {old for old, _ in both}, {new for _, new in both}
    return (
        *(Column(old, new) for old, new in both),
        *(Column(None, name) for name in after.prints.columns if name not in news),
        *(Column(name, None) for name in before.prints.columns if name not in olds),
    )


def _query(before: Version, after: Version, columns: tuple[Column, ...], folder: Path) -> str:
    cells = []
    for place, column in enumerate(columns):
        was = f"x.{before.prints.cell(column.before)}" if column.before else "NULL::VARCHAR"
        now = f"y.{after.prints.cell(column.after)}" if column.after else "NULL::VARCHAR"
        cells += [f"{was} AS b{place}", f"{now} AS a{place}"]
    kinds = " ".join(f"WHEN '{kind}' THEN {place}" for place, kind in enumerate(KINDS))
    joined = " ".join(
        f"LEFT JOIN read_parquet({duck.literal(str(folder / f'cells_{side}.parquet'))}) {name} ON {name}.n = w.{side}"
        for name, side in (("x", "before"), ("y", "after"))
    )
    return (
        "SELECT w.kind AS kind, w.before AS row_before, w.after AS row_after, coalesce(d.places, []) AS changed,"
        f" {', '.join(cells)} FROM shown w {joined}"
        " LEFT JOIN differing d ON d.n = w.after AND w.kind = 'amended'"
        f" ORDER BY CASE w.kind {kinds} END, coalesce(w.after, w.before), w.before"
    )
