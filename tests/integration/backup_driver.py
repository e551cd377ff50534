"""Backs up and restores in child processes that end themselves with SIGKILL on a given line, and looks at what is left.

As `compact_driver`: this process imports once and forks for every kill; it starts no thread of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

from pipelines.backup import back_up, bundles, give_back, manifest
from pipelines.backup import place as places
from pipelines.backup.place import place_at
from pipelines.snapshots.store import store_at
from tests.integration.kill_driver import forked
from tests.unit.backup import installation

MODULES = tuple(it.__file__ for it in (back_up, bundles, give_back, manifest, places))
FIRST, SECOND, THIRD = (datetime(2026, 3, day, 4, tzinfo=UTC) for day in (1, 2, 3))


def save(here: Path, now: datetime) -> None:
    """Back the installation in `here` up beside it, keeping one."""
    settings = installation.settings_at(here / "installation")
    store = store_at(None, settings.snapshots)
    back_up.back_up(place_at(str(here / "bak")), settings, store, now, keep=1)


def restore(here: Path) -> None:
    """Give the newest backup back beside it."""
    give_back.give_back(place_at(str(here / "bak")), here / "new")


def prepared(place: Path) -> Path:
    """Three nights that were backed up, and two more that were not."""
    here = place / "base"
    settings = installation.settings_at(here / "installation")
    installation.fill(settings, 3)
    save(here, FIRST)
    shutil.rmtree(settings.data / "runs")
    (settings.data / "history.duckdb").unlink()
    installation.fill(settings)
    return here


def traced(task: Callable[[], None], on_line: Callable[[str, int], None]) -> None:
    """Do `task`, telling of every line of the modules before it is done."""

    def local(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            on_line(f"{Path(frame.f_code.co_filename).stem}.{frame.f_code.co_name}", frame.f_lineno)
        return local

    sys.settrace(lambda frame, *_: local if frame.f_code.co_filename in MODULES else None)
    task()
    sys.settrace(None)


def given_back(here: Path) -> dict[str, str]:
    """What the newest complete backup holds."""
    restore(here)
    found = installation.tree(here / "new")
    shutil.rmtree(here / "new")
    return found


def left(here: Path, what: str) -> list[str]:
    """What lies about: on its way into the backup, or of a restoration that was not finished."""
    if what == "backup":
        return [path.name for path in (here / "bak" / ".incoming").rglob("*")]
    return [path.name for path in here.glob(".new*")]


def main(place: Path, what: str, every_line: bool) -> dict[str, Any]:
    """Kill `what` on its lines, do it again, compare with what an undisturbed one leaves."""
    answer = place / "answer.json"

    def asked(question: Callable[[], Any]) -> Any:
        assert forked(lambda: answer.write_text(json.dumps(question()))) == 0
        return json.loads(answer.read_text())

    def work(here: Path) -> None:
        save(here, SECOND) if what == "backup" else restore(here)

    assert forked(lambda: prepared(place)) == 0
    base = place / "base"
    if what == "restore":
        assert forked(lambda: save(base, SECOND)) == 0
    undisturbed, lines = place / "undisturbed", place / "lines.jsonl"
    shutil.copytree(base, undisturbed)

    def log() -> None:
        with lines.open("w") as handle:
            traced(lambda: work(undisturbed), lambda *line: handle.write(json.dumps(line) + "\n"))

    assert forked(log) == 0
    before = asked(lambda: given_back(base))
    after = asked(lambda: installation.tree(undisturbed / "installation" / "data"))
    passed = [tuple(json.loads(line)) for line in lines.read_text().splitlines()]
    first = {line: number for number, line in reversed(list(enumerate(passed)))}
    last = {line: number for number, line in enumerate(passed)}
    points = sorted({*first.values(), *last.values()})
    if not every_line:
        points = [points[len(points) * part // 24] for part in range(24)]
    different: list[Any] = []
    for point in points:
        here = place / "disturbed"
        shutil.copytree(base, here)
        counter = iter(range(len(passed) + 1))

        def on_line(*_: object, counter: Any = counter, point: int = point) -> None:
            if next(counter) == point:
                os.kill(os.getpid(), signal.SIGKILL)

        assert forked(lambda on_line=on_line, here=here: traced(lambda: work(here), on_line)) == -9  # type: ignore[misc]
        if what == "backup":
            if asked(lambda here=here: given_back(here)) not in (before, after):  # type: ignore[misc]
                different.append([passed[point], "the backup after the kill"])
            assert forked(lambda here=here: save(here, THIRD)) == 0  # type: ignore[misc]
            if asked(lambda here=here: given_back(here)) != after:  # type: ignore[misc]
                different.append([passed[point], "the next backup"])
        else:
            if (here / "new").exists():
                found = asked(lambda here=here: installation.tree(here / "new"))  # type: ignore[misc]
                shutil.rmtree(here / "new")
                if found != after:
                    different.append([passed[point], "a part was given back"])
            assert forked(lambda here=here: restore(here)) == 0  # type: ignore[misc]
            if asked(lambda here=here: installation.tree(here / "new")) != after:  # type: ignore[misc]
                different.append([passed[point], "given back"])
        if found_left := left(here, what):
            different.append([passed[point], found_left])
        shutil.rmtree(here)
    return {"kills": len(points), "different": different}


if __name__ == "__main__":
    at, asked_for, points = sys.argv[1:]
    print(json.dumps(main(Path(at), asked_for, points == "every")))
