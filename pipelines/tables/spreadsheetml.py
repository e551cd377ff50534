"""Excel's XML of 2002 and 2003 (SpreadsheetML), often published under the name .xls: a table a worksheet.

Belongs here: rows and cells with their index and merges, hidden worksheets. Source: Microsoft's XML Spreadsheet
reference. Does not belong here: the header (`grid`), workbooks in any other format (`spreadsheet`).
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import grid, xml_source
from pipelines.tables.dialect import MAX_CELL
from pipelines.tables.table import Table
from pipelines.tables.workspace import Workspace
from pipelines.tables.xml_source import Ended, local

NAMESPACE = b"urn:schemas-microsoft-com:office:spreadsheet"
MAX_SHEETS = 100
MAX_ROWS = 1_048_576
MAX_COLUMNS = 16_384


@dataclass
class _Sheet:
    name: str
    path: Path
    hidden: bool = False
    rows: int = 0
    filled: int = 0


@dataclass
class _State:
    sheets: list[_Sheet] = field(default_factory=list)
    row: list[str] = field(default_factory=list)
    cell: list[str] | None = None
    visible: list[str] | None = None
    comment: bool = False
    kind: str = ""
    across: int = 0


def recognises(path: Path, root: str) -> bool:
    """Whether the file is such a workbook, by its root element and the namespace near its beginning."""
    with path.open("rb") as handle:
        head = handle.read(65_536).replace(b"\0", b"")  # UTF-16 too
    return root == "Workbook" and NAMESPACE in head


def read(path: Path, space: Workspace) -> list[Table]:
    """Read the visible worksheets that hold cells, the fullest first; what was cut off is told."""
    folder = space.temporary()
    folder.mkdir()
    sheets, ended = _sheets(path, folder)
    shown = [sheet for sheet in sheets if sheet.filled and not sheet.hidden]
    if not shown:
        raise ended.fault or ReadFault(
            FaultKind.EMPTY, "The workbook's visible sheets hold no cells.", "Publish it again."
        )
    tables = []
    for sheet in sorted(shown, key=lambda each: -each.filled):
        read = grid.table(space, sheet.name, "spreadsheetml", lambda path=sheet.path: _rows(path))  # type: ignore[misc]
        tables.append(
            replace(read, report=replace(read.report, encoding=ended.encoding, share_read=ended.share))
        )
    notes = [*tables[0].report.notes, *ended.notes]
    if hidden := [sheet.name for sheet in sheets if sheet.filled and sheet.hidden]:
        notes.append(f"Hidden sheets were not read: {', '.join(hidden[:5])}.")
    if ended.fault:
        notes.append(f"{ended.fault.message} {tables[0].report.rows:,} rows before that were read.")
    main = replace(tables[0].report, notes=tuple(notes))
    return [replace(tables[0], report=main), *tables[1:]]


def _sheets(path: Path, folder: Path) -> tuple[list[_Sheet], Ended]:
    """Write the rows of each worksheet into a CSV of our own; memory holds one row."""
    state = _State()
    out = (folder / "none.csv").open("w", encoding="utf-8", newline="")
    writer = csv.writer(out)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal out, writer
        plain = local(name)
        given = {local(key): value for key, value in attributes.items()}
        if plain == "Worksheet":
            if len(state.sheets) >= MAX_SHEETS:
                raise xml_source.Enough
            out.close()
            target = folder / f"{len(state.sheets)}.csv"
            out = target.open("w", encoding="utf-8", newline="")
            writer = csv.writer(out)
            state.sheets.append(_Sheet(given.get("Name", f"Sheet{len(state.sheets) + 1}"), target))
        elif not state.sheets:
            return
        elif plain == "Row":
            sheet = state.sheets[-1]
            index = _index(given, MAX_ROWS)
            while index and sheet.rows < index - 1:
                writer.writerow([""])
                sheet.rows += 1
            state.row = []
        elif plain == "Cell":
            index = _index(given, MAX_COLUMNS)
            state.row.extend([""] * (max(index - 1, 0) - len(state.row)))
            state.across = min(_number(given.get("MergeAcross")), MAX_COLUMNS)
            state.cell = []
        elif plain == "Comment":
            state.comment = True
        elif plain == "Data" and state.cell is not None and not state.comment:
            state.kind = given.get("Type", "String")
        elif plain == "Visible":
            state.visible = []

    def text(characters: str) -> None:
        if state.visible is not None:
            state.visible.append(characters)
        elif state.cell is not None and state.kind:
            state.cell.append(characters)

    def end(name: str) -> None:
        plain = local(name)
        if plain == "Visible" and state.visible is not None:
            if state.sheets and "hidden" in "".join(state.visible).lower():
                state.sheets[-1].hidden = True
            state.visible = None
        elif plain == "Comment":
            state.comment = False
        elif plain == "Data" and not state.comment:
            state.cell = state.cell and [_text("".join(state.cell), state.kind)]
            state.kind = ""
        elif plain == "Cell" and state.cell is not None:
            state.row.append("".join(state.cell))
            state.row.extend([""] * state.across)
            state.cell = None
        elif plain == "Row" and state.sheets:
            sheet = state.sheets[-1]
            sheet.rows += 1
            sheet.filled += sum(1 for cell in state.row if cell)
            writer.writerow(state.row or [""])

    try:
        ended = xml_source.parse(path, start, end, text)
    finally:
        out.close()
    return state.sheets, ended


def _index(given: dict[str, str], most: int) -> int:
    index = _number(given.get("Index"))
    if index > most:
        raise ReadFault(
            FaultKind.BROKEN_FILE,
            f"The workbook places a cell beyond row or column {most:,}.",
            "Publish the table as CSV.",
        )
    return index


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else 0


def _text(value: str, kind: str) -> str:
    if kind == "Boolean":
        return {"1": "true", "0": "false"}.get(value.strip(), value)
    if kind == "DateTime":
        return value.removesuffix(".000").removesuffix("T00:00:00")
    return value


def _rows(path: Path) -> Iterator[list[str]]:
    csv.field_size_limit(MAX_CELL)
    with path.open(encoding="utf-8", newline="") as handle:
        yield from csv.reader(handle)
