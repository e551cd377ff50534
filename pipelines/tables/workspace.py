"""Where tables are built: one DuckDB connection, one temporary folder, and the ways to put rows into it.

Belongs here: names of relations and temporary files, batches of rows and of records going in through Arrow,
and the view that gives stored columns their published names. Does not belong here: any file format.

Stored columns are called c0, c1, ...; published names, which may be anything, appear only in the view.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines import duck, kept_plans
from pipelines.errors import ReadFault
from pipelines.model import FaultKind, ReadReport
from pipelines.tables.archives import Budget
from pipelines.tables.header import MAX_COLUMNS, clean, column_name
from pipelines.tables.table import ROW, Hint, Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow

CELLS_PER_BATCH = 200_000
CHARACTERS_PER_BATCH = 32_000_000
_OBJECTS = 100  # about the bytes that Python needs for a cell beside its characters

Row = tuple[int, Sequence[str | None]]


@dataclass
class Waiting:
    """The records of all growing tables of one reading that are not stored yet, and about how many bytes they are.

    The bound is one for all, because a package of a standard fills a hundred tables at a time.
    """

    tables: dict[str, Records] = field(default_factory=dict)
    size: int = 0


@dataclass(frozen=True)
class Workspace:
    """One reading: what was promised, where tables and temporary files go, how much may still be unpacked.

    `presuming`: what a large file seems to be is left to be shown by whoever scans it (`Presumption`).
    """

    hint: Hint
    connection: duckdb.DuckDBPyConnection
    folder: Path
    presuming: bool = False
    numbers: Iterator[int] = field(default_factory=itertools.count)
    budget: Budget = field(default_factory=Budget)
    waiting: Waiting = field(default_factory=Waiting)
    held: dict[str, pyarrow.Table] = field(default_factory=dict)

    @property
    def threads(self) -> int:
        """How many threads the connection may use."""
        (found,) = self.connection.execute("SELECT current_setting('threads')").fetchall()
        return int(found[0])

    def hold(self, cells: pyarrow.Table) -> str:
        """The name of a relation over `cells`, which have `_row` and published names, until the reading ends."""
        relation = self.relation()
        self.connection.register(relation, kept_plans.Stream(cells))
        self.held[relation] = cells
        return relation

    def seen(self, relation: str) -> dict[object, Any]:
        """What is known of a relation beforehand (`Table.seen`)."""
        return {"cells": self.held[relation]} if relation in self.held else {}

    def release(self) -> None:
        """Take out of the connection what would outlast the reading."""
        while self.held:
            self.connection.unregister(self.held.popitem()[0])

    def relation(self) -> str:
        """A fresh name for a table."""
        return f"t{next(self.numbers)}"

    def temporary(self) -> Path:
        """A fresh path for a temporary file; a published name is never used as one."""
        return self.folder / f"file{next(self.numbers)}"

    def kept(self, path: Path) -> Path:
        """Where `path` stays until the reading ends: a temporary file moves to where nobody removes it."""
        if self.folder not in path.parents:
            return path
        return path.rename(self.temporary())

    def report(self, table: str, format: str) -> ReadReport:
        """A report that says which table of which bytes it is about, to be completed by `replace`."""
        name = clean(table) or "table"
        return ReadReport(
            distribution=self.hint.distribution, table=name, format=format, sha256=self.hint.sha256
        )


def fill(space: Workspace, columns: Sequence[str], rows: Iterable[Row]) -> str:
    """Store `rows` (each `_row` and exactly one cell a column) and return the relation's name."""
    relation = space.relation()
    stored = duck.quote(f"{relation}_rows")
    cells = ", ".join(f"c{index} VARCHAR" for index in range(len(columns)))
    space.connection.execute(f"CREATE TABLE {stored} ({duck.quote(ROW)} BIGINT, {cells})")
    for batch in _batches(rows, len(columns)):
        numbers = [number for number, _ in batch]
        _insert(space, stored, numbers, list(zip(*(cells for _, cells in batch), strict=True)))
    name_columns(space, relation, columns)
    return relation


def name_columns(
    space: Workspace, relation: str, columns: Sequence[str], *, row: str = '"_row"', where: str = ""
) -> None:
    """Create `relation` over its stored rows with published names; `row` is the SQL of `_row`."""
    named = "".join(f", c{index} AS {duck.quote(name)}" for index, name in enumerate(columns))
    space.connection.execute(
        f"CREATE VIEW {duck.quote(relation)} AS SELECT {row} AS {duck.quote(ROW)}{named} "
        f"FROM {duck.quote(relation + '_rows')} {where}"
    )


