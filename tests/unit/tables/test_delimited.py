"""Delimited text as it is really published."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path
from unittest import mock

import pytest

from pipelines import duck
from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import delimited
from pipelines.tables.table import Hint
from pipelines.tables.workspace import Workspace


def test_plain_csv(reading, rows):
    table = reading("id,nombre\n007,Peña\n008,\n".encode()).tables[0]
    assert rows(table) == [(2, "007", "Peña"), (3, "008", None)]
    report = table.report
    assert (report.format, report.encoding, report.delimiter, report.quote) == ("csv", "utf-8", ",", '"')
    assert (report.header_row, report.columns, report.rows, report.main) == (1, ("id", "nombre"), 2, True)
    assert report.distribution == "source/dataset/file"
    assert report.notes == ()


@pytest.mark.parametrize(
    ("delimiter", "format"), [(",", "csv"), (";", "csv"), ("\t", "tsv"), ("|", "csv")], ids=repr
)
def test_delimiters_with_decimal_commas_and_quotes(reading, rows, delimiter, format):
    lines = [["clave", "importe", "concepto"], ["1", "1.234,56", "a, b; c"], ["2", "7,10", "d"]]
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(lines)
    table = reading(out.getvalue().encode()).tables[0]
    assert (table.report.delimiter, table.report.format) == (delimiter, format)
    assert rows(table) == [(2, "1", "1.234,56", "a, b; c"), (3, "2", "7,10", "d")]


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("cp1252", "cp1252"),
    ],
)
def test_encodings(reading, rows, encoding, name):
    text = "institución,monto\n" + "".join(f"Secretaría {n} “A” € ñ,{n}\n" for n in range(40))
    table = reading(text.encode(encoding)).tables[0]
    assert table.report.encoding == name
    assert table.report.columns == ("institución", "monto")
    assert rows(table)[0] == (2, "Secretaría 0 “A” € ñ", "0")


def test_bytes_that_cp1252_does_not_know_are_latin_1(reading):
    assert reading(b"a,b\n\xe1\x81,2\n").tables[0].report.encoding == "latin-1"


def test_a_few_bad_bytes_are_read_and_noted(reading, rows):
    text = "a,b\n" + "ñandú,í\n" * 50
    table = reading(text.encode() + b"x\xff,1\n").tables[0]
    assert table.report.encoding == "utf-8"
    assert rows(table)[-1] == (52, "x\ufffd", "1")
    assert "1 byte sequences are not valid utf-8" in table.report.notes[0]


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"], ids=repr)
def test_line_ends(reading, rows, end):
    table = reading(end.join(["a,b", "1,2", "3,4"]).encode()).tables[0]
    assert rows(table) == [(2, "1", "2"), (3, "3", "4")]


def test_mixed_line_ends(reading, rows):
    assert rows(reading(b"a,b\r\n1,2\n3,4\r5,6").tables[0]) == [(2, "1", "2"), (3, "3", "4"), (4, "5", "6")]


def test_a_preamble_moves_the_header_and_row_numbers_follow_the_spreadsheet(reading, rows):
    content = (
        b"Registro de contratos\nCorte:,31/12/2020\n\nid,monto,proveedor\n1,10.5,A\n\n2,11,B\n,,\n3,12,C\n"
    )
    table = reading(content).tables[0]
    assert table.report.header_row == 4
    assert rows(table) == [(5, "1", "10.5", "A"), (7, "2", "11", "B"), (9, "3", "12", "C")]
    assert table.report.blank_rows == 2
    assert table.report.notes == ("2 rows above the table are not part of it.",)


def test_ragged_rows_are_kept_and_counted(reading, rows):
    table = reading(b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n10,11,12\n").tables[0]
    assert rows(table) == [(2, "1", "2", "3"), (3, "4", "5", None), (4, "6", "7", "8"), (5, "10", "11", "12")]
    assert (table.report.rows, table.report.ragged) == (4, 2)
    assert table.report.notes == (
        "1 row has more cells than the table has columns; the surplus is left out.",
        "Of another width: rows 3, 4.",
    )


def test_rows_wider_than_the_header_get_columns_of_their_own(reading, rows):
    table = reading(b"a,b\n1,2,x\n3,4,y\n5,6,z\n").tables[0]
    assert table.report.columns == ("a", "b", "column_3")
    assert rows(table)[0] == (2, "1", "2", "x")


def test_column_names_are_unique_whatever_was_published(reading):
    table = reading(b' Moneda ,moneda,,_row,"a\nb",Moneda__2\n1,2,3,4,x,6\n').tables[0]
    names = ("Moneda", "moneda__2", "column_3", "_row__2", "a b", "Moneda__2__2")
    assert table.report.columns == names
    described = table.connection.execute(f'SELECT * FROM "{table.relation}"').description
    assert tuple(column[0] for column in described) == ("_row", *names)


def test_no_header(reading, rows):
    table = reading(b"306,Cuba,2001-01-02\n307,Iran,2001-01-03\n308,Sudan,2001-01-04\n").tables[0]
    assert table.report.header_row is None
    assert table.report.columns == ("column_1", "column_2", "column_3")
    assert rows(table)[0] == (1, "306", "Cuba", "2001-01-02")
    assert "No header" in table.report.notes[0]


def test_years_may_be_names_of_columns(reading):
    table = reading(b"concepto,2015,2016\nA,1.5,2.5\nB,3.5,4.5\n").tables[0]
    assert table.report.columns == ("concepto", "2015", "2016")


def test_one_column(reading, rows):
    table = reading(b"fecha\n2020-01-01\n\n2020-01-02\n").tables[0]
    assert table.report.delimiter is None
    assert rows(table) == [(2, "2020-01-01"), (4, "2020-01-02")]


def test_only_a_header_is_a_table_without_rows(reading):
    table = reading(b"id,nombre,monto\n").tables[0]
    assert (table.report.columns, table.report.rows) == (("id", "nombre", "monto"), 0)
    assert table.frame().empty


def test_quoted_line_breaks_doubled_quotes_and_apostrophes(reading, rows):
    table = reading(b'a,b\n"one\ntwo","say ""hi"""\n5" pipe,d\'Or\n').tables[0]
    assert rows(table) == [(2, "one\ntwo", 'say "hi"'), (3, '5" pipe', "d'Or")]


