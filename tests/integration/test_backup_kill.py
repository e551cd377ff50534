"""Backups and restorations, killed anywhere and on a full disk: the last complete backup can always be given back."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.backup import installation

ROOT = Path(__file__).resolve().parents[2]

# The limit on a file's size stands for a full disk.
WORK = """
import resource, sys
from pathlib import Path
from pipelines.errors import VeedorError
from tests.integration import backup_driver as driver
what, limit, here = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    {"first": lambda: driver.save(here, driver.FIRST), "second": lambda: driver.save(here, driver.SECOND),
     "restore": lambda: driver.restore(here)}[what]()
except (VeedorError, OSError) as error:
    print(type(error).__name__, error)
"""


def run(command: list[str], seconds: int) -> str:
    done = subprocess.run(
        [sys.executable, *command], cwd=ROOT, capture_output=True, text=True, timeout=seconds, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_in_the_midst(tmp_path: Path, what: str) -> None:
    told = run(["-m", "tests.integration.backup_driver", str(tmp_path), what, "some"], 280)
    assert json.loads(told.splitlines()[-1]) == {"kills": 24, "different": []}


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.skipif("VEEDOR_EVERY_LINE" not in os.environ, reason="takes minutes: set VEEDOR_EVERY_LINE=1")
@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_on_every_line(tmp_path: Path, what: str) -> None:
    told = run(["-m", "tests.integration.backup_driver", str(tmp_path), what, "every"], 1700)
    outcome = json.loads(told.splitlines()[-1])
    assert outcome["different"] == []
    assert outcome["kills"] > 100


@pytest.mark.parametrize(
    "limit", [10, *(pytest.param(other, marks=pytest.mark.slow) for other in (0, 2_000, 50_000))]
)
def test_on_a_full_disk_the_last_complete_backup_stays(tmp_path: Path, limit: int) -> None:
    settings = installation.settings_at(tmp_path / "installation")
    installation.fill(settings, 2)
    assert run(["-c", WORK, "first", "0", str(tmp_path)], 120) == ""
    before = installation.tree(settings.data)
    (settings.data / "outbox" / "large.eml").write_bytes(os.urandom(60_000))
    told = run(["-c", WORK, "second", str(limit), str(tmp_path)], 120)
    assert told.startswith("DiskFull there is no room at") if limit else told == ""
    assert [path for path in (tmp_path / "bak").rglob("*") if path.parent.name == ".incoming"] == []
    if limit:
        assert run(["-c", WORK, "restore", str(limit), str(tmp_path)], 120).startswith("DiskFull")
        assert not (tmp_path / "new").exists()
        assert list(tmp_path.glob(".new*")) == []
    assert run(["-c", WORK, "restore", "0", str(tmp_path)], 120) == ""
    assert installation.tree(tmp_path / "new") == (before if limit else installation.tree(settings.data))
