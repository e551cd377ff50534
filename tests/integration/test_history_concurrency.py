"""The history among real processes: two writers, kills at any moment, a reader during publication."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pipelines.errors import HistoryLocked
from pipelines.history import asking, database, publish, record
from tests.unit.history import run_folders

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]

RECORD = """
import sys
from pathlib import Path
from pipelines.history import record
for _ in range(int(sys.argv[2])):
    for folder in map(Path, sys.argv[3:]):
        record.record_run(Path(sys.argv[1]), folder)
        print(folder, flush=True)
"""
PUBLISH = """
import sys
from pathlib import Path
from pipelines.history import publish
for _ in range(int(sys.argv[3])):
    publish.publish(Path(sys.argv[1]), Path(sys.argv[2]))
    print("published", flush=True)
"""
HOLD = """
import sys, time
from pathlib import Path
from pipelines.history import database
with database.writing(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def start(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def counts(history: Path) -> list[tuple[object, ...]]:
    with database.reading(history) as connection:
        return connection.execute(
            "SELECT r.run_id, (SELECT count(*) FROM verdict v WHERE v.run_id = r.run_id),"
            " (SELECT count(*) FROM score s WHERE s.run_id = r.run_id),"
            " (SELECT count(*) FROM expectation_result e WHERE e.run_id = r.run_id) FROM run r ORDER BY 1"
        ).fetchall()


@pytest.fixture
def runs(tmp_path: Path) -> list[Path]:
    return [folder for folder in run_folders.write(tmp_path / "runs") if folder.name != "_night"]


def test_two_writers_at_once_lose_nothing(tmp_path: Path, runs: list[Path]) -> None:
    alone, shared = tmp_path / "alone.duckdb", tmp_path / "shared.duckdb"
    for folder in runs:
        record.record_run(alone, folder)
    writers = [start(RECORD, shared, 2, *runs[0::2]), start(RECORD, shared, 2, *runs[1::2])]
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    assert counts(shared) == counts(alone)


def test_a_killed_writer_leaves_whole_runs_only(tmp_path: Path, runs: list[Path]) -> None:
    history = tmp_path / "history.duckdb"
    for folder in runs:
        record.record_run(history, folder)
    whole = counts(history)
    dice = random.Random(11)  # noqa: S311
    for _ in range(8):
        writer = start(RECORD, history, 1_000, *runs)
        assert writer.stdout is not None
        writer.stdout.readline()  # it is in the midst of recording
        time.sleep(dice.uniform(0, 0.25))
        writer.kill()
        assert writer.wait() == -signal.SIGKILL
        writer.stdout.close()
        assert counts(history) == whole
    record.record_run(history, runs[0])
    assert counts(history) == whole


def test_a_killed_publication_leaves_the_last_whole_copy(tmp_path: Path, runs: list[Path]) -> None:
    history, public = tmp_path / "history.duckdb", tmp_path / "public"
    for folder in runs:
        record.record_run(history, folder)
    publish.publish(history, public)
    dice = random.Random(12)  # noqa: S311
    for _ in range(4):
        publisher = start(PUBLISH, history, public, 1_000)
        assert publisher.stdout is not None
        publisher.stdout.readline()
        time.sleep(dice.uniform(0, 0.25))
        publisher.kill()
        publisher.wait()
        publisher.stdout.close()
        assert asking.columns_and_rows("SELECT count(*) FROM run", public=public)[1] == [(len(runs),)]
    publish.publish(history, public)


def test_readers_never_meet_a_publication(tmp_path: Path, runs: list[Path]) -> None:
    history, public = tmp_path / "history.duckdb", tmp_path / "public"
    for folder in runs:
        record.record_run(history, folder)
    publish.publish(history, public)
    publisher = start(PUBLISH, history, public, 8)
    answered = 0
    with asking.opened(public) as old:
        while publisher.poll() is None:
            assert asking.columns_and_rows("SELECT count(*) FROM run", public=public)[1] == [(len(runs),)]
            assert asking.ask(old, "SELECT count(*) FROM run")[1] == [(len(runs),)]
            answered += 1
    publisher.communicate()
    assert publisher.returncode == 0
    assert answered > 3


def test_a_history_held_too_long_names_the_process(tmp_path: Path, runs: list[Path]) -> None:
    history = tmp_path / "history.duckdb"
    record.record_run(history, runs[0])
    holder = start(HOLD, history)
    assert holder.stdout is not None
    holder.stdout.readline()
    naps: list[float] = []
    try:
        with (
            pytest.raises(HistoryLocked, match=f"process {holder.pid}"),
            database.writing(history, deadline_seconds=2.0, sleep=naps.append),
        ):
            pass
        with (
            pytest.raises(HistoryLocked),
            database.withheld(history, deadline_seconds=1.0, sleep=naps.append),
        ):
            pass
    finally:
        holder.kill()
        holder.communicate()
    assert sum(naps) == pytest.approx(3.0, abs=0.05)
    assert record.record_run(history, runs[0]) > 0