def test_single_quotes_as_quotes(reading, rows):
    table = reading(b"'a','b'\n'x,y','1'\n'z','2'\n").tables[0]
    assert table.report.quote == "'"
    assert rows(table)[0] == (2, "x,y", "1")


def test_backslash_before_quotes(reading, rows):
    table = reading(b'a,b\n"x \\"y\\" z",1\n"w",2\n').tables[0]
    assert rows(table)[0] == (2, 'x "y" z', "1")


def test_a_quote_that_is_never_closed_swallows_only_its_line(reading, rows):
    lines = ["id,nombre", *(f"{n},x" for n in range(3000))]
    lines[10] = '9,"x'
    table = reading("\n".join(lines).encode()).tables[0]
    assert table.report.rows == 3000
    assert rows(table)[9] == (11, "9", '"x')
    assert any("1 quote is never closed; it is read" in note for note in table.report.notes)


def test_nul_bytes_are_noted(reading, rows):
    table = reading(b"nombre,monto\nabcdefghij\x00klm,20\nnopq,30\n").tables[0]
    assert rows(table)[0] == (2, "abcdefghij\x00klm", "20")
    assert "1 NUL bytes." in table.report.notes


@pytest.mark.parametrize("content", [b" \n \n", b"\xef\xbb\xbf", b",,\n,,\n", b"\n"], ids=repr)
def test_blanks_are_empty(reading, content):
    with pytest.raises(ReadFault) as caught:
        reading(content)
    assert caught.value.kind is FaultKind.EMPTY


def test_too_many_columns(reading):
    with pytest.raises(ReadFault) as caught:
        reading(b"a,b\n" + b"x," * 6000 + b"\n")
    assert caught.value.kind is FaultKind.NO_TABLE


def every_way(path: Path, tmp_path: Path) -> tuple[list[object], ...]:
    """What the patient way, the fast way and the fast way for large files, which stay in place, make of a file."""
    results = []
    for number, (above, stored) in enumerate(((1 << 40, 0), (0, 1 << 40), (0, -1))):
        folder = tmp_path / str(number)
        folder.mkdir()
        with duck.connect() as connection, mock.patch.object(delimited, "STORED", stored):
            space = Workspace(Hint("a/b/c", "0" * 64), connection, folder)
            table = delimited.read(path, space, fast_above=above)[0]
            read = connection.execute(f'SELECT * FROM "{table.relation}" ORDER BY 1').fetchall()
            views = connection.execute("SELECT view_name FROM duckdb_views()").fetchall()
            fast = (f"{table.relation}_rows",) in views or table.relation in space.held
            results.append([table.report, read, fast])
    return tuple(results)


