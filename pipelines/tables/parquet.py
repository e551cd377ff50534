"""Parquet (Apache Parquet format 2): one table, every cell as the text that a CSV would hold.

Belongs here: starting the process that reads the file, and what its complaints mean. Does not belong here: how a
value becomes text (`parquet_text`).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from pipelines import duck
from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import apart, parquet_text
from pipelines.tables.header import clean, column_name
from pipelines.tables.table import ROW, Table
from pipelines.tables.workspace import Workspace, name_columns

MAX_MEGABYTES = 800


def read(path: Path, space: Workspace, declared: str | None) -> list[Table]:
    """Read one Parquet file. Raises `ReadFault` when it is cut off, encrypted or damaged, or holds no column."""
    with path.open("rb") as handle:
        start = handle.read(4)
        handle.seek(max(0, path.stat().st_size - 4))
        end = handle.read(4)
    if b"PARE" in (start, end):
        raise _encrypted()
    if end != b"PAR1" or path.stat().st_size < 12:
        raise ReadFault(
            FaultKind.TRUNCATED, "The Parquet file has no footer at its end.", "Publish the whole file again."
        )
    folder = space.temporary()
    folder.mkdir()
    try:
        published = apart.run(parquet_text.__file__, "Parquet", path, folder, MAX_MEGABYTES)
        seen = {ROW}
        names = [column_name(name, index, seen) for index, name in enumerate(published, start=1)]
        relation = space.relation()
        stored = duck.quote(f"{relation}_rows")
        space.connection.execute(
            f"CREATE TABLE {stored} AS SELECT * FROM read_parquet({duck.literal(str(folder / 'table.parquet'))})"
        )
    except apart.Unreadable as caught:
        raise _unreadable(str(caught)) from None
    finally:
        shutil.rmtree(folder)
    name_columns(space, relation, names)
    rows = space.connection.execute(f"SELECT count(*) FROM {stored}").fetchall()[0][0]
    report = replace(space.report("table", "parquet"), columns=tuple(names), rows=int(rows))
    return [Table(report, space.connection, relation)]


def _unreadable(complaint: str) -> ReadFault:
    if "encrypt" in complaint.lower():
        return _encrypted()
    if "OutOfMemory" in complaint:
        return ReadFault(
            FaultKind.TOO_LARGE,
            f"The Parquet file needs more than {MAX_MEGABYTES:,} MB of memory.",
            "Publish it in smaller row groups, or as CSV.",
        )
    return ReadFault(
        FaultKind.BROKEN_FILE,
        f"The Parquet file cannot be read ({clean(complaint)[:200]}).",
        "Write the file again, or publish CSV.",
    )


def _encrypted() -> ReadFault:
    return ReadFault(
        FaultKind.BROKEN_FILE, "The Parquet file is encrypted.", "Publish it without encryption, or as CSV."
    )
