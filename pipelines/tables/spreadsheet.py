"""Workbooks (XLSX, XLSB, XLS, ODS): each visible sheet with cells is a table.

Belongs here: starting the process that reads the workbook, what its end means, the choice of the main sheet,
and sheets becoming tables. Does not belong here: how a cell becomes text (`workbook`).
"""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import footer, in_place, old_workbook, workbook
from pipelines.tables import header as headers
from pipelines.tables.dialect import MAX_CELL, Dialect
from pipelines.tables.in_place import Parse
from pipelines.tables.table import Table
from pipelines.tables.workspace import Row, Workspace, fill

MAX_MEGABYTES = 3_000
MAX_SECONDS = 600
MAX_DECODED = 4_000_000_000
# Of the processor, not of the clock, so that a busy machine damages no file: so many, and one more for so many bytes
SECONDS = 30
BYTES_A_SECOND = 1_000_000
_CRASHES = (signal.SIGABRT, signal.SIGSEGV, signal.SIGILL)


def read(path: Path, space: Workspace, format: str) -> list[Table]:
    """Read the visible sheets that hold cells, the one with the most filled cells first.

    Raises `ReadFault` when the workbook is broken, protected, cut off, too large, or holds no cells, and
    `OSError` when the machine has no room for what is in it.
    """
    seconds = min(MAX_SECONDS, SECONDS + _unpacked(path, format) // BYTES_A_SECOND)
    folder = space.temporary()
    folder.mkdir()
    try:
        tables, told = _tables(path, folder, space, format, seconds)
    finally:
        shutil.rmtree(folder)
    if not tables:
        raise ReadFault(FaultKind.EMPTY, "The workbook's visible sheets hold no cells.", "Publish it again.")
    main = tables[0].report
    tables[0] = replace(tables[0], report=replace(main, notes=(*main.notes, *told)))
    return tables


def _tables(
    path: Path, folder: Path, space: Workspace, format: str, seconds: int
) -> tuple[list[Table], list[str]]:
    described = _convert(path, folder, seconds)
    sheets = sorted(enumerate(described["sheets"]), key=lambda item: (-int(item[1]["filled"]), item[0]))
    tables = [
        _with_errors(_table(folder / f"{number}.csv", sheet, space, format), int(sheet["errors"]))
        for number, sheet in sheets
        if int(sheet["filled"])
    ]
    told = []
    if described["left_out"]:
        told.append(f"{described['left_out']} sheets after the first {workbook.MAX_SHEETS} were not read.")
    if hidden := [headers.clean(str(name)) for name in described["hidden"]]:
        more = f" and {len(hidden) - 5} more" if len(hidden) > 5 else ""
        told.append(f"Hidden sheets were not read: {', '.join(hidden[:5])}{more}.")
    if not described["errors_known"]:
        told.append(
            "Cells whose formula failed could not be looked for; where there are any, they count as empty."
        )
    return tables, told


def _with_errors(table: Table, errors: int) -> Table:
    """`table` with the number of its cells whose formula failed in its notes; they hold `#REF!` and the like."""
    if not errors:
        return table
    note = f"{errors:,} cells hold an error of a formula, such as #REF!, as their text."
    return replace(table, report=replace(table.report, notes=(*table.report.notes, note)))


def _unpacked(path: Path, format: str) -> int:
    """Bytes of what the workbook's cells are read from. Raises `ReadFault` when they are too many."""
    if format == "xls":
        return path.stat().st_size
    with zipfile.ZipFile(path) as archive:  # that it opens is how the format was recognised
        decoded = sum(member.file_size for member in archive.infolist())
    if decoded > MAX_DECODED:
        raise ReadFault(
            FaultKind.TOO_LARGE,
            f"The workbook unpacks to {decoded:,} bytes; at most {MAX_DECODED:,} are read.",
            "Publish large tables as CSV.",
        )
    return decoded


def _convert(path: Path, folder: Path, seconds: int) -> dict[str, Any]:
    child = old_workbook.__file__ if old_workbook.recognises(path) else workbook.__file__
    command = [sys.executable, "-P", child, str(path), str(folder), str(MAX_MEGABYTES), str(seconds)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=MAX_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ReadFault(
            FaultKind.TOO_LARGE,
            f"We stopped reading the workbook after {MAX_SECONDS} seconds: it is very large, or our machine "
            "was busy.",
            "It is tried again. Large tables are read much faster as CSV.",
            transient=True,
        ) from None
    if done.returncode == 0:
        described: dict[str, Any] = json.loads((folder / "sheets.json").read_text(encoding="utf-8"))
        return described
    complaint = done.stderr.decode("utf-8", "replace").strip().splitlines() or [""]
    if -done.returncode == getattr(signal, "SIGXCPU", None):
        raise ReadFault(
            FaultKind.BROKEN_FILE,
            f"Reading the workbook came to no end in {seconds} seconds: it is damaged.",
            "Open it in a spreadsheet program and save it again as XLSX or CSV.",
        )
    if done.returncode == workbook.UNREADABLE:
        if "password" in complaint[-1].lower():
            raise ReadFault(
                FaultKind.BROKEN_FILE,
                "The workbook is protected by a password.",
                "Publish it without a password, or as CSV.",
            )
        if "detect file format" in complaint[-1]:
            raise ReadFault(
                FaultKind.UNKNOWN_FORMAT,
                "The file is an Office document, but not a workbook of Excel 2 or later without a password.",
                "Open it in a spreadsheet program and save it again as XLSX or CSV.",
            )
        raise ReadFault(
            FaultKind.BROKEN_FILE,
            f"The workbook cannot be opened ({headers.clean(complaint[-1][:200])}).",
            "Open it in a spreadsheet program and save it again as XLSX or CSV.",
        )
    if done.returncode == workbook.REFUSED:
        number = int(complaint[-1])
        raise OSError(number, os.strerror(number), str(folder))
    if complaint[-1].startswith("MemoryError"):
        raise ReadFault(
            FaultKind.TOO_LARGE,
            f"The workbook's cells need more than {MAX_MEGABYTES:,} MB of memory.",
            "Publish large tables as CSV.",
        )
    if -done.returncode in _CRASHES or any(
        line.startswith("pyo3_runtime.Panic")
        for line in complaint  # which may be followed by what was compared
    ):
        raise ReadFault(
            FaultKind.BROKEN_FILE,
            "The workbook is damaged, or declares a sheet far larger than the cells that it holds.",
            "Delete the empty rows and columns after the table, or publish it as CSV.",
        )
    raise RuntimeError(f"reading a workbook ended with status {done.returncode}: {complaint[-1][:500]}")


def _table(path: Path, sheet: dict[str, Any], space: Workspace, format: str) -> Table:
    with _rows(path) as rows:
        sample = headers.sample(rows)
    header = headers.find(sample)
    first_row = int(sheet["first_row"])
    parse = Parse(path, Dialect(workbook.SEPARATOR), len(header.columns), header.first)
    counted = in_place.counted(space, parse, sample[header.first :])
    if counted and counted[0] == int(sheet["rows"]) - header.first:
        parse = replace(parse, path=space.kept(path))
        row = header.first + first_row
        relation = in_place.published(space, parse, header.columns, row=row, blank=counted[1] > 0)
        total, blank = counted
    else:  # a line longer than DuckDB takes, or another of its limits
        with _rows(path) as rows:
            numbered = enumerate(islice(rows, header.first, None), start=header.first + first_row)
            tally = Counter[bool]()
            relation = fill(space, header.columns, _filled(numbered, tally))
        total, blank = tally.total(), tally[True]
    report = replace(
        space.report(str(sheet["name"]), format),
        header_row=None if header.index is None else header.index + first_row,
        columns=header.columns,
        rows=total - blank,
        blank_rows=blank,
        notes=header.notes,
    )
    table = Table(report, space.connection, relation)
    return footer.trimmed(table)[0] if parse.path.stat().st_size <= footer.CHEAP else table


def _filled(rows: Iterable[tuple[int, list[str]]], tally: Counter[bool]) -> Iterator[Row]:
    """The rows that are not blank; `tally` counts those that are and those that are not."""
    for number, row in rows:
        blank = headers.blank(row)
        tally[blank] += 1
        if not blank:
            yield number, [cell or None for cell in row]


@contextmanager
def _rows(path: Path) -> Iterator[Iterator[list[str]]]:
    csv.field_size_limit(MAX_CELL)  # the module's own limit, which has no other way in
    with path.open(encoding="utf-8", newline="") as handle:
        try:
            yield csv.reader(handle, delimiter=workbook.SEPARATOR)
        except csv.Error:  # the file is the child's, so it can only be the limit
            raise ReadFault(
                FaultKind.TOO_LARGE,
                f"A cell of the workbook is longer than {MAX_CELL:,} characters.",
                "Shorten the cell; a spreadsheet shows at most 32,767 characters of one.",
            ) from None
