"""The history under everybody at once, and under kills at random moments: `make soak` does it for longer."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]


def soak(*arguments: object) -> dict[str, Any]:
    # A process of its own, which has opened nothing when it forks.
    command = [sys.executable, "-m", "tests.soak.history", *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout, done.stderr
    account: dict[str, Any] = json.loads(done.stdout)
    assert account["wrong"] == [], (account, done.stderr[-2_000:])
    assert done.returncode == 0
    return account


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(600)
def test_eight_writers_and_eight_readers_at_once() -> None:
    seconds = float(os.environ.get("VEEDOR_SOAK_SECONDS", "20"))
    account = soak("--seconds", seconds)["together"]
    assert account["refusals"] == 0
    assert account["publications"] >= 2
    assert account["runs recorded"] > 8
    assert account["questions answered"] > 8
    assert account["fewest transactions of a writer"] > 0


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(300)
def test_twenty_kills_leave_whole_runs_and_a_whole_copy() -> None:
    account = soak("--kills", 20)["killing"]
    assert account["inside a write, share"] > 0.5
