"""A workbook's cells as text, written out by a process of its own.

Belongs here: what runs in the child process: calamine, and how one cell becomes text. It imports the standard
library and `python_calamine` only, because it is started by its path. Why a process: a workbook of 5 KB can
declare a cell in the last corner of the sheet, for which calamine asks for half a terabyte and aborts; and
memory given to a large workbook goes back to the machine.

    python -P workbook.py <workbook> <folder> <megabytes of memory> <seconds of the processor>

writes `<folder>/0.csv`, `1.csv`, ... (UTF-8, cells parted by U+001F, one for each visible sheet with cells) and then
`sheets.json`.
For some damage calamine comes to no end: SIGXCPU ends this process when its seconds are over.
Exit status 3: the workbook cannot be opened, and the last line of standard error says why. Exit status 4: the
machine refused to read or write a file, and the last line is the number of the operating system's error.
"""

from __future__ import annotations

import csv
import gc
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
from datetime import date, time, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

# By row and column from 0, as JSON has them: the cells whose formula failed
Errors = dict[str, list[tuple[int, str]]]

MAX_SHEETS = 100
# A sheet with this many rows is written by two processes
TWO_WRITERS_FROM = 50_000
# Sheets that were read: to take one apart cell by cell takes a third of a second a million rows, the end of the
# process none.
_HELD: list[Any] = []
# So many rows are looked at together, whether any of their cells needs quotes
BATCH = 200
# Between cells: nobody types it, so that hardly any cell needs quotes
SEPARATOR = "\x1f"
UNREADABLE = 3
REFUSED = 4


def text(cell: Any) -> str:
    """One cell as text: dates in ISO 8601, whole numbers without `.0`, `true` and `false`; "" when empty."""
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e16 else repr(cell)
    if isinstance(cell, (date, time)):  # a datetime is a date, too; twice as fast as a union
        return cell.isoformat()
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, timedelta):
        seconds = round(cell.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return "" if cell is None else str(cell)


def _limited(megabytes: int, seconds: int) -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the parent still survives the child
        return
    resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _failed(process: subprocess.Popen[bytes]) -> tuple[dict[str, Errors], bool]:
    """What `formula_errors` found, and whether it came to an end: a workbook that is no XLSX holds none of them."""
    answer, _ = process.communicate()
    found: dict[str, Errors] = json.loads(answer) if process.returncode == 0 else {}
    return found, process.returncode in (0, UNREADABLE)


def _written(sheet: Any, path: Path, errors: Errors) -> tuple[int, int]:
    """Write the cells of `sheet` from the first filled row on; how many rows they are, and how many filled cells."""
    first, behind = sheet.start[0], sheet.end[0] + 1
    if behind - first < TWO_WRITERS_FROM or "fork" not in multiprocessing.get_all_start_methods():
        return behind - first, _part(sheet, path, errors, first, behind)
    # A copy of this process, which has the parsed sheet already, writes the second half meanwhile
    middle, rest = (first + behind) // 2, path.with_suffix(".rest")
    forking = multiprocessing.get_context("fork")
    counted = forking.Value("q", 0)

    def second_half() -> None:
        counted.value = _part(sheet, rest, errors, middle, behind)

    other = forking.Process(target=second_half)
    other.start()
    filled = _part(sheet, path, errors, first, middle)
    other.join()
    if other.exitcode:  # whatever it was, it is met here again and told as ever
        counted.value = _part(sheet, rest, errors, middle, behind)
    with path.open("ab") as out, rest.open("rb") as more:
        shutil.copyfileobj(more, out, 1 << 20)
    rest.unlink()
    return behind - first, filled + counted.value


def _part(sheet: Any, path: Path, errors: Errors, first: int, behind: int) -> int:
    """Write the rows of `sheet` from `first` to before `behind`, both from 0; how many filled cells they have.

    Row by row: a list of all rows takes twice the time and half a gigabyte a million rows.
    """
    first_column = sheet.start[1]
    filled = 0
    rows = enumerate(islice(sheet.iter_rows(), first, behind), start=first)
    with path.open("w", encoding="utf-8", newline="") as out:
        # It ends lines with \r\n, and so quotes cells with either
        writer = csv.writer(out, delimiter=SEPARATOR)
        while batch := [
            (number, [cell if type(cell) is str else text(cell) for cell in row])
            for number, row in islice(rows, BATCH)
        ]:
            if errors:
                for number, cells in batch:
                    for column, error in errors.get(str(number), ()):
                        if 0 <= column - first_column < len(cells):
                            cells[column - first_column] = error
            filled += sum(len(cells) - cells.count("") for _, cells in batch)
            lines = "".join([SEPARATOR.join(cells) + "\r\n" for _, cells in batch])
            if _plain(lines, [len(cells) for _, cells in batch]):
                out.write(lines)  # what the writer would write, in a third of the time
            else:
                writer.writerows(cells for _, cells in batch)
    return filled


def _plain(lines: str, widths: list[int]) -> bool:
    """Whether `lines`, of so many cells each, need no quotes."""
    ends = len(widths)
    return (
        min(widths) > 1
        and '"' not in lines
        and lines.count("\n") == ends
        and lines.count("\r") == ends
        and lines.count(SEPARATOR) == sum(widths) - ends
    )


def main(workbook: Path, folder: Path, megabytes: int, seconds: int) -> int:
    """Write the visible sheets of `workbook` into `folder`."""
    import python_calamine

    _limited(megabytes, seconds)
    _HELD.clear()
    gc.disable()  # millions of cells and no cycles: looking for some takes a fifth of the time
    sheets: list[dict[str, object]] = []
    # Beside calamine, and not in a thread: calamine holds the interpreter for seconds
    beside = subprocess.Popen(
        [sys.executable, "-P", str(Path(__file__).with_name("formula_errors.py")), str(workbook)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    failed: tuple[dict[str, Errors], bool] | None = None
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
            _HELD.append(sheet)
            if sheet.start is None:
                continue
            failed = _failed(beside) if failed is None else failed
            here = failed[0].get(name, {})
            rows, filled = _written(sheet, folder / f"{len(sheets)}.csv", here)
            sheets.append(
                {
                    "name": name,
                    "first_row": sheet.start[0] + 1,
                    "filled": filled,
                    "rows": rows,
                    "errors": sum(map(len, here.values())),
                }
            )
        described = {
            "sheets": sheets,
            "left_out": max(0, len(shown) - MAX_SHEETS),
            "hidden": hidden[:MAX_SHEETS],
            "errors_known": failed is None or failed[1],
        }
        (folder / "sheets.json").write_text(json.dumps(described), encoding="utf-8")
    except (python_calamine.CalamineError, ValueError, OSError, IndexError) as error:
        if isinstance(error, OSError) and error.errno is not None:  # calamine's own have no number
            print(error.errno, file=sys.stderr)
            return REFUSED
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return UNREADABLE
    finally:
        if failed is None:
            beside.kill()
            beside.communicate()
    return 0


if __name__ == "__main__":
    status = main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    sys.stderr.flush()
    os._exit(status)