@dataclass
class Records:
    """A table that grows rows *and* columns: JSON objects come with whatever fields they have.

    `add` records one at a time, then `finish` once. Memory holds one batch, in all tables of the workspace
    together. Raises `ReadFault` when there are more different fields than any table of data has.
    """

    space: Workspace
    relation: str
    columns: dict[str, str] = field(default_factory=dict)
    rows: int = 0
    seen: set[str] = field(default_factory=lambda: {ROW})
    stored: int = 0
    numbers: list[int] = field(default_factory=list)
    records: list[Mapping[str, str | None]] = field(default_factory=list)
    waiting: int = 0

    def add(self, number: int, record: Mapping[str, str | None]) -> None:
        """Take one record; `number` becomes its `_row`."""
        if not record.keys() <= self.columns.keys():
            for name in record:
                if name not in self.columns:
                    self.grow(name)
        waiting = self.space.waiting
        if not self.rows:
            waiting.tables[self.relation] = self
        self.rows += 1
        self.numbers.append(number)
        self.records.append(record)
        size = _OBJECTS * len(record) + sum(map(len, filter(None, record.values())))
        self.waiting += size
        waiting.size += size
        if len(self.records) * len(self.columns) > CELLS_PER_BATCH:
            self._flush()
        elif waiting.size > CHARACTERS_PER_BATCH:
            max(waiting.tables.values(), key=lambda table: table.waiting)._flush()

    def grow(self, name: str) -> None:
        """Make room for the field `name`."""
        if len(self.columns) >= MAX_COLUMNS:
            raise ReadFault(
                FaultKind.NO_TABLE,
                f"The records have more than {MAX_COLUMNS:,} different fields.",
                "Publish records as an array of objects with the same fields, not as one object per key.",
            )
        self.columns[name] = column_name(name, len(self.columns) + 1, self.seen)

    def _flush(self) -> None:
        stored = duck.quote(f"{self.relation}_rows")
        if self.stored == 0:
            self.space.connection.execute(f"CREATE TABLE {stored} ({duck.quote(ROW)} BIGINT)")
        for index in range(max(self.stored - 1, 0), len(self.columns)):
            self.space.connection.execute(f"ALTER TABLE {stored} ADD COLUMN c{index} VARCHAR")
        self.stored = len(self.columns) + 1
        cells = ([record.get(name) for record in self.records] for name in self.columns)
        _insert(self.space, stored, self.numbers, cells)
        self.numbers.clear()
        self.records.clear()
        self.space.waiting.size -= self.waiting
        self.waiting = 0

    def finish(self, report: ReadReport) -> Table:
        """Store what is waiting and give the table; `report` gets its columns and rows."""
        from dataclasses import replace

        self._flush()
        self.space.waiting.tables.pop(self.relation, None)
        names = tuple(self.columns.values())
        name_columns(self.space, self.relation, names)
        return Table(replace(report, columns=names, rows=self.rows), self.space.connection, self.relation)


def _batches(rows: Iterable[Row], width: int) -> Iterator[list[Row]]:
    limit = max(1, CELLS_PER_BATCH // max(1, width))
    batch: list[Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += sum(len(cell) for cell in row[1] if cell)
        if len(batch) >= limit or characters > CHARACTERS_PER_BATCH:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


def _insert(
    space: Workspace, stored: str, numbers: Sequence[int], columns: Iterable[Sequence[str | None]]
) -> None:
    import pyarrow as pa

    if not numbers:
        return
    arrays = [pa.array(numbers, pa.int64())]
    for cells in columns:
        try:
            arrays.append(pa.array(cells, pa.string()))
        except UnicodeEncodeError:  # a lone surrogate, which JSON escapes can express and UTF-8 cannot
            clean = [cell and cell.encode("utf-8", "replace").decode("utf-8") for cell in cells]
            arrays.append(pa.array(clean, pa.string()))
    batch = pa.Table.from_arrays(arrays, names=[f"c{index}" for index in range(len(arrays))])
    space.connection.register("incoming", batch)
    try:
        space.connection.execute(f"INSERT INTO {stored} SELECT * FROM incoming")
    finally:
        space.connection.unregister("incoming")
