"""The history database: how its file comes to be."""

from __future__ import annotations

from pathlib import Path

from pipelines.history import database


def test_a_database_begins_whole_or_not_at_all(tmp_path: Path) -> None:
    """What a process that is killed at its first night leaves must not stand in the way of the next."""
    path = tmp_path / "history.duckdb"
    database._begin(path)
    begun = path.stat().st_ino
    database._begin(path)
    assert path.stat().st_ino == begun, "another process was faster"
    assert [it.name for it in tmp_path.iterdir()] == ["history.duckdb"]
    with database.writing(path) as connection:
        assert connection.execute("SELECT count(*) FROM run").fetchall() == [(0,)]
