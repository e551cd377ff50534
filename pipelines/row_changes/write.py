"""Changed rows as a file: XLSX, CSV or Parquet, a batch of rows at a time, whole or not at all.

Belongs here: the three formats. Cells that a spreadsheet would compute are neutralised, except in Parquet, which is for
programs and has names that are the same in each language.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.artifacts import replacing
from pipelines.row_changes.rows import ChangedRows, Column
from pipelines.row_changes.words import WORDS
from pipelines.workbooks import HEAD, MAX_ROWS, neutral, printed, safe

FORMATS = (".xlsx", ".csv", ".parquet")
CHANGED = "#FFF3CD"
FIXED = 4  # columns before those of the table

Line = tuple[str, int | None, int | None, list[int], list[str | None]]


def write(path: Path, found: ChangedRows, summary: Sequence[tuple[str, object]], language: str) -> int:
    """Write the rows to `path`; gives how many are in it. Fewer than there are only where a sheet holds no more.

    `summary` are lines of two cells for a workbook's second sheet. On any fault `path` stays as it was. Raises
    `ValueError` for a name that ends in none of `FORMATS` and `OSError` when it cannot be written.
    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise ValueError(f"{path.name} ends in none of {', '.join(FORMATS)}")
    with replacing(path) as temporary:
        if kind == ".xlsx":
            return _xlsx(temporary, found, summary, language)
        return (_csv if kind == ".csv" else _parquet)(temporary, found, language)


def _lines(found: ChangedRows) -> Iterator[Line]:
    for batch in found.batches:
        for kind, before, after, changed, *cells in zip(*batch.to_pydict().values(), strict=True):
            yield kind, before, after, changed, cells


def _headings(columns: Sequence[Column], language: str) -> list[str]:
    words = WORDS[language]
    told = [words["kind"], words["row_before"], words["row_after"], words["changed"]]
    for column in columns:
        told += [
            f"{column.before or column.name} ({words['before']})",
            f"{column.name} ({words['after']})",
        ]
    return told


def _csv(path: Path, found: ChangedRows, language: str) -> int:
    """UTF-8 with a byte order mark, by which Excel knows it."""
    written = 0
    words = WORDS[language]
    with path.open("w", encoding="utf-8-sig", newline="") as handle:
        rows = csv.writer(handle)
        rows.writerow(map(neutral, _headings(found.columns, language)))
        for kind, before, after, changed, cells in _lines(found):
            names = ", ".join(found.columns[place].name for place in changed)
            texts = (None if cell is None else neutral(cell) for cell in cells)
            rows.writerow((words[kind], before, after, neutral(names), *texts))
            written += 1
    return written


def _parquet(path: Path, found: ChangedRows, language: str) -> int:
    import pyarrow
    import pyarrow.parquet

    names = [column.name for column in found.columns]
    fields = [
        pyarrow.field("kind", pyarrow.string()),
        pyarrow.field("row_before", pyarrow.int64()),
        pyarrow.field("row_after", pyarrow.int64()),
        pyarrow.field("changed", pyarrow.list_(pyarrow.string())),
    ]
    for name in names:
        fields += [pyarrow.field(f"{name}:{side}", pyarrow.string()) for side in ("before", "after")]
    schema = pyarrow.schema(fields)
    written = 0
    with pyarrow.parquet.ParquetWriter(path, schema) as writer:
        for batch in found.batches:
            changed = [[names[place] for place in places] for places in batch.column(3).to_pylist()]
            columns = [*batch.columns[:3], pyarrow.array(changed, pyarrow.list_(pyarrow.string()))]
            columns += [cells.cast(pyarrow.string()) for cells in batch.columns[FIXED:]]
            columns[0] = columns[0].cast(pyarrow.string())
            writer.write_batch(pyarrow.RecordBatch.from_arrays(columns, schema=schema))
            written += batch.num_rows
    return written


def _xlsx(path: Path, found: ChangedRows, summary: Sequence[tuple[str, object]], language: str) -> int:
    import xlsxwriter

    words = WORDS[language]
    with tempfile.TemporaryDirectory(prefix="veedor-workbook-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "strings_to_urls": False}
        workbook = xlsxwriter.Workbook(path, options)
        workbook.use_zip64()
        sheet = workbook.add_worksheet(words["sheet_rows"])
        try:
            written, total = _sheet(workbook, sheet, found, language)
        except BaseException:
            sheet.row_data_fh.close()  # the library itself would leave it open
            raise
        facts = workbook.add_worksheet(words["sheet_summary"])
        cut = [(words["cut"].format(written=written, found=total), "")] if written < total else []
        facts.set_column(0, 0, 44)
        facts.set_column(1, 1, 60)
        for at, (name, value) in enumerate([*cut, *summary]):
            facts.write_string(at, 0, safe(name))
            if isinstance(value, int):
                facts.write_number(at, 1, value)
            else:
                facts.write_string(at, 1, safe(str(value)))
        workbook.close()
    return written


def _sheet(workbook: Any, sheet: Any, found: ChangedRows, language: str) -> tuple[int, int]:
    words, headings = WORDS[language], _headings(found.columns, language)
    head, mark = workbook.add_format(HEAD), workbook.add_format({"bg_color": CHANGED})
    for place, heading in enumerate(headings):
        sheet.set_column(place, place, 12 if place < FIXED - 1 else 24)
        sheet.write_string(0, place, safe(heading), head)
    sheet.freeze_panes(1, FIXED - 1)
    at = total = 0
    for kind, before, after, changed, cells in _lines(found):
        total += 1
        if at + 1 >= MAX_ROWS:
            continue
        at += 1
        sheet.write_string(at, 0, words[kind])
        for place, number in ((1, before), (2, after)):
            if number is not None:
                sheet.write_number(at, place, number)
        sheet.write_string(at, 3, safe(", ".join(found.columns[place].name for place in changed)))
        marked = set(changed)
        for offset, text in enumerate(cells):
            style = mark if offset // 2 in marked else None
            if text is not None:
                sheet.write_string(at, FIXED + offset, safe(text), style)
            elif style is not None:
                sheet.write_blank(at, FIXED + offset, None, style)
    sheet.autofilter(0, 0, at, len(headings) - 1)
    printed(sheet, 0, at, len(headings))
    return at, total
