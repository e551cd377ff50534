"""The nights before the measured one: run for real, on a clock of their own, so that "unchanged" has a past.

    python -m benchmarks.nights.past '{"mix": {...}, "port": 40000, "today": "2026-03-12"}'    (as `Past.make` calls it)

Belongs here: the data folder that every measured night begins with, and a fresh copy of it. Does not belong here: the
measured night. The past is made without latency and without pauses, by the plain night; its last night is run by
Dagster, so that Dagster's own records, too, have a past.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from benchmarks.nights.portal import Portal, control
from benchmarks.nights.process import run
from benchmarks.nights.world import Mix, World

BEGINS = time(3, 0, tzinfo=UTC)
# Files that are written once and replaced whole, if ever: a link to them is as good as a copy.
LINKED = ("snapshots", "runs")
NIGHT_FOLDER = "_night"


@dataclass(frozen=True)
class Past:
    """A data folder after all nights of `mix` but the last, and the declaration of tonight."""

    mix: Mix
    folder: Path
    today: date

    @property
    def sources(self) -> Path:
        """sources.yaml."""
        return self.folder / "sources.yaml"

    @property
    def data(self) -> Path:
        """The data folder, never to be written in again."""
        return self.folder / "data"

    @contextmanager
    def copied(self, name: str) -> Iterator[Path]:
        """A data folder equal to it, removed afterwards; nothing that is known of hosts is in it."""
        copy = self.folder / name
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for item in self.data.iterdir():
            if item.name in LINKED:
                # Faster than anything in Python, for a hundred thousand files
                subprocess.run(["cp", "-al", str(item), str(copy)], check=True)
            elif item.is_dir():
                shutil.copytree(item, copy / item.name)
            else:
                shutil.copy2(item, copy)
        # The host's turns and robots.txt of the day are yesterday's by tonight.
        shutil.rmtree(copy / "hosts", ignore_errors=True)
        try:
            yield copy
        finally:
            shutil.rmtree(copy, ignore_errors=True)


def environment(data: Path, sources: Path, **more: str) -> dict[str, str]:
    """The environment of a night: the machine's path and home, our settings, and nothing else."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
    return {
        **kept,
        "VEEDOR_DATA": str(data),
        "VEEDOR_SOURCES": str(sources),
        "VEEDOR_ALLOW_PRIVATE_ADDRESSES": "1",
        "VEEDOR_CONTACT": "datos@observatorio.example",
        "VEEDOR_DELIVERY": "files",
        **more,
    }


def make(mix: Mix, folder: Path, portal: Portal, today: date) -> Past:
    """Run all nights before `today` into `folder`, in a process of their own."""
    past = Past(mix, folder, today)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(past.data, ignore_errors=True)
    told = json.dumps({"mix": mix.text, "port": portal.port, "today": today.isoformat()})
    settings = environment(past.data, past.sources, VEEDOR_HOST_PAUSE_SECONDS="0", VEEDOR_RETRIES="0")
    run([sys.executable, "-m", "benchmarks.nights.past", told], settings, memory=False)
    past.sources.write_text(World(mix).sources_yaml(portal.port, mix.nights + 1), encoding="utf-8")
    return past


def main() -> None:
    """Run the nights, each as of 03:00 of its day."""
    from pipelines.clock import FixedClock
    from pipelines.night import run_night
    from pipelines.settings import Settings
    from pipelines.sources import parse
    from pipelines.tools import opened_tools

    told = json.loads(sys.argv[1])
    mix, port, today = Mix(**told["mix"]), told["port"], date.fromisoformat(told["today"])
    settings = Settings.from_env()
    for number in range(1, mix.nights + 1):
        control(port, f"night?night={number}&latency=0")
        night = today - timedelta(days=mix.nights + 1 - number)
        text = World(mix).sources_yaml(port, number)
        settings.sources.write_text(text, encoding="utf-8")
        sources = parse(text, str(settings.sources))
        shutil.rmtree(settings.hosts, ignore_errors=True)
        with opened_tools(settings, sources, clock=FixedClock(datetime.combine(night, BEGINS))) as tools:
            report = run_night(sources, night, tools)
        if report.failures:
            sys.exit(f"{night}: {report.failures[0].source}: {report.failures[0].reason}")


if __name__ == "__main__":
    main()
