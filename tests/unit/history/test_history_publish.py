"""The published copy: what is in it, what is never in it, and what SQL may do to it."""

from __future__ import annotations

import os
import re
import shutil
import time
from pathlib import Path

import pytest

from pipelines.errors import HistoryMissing, QueryError
from pipelines.history import asking, meanings, publish, rebuild, store
from tests.unit.history import run_folders

VIEWS = sorted(
    {
        *re.findall(r"^CREATE VIEW (\w+)", publish.VIEWS.read_text(encoding="utf-8"), re.MULTILINE),
        *store.BLOCKS,
        "quality_measurement",
    }
)


@pytest.fixture
def public(published_once: Path, tmp_path: Path) -> Path:
    (tmp_path / "public").mkdir()
    return Path(shutil.copy(published_once / publish.QUALITY, tmp_path / "public")).parent


def test_views_are_there_commented_and_not_empty(public: Path) -> None:
    _, rows = asking.columns_and_rows(
        "SELECT view_name, comment FROM duckdb_views() WHERE NOT internal ORDER BY 1", public=public
    )
    assert [name for name, _ in rows] == VIEWS
    assert all(comment for _, comment in rows)
    for view in VIEWS:
        assert len(asking.query(f"FROM {view}", public=public)) > 0, view


def test_every_column_says_what_it_means(public: Path) -> None:
    columns = "FROM duckdb_columns() WHERE database_name = 'quality' AND NOT internal"
    _, mute = asking.columns_and_rows(
        f"SELECT table_name, column_name {columns} AND comment IS NULL AND NOT suffix(table_name, '_rows')",
        public=public,
    )
    assert mute == []
    _, names = asking.columns_and_rows(f"SELECT DISTINCT column_name {columns}", public=public)
    assert set(meanings.COLUMNS) <= {name for (name,) in names}


def test_every_meaning_is_a_whole_sentence() -> None:
    assert [name for name, text in meanings.COLUMNS.items() if not text.endswith(".")] == []
    assert [name for name, text in meanings.COLUMNS.items() if text.count("(") != text.count(")")] == []


def test_every_table_is_commented(public: Path) -> None:
    _, rows = asking.columns_and_rows(
        "SELECT table_name FROM duckdb_tables() WHERE comment IS NULL ORDER BY 1", public=public
    )
    assert rows == []


def test_no_address_is_in_the_bytes_of_the_published_file(recorded_once: Path, public: Path) -> None:
    address = run_folders.ADDRESS.encode()
    assert address in (recorded_once / "history.duckdb").read_bytes()
    assert address not in (public / "quality.duckdb").read_bytes()
    _, rows = asking.columns_and_rows("SELECT table_name FROM duckdb_tables()", public=public)
    assert not {name for (name,) in rows} & set(publish.PRIVATE_TABLES)


def test_the_file_is_in_the_oldest_stable_format(public: Path) -> None:
    header = (public / "quality.duckdb").read_bytes()[:64]
    assert header[8:12] == b"DUCK"
    assert header[12] == 64, "storage version 64 is DuckDB 1.0's"


def test_publishing_leaves_one_file_and_sweeps_up_after_the_dead(recorded: Path) -> None:
    public = recorded / "public"
    public.mkdir()
    old, young = public / ".quality.duckdb.1.aa.tmp", public / ".quality.duckdb.2.bb.tmp.wal"
    for leftover in (old, young):
        leftover.write_bytes(b"")
    os.utime(old, (time.time() - 7200, time.time() - 7200))
    publish.publish(recorded / "history.duckdb", public)
    assert sorted(path.name for path in public.iterdir()) == [young.name, "quality.duckdb"]


def test_a_reader_keeps_its_copy_and_the_next_one_sees_the_new(recorded: Path) -> None:
    public, count = recorded / "public", "SELECT count(*) FROM run"
    publish.publish(recorded / "history.duckdb", public)
    with asking.opened(public) as connection:
        for folder in sorted((recorded / "runs").glob("*/estatal")):
            (folder / "index.json").unlink()
        rebuild.rebuild(recorded / "history.duckdb", recorded / "runs", forget=True)
        publish.publish(recorded / "history.duckdb", public)
        assert asking.ask(connection, count)[1] == [(10,)]
        assert asking.columns_and_rows(count, public=public)[1] == [(5,)]


def test_parameters_and_frames(public: Path) -> None:
    frame = asking.query(
        "SELECT night, score FROM score_history WHERE dataset = ? AND dimension = ? ORDER BY night",
        ["federal/contratos", "content"],
        public=public,
    )
    assert list(frame.columns) == ["night", "score"]
    assert len(frame) == run_folders.NIGHTS
    assert len(asking.query("SELECT 1 AS one WHERE false", public=public)) == 0


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM run",
        "CREATE TEMP TABLE mine AS SELECT 1",
        "COPY run TO 'stolen.csv'",
        "ATTACH 'other.duckdb'",
        "SET memory_limit = '900GB'",
        "PRAGMA database_list",
        "INSTALL httpfs",
        "SELECT 1; SELECT 2",
        "",
        "SELECT",
        "SELECT nothing FROM nowhere",
        "FROM read_text('/etc/hostname')",
        "FROM glob('/*')",
        "FROM '/etc/hostname'",
        "EXPLAIN ANALYZE COPY run TO 'stolen.csv'",
        "FROM public",  # a variable of ours
    ],
)
def test_sql_that_is_not_a_question_about_the_history_is_refused(public: Path, sql: str) -> None:
    with pytest.raises(QueryError) as refused:
        asking.columns_and_rows(sql, public=public)
    assert refused.value.advice


def test_long_and_endless_answers_are_stopped(public: Path) -> None:
    began = time.monotonic()
    with pytest.raises(QueryError, match=r"longer than 0\.3 seconds"):
        asking.query("SELECT count(*) FROM range(1000000000000)", public=public, seconds=0.3)
    assert time.monotonic() - began < 5
    for ask in (asking.query, asking.columns_and_rows):
        with pytest.raises(QueryError, match="more than 1,000 rows"):
            ask("FROM range(1000000000)", public=public, max_rows=1_000)
    with pytest.raises(QueryError, match="more memory"):
        asking.query(
            "SELECT count(*) FROM (SELECT range, repeat('x', 90) s FROM range(9000000) ORDER BY s, range DESC)",
            public=public,
            memory_limit="50MB",
        )


def test_nothing_published_yet(tmp_path: Path) -> None:
    with pytest.raises(HistoryMissing):
        asking.query("SELECT 1", public=tmp_path)


def test_a_broken_copy_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "quality.duckdb").write_bytes(b"broken" * 4000)
    with pytest.raises(QueryError, match=r"quality\.duckdb cannot be opened"):
        asking.query("SELECT 1", public=tmp_path)
