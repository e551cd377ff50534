"""DBF files, made here byte by byte."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.dbf import recognises
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.published_files import dbf, zipped

TEXT = (("NOMBRE", "C", 8),)


def test_every_type_becomes_text(reading, rows):
    fields = (
        ("N", "N", 6), ("F", "F", 6), ("D", "D", 8), ("L", "L", 1), ("I", "I", 4), ("B", "B", 8), ("Y", "Y", 8),
        ("T", "T", 8), ("M", "M", 10),
    )  # fmt: skip
    full = (
        b"  10.5", b"   1e3", b"20200131", b"T", struct.pack("<i", -7), struct.pack("<d", 2.0),
        struct.pack("<q", -12345), struct.pack("<ii", 2458880, 3_661_000), b"         1",
    )  # fmt: skip
    empty = (b"******", b"", b"", b"?", bytes(4), struct.pack("<d", 0.5), bytes(8), bytes(8), b"")
    table = reading(dbf(fields, [full, empty], version=0x30)).tables[0]
    assert rows(table) == [
        (1, "10.5", "1e3", "2020-01-31", "true", "-7", "2", "-1.2345", "2020-01-31T01:01:01", None),
        (2, None, None, None, None, "0", "0.5", "0.0000", None, None),
    ]
    assert any("Memo" in note for note in table.report.notes)


@pytest.mark.parametrize(
    ("raw", "language", "encoding", "cell"),
    [
        ("Peña".encode(), 0x57, "utf-8", "Peña"),
        ("Peña".encode("cp1252"), 0, "cp1252", "Peña"),
        ("Peña".encode("cp850"), 0x02, "cp850", "Peña"),
        ("жук".encode("cp1251"), 0xC9, "cp1251", "жук"),
        ("aaaaaaañ".encode()[:8], 0, "utf-8", "aaaaaaa"),  # the width cuts through a character
    ],
)
def test_encodings(reading, rows, raw, language, encoding, cell):
    records = [(raw,), ("ñ".encode(),)] if encoding == "utf-8" else [(raw,)]
    table = reading(dbf(TEXT, records, language=language)).tables[0]
    assert (table.report.encoding, rows(table)[0]) == (encoding, (1, cell))


def test_deleted_records_are_counted_and_not_read(reading, rows):
    table = reading(dbf(TEXT, [(b"a",), (b"b",), (b"c",)], deleted=[1])).tables[0]
    assert rows(table) == [(1, "a"), (3, "c")]
    assert (table.report.rows, table.report.lost) == (2, 0)
    assert table.report.notes == ("1 records are marked as deleted and were not read.",)


def test_a_file_that_is_cut_off_says_how_much_is_missing(reading):
    whole = dbf(TEXT, [(b"a",)] * 10)
    report = reading(whole[: -9 * 4 - 3]).tables[0].report
    assert (report.rows, report.lost, report.share_read) == (5, 5, 0.5)
    assert report.lost_rows == (6, 7, 8, 9, 10)
    with pytest.raises(ReadFault) as caught:
        reading(whole[:70])
    assert caught.value.kind is FaultKind.TRUNCATED


def test_a_zipped_shapefile_is_its_attribute_table(reading):
    parts = {f"obras.{kind}": b"\x00\x00\x27\x0a" for kind in ("shp", "shx", "prj", "cpg", "sbn")}
    result = reading(zipped({**parts, "obras.dbf": dbf(TEXT, [(b"a",)])}), "obras.zip")
    assert [(table.report.member, table.report.rows) for table in result.tables] == [("obras.dbf", 1)]
    assert len(result.reports) == 1


def test_fields_that_do_not_fit(reading):
    content = bytearray(dbf(TEXT, [(b"a",)]))
    content[32 + 16] = 200
    with pytest.raises(ReadFault) as caught:
        reading(bytes(content))
    assert caught.value.kind is FaultKind.BROKEN_FILE


@pytest.mark.parametrize("content", [b"", b"\x03" * 100, b"a,b\n" * 50, bytes(200)])
def test_what_is_no_dbf(content):
    assert not recognises(content)


@settings(max_examples=80, deadline=None)
@given(st.binary(min_size=60, max_size=300), st.integers(0, 64))
def test_a_hostile_file_is_a_table_or_a_fault(damage, where):
    content = bytearray(dbf(TEXT, [(b"a",), (b"b",)]))
    content[32 + where : 32 + where + len(damage)] = damage
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(bytes(content))
        try:
            with opened(path, Hint("a/b/c", "0" * 64)) as result:
                assert result.tables
        except ReadFault:
            pass