@pytest.mark.parametrize(
    ("content", "fast"),
    [
        (b"a,b\n1,2\n3,4\n", True),
        (b"\xef\xbb\xbfa;b\r\n1;2\r\n;\r\n3;4\r\n\r\n", True),
        ("a|ñ\n1|2\n3|é\n".encode("cp1252"), True),
        ("a,ñ\n1,2\n3,é\n".encode("utf-16"), True),
        (b"t\n\na,b,c\n1,x,2\n3,y,4\n", True),
        (b't\na,"b\nc",d\n1,"x\n\ny",2\n3,"",4\n', True),
        (b'a,b\n1,"x\ny"\n3,"p""q"\n', True),
        (b"a,b\n1,2\n3\n", False),
        (b"a,b\r\n1,2\n3,4\n", False),
        (b"a,b\n1,2\n\n3,4\n", False),
        (b'a,b\n1,"x"y\n3,4\n', False),
        (b'a,b\n1,5" pipe\n3,4\n', True),
    ],
    ids=repr,
)
def test_the_fast_way_gives_what_the_patient_way_gives(tmp_path, content, fast):
    path = tmp_path / "file"
    path.write_bytes(content)
    patient, quick, in_file = every_way(path, tmp_path)
    assert patient[:2] == quick[:2] == in_file[:2]
    assert not patient[2]
    assert quick[2] is in_file[2] is fast


def test_both_ways_agree_on_a_larger_file(tmp_path):
    choose = random.Random(7)  # noqa: S311
    cells = ["", "x", "ñandú", "1.234,56", 'say "hi"', "two\nlines", " ", "a,b", "0007"]
    path = tmp_path / "file"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow([f"columna {number}" for number in range(8)])
        writer.writerows([choose.choice(cells) for _ in range(8)] for _ in range(20_000))
    patient, quick, in_file = every_way(path, tmp_path)
    assert patient[:2] == quick[:2] == in_file[:2]
    assert in_file[2]


def test_a_stray_quote_does_not_swallow_the_records_after_it(reading, rows):
    lines = ["id,fecha,nota", *(f"{n},2026-01-{n:02},nota {n}" for n in range(10, 29))]
    lines[5] = '14,"2026-01-14,nota 14'
    lines[8] = '17,2026-01-17,"nota 17"'
    table = reading("\n".join(lines).encode()).tables[0]
    assert table.report.rows == 19
    assert rows(table)[4] == (6, "14", '"2026-01-14', "nota 14")
    assert table.report.ragged == 1
    assert any("could be read in one way only: row 6." in note for note in table.report.notes)


def test_text_of_several_lines_stays_one_record(reading, rows):
    lines = ["id,fecha,nota", *(f'{n},2026-01-{n:02},"nota\n{n}, y más"' for n in range(10, 29))]
    table = reading("\n".join(lines).encode()).tables[0]
    assert (table.report.rows, table.report.ragged) == (19, 0)
    assert rows(table)[0][3] == "nota\n10, y más"


def test_an_escape_stands_before_quotes_only(reading, rows):
    table = reading(b'id,nota\n1,"de 5\\" y c:\\n"\n2,"de 6\\" o m\xc3\xa1s"\n').tables[0]
    assert [row[2] for row in rows(table)] == ['de 5" y c:\\n', 'de 6" o más']


def test_a_header_of_several_rows_is_joined(reading):
    lines = ["fecha,monto,plazo", "día,pesos,meses", *(f"2026-01-{n},{n}.5,{n}" for n in range(10, 20))]
    report = reading("\n".join(lines).encode()).tables[0].report
    assert report.columns == ("fecha día", "monto pesos", "plazo meses")
    assert (report.header_row, report.rows) == (1, 10)


def test_marks_for_missing_numbers_are_no_header(reading):
    lines = ["fecha,monto,plazo", "ND,ND,ND", *(f"2026-01-{n},{n}.5,{n}" for n in range(10, 20)), "ND,ND,ND"]
    assert reading("\n".join(lines).encode()).tables[0].report.rows == 12


@pytest.mark.parametrize("size", [10, 30_000])
def test_the_same_header_again_is_no_record(reading, size):
    part = ["id,monto,nota", *(f"{n},{n}.5,anotación" for n in range(size))]
    report = reading("\n".join(part * 3).encode()).tables[0].report
    assert report.rows == 3 * size
    assert any("stands 2 times more" in note for note in report.notes)


