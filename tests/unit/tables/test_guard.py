"""What a library throws at a hostile file, and whose fault it is."""

from __future__ import annotations

import csv
import errno
import json
import lzma
import struct
import zlib
from decimal import InvalidOperation

import duckdb
import pytest

from pipelines import duck
from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import delimited
from pipelines.tables.guard import guarded
from pipelines.tables.read import opened
from pipelines.tables.table import Hint

# Types and arguments, because an exception that lived on would keep everything that it passed through
OF_THE_BYTES = [
    (csv.Error, ("field larger than field limit",), FaultKind.BROKEN_FILE),
    (InvalidOperation, (), FaultKind.BROKEN_FILE),
    (lzma.LZMAError, (), FaultKind.BROKEN_FILE),
    (zlib.error, (), FaultKind.BROKEN_FILE),
    (UnicodeEncodeError, ("utf-8", "x", 0, 1, "surrogates not allowed"), FaultKind.BROKEN_FILE),
    (struct.error, (), FaultKind.BROKEN_FILE),
    (EOFError, (), FaultKind.BROKEN_FILE),
    (RecursionError, (), FaultKind.BROKEN_FILE),
    (MemoryError, (), FaultKind.TOO_LARGE),
]


@pytest.mark.parametrize(("error", "arguments", "kind"), OF_THE_BYTES)
def test_a_fault_of_the_bytes(tmp_path, monkeypatch, error, arguments, kind):
    def read(path, space):
        raise error(*arguments)

    monkeypatch.setattr(delimited, "read", read)
    path = tmp_path / "file"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(ReadFault) as caught, opened(path, Hint("a/b/c", "0" * 64)):
        raise AssertionError("nothing was to be opened")
    assert caught.value.kind is kind
    assert error.__name__ in caught.value.message


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "full"), KeyError("ours"), ReadFault(FaultKind.EMPTY, "explained")]
)
def test_everything_else_passes_unchanged(error):
    with pytest.raises(type(error)) as caught, guarded():
        raise error
    assert caught.value is error


@pytest.mark.parametrize(("error", "arguments"), [each[:2] for each in OF_THE_BYTES])
def test_the_caller_keeps_its_own_faults(tmp_path, error, arguments):
    path = tmp_path / "file"
    path.write_bytes(b"a,b\n1,2\n")
    with pytest.raises(error), opened(path, Hint("a/b/c", "0" * 64)):
        raise error(*arguments)


def test_tables_larger_than_the_memory_are_spilled(tmp_path):
    path = tmp_path / "contratos.json"
    cell = "x" * 200
    path.write_text(
        json.dumps([{"id": str(number), "texto": f"{number}{cell}"} for number in range(200_000)])
    )
    with opened(path, Hint("a/b/c", "0" * 64), memory_limit="30MB") as content:
        table = content.tables[0]
        sql = f"SELECT count(*), sum(length(texto)) FROM {table.relation}"
        assert table.connection.execute(sql).fetchall() == [(200_000, 41_088_890)]


def test_a_record_larger_than_the_memory_is_a_fault_of_the_file(tmp_path):
    path = tmp_path / "contratos.json"
    path.write_text(json.dumps([{"id": "1"}, {"id": "2", "texto": "ñ" * 10_000_000}], ensure_ascii=False))
    with pytest.raises(ReadFault) as caught, opened(path, Hint("a/b/c", "0" * 64), memory_limit="20MB"):
        raise AssertionError("nothing was to be opened")
    assert (caught.value.kind, bool(caught.value.advice)) == (FaultKind.TOO_LARGE, True)


def test_no_room_to_spill_is_a_fault_of_ours(tmp_path):
    connection = duck.connect(memory_limit="20MB", temp_directory=tmp_path / "spill")
    connection.execute("SET max_temp_directory_size = '1MB'")
    connection.execute("CREATE TABLE t (cell VARCHAR)")

    @guarded()
    def filled():
        for number in range(100):
            sql = f"INSERT INTO t SELECT md5((i * 100 + {number})::VARCHAR) FROM range(20000) r(i)"
            connection.execute(sql)

    with pytest.raises(OSError, match="failed to offload") as caught:
        filled()
    assert caught.value.errno == errno.ENOSPC


def test_other_faults_of_the_database_are_ours():
    with pytest.raises(duckdb.CatalogException), guarded():
        duck.connect().execute("SELECT * FROM nothing")
