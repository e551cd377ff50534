"""JSON in the shapes that portals and programs publish, and JSON that is nearly valid."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.json_mending import mended
from pipelines.tables.json_shapes import shaped

TWO = [(1, "x", "1"), (2, "y", "2")]
SOCRATA = {
    "meta": {
        "view": {
            "columns": [
                {"name": "sid", "dataTypeName": "meta_data"},
                {"name": "a", "dataTypeName": "text"},
                {"name": "b", "dataTypeName": "number"},
            ]
        }
    },
    "data": [["row-1", "x", 1], ["row-2", "y", 2]],
}


FILES = [{"id": "f1", "format": "CSV"}]


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"name": "gasto", "resources": FILES, "extras": [{"key": "a"}, {"key": "b"}]}, "resources"),
        ({"name": "gasto", "resources": FILES, "results": [{"key": "a"}, {"key": "b"}]}, "results"),
        ({"name": "gasto", "fields": [{"name": "a"}], "resources": FILES}, "resources"),
    ],
)
def test_a_package_lists_its_files(reading, value, where):
    assert reading(json.dumps(value).encode()).tables[0].report.table == where


def test_a_package_without_files_holds_nothing(reading):
    with pytest.raises(ReadFault) as caught:
        reading(b'{"name": "gasto", "resources": [], "fields": [{"name": "a"}, {"name": "b"}]}')
    assert caught.value.kind is FaultKind.NO_TABLE


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": ["x", "y"], "b": [1, 2]}, "table"),
        ({"a": {"0": "x", "1": "y"}, "b": {"0": 1, "1": 2}}, "table"),
        ({"columns": ["a", "b"], "index": [0, 1], "data": [["x", 1], ["y", 2]]}, "data"),
        ({"fields": [{"id": "a"}, {"id": "b"}], "records": [["x", 1], ["y", 2]]}, "records"),
        (
            {
                "success": True,
                "result": {
                    "fields": [{"id": "a"}, {"id": "b"}, {"id": "c"}],
                    "records": [{"a": "x", "b": 1}, {"a": "y", "b": 2}],
                },
            },
            "result/records",
        ),
        (
            {
                "schema": {"fields": [{"name": "a"}, {"name": "b"}, {"name": "c"}]},
                "data": [{"a": "x", "b": 1}, {"a": "y", "b": 2}],
            },
            "data",
        ),
        (SOCRATA, "data"),
    ],
    ids=[
        "columns",
        "pandas columns",
        "pandas split",
        "ckan lists",
        "ckan objects",
        "pandas table",
        "socrata",
    ],
)
def test_shapes(reading, rows, value, where):
    table = reading(json.dumps(value).encode(), "x.json").tables[0]
    assert (table.report.table, table.report.columns) == (where, ("a", "b"))
    assert rows(table) == TWO


@pytest.mark.parametrize("inside", [False, True])
def test_rows_under_a_header(reading, rows, inside):
    value = [["a", "b"], ["x", 1], ["y", 2]]
    table = reading(json.dumps({"values": value} if inside else value).encode(), "x.json").tables[0]
    assert table.report.columns == ("a", "b")
    assert rows(table) == TWO


def test_objects_under_keys(reading, rows):
    value = {key: {"nombre": key.upper(), "monto": 1} for key in ("a", "b", "c")}
    table = reading(json.dumps(value).encode(), "x.json").tables[0]
    assert table.report.columns == ("key", "nombre", "monto")
    assert rows(table)[0] == (1, "a", "A", "1")


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2], "b": [1]},
        {"tender": {"id": 1}, "buyer": {"name": "x"}, "award": {"date": "y"}},
        {"coordinates": [[1.5, 2.5], [3, 4]], "x": [1]},
        {"a": 1},
        [],
        [[1, 2], [3, 4]],
        {},
    ],
)
def test_what_is_no_table_in_another_shape(value):
    assert shaped(value) is None


@pytest.mark.parametrize(
    ("content", "share", "lost"),
    [
        (b'callback([{"a": "x", "b": 1}, {"a": "y", "b": 2}]);', 1.0, 0),
        (b'/**/ my.call({"data": [{"a": "x", "b": 1}, {"a": "y", "b": 2}]})', 1.0, 0),
        (b'[{"a": "x", "b": 1,}, {"a": "y", "b": 2,},]', 1.0, 0),
        (b'{"a": "x",\n "b": 1}\n{"a": "y",\n "b": 2}\n', 1.0, 0),
        (b'[{"a": "x", "b": 1}][{"a": "y", "b": 2}]', 1.0, 0),
        (b'[{"a": "x", "b": 1}, {"a": "y", "b": 2}, {"a": "z', 0.8, 1),
        (b'{"n": 1, "data": {"rows": [{"a": "x", "b": 1}, {"a": "y", "b": 2}, {"a": ', 0.85, 1),
        (b'[{"a": "x", "b": 1}, {"a": "y", "b": 2}, {\'a\': "z"}]', 0.7, 1),
        ('[{"a": "x", "b": 1}, {"a": "y", "b": 2}]'.encode("utf-16"), 1.0, 0),
        ('\ufeff[{"a": "x", "b": 1}, {"a": "y", "b": 2}]'.encode(), 1.0, 0),
    ],
)
def test_nearly_valid(reading, rows, content, share, lost):
    table = reading(content, "x.json").tables[0]
    assert rows(table) == TWO
    assert table.report.share_read == pytest.approx(share, abs=0.08)
    assert (table.report.share_read < 1) is (lost > 0)
    assert table.report.lost == lost
    assert table.report.lost_rows == ((3,) if lost else ())


def test_a_broken_line_is_lost_and_the_others_are_read(reading):
    report = reading(b'{"a": 1}\n{"a": \n{"a": 3}\n').tables[0].report
    assert (report.rows, report.lost, report.lost_rows, report.share_read) == (2, 1, (2,), 2 / 3)


@pytest.mark.parametrize("content", [b'{"releases": [{"ocid": ', b'{"a": 1, "b": {"c": ', b'[{"a": '])
def test_nothing_whole_is_no_table(reading, content):
    with pytest.raises(ReadFault) as caught:
        reading(content, "x.json")
    assert caught.value.kind is FaultKind.TRUNCATED


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=15,
)


@given(
    st.lists(st.dictionaries(st.text(max_size=4), values, min_size=1, max_size=4), min_size=1, max_size=5),
    st.data(),
)
def test_what_is_kept_of_a_file_cut_off_was_published(records, data):
    text = json.dumps(records)
    cut = data.draw(st.integers(1, len(text) - 1))
    found = mended(text[:cut], float)
    assert found is not None
    assert found.share < 1
    assert found.value == records[: len(found.value)]


@given(st.text(alphabet='{}[],:"a1 \n\\', max_size=80))
def test_arbitrary_text(text):
    found = mended(text, float)
    assert found is None or 0 <= found.share <= 1


@given(values)
def test_any_value_has_a_shape_or_none(value):
    found = shaped(value)
    assert found is None or isinstance(list(found[1]), list)
