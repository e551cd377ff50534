"""Parquet, as pandas and others write it, and as an enemy might."""

from __future__ import annotations

import io
import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables import parquet_text
from tests.published_files import parquet


def test_every_type_becomes_text(reading, rows):
    noon = datetime(2020, 1, 31, 12, 30, tzinfo=UTC)
    table = pa.table({
        "id": pa.array([1, None], pa.int64()),
        "texto": ["=1+1", ""],
        "monto": [1000000.0, 0.5],
        "exacto": pa.array([Decimal("10.50"), None], pa.decimal128(10, 2)),
        "vigente": [True, None],
        "fecha": pa.array([date(2020, 1, 31), None]),
        "hora": pa.array([noon.replace(tzinfo=None), None], pa.timestamp("us")),
        "zona": pa.array([noon, None], pa.timestamp("us", "America/Mexico_City")),
        "lista": [[1, 2], None],
        "objeto": [{"a": "x", "b": [1.5]}, None],
        "bytes": pa.array([b"abc", None], pa.binary()),
        "Texto": ["dos", "x"],
    })  # fmt: skip
    read = reading(parquet(table), "x.parquet").tables[0]
    assert read.report.columns[-1] == "Texto__2"
    assert rows(read) == [
        (1, "1", "=1+1", "1000000", "10.50", "true", "2020-01-31", "2020-01-31T12:30:00", "2020-01-31T12:30:00+00",
         "[1,2]", '{"a":"x","b":[1.5]}', "abc", "dos"),
        (2, None, None, "0.5", None, None, None, None, None, None, None, None, "x"),
    ]  # fmt: skip


def test_no_rows(reading):
    report = reading(parquet(pa.table({"a": pa.array([], pa.string())}))).tables[0].report
    assert (report.rows, report.columns) == (0, ("a",))


def test_cut_off_and_encrypted(reading):
    whole = parquet()
    for content, kind in (
        (whole[:-20], FaultKind.TRUNCATED),
        (b"PAR1PAR1", FaultKind.TRUNCATED),
        (b"PARE" + whole[4:-4] + b"PARE", FaultKind.BROKEN_FILE),
    ):
        with pytest.raises(ReadFault) as caught:
            reading(content)
        assert caught.value.kind is kind
    assert "encrypted" in caught.value.message


def test_hostile_metadata_ends_in_a_table_or_a_fault(tmp_path):
    """Run in this process, so that a hundred of them take no time; a crash would end the test."""
    out = io.BytesIO()
    pq.write_table(pa.table({"a": list(range(500)), "b": ["x" * (n % 7) for n in range(500)]}), out)
    whole = out.getvalue()
    chance = random.Random(7)  # noqa: S311
    read = 0
    path = tmp_path / "file"
    for number in range(150):
        content = bytearray(whole)
        for _ in range(1 + number % 5):
            content[chance.randrange(4, len(whole) - 4)] = chance.randrange(256)
        path.write_bytes(bytes(content))
        read += parquet_text.main(path, tmp_path, 200) == 0
    assert 0 < read < 150
