"""How long our reader takes for an XLSX, against calamine alone reading the same sheet to Python lists.

    python -m benchmarks.xlsx_speed --megabytes 50 --runs 3

The last line is one JSON object with the file's `rows` and `bytes`, the figures of each contender, and
`xlsx_over_calamine`: the median of the ratios of wall times, run by run.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from datetime import date
from itertools import cycle, islice
from pathlib import Path

from benchmarks.csv_speed import COLUMNS, contracts
from benchmarks.measure import compared

_BYTES_PER_ROW = 71  # of the compressed workbook, as measured


def generate(path: Path, size: int) -> int:
    """Write a workbook of about `size` bytes with numbers, dates and text; the number of records."""
    import xlsxwriter

    rows = min(size // _BYTES_PER_ROW, 1_048_575)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Contratos")
        sheet.write_row(0, 0, COLUMNS)
        for number, cells in enumerate(islice(cycle(contracts()), rows), start=1):
            sheet.write_row(number, 0, (f"C-2026-{number:08}", *cells[:5]))
            sheet.write_number(number, 6, float(cells[5]))
            sheet.write_string(number, 7, cells[6])
            sheet.write_datetime(number, 8, date.fromisoformat(cells[7]), day)
            sheet.write_string(number, 9, cells[8])
    return rows


def calamine(path: Path) -> int:
    """Every row of the sheet as a Python list, with nothing kept; the rows below the header.

    Without the garbage collector, which ours does without too: it finds nothing here and takes a fifth of the time.
    """
    import gc

    import python_calamine

    gc.disable()
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return len(book.get_sheet_by_index(0).to_python()) - 1


def main() -> None:
    """Generate, measure in turn, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--megabytes", type=int, default=50)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contratos.xlsx"
        rows = generate(path, chosen.megabytes * 10**6)
        size = path.stat().st_size
        contenders = ["benchmarks.measure:veedor", "benchmarks.xlsx_speed:calamine"]
        figures, ratio = compared(contenders, path, chosen.runs)
    print(json.dumps({"rows": rows, "bytes": size, **figures, "xlsx_over_calamine": ratio}))


if __name__ == "__main__":
    main()
