"""The part of a file that was asked for is read, and nothing else; a file without it says what it holds."""

from __future__ import annotations

import gzip
import io
import json

import pytest
import xlsxwriter

from pipelines import duck
from pipelines.errors import ReadFault
from pipelines.model import FaultKind, Part
from pipelines.tables import json_records, json_source, ocds
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from pipelines.tables.workspace import Workspace
from tests.published_files import CSV, seven_zip, tar, zipped

AWARDS = {
    "releases": [{"awards": [{"id": 1}, {"id": 2}]}, {}, {"awards": [{"id": 3}]}],
    "other": [{"x": 1}] * 9,
}


@pytest.fixture
def ids(tmp_path):
    """`ids(content, Part(...))`: the first column of every table that is read, by the table's name, and the notes."""

    def read(content, part, name=None):
        path = tmp_path / "file"
        path.write_bytes(content)
        with opened(path, Hint("a/b/c", "0" * 64, file_name=name, part=part)) as result:
            found = {}
            for table in result.tables:
                first = duck.quote(table.report.columns[0])
                query = f'SELECT {first} FROM "{table.relation}" ORDER BY "_row"'
                found[table.report.table] = [cell for (cell,) in table.connection.execute(query).fetchall()]
            assert all(report.share_read == 1 for report in result.reports)
            return found, "; ".join(result.reports[0].notes)

    return read


def fault(ids, content, part, name=None):
    with pytest.raises(ReadFault) as caught:
        ids(content, part, name)
    assert caught.value.kind is FaultKind.NO_TABLE
    return caught.value


@pytest.mark.parametrize(
    ("value", "path", "table", "expected"),
    [
        (AWARDS, "releases.awards", "releases/awards", ["1", "2", "3"]),
        (AWARDS, "releases[].awards[]", "releases/awards", ["1", "2", "3"]),
        (AWARDS, "/releases/awards", "releases/awards", ["1", "2", "3"]),
        ({"a.b": {"c": [{"id": 1}]}}, '"a.b".c', "a.b/c", ["1"]),
        ({"a.b": {"c": [{"id": 1}]}}, "/a.b/c", "a.b/c", ["1"]),
        ({"uno": {"id": 7}, "otros": [{"x": 1}]}, "uno", "uno", ["7"]),
        ([[{"k": [{"id": 1}]}], [{"k": {"id": 2}}]], "k", "k", ["1", "2"]),
        (
            {"r": {"fields": [{"id": "id"}, {"id": "b"}], "records": [[1, 2], [3, 4]]}},
            "r.records",
            "r/records",
            ["1", "3"],
        ),
        ({"filas": [["id", "b"], [1, "x"], [2, "y"]], "otras": [{"x": 1}]}, "filas", "filas", ["1", "2"]),
    ],
)
def test_the_records_of_json(ids, value, path, table, expected):
    assert ids(json.dumps(value).encode(), Part(record_path=path))[0] == {table: expected}


@pytest.mark.parametrize(("path", "expected"), [("releases.awards", ["1", "2", "3"]), ("other", ["1"] * 9)])
@pytest.mark.parametrize("stream_above", [0, 1_000_000])
def test_large_json_is_streamed_with_the_same_result(tmp_path, path, expected, stream_above):
    file = tmp_path / "file"
    file.write_text(json.dumps(AWARDS), encoding="utf-8")
    with duck.connect() as connection:
        space = Workspace(Hint("a/b/c", "0" * 64, part=Part(record_path=path)), connection, tmp_path)
        with json_source.found(file, space, ocds.unpacked, stream_above=stream_above) as source:
            table = json_records.read(source, space)[0]
        assert table.report.table == path.replace(".", "/")
        found = connection.execute(f'SELECT * FROM "{table.relation}" ORDER BY 1').fetchall()
    assert found == [(number, cell) for number, cell in enumerate(expected, start=1)]


@pytest.mark.parametrize("stream_above", [0, 1_000_000])
@pytest.mark.parametrize("path", ["awards", "releases.tender", "other.x"])
def test_json_without_records_at_the_path_names_those_that_it_has(tmp_path, path, stream_above):
    file = tmp_path / "file"
    file.write_text(json.dumps(AWARDS), encoding="utf-8")
    with duck.connect() as connection:
        space = Workspace(Hint("a/b/c", "0" * 64, part=Part(record_path=path)), connection, tmp_path)
        with (
            pytest.raises(ReadFault) as caught,
            json_source.found(file, space, ocds.unpacked, stream_above=stream_above, hold_up_to=0) as source,
        ):
            json_records.read(source, space)
    assert f"no records at {path!r}" in caught.value.message
    assert "other (9), releases (3), releases.awards (3)" in caught.value.message
    assert "`record_path`" in caught.value.advice


def test_a_path_to_a_package_of_a_standard_is_read_by_that_standard(ids):
    release = {"ocid": "o-1", "id": "1", "tag": ["award"], "awards": [{"id": "A"}]}
    value = {"noise": [{"x": 1}] * 5, "result": {"package": {"releases": [release]}}}
    for path in ("result.package", "result.package.releases"):
        found, _ = ids(json.dumps(value).encode(), Part(record_path=path))
        assert found == {"releases": ["o-1"], "awards": ["o-1"]}


