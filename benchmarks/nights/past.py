"""The nights before the measured one: run for real, on a clock of their own, so that "unchanged" has a past.

Belongs here: the data folder that every measured night begins with, and a fresh copy of it. Does not belong here: the
measured night. The past is made without latency and without pauses, by the plain night; its last night is run by
Dagster, so that Dagster's own records, too, have a past.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

from benchmarks.nights.commands import environment, executions, python, ticked
from benchmarks.nights.portal import Portal
from benchmarks.nights.process import run
from benchmarks.nights.world import Mix, World

# Files that are written once and replaced whole, if ever: a link to them is as good as a copy.
LINKED = ("snapshots", "runs", "fingerprints")
# A file system that has just removed thousands of files makes new ones slowly for minutes (ext4 passes over each number
# of a removed file), and no night in life begins so: copies are removed with the past. Of large files, which are few,
# the room is needed.
USED, LARGE = "used", 1_000_000
# Before any time of tonight, so that the same pages are due whenever the benchmark is run
BEGAN = time(0, tzinfo=UTC)


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
        """A data folder equal to it, put aside afterwards; nothing that is known of hosts is in it."""
        copy = self.folder / name
        self._put_aside(copy)
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
            self._put_aside(copy)

    def _put_aside(self, copy: Path) -> None:
        used = self.folder / USED
        used.mkdir(exist_ok=True)
        aside = used / f"{copy.name}-{uuid4().hex}"
        with suppress(FileNotFoundError):
            copy.rename(aside)
        for file in aside.rglob("*"):
            if file.is_file() and file.stat().st_size > LARGE:
                file.unlink()

    def clear(self) -> None:
        """Remove what was put aside."""
        shutil.rmtree(self.folder / USED, ignore_errors=True)


def make(mix: Mix, folder: Path, portal: Portal, today: date) -> Past:
    """Run all nights before `today` into `folder`, in processes of their own."""
    past = Past(mix, folder, today)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(past.data, ignore_errors=True)
    settings = environment(past.data, past.sources, VEEDOR_HOST_PAUSE_SECONDS="0", VEEDOR_RETRIES="0")
    for number in range(1, mix.nights + 1):
        past.sources.write_text(World(mix).sources_yaml(portal.port, number), encoding="utf-8")
        shutil.rmtree(past.data / "hosts", ignore_errors=True)
        portal.night(number, latency=0)
        night = today - timedelta(days=mix.nights + 1 - number)
        if number < mix.nights:
            command = [sys.executable, "-m", "benchmarks.nights.past", night.isoformat()]
            run(command, settings, memory=False)
        else:
            _by_dagster(night, past, settings)
    past.sources.write_text(World(mix).sources_yaml(portal.port, mix.nights + 1), encoding="utf-8")
    return past


def _by_dagster(night: date, past: Past, settings: dict[str, str]) -> None:
    home = json.loads(run([sys.executable, "-m", "benchmarks.nights.past"], settings, memory=False).out)
    now = datetime.combine(night, BEGAN).isoformat()
    told = {**settings, "DAGSTER_HOME": home, "VEEDOR_BENCH_NOW": now}
    for command in executions(ticked(night, told), "benchmarks.nights.definitions"):
        run(python(command, ["-m", "dagster"]), told, memory=False)


def main() -> None:
    """Run the plain night that is named, as of 03:00 of its day; without one, make and tell Dagster's folder."""
    from pipelines.clock import FixedClock
    from pipelines.defs.instance import dagster_home
    from pipelines.night import run_night
    from pipelines.settings import Settings
    from pipelines.sources import load
    from pipelines.tools import opened_tools

    settings = Settings.from_env()
    if len(sys.argv) == 1:
        print(json.dumps(str(dagster_home(settings))))
        return
    night = date.fromisoformat(sys.argv[1])
    sources = load(settings.sources)
    with opened_tools(settings, sources, clock=FixedClock(datetime.combine(night, BEGAN))) as tools:
        report = run_night(sources, night, tools)
    if report.failures:
        sys.exit(f"{night}: {report.failures[0].source}: {report.failures[0].reason}")


if __name__ == "__main__":
    main()
