"""The published copy in the hands of others: DuckDB 1.0 and 1.1, and DuckDB-WASM in node, without any extension."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.environments import python_of
from pipelines import duck
from pipelines.history import publish, record
from tests.unit.history import run_folders

ROOT = Path(__file__).resolve().parents[2]
READERS = ROOT / "tests" / "readers"
NODE_MODULES = ROOT / ".tools" / "readers"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def quality(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("readers")
    for folder in run_folders.write(base / "runs"):
        one = record.record_alerts if folder.name == "_night" else record.record_run
        one(base / "history.duckdb", folder)
    return publish.publish(base / "history.duckdb", base / "public")


def told(command: list[str]) -> dict[str, Any]:
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-3_000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(("name", "version"), [("duckdb_1.0", "1.0.0"), ("duckdb_1.1", "1.1.3")])
def test_an_older_duckdb_reads_every_row_as_we_do(quality: Path, name: str, version: str) -> None:
    ours = told([sys.executable, str(READERS / "ask.py"), str(quality)])
    theirs = told([python_of(name), str(READERS / "ask.py"), str(quality)])
    assert theirs["version"] == version
    assert len(ours["relations"]) > 50
    assert theirs["relations"] == ours["relations"]


def test_duckdb_in_a_browser_reads_every_row_as_we_do(quality: Path) -> None:
    modules = installed()
    theirs = told([str(shutil.which("node")), str(READERS / "ask.js"), str(modules), str(quality)])[
        "relations"
    ]
    connection = duck.connect(quality, read_only=True)
    names = connection.execute("SELECT table_name FROM information_schema.tables").fetchall()
    assert len(names) > 50
    assert {name for (name,) in names} == set(theirs)
    for (name,) in names:
        ours = connection.execute(f'SELECT COLUMNS(*)::VARCHAR FROM "{name}"').fetchall()
        assert sorted(map(repr, map(tuple, theirs[name]))) == sorted(map(repr, ours)), name
    connection.close()


def installed() -> Path:
    """The folder of DuckDB-WASM's packages, which are installed once, as `tests/readers/package-lock.json` has them."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        if os.environ.get("CI"):
            pytest.fail("node and npm are needed to ask DuckDB-WASM")
        pytest.skip("node and npm are not on this machine")
    ready = NODE_MODULES / ".ready"
    wanted = (READERS / "package-lock.json").read_text(encoding="utf-8")
    if not ready.exists() or ready.read_text(encoding="utf-8") != wanted:
        NODE_MODULES.mkdir(parents=True, exist_ok=True)
        for file in ("package.json", "package-lock.json"):
            shutil.copy(READERS / file, NODE_MODULES / file)
        command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
        subprocess.run(command, cwd=NODE_MODULES, check=True, stdout=sys.stderr, timeout=300)
        ready.write_text(wanted, encoding="utf-8")
    return NODE_MODULES / "node_modules"
