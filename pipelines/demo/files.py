"""Rows to bytes, in each format that the demo publishes: CSV, JSON, XLSX, ZIP.

Belongs here: how a file is written. Does not belong here: what is in it. The same rows give the same bytes:
the containers (XLSX, ZIP) carry a fixed time instead of the clock's.
"""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

CREATED = datetime(2026, 1, 1)  # noqa: DTZ001 - XLSX has no time zones
ZIP_TIME = (1980, 1, 1, 0, 0, 0)  # the earliest that the format can say


def csv_bytes(
    header: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    newline: str = "\r\n",
) -> bytes:
    """A CSV file (RFC 4180 quoting). `encoding` is Python's name; `utf-8-sig` writes a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline)
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode(encoding)


def json_bytes(value: Any) -> bytes:
    """A JSON document, UTF-8, indented as publishers do."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def xlsx_bytes(title: str, header: Sequence[str], rows: Iterable[Sequence[str | date]]) -> bytes:
    """A workbook of one sheet: `title` in row 1, `header` in row 2, then the rows. Text is never a number."""
    import xlsxwriter

    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as workbook:
        workbook.set_properties({"title": title, "created": CREATED})
        sheet = workbook.add_worksheet("Registro")
        bold, day = workbook.add_format({"bold": True}), workbook.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_string(0, 0, title, bold)
        for column, name in enumerate(header):
            sheet.write_string(1, column, name, bold)
        for number, row in enumerate(rows, 2):
            for column, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(number, column, value, day)
                else:
                    sheet.write_string(number, column, value)
    return content.getvalue()


def zip_bytes(members: Mapping[str, bytes]) -> bytes:
    """A ZIP archive of `members`, in their order."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, member in members.items():
            entry = zipfile.ZipInfo(name, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # Unix, wherever it is made
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, member)
    return content.getvalue()
