"""Kills: a process that records or publishes is killed at random moments, and what it leaves is judged every time.

Belongs here: the moments, where the process was then, and the account. Does not belong here: what is whole (`world`).
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from pipelines.history import publish, record
from tests.soak import together
from tests.soak import world as worlds
from tests.soak.timing import Marks
from tests.soak.world import World, ended, fork


def run(base: Path, kills: int, seed: int) -> tuple[dict[str, Any], list[str]]:
    """Kill `kills` times, every second time a publication; gives the account and what is wrong."""
    base.mkdir(parents=True)
    worlds_file, verdict = base / "clean.json", base / "verdict.json"
    if ended(fork(lambda: together._first(base, worlds_file))):
        return {}, ["the world could not be made"]
    world = together._known(base, worlds_file)
    dice = Random(seed)  # noqa: S311
    wrong: list[str] = []
    places: dict[str, Counter[str]] = {"record": Counter(), "publish": Counter()}
    lasts = {kind: _lasts(_once(world, kind, dice)) for kind in places}
    if any(ended(fork(_once(world, "record", dice, all_of_them=True))) for _ in range(1)):
        return {}, ["the runs could not be recorded"]
    for number in range(kills):
        kind = ("record", "publish")[number % 2]
        marks = Marks()
        child = fork(_again_and_again(world, kind, Random(dice.random()), marks))  # noqa: S311
        time.sleep(dice.uniform(0.0, 2.0 * lasts[kind]))
        os.kill(child, signal.SIGKILL)
        status = ended(child)
        places[kind][marks.place] += 1
        found = [] if status == -signal.SIGKILL else [f"it had ended by itself with status {status}"]
        if ended(fork(lambda: verdict.write_text(json.dumps(_judged(world)), encoding="utf-8"))):
            found.append("it could not be opened")
        else:
            found += json.loads(verdict.read_text(encoding="utf-8"))
        wrong += [f"kill {number} while {kind} was {marks.place}: {it}" for it in found]
    inside = sum(count for found in places.values() for place, count in found.items() if place != "outside")
    account = {
        "kills": kills,
        "inside a write, share": round(inside / kills, 3),
        "where": {kind: dict(found) for kind, found in places.items()},
        "seconds of one": {kind: round(it, 2) for kind, it in lasts.items()},
    }
    return account, wrong


def _once(world: World, kind: str, dice: Random, all_of_them: bool = False) -> Callable[[], object]:
    if kind == "publish":
        return lambda: publish.publish(world.history, world.public)
    if all_of_them:
        return lambda: record.record_runs(world.history, [world.folder("a", it) for it in world.runs])
    return lambda: record.record_runs(world.history, world.some(dice))


def _lasts(work: Callable[[], object]) -> float:
    began = time.monotonic()
    assert ended(fork(work)) == 0
    return time.monotonic() - began


def _again_and_again(world: World, kind: str, dice: Random, marks: Marks) -> Callable[[], None]:
    def loop() -> None:
        marks.follow()
        while True:
            _once(world, kind, dice)()

    return loop


def _judged(world: World) -> list[str]:
    """What is wrong with the history, reopened and migrated, and with the published copy."""
    found = worlds.recorded(world.history)
    wrong = world.torn(found, world.runs) + worlds.strays(world.history)
    worlds.relations(world.history)  # every row of all of them can be read
    return wrong + [f"published: {it}" for it in world.torn(worlds.published(world.public))]
