"""Tables for tests, made in memory without any file."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from pipelines import duck
from pipelines.model import ReadReport
from pipelines.tables.table import Table


@contextmanager
def table_of(columns: Sequence[str], rows: Sequence[Sequence[str | None]]) -> Iterator[Table]:
    """A table of these text cells; the header stands in row 1."""
    connection = duck.connect()
    try:
        declared = ", ".join(f"{duck.quote(name)} VARCHAR" for name in columns)
        connection.execute(f'CREATE TABLE t0 ("_row" BIGINT, {declared})')
        places = ", ".join("?" for _ in range(len(columns) + 1))
        for number, row in enumerate(rows, 2):
            connection.execute(f"INSERT INTO t0 VALUES ({places})", [number, *row])
        report = ReadReport(
            "s/d/f", "t", "csv", columns=tuple(columns), rows=len(rows), header_row=1, sha256="0" * 64
        )
        yield Table(report, connection, "t0")
    finally:
        connection.close()


@contextmanager
def table_of_csv(path: Path) -> Iterator[Table]:
    """A table of a small, clean CSV file; an empty cell is NULL."""
    with path.open(encoding="utf-8", newline="") as handle:
        header, *rows = list(csv.reader(handle))
    with table_of(header, [[cell or None for cell in row] for row in rows]) as table:
        yield table
