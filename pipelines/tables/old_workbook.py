"""Workbooks of Excel 2, 3 and 4 (BIFF 2-4): one sheet without a container, which calamine does not read.

Belongs here: what runs in the child process for them: xlrd, and how one of its cells becomes text. It is started
like `workbook`, writes the same files and ends with the same statuses, and imports the standard library and
`xlrd` only, because it is started by its path.
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path
from typing import Any

STARTS = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
UNREADABLE = 3
REFUSED = 4
_DATE, _BOOLEAN, _ERROR = 3, 4, 5  # xlrd's numbers for kinds of cells


def recognises(path: Path) -> bool:
    """Whether the file begins as these workbooks do."""
    with path.open("rb") as handle:
        return handle.read(4) in STARTS


def text(cell: Any, datemode: int) -> str:
    """One cell as text, as `workbook.text` has it; what failed is given as its error, such as `#REF!`."""
    import xlrd

    if cell.ctype == _ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, "#N/A"))
    if cell.ctype == _BOOLEAN:
        return "true" if cell.value else "false"
    if cell.ctype == _DATE:
        try:
            date = xlrd.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError, xlrd.XLDateError):
            return repr(cell.value)
        if cell.value < 1:
            return str(date.time().isoformat())
        return str(date.isoformat() if cell.value % 1 else date.date().isoformat())
    if isinstance(cell.value, float):
        value = cell.value
        return f"{value:.0f}" if value.is_integer() and abs(value) < 1e16 else repr(value)
    return str(cell.value)


def _limited(megabytes: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent still survives the child
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _is_ours(error: BaseException) -> bool:
    """Whether an error began in this file: what the library raises is the workbook's fault, what we do is not."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename == __file__


def main(workbook: Path, folder: Path, megabytes: int, seconds: int) -> int:
    """Write the sheet of `workbook` into `folder`."""
    import xlrd

    _limited(megabytes, seconds)
    try:
        book = xlrd.open_workbook(str(workbook), logfile=sys.stderr)
        sheets: list[dict[str, object]] = []
        for sheet in book.sheets():
            filled = errors = 0
            with (folder / f"{len(sheets)}.csv").open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out, delimiter="\x1f")  # workbook.SEPARATOR
                for index in range(sheet.nrows):
                    row = sheet.row(index)
                    cells = [text(cell, book.datemode) for cell in row]
                    cells += [""] * (sheet.ncols - len(cells))
                    filled += len(cells) - cells.count("")
                    errors += sum(cell.ctype == _ERROR for cell in row)
                    writer.writerow(cells)
            sheets.append(
                {"name": sheet.name, "first_row": 1, "filled": filled, "rows": sheet.nrows, "errors": errors}
            )
        described = {"sheets": sheets, "left_out": 0, "hidden": [], "errors_known": True}
        (folder / "sheets.json").write_text(json.dumps(described), encoding="utf-8")
    except MemoryError:
        raise
    except OSError as error:
        print(error.errno or 5, file=sys.stderr)
        return REFUSED
    except Exception as error:  # xlrd trusts what is published: any exception of its own is the file's fault
        if _is_ours(error):
            raise
        print(f"{type(error).__name__}: {' '.join(str(error).split())}", file=sys.stderr)
        return UNREADABLE
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])))
