"""Nothing that a reader asks of DuckDB is left half taken: functions are registered on the same connection later."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pipelines.tables.read import opened
from pipelines.tables.table import Hint


def _workbook(*rows: int) -> bytes:
    import xlsxwriter

    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for number, count in enumerate(rows):
            sheet = book.add_worksheet(f"Hoja {number}")
            for row in range(count + 1):
                sheet.write_row(row, 0, ["id", "monto"] if row == 0 else [f"A-{row}", "10.5"])
    return out.getvalue()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("rows.xlsx", _workbook(3, 0)),
        ("none.xlsx", _workbook(0)),
        ("a.csv", b"id,monto\nA-1,2\n"),
        ("b.csv", b"id,monto\n"),
    ],
)
def test_a_function_can_be_registered_after_reading(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with opened(path, Hint(name, "0" * 64)) as read:
        connection = read.tables[0].connection
        connection.create_function("told", lambda value: value, ["VARCHAR"], "VARCHAR")
        connection.remove_function("told")  # the connection serves others afterwards
