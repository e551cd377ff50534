"""A workbook's cells as text, written out by a process of its own.

Belongs here: what runs in the child process: calamine, and how one cell becomes text. It imports the standard
library and `python_calamine` only, because it is started by its path. Why a process: a workbook of 5 KB can
declare a cell in the last corner of the sheet, for which calamine asks for half a terabyte and aborts; and
memory given to a large workbook goes back to the machine.

    python -P workbook.py <workbook> <folder> <megabytes of memory>

writes `<folder>/0.csv`, `1.csv`, ... (UTF-8, one for each visible sheet with cells) and then `sheets.json`.
Exit status 3: the workbook cannot be opened, and the last line of standard error says why. Exit status 4: the
machine refused to read or write a file, and the last line is the number of the operating system's error.
"""

from __future__ import annotations

import csv
import gc
import html
import json
import re
import sys
import zipfile
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

MAX_SHEETS = 100
MAX_ERRORS = 100_000
UNREADABLE = 3
REFUSED = 4
_CHUNK = 4 << 20
_ERROR = re.compile(
    rb'<c\s(?=[^>]{0,200}\bt="e")[^>]{0,200}\br="([A-Z]{1,3})(\d{1,7})"[^>]{0,200}>'
    rb"(?:<f[^>]{0,500}/>|<f[^>]{0,500}>[^<]{0,9000}</f>)?"
    rb"<v>(#[^<]{1,30})</v>"
)


def text(cell: Any) -> str:
    """One cell as text: dates in ISO 8601, whole numbers without `.0`, `true` and `false`; "" when empty."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "" if cell is None else str(cell)


def _limit_memory(megabytes: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limit; the parent still survives the child
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def errors(workbook: Path) -> dict[str, dict[int, list[tuple[int, str]]]]:
    """What the cells of an XLSX say whose formula failed (`#REF!`, ...), by sheet, row and column from 0.

    calamine gives such a cell as an empty one, which it is not.
    """
    found: dict[str, dict[int, list[tuple[int, str]]]] = {}
    left = MAX_ERRORS
    with zipfile.ZipFile(workbook) as archive:
        rels = archive.read("xl/_rels/workbook.xml.rels")
        targets = {key: target for key, target in _attributes(rels, b"Relationship", b"Id", b"Target")}  # noqa: C416
        for name, key in _attributes(archive.read("xl/workbook.xml"), b"sheet", b"name", b"r:id"):
            target = targets.get(key, "").removeprefix("/xl/")
            if f"xl/{target}" not in archive.NameToInfo:
                continue
            with archive.open(f"xl/{target}") as handle:
                for row, column, cell in _failed(handle):
                    if not left:
                        return found
                    left -= 1
                    found.setdefault(name, {}).setdefault(row, []).append((column, cell))
    return found


def _attributes(content: bytes, element: bytes, *names: bytes) -> Iterator[tuple[str, ...]]:
    for tag in re.findall(rb"<" + element + rb"\s[^>]*>", content):
        values = [re.search(rb"\s" + name + rb"\s*=\s*[\"']([^\"']*)", tag) for name in names]
        yield tuple(html.unescape(value[1].decode("utf-8", "replace")) if value else "" for value in values)


def _failed(handle: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    held = b""
    while chunk := handle.read(_CHUNK):
        held += chunk
        end = max(held.rfind(b"<c "), 0)
        if b't="e"' in held:
            for cell in _ERROR.finditer(held, 0, end):
                yield _place(cell)
        held = held[end:] if len(held) - end < _CHUNK else b""
    for cell in _ERROR.finditer(held):
        yield _place(cell)


def _place(cell: re.Match[bytes]) -> tuple[int, int, str]:
    column = 0
    for letter in cell[1]:
        column = column * 26 + letter - 64
    return int(cell[2]) - 1, column - 1, cell[3].decode("ascii", "replace")


def _errors_if_xlsx(workbook: Path) -> dict[str, dict[int, list[tuple[int, str]]]]:
    try:
        return errors(workbook)
    except (
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        EOFError,
        NotImplementedError,
        RuntimeError,
        zlib.error,
    ):
        return {}  # not an XLSX, or one about which calamine has something better to say


def main(workbook: Path, folder: Path, megabytes: int) -> int:
    """Write the visible sheets of `workbook` into `folder`."""
    import python_calamine

    _limit_memory(megabytes)
    gc.disable()  # millions of cells and no cycles: looking for some takes a fifth of the time
    sheets: list[dict[str, object]] = []
    # Beside calamine, which is in native code most of the time: on two processors this costs next to nothing
    failed = ThreadPoolExecutor(1).submit(_errors_if_xlsx, workbook)
    try:
        with workbook.open("rb") as handle:
            book = python_calamine.CalamineWorkbook.from_filelike(handle)
        shown = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        hidden = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible != python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        for name in shown[:MAX_SHEETS]:
            sheet = book.get_sheet_by_name(name)
            if sheet.start is None:
                continue
            filled = 0
            here = failed.result().get(name, {})
            with (folder / f"{len(sheets)}.csv").open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out)  # ends lines with \r\n, and so quotes cells with either
                rows = sheet.to_python(skip_empty_area=True)
                for number, row in enumerate(rows, start=sheet.start[0]):
                    cells = [cell if type(cell) is str else text(cell) for cell in row]
                    for column, error in here.get(number, ()):
                        if 0 <= column - sheet.start[1] < len(cells):
                            cells[column - sheet.start[1]] = error
                    filled += len(cells) - cells.count("")
                    writer.writerow(cells)
            sheets.append(
                {
                    "name": name,
                    "first_row": sheet.start[0] + 1,
                    "filled": filled,
                    "rows": len(rows),
                    "errors": sum(map(len, here.values())),
                }
            )
        described = {
            "sheets": sheets,
            "left_out": max(0, len(shown) - MAX_SHEETS),
            "hidden": hidden[:MAX_SHEETS],
        }
        (folder / "sheets.json").write_text(json.dumps(described), encoding="utf-8")
    except (python_calamine.CalamineError, ValueError, OSError, IndexError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # calamine's own have no number
            print(error.errno, file=sys.stderr)
            return REFUSED
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])))
