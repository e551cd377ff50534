"""What may be removed, and that nothing which a result rests on ever is."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.errors import HistoryLocked
from pipelines.model import (
    Alert,
    AlertKind,
    ContactPoint,
    RunIndex,
    Severity,
    Snapshot,
    Transition,
    TransitionKind,
)
from pipelines.snapshots.retention import prune, referred
from pipelines.snapshots.store import Store

FIRST = date(2026, 1, 1)
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
OLD = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
FILE = "s/d/file"


def sha(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def night(number: int) -> date:
    return FIRST + timedelta(days=number - 1)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "snapshots")


@pytest.fixture
def ran(runs: Path) -> Callable[..., None]:
    """Write the run of one source's night: what the visits to distributions brought."""

    def write(number: int, result: str | None = "success", *, source: str = "s", **brought: str) -> None:
        folder = artifacts.run_folder(runs, night(number), source)
        visits = [Snapshot(f"{source}/d/{name}", "", NOW, sha(content)) for name, content in brought.items()]
        artifacts.write_values(folder / artifacts.SNAPSHOTS, visits)
        if result:
            index = RunIndex(source, night(number), "veedor", NOW, NOW, result, "rules", "")
            artifacts.write_value(folder / artifacts.INDEX, index)

    return write


@pytest.fixture
def alerted(runs: Path) -> Callable[..., None]:
    """Write the alert of a night about the dataset s/d."""

    def write(number: int, kind: TransitionKind, since: int | None = None) -> None:
        change = Transition(
            id=f"t{number}",
            dataset="s/d",
            condition="score:validity",
            kind=kind,
            night=night(number),
            since=night(since or number),
            before=90.0,
            after=10.0,
            rules="r",
            severity=Severity.CRITICAL,
        )
        alert = Alert(f"a{number}", night(number), AlertKind(kind), ContactPoint("O"), "en", (change,))
        folder = artifacts.night_folder(runs, night(number))
        artifacts.write_values(folder / artifacts.ALERTS, [alert])

    return write


def kept(store: Store, *names: str, age: float = OLD) -> None:
    """Put files of these contents into the store, written long ago."""
    for name in names:
        path = store.incoming()
        path.write_text(name)
        os.utime(store.adopt(path, sha(name)), (age, age))


def left(store: Store, *names: str) -> set[str]:
    return {name for name in names if store.has(sha(name))}


def test_first_and_last_stay_and_what_was_between_goes(
    store: Store, runs: Path, ran: Callable[..., None]
) -> None:
    kept(store, *"abcd")
    for number, content in enumerate("aabbcd", 1):
        ran(number, file=content)
    dry = prune(store, runs, 30, NOW, dry_run=True)
    assert (len(dry.dropped), dry.bytes_dropped, dry.kept, dry.dry_run) == (2, 2, 2, True)
    assert left(store, *"abcd") == set("abcd")
    done = prune(store, runs, 30, NOW)
    assert (done.dropped, done.bytes_dropped, done.bytes_kept) == (dry.dropped, 2, 2)
    assert left(store, *"abcd") == {"a", "d"}
    assert prune(store, runs, 30, NOW).dropped == ()


def test_without_a_policy_nothing_goes(store: Store, runs: Path, ran: Callable[..., None]) -> None:
    kept(store, *"abc", "orphan")
    for number, content in enumerate("abc", 1):
        ran(number, file=content)
    assert prune(store, runs, 0, NOW).dropped == ()
    assert left(store, *"abc", "orphan") == {*"abc", "orphan"}


def test_what_some_night_of_the_last_days_found_stays_however_long_it_has_lain_here(
    store: Store, runs: Path, ran: Callable[..., None]
) -> None:
    kept(store, *"abcd")
    for number, content in enumerate("abcd", 1):
        ran(number, file=content)
    prune(store, runs, (NOW.date() - night(3)).days, NOW)
    assert left(store, *"abcd") == {"a", "c", "d"}


