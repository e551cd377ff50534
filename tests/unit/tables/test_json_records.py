"""JSON in the shapes in which records are published."""

from __future__ import annotations

import json
from functools import partial

import pytest

from pipelines import artifacts, duck
from pipelines.errors import ReadFault
from pipelines.model import FaultKind, ReadReport
from pipelines.tables import json_records, json_source, json_stream, ocds
from pipelines.tables.table import Hint
from pipelines.tables.workspace import Workspace


def test_nested_objects_become_paths_and_numbers_stay_as_published(reading, rows):
    content = b"""[
      {"id": 7, "monto": 100.50, "buyer": {"id": "B", "name": null}, "tags": ["a", "b"], "ok": true},
      {"id": 8, "items": [{"n": 1.5}], "extra": ""}
    ]"""
    table = reading(content, "x.json").tables[0]
    assert table.report.columns == ("id", "monto", "buyer/id", "buyer/name", "tags", "ok", "extra", "items")
    assert rows(table) == [
        (1, "7", "100.50", "B", None, "a;b", "true", None, None),
        (2, "8", None, None, None, None, None, None, '[{"n": 1.5}]'),
    ]
    assert (table.report.format, table.report.header_row) == ("json", None)


def test_the_longest_array_inside_an_object(reading):
    inside = {"meta": {"fields": [{"id": "a"}]}, "result": {"records": [{"a": 1}, {"a": 2}, {"a": 3}]}}
    table = reading(json.dumps(inside).encode()).tables[0]
    assert (table.report.table, table.report.rows) == ("result/records", 3)


def test_a_single_object_is_one_row(reading, rows):
    assert rows(reading(b'{"a": {"b": 1}}').tables[0]) == [(1, "1")]


def test_lines_lose_only_the_broken_ones(reading, rows):
    table = reading(b'{"a": 1}\n{"a": 2}\n\n{"a": \n[3]\n{"b": 5}\n').tables[0]
    assert rows(table) == [(1, "1", None), (2, "2", None), (5, None, "5")]
    report = table.report
    assert (report.format, report.lost, report.lost_rows, report.share_read) == ("ndjson", 2, (3, 4), 0.6)


def test_entries_that_are_no_objects_are_lost_and_counted(reading):
    report = reading(b'[{"a": 1}, null, 3]').tables[0].report
    assert (report.rows, report.lost, report.lost_rows) == (1, 2, (2, 3))


def test_names_that_differ_only_in_case(reading):
    assert reading(b'[{"ID": 1, "id": 2}]').tables[0].report.columns == ("ID", "id__2")


def test_half_a_surrogate_pair(reading, rows):
    assert rows(reading(b'[{"a": "x\\ud800"}]').tables[0]) == [(1, "x?")]


def test_a_number_that_no_program_can_hold_stays_as_published(reading, rows):
    huge = "1e99999999999999999999"
    array = f'[{{"a": {huge}, "b": [{{"c": {huge}}}]}}]'.encode()
    assert rows(reading(array).tables[0]) == [(1, huge, f'[{{"c": "{huge}"}}]')]
    lines = f'{{"a": 1}}\n{{"a": {huge}}}\n'.encode()
    assert rows(reading(lines).tables[0]) == [(1, "1"), (2, huge)]


def test_a_key_that_is_no_valid_text_names_a_table(reading, tmp_path):
    for content in (
        b'{"\\ud800": [{"a\\udfff": "x\\ud800"}]}',
        b'{"x\\ud800\\u0000y": {"b": [{"a": [{"\\ud800": 1}]}, {"a": 2}]}}',
    ):
        result = reading(content)
        artifacts.write_values(tmp_path / "reads.jsonl", result.reports)
        assert artifacts.read_values(tmp_path / "reads.jsonl", ReadReport) == list(result.reports)
        for table in result.tables:
            table.frame().to_csv(tmp_path / "cells.csv", encoding="utf-8")
    assert result.tables[0].report.table == "x y/b"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'[{"a": ', FaultKind.TRUNCATED),
        (b'{"releases": [{"a": 1', FaultKind.TRUNCATED),
        (b'[{"a": "x', FaultKind.TRUNCATED),
        (b"[{'a': 1}]", FaultKind.BROKEN_FILE),
        (b"[" * 100_000, FaultKind.BROKEN_FILE),
        (b'{"a":' * 100_000, FaultKind.BROKEN_FILE),
        (b'[{"a": ' + b"9" * 5000 + b"}]", FaultKind.BROKEN_FILE),
        (b"[1, 2]", FaultKind.NO_TABLE),
        (b"[]", FaultKind.NO_TABLE),
        (b'{"error": {"code": 400, "message": "Invalid URL"}}', FaultKind.NOT_WHAT_WAS_PROMISED),
    ],
    ids=lambda value: None if isinstance(value, bytes) else value,
)
def test_faults(reading, content, kind):
    with pytest.raises(ReadFault) as caught:
        reading(content)
    assert caught.value.kind is kind


