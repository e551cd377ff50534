"""The two standards of JSON beside OCDS."""

from __future__ import annotations

import json

import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind


def feature(number, **more):
    point = {"type": "Point", "coordinates": [-99.1, 19.4]}
    return {
        "type": "Feature",
        "properties": {"clave": f"O-{number}", "monto": 1.5},
        "geometry": point,
        **more,
    }


@pytest.mark.parametrize(
    "content",
    [
        json.dumps({"type": "FeatureCollection", "features": [feature(1), feature(2)]}),
        "\n".join(json.dumps(feature(number)) for number in (1, 2)),
        json.dumps([feature(1), feature(2)]),
    ],
    ids=["collection", "lines", "list"],
)
def test_features(reading, rows, content):
    table = reading(content.encode(), "obras.geojson").tables[0]
    assert table.report.columns == ("clave", "monto", "geometry/type", "geometry")
    assert rows(table)[1] == (2, "O-2", "1.5", "Point", '{"type": "Point", "coordinates": [-99.1, 19.4]}')
    assert (table.report.format, table.report.notes) == ("geojson", ())


def test_one_feature_an_id_and_no_geometry(reading, rows):
    table = reading(json.dumps(feature(1, id=7, geometry=None)).encode()).tables[0]
    assert rows(table) == [(1, "7", "O-1", "1.5", None, None)]


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("whole", [True, False])
def test_features_as_arcgis_writes_them(reading, rows, count, whole):
    features = [{"attributes": {"FID": it, "clave": f"0{it}", "type": None}} for it in range(count)]
    answer = {"fields": [{"name": "FID"}], "geometryType": "esriGeometryPoint", "features": features}
    content = json.dumps(answer) if whole else "\n".join(map(json.dumps, features))
    table = reading(content.encode()).tables[0]
    assert table.report.columns == ("FID", "clave", "type")
    assert rows(table) == [(it + 1, str(it), f"0{it}", None) for it in range(count)]


def test_geometry_of_arcgis_is_kept_as_json(reading, rows):
    table = reading(json.dumps({"attributes": {"FID": 1}, "geometry": {"x": 1, "y": 2}}).encode()).tables[0]
    assert rows(table) == [(1, "1", None, '{"x": 1, "y": 2}')]


def test_what_is_no_feature_is_lost(reading):
    content = {"type": "FeatureCollection", "features": [feature(1), {"clave": 2}, None]}
    report = reading(json.dumps(content).encode()).tables[0].report
    assert (report.rows, report.lost, report.lost_rows) == (1, 2, (2, 3))


@pytest.mark.parametrize(
    "value",
    [
        {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 0]]]},
        {"type": "Topology", "objects": {}, "arcs": []},
        {"type": "FeatureCollection", "features": []},
    ],
)
def test_geometry_alone_is_no_table(reading, value):
    with pytest.raises(ReadFault) as caught:
        reading(json.dumps(value).encode(), "x.geojson")
    assert caught.value.kind is FaultKind.NO_TABLE


OLD = [
    {"statementID": "s1", "statementType": "entityStatement", "name": "Empresa Ejemplo"},
    {
        "statementID": "s2",
        "statementType": "personStatement",
        "names": [{"fullName": "Persona Ejemplo"}],
        "nationalities": [{"code": "MX"}],
    },
    {
        "statementID": "s3",
        "statementType": "ownershipOrControlStatement",
        "subject": {"describedByEntityStatement": "s1"},
        "interests": [{"type": "shareholding", "share": {"exact": 60}}, {"type": "voting-rights"}],
    },
]
NEW = [
    {"statementId": "s1", "recordType": "entity", "recordDetails": {"name": "Empresa Ejemplo"}},
    {
        "statementId": "s2",
        "recordType": "person",
        "recordDetails": {"names": [{"fullName": "Persona Ejemplo"}]},
    },
    {
        "statementId": "s3",
        "recordType": "relationship",
        "recordDetails": {
            "subject": "s1",
            "interests": [{"type": "shareholding"}, {"type": "voting-rights"}],
        },
    },
]