def test_one_file_of_two_distributions_stays_while_one_refers_to_it(
    store: Store, runs: Path, ran: Callable[..., None]
) -> None:
    kept(store, *"abc", "shared")
    for number, content in enumerate(["a", "shared", "b"], 1):
        ran(number, file=content)
    ran(1, source="other", file="shared")
    ran(2, source="other", file="c")
    prune(store, runs, 30, NOW)
    assert left(store, *"abc", "shared") == {*"abc", "shared"}


@pytest.mark.parametrize("result", [None, "failure"])
def test_a_night_that_may_be_run_again_keeps_its_files(
    result: str | None, store: Store, runs: Path, ran: Callable[..., None]
) -> None:
    kept(store, *"abc")
    for number, content in enumerate("abc", 1):
        ran(number, result if content == "b" else "success", file=content)
    prune(store, runs, 30, NOW)
    assert left(store, *"abc") == set("abc")


def test_a_file_of_no_run_goes_when_old_and_stays_while_its_night_may_be_at_work(
    store: Store, runs: Path
) -> None:
    kept(store, "old")
    kept(store, "new", age=(NOW - timedelta(days=1)).timestamp())
    prune(store, runs, 30, NOW)
    assert left(store, "old", "new") == {"new"}


def test_an_open_alert_keeps_what_was_found_before_it_and_with_it(
    store: Store, runs: Path, ran: Callable[..., None], alerted: Callable[..., None]
) -> None:
    names = "abcdefg"
    kept(store, *names)
    for number, content in enumerate(names, 1):
        ran(number, file=content)
    alerted(5, TransitionKind.OPENED, since=4)
    prune(store, runs, 30, NOW)
    assert left(store, *names) == {"a", "c", "d", "e", "g"}  # c: the last one that was still sound
    alerted(7, TransitionKind.RECOVERED)
    prune(store, runs, 30, NOW)
    assert left(store, *names) == {"a", "g"}


def test_a_page_that_came_instead_is_evidence_of_the_newest_run(store: Store, runs: Path) -> None:
    kept(store, *"abpq")
    for number, (content, page) in enumerate([("a", None), (None, "p"), ("b", None), (None, "q")], 1):
        visit = Snapshot(
            FILE, "", NOW, sha(content) if content else None, evidence=sha(page) if page else None
        )
        folder = artifacts.run_folder(runs, night(number), "s")
        artifacts.write_values(folder / artifacts.SNAPSHOTS, [visit])
        index = RunIndex("s", night(number), "veedor", NOW, NOW, "success", "rules", "")
        artifacts.write_value(folder / artifacts.INDEX, index)
    prune(store, runs, 30, NOW)
    assert left(store, *"abpq") == {"a", "b", "q"}


def test_nothing_is_removed_while_a_night_is_at_work(store: Store, runs: Path) -> None:
    kept(store, "old")
    with store.in_use(), pytest.raises(HistoryLocked):
        prune(store, runs, 30, NOW)
    assert left(store, "old") == {"old"}


def test_killed_in_the_middle_it_is_finished_by_the_next(
    store: Store, runs: Path, ran: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(store, *"abcdef")
    for number, content in enumerate("abcdef", 1):
        ran(number, file=content)
    real, calls = Store.drop, iter(range(9))

    def drop(self: Store, sha256: str) -> None:
        if next(calls) == 2:
            raise KeyboardInterrupt
        real(self, sha256)

    monkeypatch.setattr(Store, "drop", drop)
    with pytest.raises(KeyboardInterrupt):
        prune(store, runs, 30, NOW)
    assert len(left(store, *"abcdef")) == 4
    prune(store, runs, 30, NOW)
    assert left(store, *"abcdef") == {"a", "f"}


def test_no_run_folders_at_all(runs: Path) -> None:
    assert referred(runs, FIRST) == frozenset()
