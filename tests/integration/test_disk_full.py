"""A disk without room: one clear error, nothing lost, and the same command finishes when there is room again."""

from __future__ import annotations

import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from pipelines import compacted
from pipelines.history import asking, compact, database, publish, rebuild, record, store, verify
from tests.unit.history import run_folders

ROOT = Path(__file__).resolve().parents[2]

# A limit to the size of files is what a full disk looks like to a program, and needs no disk of its own.
WORK = """
import resource, sys
from datetime import date
from pathlib import Path
from pipelines.errors import VeedorError
from pipelines.history import compact, publish, rebuild, record, verify
what, limit, data = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
history, runs = data / "history.duckdb", data / "runs"
compact.LOOK_BACK = 1
work = {
    "record": lambda: record.record_runs(history, sorted(runs.glob("*/[ef]*"))),
    "alerts": lambda: [record.record_alerts(history, it) for it in sorted(runs.glob("*/_night"))],
    "publish": lambda: publish.publish(history, data / "public"),
    "rebuild": lambda: rebuild.rebuild(history, runs),
    "verify": lambda: verify.verify(history, runs),
    "compact": lambda: compact.compact(runs, 30, date(2026, 6, 1)),
    "restore": lambda: compact.restore(runs, "2026-02"),
}
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    for one in what.split("+"):
        work[one]()
except (VeedorError, OSError) as error:
    print(type(error).__name__, error)
"""


def work(what: str, limit: int, data: Path) -> str:
    command = [sys.executable, "-c", WORK, what, str(limit), str(data)]
    # Through a pipe: a file would be under the limit too.
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def rows(history: Path) -> dict[str, list[str]]:
    with database.reading(history) as connection:
        return {
            name: sorted(map(repr, connection.execute(f"FROM {name}").fetchall()))
            for name in store.relations(connection)
        }


def leftovers(data: Path) -> list[str]:
    return [str(path) for path in data.rglob("*") if ".tmp" in path.name]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose history knows three of five nights, and its public copy."""
    data = tmp_path_factory.mktemp("data")
    for folder in run_folders.write(data / "runs")[:9]:
        (record.record_alerts if folder.name == "_night" else record.record_run)(
            data / "history.duckdb", folder
        )
    publish.publish(data / "history.duckdb", data / "public")
    return data


@pytest.fixture
def data(filled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(filled, tmp_path / "data"))


# Before anything can be written, and in the midst of it.
@pytest.mark.parametrize(
    "limit", [10, *(pytest.param(later, marks=pytest.mark.slow) for later in (20_000, 100_000))]
)
@pytest.mark.parametrize("what", ["record", "rebuild", "verify", "publish"])
def test_the_history_stays_as_it_was(data: Path, what: str, limit: int) -> None:
    history = data / "history.duckdb"
    before = rows(history)
    assert work(what, limit, data).startswith("DiskFull"), limit
    assert rows(history) == before
    assert asking.columns_and_rows("SELECT count(*) FROM run", public=data / "public")[1] == [(6,)]
    assert leftovers(data) == []
    assert work("record+alerts+publish", 0, data) == ""
    assert verify.verify(history, data / "runs").equal


# DuckDB's headers take 12,288 bytes.
@pytest.mark.parametrize("limit", [10, 5_000, pytest.param(20_000, marks=pytest.mark.slow)])
def test_a_first_night_without_room_leaves_no_half_of_a_history(data: Path, limit: int) -> None:
    (data / "history.duckdb").unlink()
    assert "DiskFull" in work("record", limit, data)
    assert leftovers(data) == []
    assert work("record+alerts+publish", 0, data) == ""
    assert verify.verify(data / "history.duckdb", data / "runs").equal


@pytest.mark.parametrize("limit", [1, 500, 6_000])
def test_compaction_removes_nothing(data: Path, monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(compact, "LOOK_BACK", 1)
    runs = data / "runs"
    before = {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()}
    assert "File too large" in work("compact", limit, data)
    assert {path: path.read_bytes() for path in before} == before
    assert leftovers(data) == []
    assert work("compact", 0, data) == ""
    assert [path.stem for path in compacted.months(runs)] == ["2026-02", "2026-03"]
    assert "File too large" in work("restore", limit, data)
    rebuild.rebuild(data / "history.duckdb", runs)
    assert compact.restore(runs, "2026-02") > 0
    assert compact.restore(runs, "2026-03") > 0
    assert {path: path.read_bytes() for path in runs.rglob("*") if path.is_file()} == before
    assert compact.compact(runs, 30, date(2026, 6, 1)).runs == 10
