"""A disk that fills while a night is at work: the dead-man's switch hears of it, whichever shell runs the night."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.sources import parse
from pipelines.tonight import night_of
from tests import receivers
from tests.receivers import Answer, Receiver, Request

ROOT = Path(__file__).resolve().parents[2]
MEGABYTES = 64  # of which the engine of the page of SQL, where it was made, takes 10


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of its own of some megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("this machine lets nobody mount a disk here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Leave no byte of room, not even in what is begun."""
    with (disk / "filler").open("ab", buffering=0) as handle:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    handle.write(b"\0" * size)
            except OSError:
                continue


def night(
    shell: str, disk: Path, sources: Path, tonight: str, switch: str
) -> subprocess.CompletedProcess[str]:
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith(("VEEDOR_", "DAGSTER_"))},
        "VEEDOR_DATA": str(disk / "data"),
        "VEEDOR_SOURCES": str(sources),
        "VEEDOR_PING_URL": f"{switch}/uuid",
        "VEEDOR_ALLOW_PRIVATE_ADDRESSES": "1",
        "VEEDOR_RETRY_SECONDS": "0",
        "PYTHONWARNINGS": "ignore",
    }

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", *command],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    if shell == "plain":
        return run("pipelines", "run", "--night", tonight)
    environment["DAGSTER_HOME"] = run("pipelines.defs.instance").stdout.strip()
    tags = json.dumps({"veedor/night": tonight})
    return run("dagster", "job", "execute", "-m", "pipelines.definitions", "-j", "night", "--tags", tags)


@pytest.mark.slow
@pytest.mark.parametrize("shell", ["plain", "dagster"])
def test_the_switch_hears_that_the_disk_is_full(disk: Path, tmp_path: Path, shell: str) -> None:
    def answer(request: Request) -> Answer:
        if request.path == "/uuid/start":
            fill(disk)
        return 200, {}, b"OK"

    switch, now = Receiver(answer=answer), datetime.now(UTC)
    with (
        DemoPortal(story.edition(7, 1), now - timedelta(hours=6)) as portal,
        receivers.running(switch) as url,
    ):
        sources = tmp_path / "sources.yaml"
        declared = story.sources(portal.url)
        sources.write_text(declared, encoding="utf-8")
        # In the time zone of the sources it may still be yesterday
        tonight = night_of(now, parse(declared)).isoformat()
        done = night(shell, disk, sources, tonight, url)
        assert done.returncode != 0
        assert [it.path for it in switch.requests] == ["/uuid/start", "/uuid/fail"], done.stderr[-3000:]
        # With room again the same night is finished, and the alarm is over.
        (disk / "filler").unlink()
        switch.answer = lambda _: (200, {}, b"OK")
        again = night(shell, disk, sources, tonight, url)
    assert again.returncode == 0, again.stderr[-3000:]
    assert [it.path for it in switch.requests][2:] == ["/uuid/start", "/uuid"]
