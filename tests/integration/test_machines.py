"""Several machines: the history of a single one, whichever of them is killed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.postgres import FOLDERS
from tests.servers.processes import program

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1800)
def test_two_workers_of_which_one_is_killed_leave_what_one_machine_leaves() -> None:
    """PostgreSQL, Redis and S3 on loopback, three nights; a worker dies on the one on which things break."""
    program("redis-server")
    program("initdb", *FOLDERS)
    done = subprocess.run(
        [sys.executable, "-m", "tests.machines.trial", "--sources", "30"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=1700,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    outcome = json.loads(done.stdout)
    assert outcome["different"] == []
    assert outcome["killed_after"]
    assert outcome["mailed_twice"] == 0
    # The nights have something to lose, and every machine had its part in them.
    assert outcome["mails"] > 10
    assert not outcome["compared"]["transition"].startswith("0 ")
    assert all(outcome["run_folders_by_machine"].values())
