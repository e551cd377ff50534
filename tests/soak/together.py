"""Everybody at once: writers record, publishers publish and readers ask, for a while; then the history is judged.

Belongs here: what each kind of process does, and the account. No process may be refused: a writer that gives up, a
reader that meets half a run. Afterwards the history must say what a rebuild from the same folders says. Does not belong
here: the folders and what is whole (`world`).
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from pipelines.history import asking, publish, record
from tests.soak import world as worlds
from tests.soak.timing import Marks
from tests.soak.world import World, ended, fork

WRITERS, PUBLISHERS, READERS = 8, 2, 8
QUESTIONS = (
    "SELECT count(*) FROM score_change",
    "SELECT dataset, title, score FROM latest_score",
    "SELECT outcome, count(*) FROM verdict_history GROUP BY ALL",
    "FROM coverage_of_guide",
    "FROM uptime",
    "FROM open_alerts",
)


def run(base: Path, seconds: float, seed: int) -> tuple[dict[str, Any], list[str]]:
    """Do it under `base` for `seconds`; gives the account and what is wrong."""
    base.mkdir(parents=True)
    worlds_file = base / "clean.json"
    wrong = []
    if ended(fork(lambda: _first(base, worlds_file))):
        return {}, ["the world could not be made"]
    world = _known(base, worlds_file)
    until = time.monotonic() + seconds
    marks = {name: Marks() for name in _names()}
    children = {}
    for number, name in enumerate(_names()):
        work = {"w": _write, "p": _publish, "r": _read}[name[0]]
        children[name] = fork(_worker(work, world, until, Random(seed * 100 + number), marks[name], name))  # noqa: S311
    for name, child in children.items():
        if status := ended(child):
            wrong.append(f"{name} ended with status {status}")
    told = {name: _told(base, name) for name in children}
    wrong += [f"{name}: {it}" for name, found in told.items() for it in found["wrong"]]
    done = {run for found in told.values() for run in found["runs"]}
    if ended(fork(lambda: _judge(world, done, base / "judged.json"))):
        wrong.append("the history could not be compared")
    else:
        wrong += json.loads((base / "judged.json").read_text(encoding="utf-8"))

    def total(kind: str) -> int:
        return sum(found["done"] for name, found in told.items() if name.startswith(kind))

    account = {
        "seconds": seconds,
        "transactions of writers": total("w"),
        "runs recorded": sum(len(found["runs"]) for found in told.values()),
        "publications": total("p"),
        "questions answered": total("r"),
        "refusals": sum(len(found["wrong"]) for found in told.values()),
        "longest wait of a writer, seconds": round(max(marks[it].longest for it in marks if it[0] == "w"), 2),
        "longest wait of a publisher, seconds": round(
            max(marks[it].longest for it in marks if it[0] == "p"), 2
        ),
        "fewest transactions of a writer": min(told[it]["done"] for it in told if it[0] == "w"),
    }
    return account, wrong


def _names() -> list[str]:
    kinds = (("writer", WRITERS), ("publisher", PUBLISHERS), ("reader", READERS))
    return [f"{kind}-{number}" for kind, count in kinds for number in range(count)]


def _first(base: Path, target: Path) -> None:
    world = worlds.make(base)
    record.record_run(world.history, world.folder("a", world.runs[0]))
    publish.publish(world.history, world.public)
    target.write_text(json.dumps([world.runs, world.clean]), encoding="utf-8")


def _known(base: Path, target: Path) -> World:
    runs, clean = json.loads(target.read_text(encoding="utf-8"))
    return World(base, tuple(runs), clean)


Work = Callable[[World, Random, "Account"], None]


class Account(dict[str, Any]):
    """What one process did and met; `seen` is what a reader has seen so far."""

    def __init__(self) -> None:
        super().__init__(done=0, runs=[], wrong=[])
        self.seen: set[str] = set()


def _worker(
    work: Work, world: World, until: float, dice: Random, marks: Marks, name: str
) -> Callable[[], None]:
    def loop() -> None:
        account = Account()
        marks.follow()
        while time.monotonic() < until:
            try:
                work(world, dice, account)
                account["done"] += 1
            except Exception as error:
                account["wrong"].append(f"{type(error).__name__}: {error}")
        (world.base / f"{name}.json").write_text(json.dumps(account), encoding="utf-8")

    return loop


def _told(base: Path, name: str) -> dict[str, Any]:
    path = base / f"{name}.json"
    if not path.is_file():
        return {"done": 0, "runs": [], "wrong": ["left no account"]}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(world: World, dice: Random, account: Account) -> None:
    if dice.random() < 0.1:
        record.record_alerts(world.history, dice.choice(world.nights()))
        return
    folders = world.some(dice)
    if len(folders) == 1:
        record.record_run(world.history, folders[0])
    else:
        record.record_runs(world.history, folders)
    account["runs"] += [f"{folder.parent.name}/{folder.name}" for folder in folders]


def _publish(world: World, dice: Random, account: Account) -> None:
    publish.publish(world.history, world.public)


def _read(world: World, dice: Random, account: Account) -> None:
    if dice.random() < 0.5:
        asking.columns_and_rows(dice.choice(QUESTIONS), public=world.public)
        return
    found = worlds.published(world.public)
    account["wrong"] += world.torn(found, account.seen)
    account.seen |= set(found)


def _judge(world: World, done: set[str], target: Path) -> None:
    """Hold the history against a rebuild from the folders in the form that each run was recorded in last."""
    found = worlds.recorded(world.history)
    wrong = world.torn(found, done) + worlds.strays(world.history)
    again = world.base / "again"
    for run, rows in found.items():
        form = next((it for it in worlds.FORMS if world.clean[it].get(run) == rows), worlds.FORMS[0])
        shutil.copytree(world.folder(form, run), again / run)
    for night in world.nights():
        record.record_alerts(world.history, night)
        shutil.copytree(night, again / night.parent.name / night.name)
    record.rebuild(world.base / "rebuilt.duckdb", again)
    ours, rebuilt = worlds.relations(world.history), worlds.relations(world.base / "rebuilt.duckdb")
    wrong += [
        f"{name} is not what a rebuild gives"
        for name in ours | rebuilt
        if ours.get(name) != rebuilt.get(name)
    ]
    publish.publish(world.history, world.public)
    if worlds.published(world.public) != found:
        wrong.append("the published copy is not the history")
    target.write_text(json.dumps(wrong), encoding="utf-8")
