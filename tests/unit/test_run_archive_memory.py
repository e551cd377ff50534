"""Run folders of tens of megabytes go into the store and out of it in little memory."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILES, MEGABYTES = 3, 32
# The peak is that of this program alone: `ru_maxrss` begins with what the process that started it had reached.
SAMPLE = """
import re, sys
from datetime import UTC, date, datetime
from pathlib import Path
from pipelines import artifacts
from pipelines.model import RunIndex
from pipelines.object_store import FolderObjects
from pipelines.run_store import RunStore

def peak():
    return int(re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024

root, night = Path(sys.argv[1]), date(2026, 3, 1)
shared = FolderObjects(root / "shared")
one, other = (RunStore(shared, root / it / "runs", root / it / "run_store") for it in ("one", "other"))
at = datetime(2026, 3, 2, 9, tzinfo=UTC)
folder = artifacts.run_folder(one.runs, night, "s")
artifacts.write_value(folder / artifacts.INDEX, RunIndex("s", night, "v", at, at, "success", "r"))
before = peak()
one.send("s", night)
other.bring_one("s", night)
print(peak() - before)
"""


def test_a_large_run_folder_takes_no_memory(tmp_path: Path) -> None:
    dice = random.Random(1)  # noqa: S311
    folder = tmp_path / "one" / "runs" / "2026-03-01" / "s"
    folder.mkdir(parents=True)
    for number in range(FILES):
        (folder / f"reads{number}.jsonl").write_bytes(dice.randbytes(MEGABYTES * 1024 * 1024))
    done = subprocess.run(
        [sys.executable, "-c", SAMPLE, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    other = tmp_path / "other" / "runs" / "2026-03-01" / "s"
    assert sorted(it.name for it in other.iterdir()) == sorted(it.name for it in folder.iterdir())
    assert all((other / it.name).read_bytes() == it.read_bytes() for it in folder.iterdir())
    assert int(done.stdout) < MEGABYTES, "less than a single one of its files"