def test_a_csv_whose_header_begins_with_a_bracket(reading):
    table = reading(b"[id],[nombre]\n1,x\n", "x.csv").tables[0]
    assert table.report.columns == ("[id]", "[nombre]")


def test_too_many_fields(reading):
    content = json.dumps([{f"k{n}": 1 for n in range(6000)}]).encode()
    with pytest.raises(ReadFault) as caught:
        reading(content)
    assert caught.value.kind is FaultKind.NO_TABLE


@pytest.mark.parametrize(
    ("content", "where"),
    [
        (b'[{"a": 1.50}, {"a": 2, "b": {"c": [1, 2]}}]', ""),
        (
            b'{"m": [{"x": 1}], "result": {"records": [{"a": 1.50}, {"a": 2, "b": {"c": [1, 2]}}]}}',
            "result/records",
        ),
        ('\ufeff[{"a": 1.50}, {"a": 2, "b": {"c": [1, 2]}}]'.encode(), ""),
        (b'{"items": [{"a": 1.50}, {"a": 2, "b/c": [1, 2]}]}', "items"),
        (
            b'{"meta": {"view": {"columns": [{"name": "sid", "dataTypeName": "meta_data"}, {"name": "a"}, '
            b'{"name": "b/c"}]}}, "data": [["r1", 1.50, null], ["r2", 2, "1;2"]]}',
            "data",
        ),
        (
            b'{"result": {"fields": [{"id": "a"}, {"id": "b/c"}], "records": [[1.50, null], [2, [1, 2]]]}}',
            "result/records",
        ),
        (b'[["a", "b/c"], [1.50, null], [2, "1;2"]]', ""),
    ],
)
@pytest.mark.parametrize("stream_above", [0, 1_000_000])
def test_large_files_are_streamed_with_the_same_result(tmp_path, content, where, stream_above):
    path = tmp_path / "file"
    path.write_bytes(content)
    with duck.connect() as connection:
        space = Workspace(Hint("a/b/c", "0" * 64), connection, tmp_path)
        with json_source.found(path, space, ocds.unpacked, stream_above=stream_above) as source:
            table = json_records.read(source, space)[0]
        assert source.where == where
        read = connection.execute(f'SELECT * FROM "{table.relation}" ORDER BY 1').fetchall()
    assert read == [(1, "1.50", None), (2, "2", "1;2")]


def test_what_cannot_be_streamed_is_held_when_it_is_not_too_large(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b'{"a": {"0": 1.50, "1": 2}, "b": {"0": null, "1": "x"}}')  # pandas: one object a column
    with duck.connect() as connection:
        space = Workspace(Hint("a/b/c", "0" * 64), connection, tmp_path)
        with json_source.found(path, space, ocds.unpacked, stream_above=0) as source:
            records = [record for _, record in source.items]
        assert [[str(cell) for cell in record.values()] for record in records] == [
            ["1.50", "None"],
            ["2", "x"],
        ]
        with (
            pytest.raises(ReadFault),
            json_source.found(path, space, ocds.unpacked, stream_above=0, hold_up_to=0),
        ):
            raise AssertionError("nothing was to be found")


