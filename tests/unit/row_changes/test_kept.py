"""Fingerprints are taken for what they say they are, and for nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.row_changes.fingerprint import fingerprint
from pipelines.row_changes.kept import is_kept, keep, made_of, place
from tests.tables_of import table_of

COLUMNS, ROWS = ("id", "name"), [("1", "a"), ("2", "b"), ("3", None)]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with table_of(COLUMNS, ROWS) as table:
        prints = fingerprint(table, None, None, tmp_path / "made.parquet", made_of("it's", COLUMNS))
    path = place(tmp_path / "fingerprints", "s/d/csv", "table", None)
    keep(prints, path)
    return path


def test_they_are_known_by_what_they_are_made_of(path: Path) -> None:
    assert is_kept(path, made_of("it's", COLUMNS), 3)
    assert not is_kept(path, made_of("other", COLUMNS), 3)
    assert not is_kept(path, made_of("it's", COLUMNS), 2)


def test_what_is_not_there_cut_off_or_of_somebody_else_is_not_kept(path: Path) -> None:
    known, whole = made_of("it's", COLUMNS), path.read_bytes()
    length = int.from_bytes(whole[-8:-4], "little")
    footer = whole[: -8 - length] + b"\xff" * length + whole[-8:]
    for content in (b"", whole[:-1], whole[: len(whole) // 2], b"PAR1" * 4, b"no parquet", footer):
        path.write_bytes(content)
        assert not is_kept(path, known, 3)
    path.unlink()
    assert not is_kept(path, known, 3)


def test_each_table_has_a_place_of_its_own_whatever_it_is_called(tmp_path: Path) -> None:
    tables = [
        ("s/d/csv", "table", None),
        ("s/d/csv", "table", "a.csv"),
        ("s/d/csv", "../../etc", None),
        ("s/d/csv", "\udc80", None),
    ]
    places = {place(tmp_path, *one) for one in tables}
    assert len(places) == len(tables)
    assert {it.parent for it in places} == {tmp_path}
