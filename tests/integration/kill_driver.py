"""Runs nights in child processes that end themselves with SIGKILL, and says what the history came to.

Imports cost a second, so this process imports once and forks for every night. It must not open a database
itself: a forked child would inherit it.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import Step, opened_tools

NIGHT = 4


def settings_in(folder: Path) -> Settings:
    # Every night visits the pages anew, so that one can be killed in the middle of that.
    return Settings(
        data=folder, allow_private_addresses=True, host_pause_seconds=0.0, retries=0, page_days=0.0
    )


def run(folder: Path, url: str, number: int, step: Callable[[Step], None]) -> None:
    """One night of the demonstration's story on the portal at `url`."""
    settings = replace(settings_in(folder), sources=folder / "sources.yaml")
    sources = parse(story.sources(url))
    day = story.night_date(number)
    clock = FixedClock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    with opened_tools(settings, sources, clock=clock, step=step) as tools:
        report = run_night(sources, day, tools)
    assert not report.failures, report.failures
    assert report.alerts is not None


def forked(work: Callable[[], object], *, kill_after: float | None = None) -> int:
    """Do `work` in a child; give its exit status (negative: the signal that ended it)."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def history(folder: Path) -> dict[str, str]:
    """A hash of every table of the history, of the outbox and of every public page."""
    from pipelines import duck
    from pipelines.history import store

    found = {}
    connection = duck.connect(folder / "history.duckdb", read_only=True)
    for table in store.relations(connection):
        rows = sorted(map(repr, connection.execute(f"from {table}").fetchall()))
        found[table] = f"{len(rows)} {hashlib.sha256(repr(rows).encode()).hexdigest()[:12]}"
    connection.close()
    for pattern in ("outbox/*.eml", "public/**/*.html"):
        for path in sorted(folder.glob(pattern)):
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return found


def written(folder: Path, target: Path) -> None:
    target.write_text(json.dumps(history(folder)), encoding="utf-8")


def first_of_each_stage(steps: list[list[Any]]) -> list[int]:
    """The number of the first beginning of every stage, and of the end of the last one."""
    first: dict[str, int] = {}
    for number, (stage, _, _) in enumerate(steps):
        first.setdefault(stage, number)
    return [*sorted(first.values()), len(steps) - 1]


def main(url: str, base: Path, work: Path, every_step: bool, delays: list[float]) -> dict[str, Any]:
    """Kill the night at its steps and after each of `delays` (shares of its duration), run it again, compare."""
    target = work / "history.json"

    def finished(folder: Path) -> dict[str, str]:
        assert forked(lambda: run(folder, url, NIGHT, lambda step: None)) == 0
        assert forked(lambda: written(folder, target)) == 0
        found: dict[str, str] = json.loads(target.read_text(encoding="utf-8"))
        return found

    undisturbed = work / "undisturbed"
    shutil.copytree(base, undisturbed)
    log = work / "steps.jsonl"

    def noted(step: Step) -> None:
        with log.open("a", encoding="utf-8") as handle:
            handle.write(json.dumps([step.stage, step.key, step.done]) + "\n")

    started = time.monotonic()
    assert forked(lambda: run(undisturbed, url, NIGHT, noted)) == 0
    duration = time.monotonic() - started
    assert forked(lambda: written(undisturbed, target)) == 0
    expected: dict[str, str] = json.loads(target.read_text(encoding="utf-8"))
    steps = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    outcome: dict[str, Any] = {"steps": steps, "tables": expected, "kills": [], "different": []}

    def compare(name: str, kill: Callable[[Path], int]) -> None:
        folder = work / "disturbed"
        shutil.copytree(base, folder)
        status = kill(folder)
        found = finished(folder)
        outcome["kills"].append([name, status])
        if found != expected:
            changed = sorted(k for k in expected | found if expected.get(k) != found.get(k))
            outcome["different"].append([name, changed])
        shutil.rmtree(folder)

    for point in range(len(steps)) if every_step else first_of_each_stage(steps):

        def at_point(folder: Path, point: int = point) -> int:
            counter = iter(range(len(steps) + 1))

            def step(_: Step) -> None:
                if next(counter) == point:
                    os.kill(os.getpid(), signal.SIGKILL)

            return forked(lambda: run(folder, url, NIGHT, step))

        compare(str(steps[point]), at_point)
    for share in delays:
        delay = share * duration
        compare(
            f"after {delay:.3f} s",
            lambda folder, delay=delay: forked(  # type: ignore[misc]
                lambda: run(folder, url, NIGHT, lambda step: None), kill_after=delay
            ),
        )
    return outcome


if __name__ == "__main__":
    portal, base_folder, work_folder, points, seed, count = sys.argv[1:7]
    randomness = random.Random(int(seed))  # noqa: S311 - moments to be killed at, no secret
    print(
        json.dumps(
            main(
                portal,
                Path(base_folder),
                Path(work_folder),
                points == "every",
                [randomness.random() for _ in range(int(count))],
            )
        )
    )