@pytest.mark.parametrize(
    ("content", "kind", "read"),
    [
        (b'[{"a": 1}, {"a": 2}, {"a"', FaultKind.TRUNCATED, 2),
        (b'[{"a": 1}, {"a": 1e99999999999999999999}]', FaultKind.BROKEN_FILE, 1),
        (b'[{"a": 1}, {"a": 2}, {"Juana Inventada" 3}, {"a": 4}]', FaultKind.BROKEN_FILE, 2),
        (b'[{"a": 1,}, {"a": 2}, {"a": "b', FaultKind.TRUNCATED, 2),
        pytest.param(
            b'[{"a": 1}, {"a": -' + b"9" * 5_000 + b"}]",
            FaultKind.BROKEN_FILE,
            1,
            id="a number that ends the process in YAJL's binding",
        ),
    ],
)
def test_a_streamed_file_is_read_up_to_its_fault(tmp_path, content, kind, read):
    path = tmp_path / "file"
    path.write_bytes(content)
    with duck.connect() as connection:
        space = Workspace(Hint("a/b/c", "0" * 64), connection, tmp_path)
        with json_source.found(path, space, ocds.unpacked, stream_above=0, hold_up_to=0) as source:
            report = json_records.read(source, space)[0].report
            assert source.broken.kind is kind
        assert (report.rows, report.lost, report.lost_rows) == (read, 1, (read + 1,))
        assert report.share_read < 1
        assert "Juana" not in report.notes[-1]


@pytest.mark.parametrize(
    ("content", "expected", "note"),
    [
        (b'[{"a": 1}, {"a": "x,]",} , {"a": "\\",]"},\n]', ["1", "x,]", '",]'], "2 commas before a closing"),
        (b'[{"a": 1}]\n[{"a": 2}, {"a": 3}]', ["1", "2", "3"], "several JSON values in a row"),
        (b'{"d": [{"a": 1}, {"a": 2},], "n": 1,}', ["1", "2"], "2 commas before a closing"),
    ],
)
def test_a_streamed_file_is_mended(tmp_path, content, expected, note):
    path = tmp_path / "file"
    path.write_bytes(content)
    with duck.connect() as connection:
        space = Workspace(Hint("a/b/c", "0" * 64), connection, tmp_path)
        with json_source.found(path, space, ocds.unpacked, stream_above=0, hold_up_to=0) as source:
            table = json_records.read(source, space)[0]
        rows = connection.execute(f'SELECT "a" FROM "{table.relation}" ORDER BY "_row"').fetchall()
    assert [cell for (cell,) in rows] == expected
    assert (table.report.share_read, table.report.lost) == (1, 0)
    assert note in table.report.notes[-1]


def test_a_comma_too_many_is_found_wherever_a_piece_ends(tmp_path, monkeypatch):
    content = b'[{"a": "x,] \\" ,}", "b": [1, 2 , ]} , {"a": ",", "b": [\n,\n]},\t]'
    expected = b'[{"a": "x,] \\" ,}", "b": [1, 2  ]} , {"a": ",", "b": [\n\n]}\t]'
    path = tmp_path / "file"
    path.write_bytes(content)
    for size in range(1, len(content) + 1):
        monkeypatch.setattr(json_stream, "_PIECE", size)
        with path.open("rb") as handle:
            mended = json_stream._Mended(handle)
            assert b"".join(iter(partial(mended.read, 9), b"")) == expected
            assert mended.commas == 3


@pytest.mark.parametrize("content", [b"[" * 30_000, b'{"a":' * 30_000, b'[{"a": 1}, ' + b"[" * 30_000])
def test_a_streamed_file_that_is_deeper_than_any_data(tmp_path, content):
    """The names of its places alone would fill gigabytes."""
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ReadFault) as caught:
        json_stream.place(path, None)
    assert "nested too deeply" in caught.value.message
    path.write_bytes(b'[{"a": "' + b"[" * 30_000 + b'"}, {"a": 2}]')
    assert json_stream.place(path, None).prefix == "item"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b'[{"a', FaultKind.TRUNCATED),
        (b'[{"a": 1e99999999999999999999}]', FaultKind.BROKEN_FILE),
        pytest.param(
            b'{"data": [' + b'["1", "x"], ' * 400 + b'["2", "y"]], "columns": ["a", "b"]}',
            FaultKind.TOO_LARGE,
            id="columns after the rows",
        ),
        (b'{"a/b": {"fields": ["a", "b"], "rows": [["1", "x"], ["2", "y"]]}}', FaultKind.TOO_LARGE),
    ],
)
def test_a_streamed_file_of_which_nothing_can_be_read(tmp_path, content, kind):
    path = tmp_path / "file"
    path.write_bytes(content)
    with duck.connect() as connection:
        space = Workspace(Hint("a/b/c", "0" * 64), connection, tmp_path)
        with (
            pytest.raises(ReadFault) as caught,
            json_source.found(path, space, ocds.unpacked, stream_above=0, hold_up_to=0) as source,
        ):
            json_records.read(source, space)
    assert caught.value.kind is kind