@pytest.mark.parametrize("statements", [OLD, NEW], ids=["0.1-0.3", "0.4"])
@pytest.mark.parametrize("lines", [False, True])
def test_statements_are_parted_by_kind(reading, rows, statements, lines):
    content = "\n".join(map(json.dumps, statements)) if lines else json.dumps(statements)
    result = reading(content.encode(), "x.json")
    found = {table.report.table: table for table in result.tables}
    assert list(found)[:3] == ["ownership_or_control", "entity", "person"]
    assert {table.report.format for table in result.tables} == {"bods"}
    assert [row[0] for name in list(found)[:3] for row in rows(found[name])] == [3, 1, 2]
    interests = found["ownership_or_control_interests"]
    assert [row[:3] for row in rows(interests)] == [(1, "s3", "shareholding"), (2, "s3", "voting-rights")]
    assert rows(found["person_names"]) == [(1, "s2", "Persona Ejemplo")]


@pytest.mark.parametrize(("statements", "of"), [(OLD, ""), (NEW, "recordDetails/")], ids=["0.1-0.3", "0.4"])
def test_the_first_of_each_array_stands_beside_its_statement(reading, rows, statements, of):
    found = {table.report.table: table for table in reading(json.dumps(statements).encode()).tables}

    def cell(table, column):
        return rows(found[table])[0][1 + found[table].report.columns.index(column)]

    assert cell("person", f"{of}names/0/fullName") == "Persona Ejemplo"
    assert cell("ownership_or_control", f"{of}interests/0/type") == "shareholding"
    assert f"{of}interests/1/type" not in found["ownership_or_control"].report.columns
    subject = f"{of}subject" if of else "subject/describedByEntityStatement"
    assert cell("ownership_or_control_interests", subject) == "s1"


def test_statements_of_every_kind_stand_together(reading, rows):
    found = {table.report.table: table for table in reading(json.dumps(NEW).encode()).tables}
    assert [row[:3] for row in rows(found["statements"])] == [
        (1, "s1", "entity"),
        (2, "s2", "person"),
        (3, "s3", "relationship"),
    ]
    assert "recordDetails/subject" in found["statements"].report.columns


@pytest.mark.parametrize("statements", [OLD, NEW], ids=["0.1-0.3", "0.4"])
def test_each_statement_is_there_as_json(reading, rows, statements):
    table = reading(json.dumps(statements).encode()).tables[-1]
    place = 1 + table.report.columns.index("statement")
    assert [(row[0], json.loads(row[place])) for row in rows(table)] == list(enumerate(statements, 1))


def test_numbers_and_what_is_absent_stay_what_they_were(reading, rows):
    statement = {"statementID": 5, "statementType": "entityStatement", "name": None, "share": 12.5, "a": True}
    table = reading(json.dumps([statement]).encode()).tables[-1]
    assert table.report.table == "statements"
    assert json.loads(rows(table)[0][-1]) == statement


@pytest.mark.parametrize("first", ["text", 5, None, [], ["nested"], {}])
def test_an_array_of_something_else_adds_nothing(reading, first):
    statement = {
        "statementId": "s1",
        "recordType": "entity",
        "recordDetails": {"identifiers": [first, {"id": "1"}]},
    }
    columns = reading(json.dumps([statement]).encode()).tables[0].report.columns
    assert not [name for name in columns if "/0/" in name]


def test_a_single_statement_and_one_of_an_unknown_kind(reading):
    assert [table.report.table for table in reading(json.dumps(NEW[0]).encode()).tables] == [
        "entity",
        "statements",
    ]
    result = reading(json.dumps([*NEW, {"statementId": "s4", "recordType": "spirit"}]).encode())
    assert [table.report.table for table in result.tables][3] == "statement"


@pytest.mark.parametrize("first", [{}, {"statementType": "spirit"}, 5])
def test_a_damaged_first_statement_hides_no_others(reading, first):
    tables = reading(json.dumps([first, *OLD]).encode()).tables
    assert {table.report.format for table in tables} == {"bods"}
    assert tables[-1].report.rows == 4 - (first == 5)


def test_what_is_no_statement_is_lost(reading):
    report = reading(json.dumps([*OLD, 5]).encode()).tables[0].report
    assert (report.rows, report.lost, report.lost_rows, report.share_read) == (1, 1, (4,), 0.75)
