"""Histories that earlier versions left: brought up to today whole, also when that is killed, and gone on with."""

from __future__ import annotations

import gzip
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines import duck
from pipelines.history import asking, database, feedback, publish, record, store
from pipelines.history.migrate import MIGRATIONS, available
from tests.unit.history import feedback_inbox, run_folders

ROOT = Path(__file__).resolve().parents[2]
RELEASED = sorted((ROOT / "tests" / "released").glob("history_*.duckdb.gz"))
Rows = dict[str, tuple[list[str], list[str]]]  # relation to its columns and its rows, as text, sorted

MIGRATE = """
import os, signal, sys
from pathlib import Path
from pipelines import duck
from pipelines.history.migrate import migrate
def die() -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0
connection = duck.connect(Path(sys.argv[1]))
connection.create_function("die", die, [], "INTEGER", side_effects=True)
print("go", flush=True)
migrate(connection, Path(sys.argv[2]))
connection.close()
"""


@pytest.fixture(params=RELEASED, ids=lambda path: path.name)
def released(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    history = tmp_path / "history.duckdb"
    history.write_bytes(gzip.decompress(request.param.read_bytes()))
    return history


def rows_of(history: Path, columns: dict[str, list[str]] | None = None) -> Rows:
    """Every relation's rows; only of those `columns`, where given."""
    connection = duck.connect(history, read_only=True)
    try:
        found: Rows = {}
        names = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_name <> 'schema_migration'"
        ).fetchall()
        for (name,) in names:
            if columns is not None and name not in columns:
                continue
            own = [column for column, *_ in connection.execute(f"DESCRIBE {name}").fetchall()]
            chosen = columns[name] if columns else own
            named = ", ".join(map(duck.quote, chosen))
            rows = connection.execute(f"SELECT {named} FROM {name}").fetchall()
            found[name] = (chosen, sorted(map(repr, rows)))
        return found
    finally:
        connection.close()


def columns_of(rows: Rows) -> dict[str, list[str]]:
    return {name: columns for name, (columns, _) in rows.items()}


def versions(history: Path) -> list[int]:
    connection = duck.connect(history, read_only=True)
    try:
        found = connection.execute("SELECT version FROM schema_migration ORDER BY 1").fetchall()
    finally:
        connection.close()
    return [version for (version,) in found]


def up_to_date(history: Path) -> None:
    with database.writing(history):
        pass


def test_there_is_one_from_before_the_blocks() -> None:
    assert [path.name for path in RELEASED][:1] == ["history_0007.duckdb.gz"]


def test_every_table_says_what_it_said(released: Path) -> None:
    before = rows_of(released)
    assert sum(len(rows) for _, rows in before.values()) > 1_000
    up_to_date(released)
    assert versions(released) == [number for number, _, _ in available()]
    assert rows_of(released, columns_of(before)) == before


def test_the_next_night_is_recorded_published_and_asked(released: Path, tmp_path: Path) -> None:
    before = rows_of(released)
    folders = [it for it in run_folders.write(tmp_path / "runs") if it.parent.name == "2026-03-02"]
    assert len(folders) == 3
    for folder in folders:
        (record.record_alerts if folder.name == "_night" else record.record_run)(released, folder)
    feedback_inbox.write(tmp_path / "runs")
    assert feedback.record_feedback(released, tmp_path / "runs")
    publish.publish(released, tmp_path / "public")

    def ask(sql: str) -> list[tuple[Any, ...]]:
        return asking.columns_and_rows(sql, public=tmp_path / "public")[1]

    relations = [name for (name,) in ask("SELECT table_name FROM information_schema.tables")]
    assert {*store.BLOCKS, "latest_score", "schema_changes", "uptime"} <= set(relations)
    empty = {name for name in relations if not ask(f"FROM {name}")}
    # All that had opened has recovered; of the other sources it is the first night, to which nothing is compared.
    assert empty <= {
        *("open_alerts", "rule_changes", "schema_changes", "column_change_rows", "worst_regressions"),
        *(
            "incident",
            "incident_action",
            "alert_reminder",
            "alert_feedback",
            "open_incidents",
            "incident_history",
        ),
    }
    after = rows_of(released, columns_of(before))
    for name, (_, rows) in before.items():
        assert set(rows) <= set(after[name][1]), name
    ((nights,),) = ask("SELECT count(DISTINCT night) FROM run")
    assert nights == 3


def migrating(history: Path, folder: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", MIGRATE, str(history), str(folder)]
    started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "go\n"
    return started


def whole_before_or_after(history: Path, before: Rows) -> int:
    """The version that a killed migration left, all of whose tables are as they were."""
    found = versions(history)
    assert found == [number for number, _, _ in available()][: len(found)]
    assert rows_of(history, columns_of(before)) == before
    up_to_date(history)
    assert rows_of(history, columns_of(before)) == before
    return found[-1]


@pytest.mark.slow
@pytest.mark.long
def test_a_migration_killed_at_any_statement_leaves_the_version_before(
    released: Path, tmp_path: Path
) -> None:
    content, before = released.read_bytes(), rows_of(released)
    (blocks,) = (path for number, _, path in available() if number == 8)
    statements = blocks.read_text(encoding="utf-8").split(";\n")
    for place in sorted({1, *range(5, len(statements), len(statements) // 6), len(statements) - 1}):
        folder = tmp_path / f"migrations_{place}"
        folder.mkdir()
        for number, _, path in available():
            if number < 8:
                (folder / path.name).write_bytes(path.read_bytes())
        text = ";\n".join([*statements[:place], "SELECT die()", *statements[place:]])
        (folder / blocks.name).write_text(text, encoding="utf-8")
        released.write_bytes(content)
        killed = migrating(released, folder)
        killed.communicate(timeout=60)
        assert killed.returncode == -signal.SIGKILL, place
        assert whole_before_or_after(released, before) == 7, place


@pytest.mark.slow
@pytest.mark.long
def test_a_migration_killed_at_any_moment_leaves_a_whole_version(released: Path) -> None:
    content, before = released.read_bytes(), rows_of(released)
    began = time.monotonic()
    migrating(released, MIGRATIONS).communicate(timeout=60)
    lasts = time.monotonic() - began
    dice = random.Random(13)  # noqa: S311
    left = set()
    for _ in range(10):
        released.with_name("history.duckdb.wal").unlink(missing_ok=True)
        released.write_bytes(content)
        killed = migrating(released, MIGRATIONS)
        time.sleep(dice.uniform(0, lasts / 2))
        killed.kill()
        killed.communicate(timeout=60)
        left.add(whole_before_or_after(released, before))
    assert left <= set(range(7, 1 + max(number for number, _, _ in available())))
    assert 7 in left
