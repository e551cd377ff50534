"""Workbooks, made here, as people make them."""

from __future__ import annotations

import errno
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import xlsxwriter

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import formula_errors, spreadsheet
from pipelines.tables import workbook as child
from pipelines.tables.workbook import text
from tests.published_files import compound, ods, xls


def workbook(make: Callable[[xlsxwriter.Workbook], object]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        make(book)
    return out.getvalue()


def test_cells_become_text(reading, rows):
    def make(book):
        sheet = book.add_worksheet("Contratos")
        for column, name in enumerate(["clave", "fecha", "monto", "vigente", "nota"]):
            sheet.write(0, column, name)
        sheet.write_row(1, 0, ["007"])
        sheet.write_datetime(1, 1, datetime(2020, 1, 31), book.add_format({"num_format": "dd/mm/yyyy"}))  # noqa: DTZ001
        sheet.write_number(1, 2, 1234567.0)
        sheet.write_boolean(1, 3, True)
        sheet.write_string(1, 4, "dos\nlíneas, y “comillas”")
        sheet.write_number(2, 2, 0.5)

    table = reading(workbook(make)).tables[0]
    assert rows(table) == [
        (2, "007", "2020-01-31", "1234567", "true", "dos\nlíneas, y “comillas”"),
        (3, None, None, "0.5", None, None),
    ]
    assert (table.report.table, table.report.format, table.report.header_row) == ("Contratos", "xlsx", 1)


def test_titles_offset_and_blank_rows(reading, rows):
    def make(book):
        sheet = book.add_worksheet()
        sheet.merge_range(2, 1, 2, 3, "CUENTA PÚBLICA 2016")
        sheet.write_row(4, 1, ["ramo", "concepto", "importe"])
        sheet.write_row(5, 1, ["01", "A", 1])
        sheet.write_row(7, 1, ["02", "B", 2])

    table = reading(workbook(make)).tables[0]
    assert table.report.header_row == 5
    assert rows(table) == [(6, "01", "A", "1"), (8, "02", "B", "2")]
    assert table.report.blank_rows == 1


def test_the_main_sheet_is_the_fullest_visible_one(reading):
    def make(book):
        book.add_worksheet("Portada").write_row(0, 0, ["Portada", "x"])
        for name, count in (("Datos", 20), ("Oculta", 99)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["id", "monto"])
            for row in range(count):
                sheet.write_row(row + 1, 0, [row, 1.5])
        sheet.hide()
        book.add_worksheet("Vacía")

    opened = reading(workbook(make))
    assert [(each.table, each.main) for each in opened.reports] == [("Datos", True), ("Portada", False)]
    assert opened.tables[0].report.rows == 20


def test_a_sheet_that_declares_its_last_corner_does_not_take_us_down(reading):
    def make(book):
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "z")

    with pytest.raises(ReadFault) as caught:
        reading(workbook(make))
    assert caught.value.kind is FaultKind.BROKEN_FILE


def test_an_empty_workbook(reading):
    with pytest.raises(ReadFault) as caught:
        reading(workbook(lambda book: book.add_worksheet()))
    assert caught.value.kind is FaultKind.EMPTY


def test_a_damaged_workbook(reading):
    whole = workbook(lambda book: book.add_worksheet().write_row(0, 0, ["a", "b"]))
    start = whole.index(b"xl/worksheets/sheet1.xml") + 40
    with pytest.raises(ReadFault) as caught:
        reading(whole[:start] + bytes(60) + whole[start + 60 :])
    assert caught.value.kind is FaultKind.BROKEN_FILE


def test_an_office_document_that_is_no_workbook(reading):
    with pytest.raises(ReadFault) as caught:
        reading(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4000))
    assert caught.value.kind in (FaultKind.UNKNOWN_FORMAT, FaultKind.BROKEN_FILE)


def test_a_workbook_called_csv_is_read_and_said(reading):
    content = workbook(lambda book: book.add_worksheet().write_row(0, 0, ["a", "b"]))
    assert reading(content, "x.csv").tables[0].report.notes == ("Declared as csv, but the content is xlsx.",)


def test_a_cell_longer_than_any_spreadsheet_shows(reading):
    def make(book):
        book.add_worksheet().write_row(0, 0, ["a", "b"])

    whole = io.BytesIO(workbook(make))
    out = io.BytesIO()
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for member in old.namelist():
            content = old.read(member)
            if member == "xl/sharedStrings.xml":
                content = content.replace(b"<t>a</t>", b"<t>" + b"a" * 17_000_000 + b"</t>")
            new.writestr(member, content)
    with pytest.raises(ReadFault) as caught:
        reading(out.getvalue())
    assert (caught.value.kind, caught.value.fault.transient) == (FaultKind.TOO_LARGE, False)
    assert "cell" in caught.value.message


