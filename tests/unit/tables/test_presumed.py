"""Large regular files: what is presumed of them, what shows that it does not hold, and rows by their number."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

from pipelines import duck
from pipelines.tables import footer, pieces
from pipelines.tables.lines import ends
from pipelines.tables.read import opened, worked
from pipelines.tables.rows_hash import rows_hash
from pipelines.tables.table import Hint, Opened

HINT = Hint("source/dataset/file", "0" * 64, format="csv", file_name="x.csv")
LINES = [
    f"C-{number:05},Obra «{number}»,{number / 4},2026-01-{number % 28 + 1:02}" for number in range(2_000)
]
HEADER = "clave,título,monto,fecha"


@pytest.fixture(autouse=True)
def small_is_large(monkeypatch):
    """A file of 100 KB is treated as one of 100 MB."""
    monkeypatch.setattr(footer, "CHEAP", 0)
    monkeypatch.setattr("pipelines.tables.delimited.FAST_ABOVE", 0)
    monkeypatch.setattr("pipelines.tables.delimited.STORED", 0)
    monkeypatch.setattr("pipelines.tables.delimited.read.__kwdefaults__", {"fast_above": 0})
    monkeypatch.setattr(pieces, "LEAST", 1_000)
    monkeypatch.setattr("pipelines.tables.lines._CHUNK", 4_096)


def content(lines: list[str], end: str = "\n") -> bytes:
    return (end.join([HEADER, *lines]) + end).encode()


def changed(place: int, line: str) -> bytes:
    return content([*LINES[:place], line, *LINES[place + 1 :]])


HOLDS = {
    "plain": content(LINES),
    "CRLF": content(LINES, "\r\n"),
    "no last line end": content(LINES)[:-1],
    "blank lines at the end": content(LINES) + b"\n\n\n",
    "quotes": changed(900, '"C, 1","Obra ""grande""",5,2026-01-01'),
    "BOM": b"\xef\xbb\xbf" + content(LINES),
    "NUL": changed(1_500, "C\0x,Obra,5,2026-01-01"),
    "an empty cell": changed(1_500, ",,,2026-01-01"),
}
FAILS = {
    "a line too short": changed(1_500, "C-1,Obra"),
    "a line too long": changed(1_500, "C-1,Obra,5,2026-01-01,surplus"),
    "a blank row": changed(1_999, ",,,"),
    "a row of blanks": changed(1_000, " , ,\t,"),
    "a blank line": changed(700, ""),
    "the header once more": changed(1_200, HEADER),
    "a cell of two lines": changed(1_990, '"C-1\nand more",Obra,5,2026-01-01'),
    "cells of two lines in the middle": content([*LINES[:980], *['"C-1\nx",Obra,5,2026-01-01'] * 40, *LINES[1_020:]]),
    "a quote that is never closed": changed(1_990, '"C-1,Obra,5,2026-01-01'),
    "a line end of another kind": content(LINES) + b"C-1,Obra,5,2026-01-01\r\n",
}  # fmt: skip
# Converted to UTF-8 first, it may hold.
EITHER = {"no UTF-8": changed(1_990, "C-1,X,5,2026-01-01").replace(b"X,5", b"Obra \xf1,5")}


def everything(content: Opened) -> list[object]:
    found: list[object] = []
    for table in content.tables:
        rows = table.connection.execute(f"FROM {duck.quote(table.relation)}").fetchall()
        found += [table.report, rows, rows_hash(table)]
    return found


@pytest.mark.parametrize("name", [*HOLDS, *FAILS, *EITHER])
def test_what_is_presumed_and_shown_is_what_is_proven_first(tmp_path: Path, name: str):
    path = tmp_path / "snapshot"
    path.write_bytes({**HOLDS, **FAILS, **EITHER}[name])
    attempts = []

    def work(found: Opened) -> list[object]:
        attempts.append(found.tables[0].presumption is not None)
        return everything(found)

    made = worked(path, HINT, work)
    with opened(path, HINT) as proven:
        assert made == everything(proven)
    if name in HOLDS:
        assert attempts == [True]
    elif name in FAILS:
        assert attempts in ([True, False], [False])


def test_work_that_never_scans_is_checked_all_the_same(tmp_path: Path):
    path = tmp_path / "snapshot"
    path.write_bytes(FAILS["a blank row"])
    assert worked(path, HINT, lambda found: found.tables[0].report.rows) == len(LINES) - 1


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_rows_are_numbered_alike_however_many_threads_parse(tmp_path: Path, threads: int):
    path = tmp_path / "snapshot [*?]"
    path.write_bytes(HOLDS["quotes"])
    with opened(path, HINT, threads=threads, presuming=True) as found:
        (table,) = found.tables
        view = table.connection.execute("SELECT string_agg(sql) FROM duckdb_views()").fetchall()[0][0]
        assert view.count("read_csv") == threads
        rows = table.connection.execute(f'SELECT "_row", clave FROM {table.relation} ORDER BY 1').fetchall()
    assert [row for row, _ in rows] == list(range(2, len(LINES) + 2))
    assert rows[898:901] == [(900, "C-00898"), (901, "C-00899"), (902, "C, 1")]


def test_rows_by_number_are_those_of_a_scan(tmp_path: Path):
    path = tmp_path / "snapshot"
    path.write_bytes(content([*LINES * 20, '"a ""b""",,1,']))
    dice = random.Random(5)  # noqa: S311
    wanted = [2, 3, len(LINES) * 20 + 2, *(dice.randrange(2, len(LINES) * 20) for _ in range(300))]
    with opened(path, HINT, presuming=True) as found:
        (table,) = found.tables
        assert table.index is not None
        assert len(table.index.offsets) > 3
        scanned = table.connection.execute(
            f'SELECT "_row", fecha, clave FROM {table.relation} WHERE "_row" IN (SELECT unnest(?))', [wanted]
        ).fetchall()
        assert table.rows(wanted, ["fecha", "clave"]) == {row: (day, key) for row, day, key in scanned}
        assert table.rows([len(LINES) * 20 + 2], ["clave", "título"]) == {
            len(LINES) * 20 + 2: ('a "b"', None)
        }
        assert table.rows([], ["clave"]) == {}


def test_a_piece_ends_with_a_line_and_knows_what_is_before_it(tmp_path: Path):
    path = tmp_path / "x"
    path.write_bytes(HOLDS["CRLF"])
    found = pieces.cut(path, 7, ends(path))
    assert len(found) == 7
    assert found[0].begin == 0
    assert found[-1].end == path.stat().st_size
    for before, after in pairwise(found):
        assert before.end == after.begin
        assert path.read_bytes()[: after.begin].count(b"\n") == after.lines
        assert path.read_bytes()[after.begin - 1 : after.begin] == b"\n"
    path.write_bytes(b"x" * 50_000)
    assert pieces.cut(path, 4, ends(path)) == [pieces.Piece(0, 50_000, 0)]
