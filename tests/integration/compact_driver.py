"""Compacts and restores in child processes that end themselves with SIGKILL on a given line, and looks at what is left.

As `kill_driver`: this process imports once and forks for every kill; it starts no thread of its own, so Parquet is read
and written in children only.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any

from pipelines import compacted
from pipelines.history import compact
from tests.integration.kill_driver import forked

TODAY = date(2026, 6, 1)
MODULES = (compact.__file__, compacted.__file__)


def work(runs: Path, what: str) -> None:
    """Compact, or give back every month."""
    compact.LOOK_BACK = 1  # the generated nights are five
    if what == "compact":
        compact.compact(runs, compact.LEAST_DAYS, TODAY)
    else:
        for month in [it.stem for it in compacted.months(runs)]:
            compact.restore(runs, month)


def traced(task: Callable[[], None], on_line: Callable[[str, int], None]) -> None:
    """Do `task`, telling of every line of the two modules before it is done."""

    def local(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            on_line(frame.f_code.co_name, frame.f_lineno)
        return local

    sys.settrace(lambda frame, *_: local if frame.f_code.co_filename in MODULES else None)
    task()
    sys.settrace(None)


def everything(runs: Path) -> str:
    """The hash of every file of every run, in folders or months; fails when one stands twice with two contents."""
    found: dict[str, str] = {}
    for path in compacted.months(runs):
        for file in compacted.files(path):
            key = f"{file.night}/{file.source}/{file.artifact}"
            assert key not in found
            found[key] = hashlib.sha256(file.content).hexdigest()
    for path in runs.glob("2*/*/**/*"):
        if path.is_file():
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            assert found.setdefault(path.relative_to(runs).as_posix(), content) == content
    seen = [
        str(path.relative_to(folder.parents[1]))
        for _, here, laid_out in compacted.each_night(runs)
        for folder in (*here, *laid_out)
        for path in folder.rglob("*")
        if path.is_file()
    ]
    assert len(seen) == len(set(seen)), "a run is read twice"
    assert sorted(seen) == sorted(found)
    return json.dumps(sorted(found.items()))


def tree(runs: Path) -> list[str]:
    """What lies where, with the content of everything."""
    return sorted(
        f"{path.relative_to(runs)} {hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ''}"
        for path in runs.rglob("*")
    )


def main(base: Path, place: Path, what: str, every_line: bool) -> dict[str, Any]:
    """Kill `what` on its lines, do it again, compare with what an undisturbed one leaves."""
    answer = place / "answer.json"

    def asked(question: Callable[[], Any]) -> Any:
        assert forked(lambda: answer.write_text(json.dumps(question()))) == 0
        return json.loads(answer.read_text())

    undisturbed, lines = place / "undisturbed", place / "lines.jsonl"
    shutil.copytree(base, undisturbed)
    expected = asked(lambda: everything(base))

    def log() -> None:
        with lines.open("w") as handle:
            traced(lambda: work(undisturbed, what), lambda *line: handle.write(json.dumps(line) + "\n"))

    assert forked(log) == 0
    done = tree(undisturbed)
    assert asked(lambda: everything(undisturbed)) == expected
    passed = [tuple(json.loads(line)) for line in lines.read_text().splitlines()]
    first = {line: number for number, line in reversed(list(enumerate(passed)))}
    last = {line: number for number, line in enumerate(passed)}
    points = sorted({*first.values(), *last.values()}) if every_line else sorted(_steps(passed))
    different: list[Any] = []
    for point in points:
        runs = place / "disturbed"
        shutil.copytree(base, runs)
        counter = iter(range(len(passed) + 1))

        def on_line(*_: object, counter: Any = counter, point: int = point) -> None:
            if next(counter) == point:
                os.kill(os.getpid(), signal.SIGKILL)

        assert forked(lambda on_line=on_line, runs=runs: traced(lambda: work(runs, what), on_line)) == -9  # type: ignore[misc]
        if asked(lambda runs=runs: everything(runs)) != expected:  # type: ignore[misc]
            different.append([passed[point], "after the kill"])
        assert forked(lambda runs=runs: work(runs, what)) == 0  # type: ignore[misc]
        if tree(runs) != done:
            different.append([passed[point], sorted(set(tree(runs)) ^ set(done))])
        shutil.rmtree(runs)
    return {"kills": len(points), "different": different}


def _steps(passed: list[tuple[str, int]]) -> set[int]:
    """Where one function gives way to another in the midst of things: about twenty moments all over the work."""
    names = ("compact", "_compact_month", "_take_away", "restore")
    turns = [n for n in range(1, len(passed)) if passed[n][0] in names and passed[n][0] != passed[n - 1][0]]
    return {turns[len(turns) * part // 20] for part in range(20)}


if __name__ == "__main__":
    folder, at, asked_for, points = sys.argv[1:]
    print(json.dumps(main(Path(folder), Path(at), asked_for, points == "every")))