def test_a_busy_machine_is_not_told_as_a_broken_file(reading, monkeypatch):
    content = workbook(lambda book: book.add_worksheet().write_row(0, 0, ["a", "b"]))
    monkeypatch.setattr(spreadsheet, "MAX_SECONDS", 0.001)
    with pytest.raises(ReadFault) as caught:
        reading(content)
    assert (caught.value.kind, caught.value.fault.transient) == (FaultKind.TOO_LARGE, True)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.xlsx", content)
    with pytest.raises(ReadFault) as zipped:
        reading(out.getvalue())
    assert zipped.value.fault.transient


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no time of the processor")
def test_a_workbook_for_which_calamine_comes_to_no_end(reading, monkeypatch):
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(ods())) as whole, zipfile.ZipFile(out, "w") as damaged:
        for member in whole.namelist():
            # one letter is missing in the tag that ends the table
            damaged.writestr(member, whole.read(member).replace(b"</table:table>", b"</tble:table>"))
    monkeypatch.setattr(spreadsheet, "SECONDS", 1)
    with pytest.raises(ReadFault, match="no end in 1 seconds: it is damaged") as caught:
        reading(out.getvalue())
    assert (caught.value.kind, caught.value.fault.transient) == (FaultKind.BROKEN_FILE, False)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a disk that is always full")
def test_a_full_disk_of_ours_in_the_child(tmp_path):
    book = tmp_path / "book.xlsx"
    book.write_bytes(workbook(lambda book: book.add_worksheet().write_row(0, 0, ["a", "b"])))
    for name in ("0.csv", "sheets.json"):
        folder = tmp_path / f"full {name}"
        folder.mkdir()
        (folder / name).symlink_to("/dev/full")
        with pytest.raises(OSError, match="No space left") as caught:
            spreadsheet._convert(book, folder, spreadsheet.SECONDS)
        assert caught.value.errno == errno.ENOSPC


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (None, ""),
        (1e15, "1000000000000000"),
        (1e300, "1e+300"),
        (-0.25, "-0.25"),
        (3, "3"),
        (False, "false"),
        (timedelta(hours=27, minutes=5), "27:05:00"),
        (datetime(2020, 1, 2, 3, 4, 5), "2020-01-02T03:04:05"),  # noqa: DTZ001
    ],
    ids=repr,
)
def test_text(cell, expected):
    assert text(cell) == expected


def test_errors_stay_text_and_hidden_sheets_are_told(reading, rows):
    def make(book):
        sheet = book.add_worksheet("Datos & más")
        sheet.write_row(1, 1, ["id", "monto", "nota"])
        for row in range(2, 6):
            sheet.write_row(row, 1, [row, 1.5, "a\rb_x000D_"])
        sheet.write_formula(3, 2, "=A1/0", None, "#DIV/0!")
        sheet.write_formula(4, 2, "=#REF!", None, "#REF!")
        book.add_worksheet("Oculta").hide()
        book.add_worksheet("Muy oculta").very_hidden()

    table = reading(workbook(make), "x.xlsx").tables[0]
    assert [row[2] for row in rows(table)] == ["1.5", "#DIV/0!", "#REF!", "1.5"]
    assert rows(table)[0][3] == "a\rb_x000D_"  # the escape is undone once, and an escaped one is text
    assert table.report.notes == (
        "2 cells hold an error of a formula, such as #REF!, as their text.",
        "Hidden sheets were not read: Oculta, Muy oculta.",
    )


def _converted(path: Path, folder: Path) -> tuple[dict[str, object], str]:
    """What the child process makes of a workbook, made here."""
    folder.mkdir()
    assert child.main(path, folder, spreadsheet.MAX_MEGABYTES, spreadsheet.SECONDS) == 0
    assert sorted(it.name for it in folder.iterdir()) == ["0.csv", "sheets.json"]
    return json.loads((folder / "sheets.json").read_text()), (folder / "0.csv").read_text(encoding="utf-8")


@pytest.fixture
def below_a_title(tmp_path, monkeypatch) -> Path:
    """A sheet of 60 rows that begins in C5, one cell of which is a failed formula."""

    def make(book):
        sheet = book.add_worksheet("Datos")
        sheet.write_row(4, 2, ["clave", "monto"])
        for row in range(5, 64):
            sheet.write_row(row, 2, [f"C{row}", row / 4])
        sheet.write_formula(60, 3, "=1/0", None, "#DIV/0!")

    monkeypatch.setattr(
        child, "_limited", lambda megabytes, seconds: None
    )  # it would hold for the tests after this
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook(make))
    return path


