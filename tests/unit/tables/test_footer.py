"""What stands below a table: sources and notes are left out and told, totals are told, records stay."""

from __future__ import annotations

import csv
import io

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tables import delimited, footer

HEAD = ["clave", "entidad", "concepto", "importe"]
RECORDS = [[f"C-{n}", "Sonora", f"obra {n}", f"{n}.50"] for n in range(1, 7)]


def written(*below: list[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *RECORDS, *below])
    return out.getvalue().encode()


@pytest.mark.parametrize(
    "below",
    [
        [["Fuente: Secretaría de Hacienda, 2024"]],
        [[], ["Fuente: Secretaría de Hacienda"]],
        [["", "", "", ""], ["Fuente: Secretaría de Hacienda", "", "", ""]],
        [[], ["Notas"], ["1/ Cifras preliminares"], [], ["2/ No suma por redondeo"]],
        [["Source: Office for National Statistics"], ["", "Note: preliminary"]],
        [[], ["Fonte IBGE"]],
        [["Remarque : chiffres provisoires"]],
        [[], ["Las cifras de este cuadro son preliminares y pueden cambiar"]],
        [[], ["* cifras preliminares"], ["https://example.org/metodo"]],
    ],
    ids=repr,
)
def test_a_footer_is_no_record_and_is_told(reading, rows, below):
    table = reading(written(*below)).tables[0]
    assert [list(row[1:]) for row in rows(table)] == RECORDS
    assert (table.report.rows, table.report.ragged) == (6, 0)
    said = [row for row in below if any(row)]
    assert any(
        note.startswith(f"{len(said)} row") and next(filter(None, said[0])) in note
        for note in table.report.notes
    )


@pytest.mark.parametrize(
    "below",
    [
        [["C-7", "", "", ""]],
        [[], ["C-7", "", "", ""]],
        [["", "Sonora", "", ""]],
        [[], ["", "", "obra siete", ""]],
        [["Fuente de agua potable", "", "", ""]],
        [["Nota de crédito", "Sonora", "ajuste", "-5.00"]],
        [["Fuente: Hacienda", "", "", ""], ["C-8", "Sonora", "obra 8", "8.50"]],
        [["", "", "", "28.00"]],
        [[], ["", "", "", "28.00"]],
    ],
    ids=repr,
)
def test_what_may_be_a_record_stays(reading, below):
    table = reading(written(*below)).tables[0]
    assert table.report.rows == 6 + sum(bool(row) for row in below)
    assert not any("no record and left out" in note for note in table.report.notes)


def test_sparse_tables_have_no_footer(reading):
    """Where other records fill one cell only, one that does so at the end says nothing."""
    table = reading(written(["C-7"], *RECORDS, [], ["Nota: revisar"])).tables[0]
    assert table.report.rows == 14


@pytest.mark.parametrize(
    "total",
    [
        ["Total", "", "", "28.00"],
        ["TOTAL GENERAL", "", "", "28.00"],
        ["", "", "Suma:", "28.00"],
        ["Grand total", "", "", "28.00"],
        ["Subtotal", "", "", "28.00"],
        ["Total géneral".replace("géneral", "général"), "", "", "28,00"],
        ["Total geral", "", "", "28,00"],
    ],
    ids=repr,
)
def test_a_total_stays_and_is_told(reading, rows, total):
    table = reading(written(total, [], ["Fuente: SHCP"])).tables[0]
    assert [cell or "" for cell in rows(table)[-1][1:]] == total
    assert table.report.rows == 7
    name = next(filter(None, total))
    assert f"Row 8 ({name}) looks like a total, not a record; it is in the table." in table.report.notes


def test_an_amount_alone_after_a_blank_row_is_told_as_a_total(reading):
    table = reading(written([], ["", "", "", "28.00"])).tables[0]
    assert table.report.notes == ("Row 9 (28.00) looks like a total, not a record; it is in the table.",)


def test_a_supplier_called_total_is_no_total(reading):
    table = reading(written(["Total", "Sonora", "diésel", "9.50"])).tables[0]
    assert (table.report.rows, table.report.notes) == (7, ())


def test_sheets_too(reading, rows):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEAD, *RECORDS, ["Total", "", "", 28], [], ["Fuente: SHCP"]]):
            sheet.write_row(number, 0, row)
    table = reading(out.getvalue()).tables[0]
    assert (table.report.rows, len(rows(table))) == (7, 7)
    assert [note.split(" (")[0] for note in table.report.notes] == [
        "1 row below the table is no record and left out: Fuente: SHCP",
        "Row 8",
    ]


def test_after_a_sheet_without_records_the_others_can_be_worked_on(reading):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for below in (RECORDS, []):
            sheet = book.add_worksheet()
            for number, row in enumerate([HEAD, *below]):
                sheet.write_row(number, 0, row)
    tables = reading(out.getvalue()).tables
    assert [table.report.rows for table in tables] == [6, 0]
    # DuckDB refuses it while a result of the connection is not at its end.
    tables[0].connection.create_function("same", lambda value: value, ["VARCHAR"], "VARCHAR")


def test_a_file_left_in_place_too(reading, rows):
    many = [[f"C-{n}", "Sonora", "obra " + "x" * 40, f"{n}.50"] for n in range(30_000)]
    out = io.StringIO()
    csv.writer(out).writerows([HEAD, *many, [""] * 4, ["Fuente: SHCP, 2024", "", "", ""]])
    content = out.getvalue().encode()
    assert delimited.FAST_ABOVE < len(content) < footer.CHEAP
    table = reading(content).tables[0]
    assert (table.report.rows, len(rows(table))) == (30_000, 30_000)
    assert "Fuente: SHCP, 2024" in table.report.notes[-1]


CELL = st.text(alphabet="aB9 .,:/*ñ", max_size=12) | st.sampled_from(
    ["Fuente: x", "Nota", "Total", "https://x.mx", "1/ nota", "28.00", "una nota más larga que las celdas"]
)


@st.composite
def full_rows(draw: st.DrawFn) -> list[footer.Row]:
    """Rows at least half full, with blank rows between some."""
    width = draw(st.integers(4, 7))
    number, rows = 1, []
    for _ in range(draw(st.integers(0, 40))):
        number += draw(st.integers(1, 3))
        cells: list[str | None] = [draw(CELL) or None for _ in range(width)]
        for index in range(width // 2 + 1):
            cells[index] = (cells[index] or "").strip() or "x"
        rows.append((number, tuple(cells)))
    return rows


@given(full_rows())
def test_a_record_at_least_half_full_is_never_dropped(rows):
    assert footer.judged(rows).footers == ()


@given(
    full_rows(), st.sampled_from(["C-7", "Juana", "28.00", "Sonora, Sinaloa", "obra siete"]), st.booleans()
)
def test_nor_is_a_last_record_of_one_short_cell_that_says_nothing(rows, cell, gap):
    last = (rows[-1][0] if rows else 1) + 1 + gap
    assert footer.judged([*rows, (last, (cell, None, None))]).footers == ()


@given(full_rows(), st.integers(1, 3))
def test_a_footer_ends_the_table_and_only_that(rows, count):
    below = [(rows[-1][0] + 2 + n if rows else 5 + n, ("Fuente: dato", None, None)) for n in range(count)]
    found = footer.judged([*rows, *below]).footers
    assert found in ((), tuple(below))
    assert found or len(rows) < 2
