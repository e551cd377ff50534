"""Compaction and its reversal, killed anywhere: nothing is lost, nothing stands twice, and the next call finishes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.history import compact
from tests.unit.history import run_folders

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("folders") / "runs"
    run_folders.write(runs)
    return runs


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    runs = tmp_path_factory.mktemp("months") / "runs"
    run_folders.write(runs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compact, "LOOK_BACK", 1)
        compact.compact(runs, 30, date(2026, 6, 1))
    return runs


def disturbed(base: Path, work: Path, what: str, points: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.compact_driver", str(base), str(work), what, points],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1500,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("what", ["compact", "restore"])
def test_killed_in_the_midst(request: pytest.FixtureRequest, tmp_path: Path, what: str) -> None:
    base = request.getfixturevalue("folders" if what == "compact" else "months")
    outcome = disturbed(base, tmp_path, what, "some")
    assert outcome["different"] == []
    assert outcome["kills"] > 10


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif("VEEDOR_EVERY_LINE" not in os.environ, reason="takes 12 minutes: set VEEDOR_EVERY_LINE=1")
@pytest.mark.parametrize("what", ["compact", "restore"])
def test_killed_on_every_line(request: pytest.FixtureRequest, tmp_path: Path, what: str) -> None:
    base = request.getfixturevalue("folders" if what == "compact" else "months")
    outcome = disturbed(base, tmp_path, what, "every")
    assert outcome["different"] == []
    assert outcome["kills"] > 100
