"""Run folders in a shared store: every machine finds the past that a single one would have."""

from __future__ import annotations

import os
import tempfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipelines import artifacts
from pipelines.errors import ArtifactDamaged
from pipelines.model import RunIndex
from pipelines.object_store import FolderObjects
from pipelines.run_store import LOOK_BACK, RunStore
from tests.unit.history import past

FIRST = date(2026, 3, 1)
NIGHT = FIRST + timedelta(1)
INSTANT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def shared(tmp_path: Path) -> FolderObjects:
    return FolderObjects(tmp_path / "shared")


def machine(shared: FolderObjects, name: str) -> RunStore:
    root = shared.root.parent / name
    return RunStore(shared, root / "runs", root / "run_store")


@pytest.fixture
def one(shared: FolderObjects) -> RunStore:
    return machine(shared, "one")


@pytest.fixture
def other(shared: FolderObjects) -> RunStore:
    return machine(shared, "other")


def through(store: RunStore, night: date = NIGHT, *, result: str = "success", said: str = "") -> Path:
    """A night of the source `s` that is through."""
    folder = artifacts.run_folder(store.runs, night, "s")
    artifacts.write_text(folder / "said.txt", said)
    artifacts.write_value(folder / artifacts.INDEX, RunIndex("s", night, "v", INSTANT, INSTANT, result, "r"))
    return folder


def said(store: RunStore, night: date = NIGHT) -> str | None:
    path = artifacts.run_folder(store.runs, night, "s") / "said.txt"
    return path.read_text(encoding="utf-8") if path.exists() else None


def key(night: date = NIGHT) -> Path:
    return Path("runs") / "s" / f"{night}.tar.gz"


def test_what_one_machine_has_done_another_finds(one: RunStore, other: RunStore) -> None:
    through(one, FIRST, said="first")
    one.send("s", FIRST)
    other.bring("s", NIGHT)
    assert said(other, FIRST) == "first"
    assert said(other, NIGHT) is None


def test_what_is_not_through_stays(one: RunStore, shared: FolderObjects) -> None:
    artifacts.write_text(artifacts.run_folder(one.runs, NIGHT, "s") / "said.txt", "half")
    one.send("s", NIGHT)
    assert not shared.root.exists()


def test_the_first_stays_and_the_second_takes_it_over(one: RunStore, other: RunStore) -> None:
    through(one, said="one")
    through(other, said="other")
    one.send("s", NIGHT)
    other.send("s", NIGHT)
    assert (said(one), said(other)) == ("one", "one")
    one.bring_one("s", NIGHT)
    assert said(one) == "one"


def test_a_night_that_a_fault_of_ours_stopped_makes_way(one: RunStore, other: RunStore) -> None:
    through(one, result="failure", said="stopped")
    one.send("s", NIGHT)
    through(other, said="through")
    other.send("s", NIGHT)
    one.bring_one("s", NIGHT)
    assert (said(one), said(other)) == ("through", "through")
    through(one, result="failure", said="stopped again")
    (one.aside / str(NIGHT) / "s.json").unlink()
    one.send("s", NIGHT)
    assert said(one) == "through"


def test_who_takes_a_stopped_night_up_replaces_it(one: RunStore, other: RunStore) -> None:
    through(one, result="failure", said="stopped")
    one.send("s", NIGHT)
    other.bring_once("s", NIGHT)
    assert said(other) == "stopped"
    through(other, said="through")
    other.send("s", NIGHT)
    one.bring_one("s", NIGHT)
    assert said(one) == "through"


def test_what_a_killed_machine_left_gives_way_to_the_store(one: RunStore, other: RunStore) -> None:
    artifacts.write_text(artifacts.run_folder(one.runs, NIGHT, "s") / "half.txt", "half")
    through(other, said="through")
    other.send("s", NIGHT)
    one.bring_once("s", NIGHT)
    assert said(one) == "through"
    assert not (artifacts.run_folder(one.runs, NIGHT, "s") / "half.txt").exists()


def test_what_was_through_before_there_was_a_store_is_put_there(one: RunStore, other: RunStore) -> None:
    through(one, FIRST, said="first")
    one.bring("s", NIGHT)
    other.bring("s", NIGHT)
    assert said(other, FIRST) == "first"


def test_equal_bytes_are_not_sent_again(one: RunStore, shared: FolderObjects) -> None:
    through(one, said="one")
    one.send("s", NIGHT)
    before = shared.version(str(key()))
    one.send("s", NIGHT)
    one.bring_one("s", NIGHT)
    assert shared.version(str(key())) == before


def test_a_night_that_was_done_again_on_purpose_replaces_the_old(one: RunStore, other: RunStore) -> None:
    through(one, said="old")
    one.send("s", NIGHT)
    other.bring_one("s", NIGHT)
    through(one, said="new")
    one.send("s", NIGHT)
    other.bring_one("s", NIGHT)
    assert said(other) == "new"


def damage(shared: FolderObjects, night: date = NIGHT) -> None:
    path = shared.root / key(night)
    path.write_bytes(path.read_bytes()[:-9])