def test_every_line_of_ndjson_is_followed(ids):
    content = b'{"d": {"r": [{"id": 1}, {"id": 2}]}}\n{"d": {}}\n{"d": {"r": {"id": 3}}}\n'
    assert ids(content, Part(record_path="d.r"))[0] == {"d/r": ["1", "2", "3"]}
    assert "There are: d.r (2)" in fault(ids, content, Part(record_path="x")).message


XML = (
    b"<e:export xmlns:e='u'><meta><fila id='m'/></meta><lista><grupo><e:fila id='1'><n>x</n></e:fila><e:fila id='2'/>"
    b"</grupo><grupo><e:fila id='3'/></grupo></lista><log><l t='1'/><l t='2'/><l t='3'/><l t='4'/></log></e:export>"
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("grupo.fila", {"e:export/lista/grupo/e:fila": ["1", "2", "3"]}),
        ("/export/lista/grupo/fila", {"e:export/lista/grupo/e:fila": ["1", "2", "3"]}),
        ("e:fila", {"e:export/lista/grupo/e:fila": ["1", "2", "3"]}),
        ("fila", {"e:export/lista/grupo/e:fila": ["1", "2", "3"], "e:export/meta/fila": ["m"]}),
    ],
)
def test_the_elements_of_xml(ids, path, expected):
    assert ids(XML, Part(record_path=path))[0] == expected


def test_xml_without_such_elements_names_those_that_it_has(ids):
    for path in ("obra", "/lista/grupo"):
        assert (
            "/e:export/log/l (4), /e:export/lista/grupo/e:fila (3)"
            in fault(ids, XML, Part(record_path=path)).message
        )


def test_a_format_without_paths(ids):
    assert "The file is text" in fault(ids, CSV, Part(record_path="data")).message


def workbook():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        for name, rows in (("Portada", 9), ("Datos 2026", 2), ("Catálogo", 5)):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["id", "monto"])
            for number in range(rows):
                sheet.write_row(number + 1, 0, [f"{name[0]}{number}", number])
    return out.getvalue()


@pytest.mark.parametrize("wanted", ["Datos 2026", "datos 2026", "Datos *", "*20?6"])
def test_the_sheet_of_a_workbook(ids, wanted):
    found, notes = ids(workbook(), Part(sheet=wanted))
    assert found == {"Datos 2026": ["D0", "D1"]}
    assert "not Portada, Catálogo." in notes


def test_a_workbook_without_the_sheet(ids):
    assert "There are: Portada, Catálogo, Datos 2026." in fault(ids, workbook(), Part(sheet="Datos")).message


MEMBERS = {
    "leeme.csv": CSV,
    "2026/contratos_enero.csv": b"id,monto\n1,2\n",
    "2026/obras.csv": b"id,monto\n7,8\n9,9\n",
}


@pytest.mark.parametrize("pack", [zipped, tar, seven_zip, lambda members: gzip.compress(tar(members))])
@pytest.mark.parametrize("wanted", ["2026/contratos_enero.csv", "contratos_*.csv", "2026/c*"])
def test_the_member_of_an_archive(ids, pack, wanted):
    found, notes = ids(pack(MEMBERS), Part(member=wanted))
    assert found == {"2026/contratos_enero.csv": ["1"]}
    assert "another part of the archive was asked for: leeme.csv, 2026/obras.csv." in notes


def test_the_member_of_an_archive_in_an_archive(ids):
    content = zipped({"a.csv": CSV, "dentro.zip": zipped(MEMBERS), "b.csv.gz": gzip.compress(b"id,m\n5,6\n")})
    assert ids(content, Part(member="dentro.zip/leeme.csv"))[0] == {"dentro.zip/leeme.csv": ["A-1", "B-2"]}
    assert set(ids(content, Part(member="dentro.zip"))[0]) == {f"dentro.zip/{name}" for name in MEMBERS}
    assert ids(content, Part(member="b.csv.gz"))[0] == {"b.csv.gz": ["5"]}
    message = fault(ids, content, Part(member="c.csv")).message
    assert "There are: a.csv, dentro.zip/leeme.csv, dentro.zip/2026/contratos_enero.csv" in message


def test_a_broken_member_that_nobody_asked_for_is_no_loss(ids):
    content = zipped({"roto.json": b'{"a', **MEMBERS})
    assert ids(content, Part(member="obras.csv"))[0] == {"2026/obras.csv": ["7", "9"]}
    with pytest.raises(ReadFault) as caught:
        ids(content, Part(member="roto.json"))
    assert caught.value.kind is FaultKind.TRUNCATED


def test_member_sheet_and_records_together(ids):
    content = zipped({"a.xlsx": workbook(), "b.json": json.dumps(AWARDS).encode(), "c.csv": CSV})
    assert ids(content, Part(member="a.xlsx", sheet="Catálogo"))[0] == {"a.xlsx": [f"C{n}" for n in range(5)]}
    assert ids(content, Part(record_path="releases.awards"))[0] == {"b.json": ["1", "2", "3"]}
    assert ids(content, Part(sheet="Portada"))[0] == {"a.xlsx": [f"P{n}" for n in range(9)]}
    assert "no sheet 'X'" in fault(ids, content, Part(sheet="X")).message


def test_a_file_that_is_no_archive(ids):
    assert "The file is no archive" in fault(ids, CSV, Part(member="a.csv")).message
