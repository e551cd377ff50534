"""One hash for the same records, whatever the file looks like; another for any other records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from pipelines.model import Fault, FaultKind, ReadReport
from pipelines.tables.read import opened
from pipelines.tables.rows_hash import data_hash, hashed
from pipelines.tables.table import Hint

HASH = Callable[..., str | None]
ROWS = [("1", "Aceros, SA", "10.5"), ("2", "Núñez", "3"), ("2", "Núñez", "3"), ("3", "Ñu", "7.25")]
HEADER = ("id", "nombre", "monto")


def written(
    rows: list[tuple[str, ...]], delimiter: str = ",", quoted: bool = False, header: tuple[str, ...] = HEADER
) -> str:
    def cell(text: str) -> str:
        return f'"{text}"' if quoted or delimiter in text else text

    return "".join(delimiter.join(map(cell, row)) + "\n" for row in (header, *rows))


@pytest.fixture
def hash_of(tmp_path: Path) -> HASH:
    def made(content: str | bytes) -> str | None:
        (path := tmp_path / "file").write_bytes(content.encode() if isinstance(content, str) else content)
        with opened(path, Hint("s/d/f", "0" * 64)) as content_:
            return data_hash(hashed(content_))

    return made


def test_order_and_dialect_do_not_matter(hash_of: HASH) -> None:
    expected = hash_of(written(ROWS))
    turned = [(row[2], row[0], row[1]) for row in ROWS]
    records = [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    for same in (
        written(ROWS[::-1]),
        written(ROWS, ";"),
        written(ROWS, "\t", quoted=True),
        written(ROWS).encode("cp1252"),
        written(ROWS).replace("\n", "\r\n"),
        written(turned, header=(HEADER[2], HEADER[0], HEADER[1])),
        json.dumps(records),
    ):
        assert hash_of(same) == expected, same


def test_anything_else_does(hash_of: HASH) -> None:
    expected = hash_of(written(ROWS))
    for other in (
        written(ROWS[:3]),
        written([*ROWS, ROWS[0]]),
        written([*ROWS[:2], *ROWS[3:]]),  # a record that was there twice is there once
        written([("1", "Aceros, SA", "10.50"), *ROWS[1:]]),
        written([("1", "10.5", "Aceros, SA"), *ROWS[1:]]),  # two cells change places
        written([("1", "", "Aceros, SA"), *ROWS[1:]]),
        written(ROWS, header=("id", "nombre", "importe")),
    ):
        assert hash_of(other) != expected, other


def test_the_hash_is_made_as_written(hash_of: HASH) -> None:
    """It is compared with that of earlier nights: another way to make it needs another version."""
    numbers = [
        int.from_bytes(hashlib.md5(f"{id}\x1f{amount}\x1f{name}\x1f".encode()).digest(), "little")  # noqa: S324
        for id, name, amount in ROWS
    ]
    upper, lower = sum(number >> 64 for number in numbers), sum(number % 2**64 for number in numbers)
    summed = json.dumps([["id", "monto", "nombre"], len(ROWS), upper, lower])
    assert hash_of(written(ROWS)) == f"rows-1:{hashlib.sha256(summed.encode()).hexdigest()[:32]}"


CELL = st.text(st.characters(codec="utf-8", exclude_characters='\r\n"\x00', exclude_categories=["C", "Z"]),
               min_size=1, max_size=4)  # fmt: skip


@hypothesis_settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.tuples(st.integers(0, 9).map(str), CELL), min_size=1, max_size=8), st.randoms())
def test_any_order_gives_the_same(hash_of: HASH, rows: list[tuple[str, ...]], random: object) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    plain = [{"id": one, "nombre": two} for one, two in rows]
    mixed = [{"nombre": two, "id": one} for one, two in shuffled]
    assert hash_of(json.dumps(plain)) == hash_of(json.dumps(mixed))
    assert hash_of(json.dumps(plain)) != hash_of(json.dumps([*plain, plain[0]]))


def test_the_data_of_several_tables_are_known_only_when_all_are() -> None:
    def report(table: str, rows_hash: str | None = None, **more: object) -> ReadReport:
        return ReadReport("s/d/f", table, "csv", rows_hash=rows_hash, **more)  # type: ignore[arg-type]

    fault = Fault(FaultKind.UNKNOWN_FORMAT, "a PDF", "")
    manual = report("manual.pdf", main=False, fault=fault)
    lost = report("b.csv", main=False, fault=fault, share_read=0.0)
    assert data_hash([report("a", "1"), report("b", "2")]) == data_hash([report("x", "2"), report("y", "1")])
    assert data_hash([report("a", "1"), manual]) == data_hash([report("a", "1")])
    assert data_hash([report("a", "1"), lost]) is None
    assert data_hash([report("a", "1"), report("old")]) is None
    assert data_hash([report("", fault=fault)]) is None
    assert data_hash([]) is None