def test_a_damaged_past_is_refused(one: RunStore, other: RunStore, shared: FolderObjects) -> None:
    through(one, FIRST)
    one.send("s", FIRST)
    damage(shared, FIRST)
    with pytest.raises(ArtifactDamaged, match=r"runs/s/2026-03-01\.tar\.gz"):
        other.bring("s", NIGHT)
    assert not list((other.aside / "incoming").iterdir())
    assert said(other, FIRST) is None


def test_a_damaged_night_is_done_anew_and_replaced(
    one: RunStore, other: RunStore, shared: FolderObjects
) -> None:
    through(one, said="one")
    one.send("s", NIGHT)
    damage(shared)
    other.bring_once("s", NIGHT)
    through(other, said="other")
    other.send("s", NIGHT)
    third = machine(shared, "third")
    third.bring_one("s", NIGHT)
    assert said(third) == "other"


@pytest.mark.parametrize("bring", ["bring_one", "bring_once"])
def test_what_is_through_here_takes_the_place_of_a_damaged_object(
    one: RunStore, other: RunStore, shared: FolderObjects, bring: str
) -> None:
    through(one, said="one")
    one.send("s", NIGHT)
    damage(shared)
    getattr(one, bring)("s", NIGHT)
    assert said(one) == "one"
    other.bring_one("s", NIGHT)
    assert said(other) == "one"


def test_a_night_that_was_stopped_here_does_not(
    one: RunStore, other: RunStore, shared: FolderObjects
) -> None:
    through(one, result="failure", said="stopped")
    through(other, said="through")
    other.send("s", NIGHT)
    damage(shared)
    with pytest.raises(ArtifactDamaged, match="runs/s/2026-03-02"):
        one.bring_one("s", NIGHT)


def test_the_night_of_another_source_is_refused(
    one: RunStore, other: RunStore, shared: FolderObjects
) -> None:
    through(one, FIRST)
    one.send("s", FIRST)
    shared.write(str(key()), (shared.root / key(FIRST)).read_bytes())
    with pytest.raises(ArtifactDamaged, match="is the night 2026-03-01 of s"):
        other.bring_one("s", NIGHT)


def test_a_damaged_note_costs_one_more_fetch(one: RunStore) -> None:
    through(one, said="one")
    one.send("s", NIGHT)
    (one.aside / str(NIGHT) / "s.json").write_bytes(b"{")
    one.bring_one("s", NIGHT)
    assert said(one) == "one"


def test_other_objects_in_the_same_place_are_left_alone(one: RunStore, shared: FolderObjects) -> None:
    shared.write("runs/s/README", b"")
    for name in ("2026-02-31.tar.gz", "20260301.tar.gz", "2026-W09-7.tar.gz", "2026-03-01"):
        shared.write(f"runs/s/{name}", b"")
    one.bring("s", NIGHT)
    assert not one.runs.exists()


PLANS = st.fixed_dictionaries(
    {
        "every": st.sampled_from([1, 2, 3, 7, 20, 45]),
        "kinds": st.lists(st.sampled_from(past.KINDS[:4]), min_size=1, max_size=6),
        "ran": st.lists(st.booleans(), min_size=1, max_size=9),
    }
)


@pytest.mark.often
@settings(deadline=None, max_examples=5)
@given(plan=PLANS)
@example(plan={"every": 7, "kinds": ["success", *["silent"] * 5], "ran": [False]})
@example(plan={"every": 20, "kinds": ["success", "failed early"], "ran": [True, False]})
def test_a_worker_finds_what_a_single_machine_finds(plan: dict[str, Any]) -> None:
    """A worker that ran some of the nights, and knows of the others what the recorder's plan tells (`machines`)."""
    days = 70
    kinds = plan["kinds"]
    mine = {
        (FIRST + timedelta(it), "a"): kinds[it // plan["every"] % len(kinds)]
        for it in range(0, days, plan["every"])
    }
    others = {(FIRST + timedelta(it), "b"): "failed early" for it in range(days)}
    with tempfile.TemporaryDirectory() as folder:
        shared = FolderObjects(Path(folder) / "shared")
        recorder, worker = machine(shared, "recorder"), machine(shared, "worker")
        past.write(recorder.runs, {**others, **mine})
        ran = plan["ran"]
        past.write(worker.runs, {it: mine[it] for number, it in enumerate(mine) if ran[number % len(ran)]})
        for night in (FIRST + timedelta(days // 2), FIRST + timedelta(days)):
            for earlier in [it for it in artifacts.nights(recorder.runs) if it < night][-LOOK_BACK:]:
                (worker.runs / str(earlier)).mkdir(parents=True, exist_ok=True)
            recorder.bring("a", night)
            worker.bring("a", night)
            expected = str(past.found(recorder.runs, ["a"], night)).replace("/recorder/", "/worker/")
            assert str(past.found(worker.runs, ["a"], night)) == expected


def test_what_was_left_on_its_way_is_cleared_away(one: RunStore, other: RunStore) -> None:
    old, new = one.aside / "incoming" / "old", one.aside / "incoming" / "new"
    for folder in (old, new):
        artifacts.write_text(folder / "said.txt", "half")
    os.utime(old, (1, 1))
    through(other)
    other.send("s", NIGHT)
    one.bring_one("s", NIGHT)
    assert not old.exists()
    assert new.exists()