# The process that reads workbooks has one thread; this one may have more
FORKS = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@FORKS
def test_two_writers_write_what_one_writes(below_a_title, tmp_path, monkeypatch):
    alone = _converted(below_a_title, tmp_path / "one")
    assert alone[0]["sheets"] == [{"name": "Datos", "first_row": 5, "filled": 120, "rows": 60, "errors": 1}]
    assert alone[1].splitlines()[56] == "C60\x1f#DIV/0!"
    monkeypatch.setattr(child, "TWO_WRITERS_FROM", 10)
    assert _converted(below_a_title, tmp_path / "two") == alone


@FORKS
def test_what_stops_the_second_writer_is_told_or_overcome(below_a_title, tmp_path, monkeypatch):
    monkeypatch.setattr(child, "TWO_WRITERS_FROM", 10)
    whole, here = child._part, os.getpid()

    def only_here(*given):
        if os.getpid() != here:
            os._exit(9)
        return whole(*given)

    monkeypatch.setattr(child, "_part", only_here)
    lame = _converted(below_a_title, tmp_path / "lame")
    monkeypatch.setattr(child, "_part", whole)
    assert lame == _converted(below_a_title, tmp_path / "sound")


def test_unknown_errors_of_formulas_are_told(reading, monkeypatch):
    for status, known in ((1, False), (-9, False), (0, True), (formula_errors.UNREADABLE, True)):
        process = subprocess.Popen(
            [sys.executable, "-c", f"import os, signal; print('{{}}', flush=True)\nif {status} < 0: "
             f"os.kill(os.getpid(), 9)\nraise SystemExit({status})"],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert child._failed(process) == ({}, known)
    monkeypatch.setattr(spreadsheet, "_convert", lambda path, folder, seconds: _described(folder))
    table = reading(workbook(lambda book: book.add_worksheet().write_row(0, 0, ["a", "b"])), "x.xlsx").tables[
        0
    ]
    assert "Cells whose formula failed could not be looked for" in table.report.notes[0]


def _described(folder: Path) -> dict[str, object]:
    (folder / "0.csv").write_text("a\x1fb\r\n1\x1f2\r\n", encoding="utf-8")
    sheet = {"name": "x", "first_row": 1, "filled": 4, "rows": 2, "errors": 0}
    return {"sheets": [sheet], "left_out": 0, "hidden": [], "errors_known": False}


def test_a_workbook_with_a_password_says_what_to_do(reading):
    with pytest.raises(ReadFault) as caught:
        reading(compound(bytes(5000), "EncryptedPackage"), "x.xls")
    assert caught.value.kind in (FaultKind.UNKNOWN_FORMAT, FaultKind.BROKEN_FILE)
    assert "without a password" in caught.value.message + caught.value.advice


def biff2(*cells: tuple[int, int, str | float]) -> bytes:
    """A workbook of Excel 2 as its records are: text and numbers, the latter as dates in column 2."""
    out = struct.pack("<HHHH", 0x0009, 4, 2, 0x10) + struct.pack("<HHB", 0x001E, 8, 7) + b"General"
    out += struct.pack("<HHB", 0x001E, 11, 10) + b"yyyy-mm-dd"
    for row, column, value in cells:
        place = struct.pack("<HH3B", row, column, 0, 1 if column == 2 else 0, 0)
        if isinstance(value, str):
            text = bytes([len(value)]) + value.encode("cp1252")
            out += struct.pack("<HH", 0x0004, 7 + len(text)) + place + text
        else:
            out += struct.pack("<HH", 0x0003, 15) + place + struct.pack("<d", value)
    return out + struct.pack("<HH", 0x000A, 0)


def test_a_workbook_of_excel_2_is_read(reading, rows):
    content = biff2(
        *((0, column, name) for column, name in enumerate(["clave", "importe", "fecha"])),
        *[(1, 0, "007"), (1, 1, 1234.5), (1, 2, 40392.0), (3, 0, "008"), (3, 1, 2.0)],
    )
    table = reading(content, "x.xls").tables[0]
    assert rows(table) == [(2, "007", "1234.5", "2010-08-02"), (4, "008", "2", None)]
    assert (table.report.format, table.report.blank_rows, table.report.notes) == ("xls", 1, ())


@pytest.mark.parametrize("start", [b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00"])
def test_a_damaged_workbook_of_excel_2_to_4_is_a_fault(reading, start):
    with pytest.raises(ReadFault) as caught:
        reading(start + b"\x02\x00\x10\x00" + b"\xff" * 50, "x.xls")
    assert caught.value.kind in (FaultKind.BROKEN_FILE, FaultKind.EMPTY)


@pytest.mark.parametrize("length", [515, 783, 1_025, 1_500])
def test_an_xls_that_ends_in_its_first_sectors(reading, length):
    """Where calamine gives up with a message of several lines."""
    with pytest.raises(ReadFault) as caught:
        reading(xls()[:length], "x.xls")
    assert caught.value.kind is FaultKind.BROKEN_FILE