def test_another_table_below(reading, rows):
    first = ["id,monto,nota", *(f"{n},{n}.5,x" for n in range(10))]
    second = ["id,monto,nota,fecha", *(f"{n},{n}.5,y,2026-01-1{n}" for n in range(5))]
    one, two = reading("\n".join(first + second).encode()).tables
    assert (one.report.rows, two.report.rows) == (10, 5)
    assert two.report.columns == ("id", "monto", "nota", "fecha")
    assert rows(two)[0] == (13, "0", "0.5", "y", "2026-01-10")


@pytest.mark.parametrize(
    ("encoding", "name"), [("mac_roman", "mac_roman"), ("cp850", "cp850"), ("cp1252", "cp1252")]
)
def test_old_encodings_by_evidence(reading, rows, encoding, name):
    text = "id,nota\n1,Construcción de la presa\n2,Rehabilitación de baños\n3,Señalización pública\n"
    table = reading(text.encode(encoding)).tables[0]
    assert table.report.encoding == name
    assert rows(table)[1][2] == "Rehabilitación de baños"
    assert 0.5 < table.report.confidence < 1


def test_what_the_bytes_prove_is_certain(reading):
    assert reading("id,año\n1,2\n2,3\n".encode()).tables[0].report.confidence == 1.0


def test_rows_keep_their_numbers_across_the_parts_in_which_a_large_file_is_parsed(reading):
    """DuckDB parses 32 MB at a time on each processor; the file has several such parts, and quoted line ends."""
    note = "Adquisición de bienes, según el anexo técnico y las bases de la convocatoria " * 3
    lines = (f'{number},"{note}{"" if number % 1000 else chr(10)}",x\n' for number in range(2, 320_002))
    table = reading(("id,nota,estado\n" + "".join(lines)).encode()).tables[0]
    assert table.report.rows == 320_000
    wrong = f'SELECT count(*) FROM "{table.relation}" WHERE id::BIGINT <> _row'
    assert table.connection.execute(wrong).fetchall() == [(0,)]


@pytest.mark.parametrize("place", [100, 4_900_000])
def test_one_byte_that_is_not_utf8_is_found_wherever_it_stands(reading, place):
    """Only the first part of a large file is looked at before DuckDB proves the rest."""
    content = bytearray(b"id,nombre,nota\n" + "1,Peña,sí\n".encode() * 500_000)
    at = content.index("ñ".encode(), place)
    content[at : at + 2] = b"n\xf1"
    report = reading(bytes(content)).tables[0].report
    assert (report.encoding, report.rows) == ("utf-8", 500_000)
    assert report.notes == ("1 byte sequences are not valid utf-8; they are read as U+FFFD.",)
    assert report.confidence == 0.9


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ('clave,importe,tasa\nA-1,"1.234,56","0,5"\nA-2,"7,10","-12,25"\n', ","),
        ("clave;importe;tasa\nA-1;1.234,56;0,5\nA-2;7,10;-12,25\n", ";"),
        ("clave\timporte\ttasa\nA-1\t1.234,56\t0,5\nA-2\t7,10\t-12,25\n", "\t"),
    ],
    ids=["quoted in commas", "bare in semicolons", "bare in tabs"],
)
@pytest.mark.parametrize("times", [1, 40_000], ids=["patient way", "fast way"])
def test_decimal_commas_and_thousands_are_kept_as_published(reading, rows, content, delimiter, times):
    header, *records = content.splitlines(keepends=True)
    table = reading((header + "".join(records) * times).encode()).tables[0]
    assert (table.report.delimiter, table.report.columns) == (delimiter, ("clave", "importe", "tasa"))
    assert (table.report.rows, table.report.ragged) == (2 * times, 0)
    assert [row[1:] for row in rows(table)[-2:]] == [("A-1", "1.234,56", "0,5"), ("A-2", "7,10", "-12,25")]


@pytest.mark.parametrize(("mark", "delimiter"), [('"', ","), ("", ";")])
def test_thousands_in_the_other_way_and_rows_of_amounts_only(reading, rows, mark, delimiter):
    """Every cell of these rows holds the character that also delimits, or might."""
    lines = ["ene", "feb", "mar"], ["1,234.56", "2,000", "12,5"], ["7,1", "8,25", "1,000,000.00"]
    content = "\n".join(delimiter.join(f"{mark}{cell}{mark}" for cell in line) for line in lines)
    table = reading(content.encode()).tables[0]
    assert table.report.delimiter == delimiter
    assert [list(row[1:]) for row in rows(table)] == [*lines[1:]]
