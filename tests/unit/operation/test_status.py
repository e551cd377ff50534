"""What `veedor status` knows: which nights there were, what did not run and why, what is slow, what is late."""

from __future__ import annotations

import fcntl
from datetime import UTC, date, datetime, timedelta

import pytest

from pipelines import artifacts, revisit
from pipelines.locks import BACKUP, alone
from pipelines.operation import late
from pipelines.operation.nights import State
from pipelines.operation.status import status
from pipelines.snapshots.store import Store
from pipelines.sources import load, parse
from tests.unit.operation.installation import HEAD, Installation, at

MONDAY = date(2026, 3, 2)
TUESDAY, WEDNESDAY = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)


def test_an_installation_in_which_nothing_ran_is_not_late(installation: Installation) -> None:
    installation.declare("a")
    found = status(installation.settings, at(MONDAY, 12))
    assert (found.nights, found.missed, found.last_finished, found.at_work) == ([], [], None, False)
    assert found.forecast.full_on is None
    assert found.away_unknown == "nothing was published yet"


def test_a_finished_night_tells_what_came_of_its_sources_and_messages(installation: Installation) -> None:
    installation.declare("a", "b", "c")
    installation.run(MONDAY, "a")
    installation.run(MONDAY, "b", "partial")
    installation.run(MONDAY, "c", "failure", reason="KeyError, see failure.log in the run folder")
    installation.tell(MONDAY, "pending", "held")
    installation.notify(MONDAY, "one", 1, "failed")
    installation.notify(MONDAY, "one", 2, "sent")
    installation.notify(MONDAY, "two", 1, "given_up")
    installation.finish(MONDAY, due=3)
    (night,) = status(installation.settings, at(MONDAY, 5)).nights
    assert (night.state, night.due, night.through) == (State.FINISHED, 3, 3)
    assert night.results == {"success": 1, "partial": 1, "failure": 1}
    assert night.failures == [("c", "KeyError, see failure.log in the run folder")]
    assert night.told is not None
    assert (night.told.alerts, night.told.held, night.told.undelivered) == (2, 1, 1)


def test_why_a_source_did_not_run(installation: Installation) -> None:
    installation.declare(
        "a", "rests", "tuesdays", "off", more={"tuesdays": "schedule: '0 3 * * 2'", "off": "enabled: false"}
    )
    installation.rest(MONDAY - timedelta(days=1), "rests", WEDNESDAY)
    installation.finish(MONDAY - timedelta(days=1))
    artifacts.run_folder(installation.settings.runs, MONDAY, "a").mkdir(parents=True)
    night = status(installation.settings, at(MONDAY, 5)).nights[0]
    assert night.state is State.UNFINISHED
    assert (night.waiting, night.begun, night.due) == (["a"], 1, 1)
    assert night.resting == {"rests": WEDNESDAY, "tuesdays": None}


def test_a_source_that_a_fault_of_ours_stopped_does_not_rest(installation: Installation) -> None:
    installation.declare("a", "b")
    installation.rest(MONDAY, "a", MONDAY + timedelta(days=7), result="failure")
    installation.rest(MONDAY, "b", MONDAY + timedelta(days=7))
    (installation.settings.runs / str(TUESDAY)).mkdir()
    assert status(installation.settings, at(TUESDAY, 5)).nights[0].waiting == ["a"]


def test_what_rests_is_what_the_night_leaves_out(installation: Installation) -> None:
    """Two ways to the same answer: `revisit.due` for the night, marks that are at hand for whoever looks."""
    more = {"mondays": "schedule: '0 3 * * 1'", "off": "enabled: false"}
    installation.declare("new", "rests", "over", "edited", "stopped", "mondays", "off", more=more)
    for name, days in (("rests", 3), ("over", 1), ("edited", 3), ("stopped", 3)):
        result = "failure" if name == "stopped" else "success"
        installation.rest(MONDAY, name, MONDAY + timedelta(days=days), result=result)
    path = artifacts.run_folder(installation.settings.runs, MONDAY, "edited") / artifacts.DECLARATION
    path.write_text("another", encoding="utf-8")
    (installation.settings.runs / str(TUESDAY)).mkdir()
    night = status(installation.settings, at(TUESDAY, 5)).nights[0]
    visited = revisit.due(load(installation.settings.sources), TUESDAY, installation.settings.runs)
    assert list(night.waiting) == [it.id for it in visited] == ["new", "over", "edited", "stopped"]
    assert night.resting == {"rests": MONDAY + timedelta(days=3), "mondays": None}


def test_nights_that_did_not_begin_are_told_between_those_that_did(installation: Installation) -> None:
    installation.declare("a")
    for night in (MONDAY, WEDNESDAY):
        installation.run(night, "a")
        installation.finish(night)
    found = status(installation.settings, at(WEDNESDAY, 5))
    assert [(it.night, it.state) for it in found.nights] == [
        (WEDNESDAY, State.FINISHED),
        (TUESDAY, State.NOT_BEGUN),
        (MONDAY, State.FINISHED),
    ]
    assert found.missed == []


def test_the_last_night_that_ran_is_shown_however_long_ago(installation: Installation) -> None:
    installation.declare("a")
    installation.run(MONDAY, "a")
    installation.finish(MONDAY)
    found = status(installation.settings, at(MONDAY + timedelta(days=30), 12), 3)
    assert [it.night for it in found.nights][-1] == MONDAY
    assert len(found.nights) == 3
    assert len(found.missed) == 30


def test_late_begins_after_the_grace(installation: Installation) -> None:
    installation.declare("a")
    installation.finish(MONDAY)
    installation.run(MONDAY, "a")
    assert not status(installation.settings, at(TUESDAY, 8, 59)).missed
    assert [it.night for it in status(installation.settings, at(TUESDAY, 9, 1)).missed] == [TUESDAY]


def test_a_night_in_the_future_makes_no_night_finished(installation: Installation) -> None:
    """The clock was wrong once; what was noted then must not keep the operator from hearing of nights that lack."""
    installation.declare("a")
    installation.run(MONDAY, "a")
    for night in (MONDAY, date(2031, 1, 1)):
        installation.finish(night)
    found = status(installation.settings, at(WEDNESDAY, 9, 1))
    assert ([it.night for it in found.missed], found.last_finished) == ([WEDNESDAY, TUESDAY], MONDAY)


def test_nights_of_earlier_software_are_finished_when_they_alerted(installation: Installation) -> None:
    installation.declare("a")
    for night in (MONDAY, TUESDAY):
        installation.run(night, "a")
    installation.tell(MONDAY)
    found = status(installation.settings, at(TUESDAY, 5))
    assert [it.state for it in found.nights] == [State.UNFINISHED, State.FINISHED]
    # Once there are notes a night without one was killed between its alerts and its end.
    installation.finish(MONDAY)
    installation.tell(TUESDAY)
    assert status(installation.settings, at(TUESDAY, 5)).nights[0].state is State.UNFINISHED


def test_whoever_holds_a_lock_is_at_work_and_is_not_disturbed(installation: Installation) -> None:
    installation.declare("a")
    installation.run(MONDAY, "a")
    assert not status(installation.settings, at(MONDAY, 5)).at_work
    lock = installation.settings.data / "locks" / "a.lock"
    lock.parent.mkdir()
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        found = status(installation.settings, at(MONDAY, 5))
    assert found.at_work
    assert found.nights[0].state is State.AT_WORK


def test_a_backup_is_no_night_at_work(installation: Installation) -> None:
    installation.declare("a")
    installation.run(MONDAY, "a")
    settings = installation.settings
    store = Store(settings.snapshots)
    with alone(settings, BACKUP), store.in_use():
        found = status(settings, at(MONDAY, 5))
        assert (found.at_work, found.nights[0].state) == (False, State.UNFINISHED)
        with alone(settings, "a"):
            assert status(settings, at(MONDAY, 5)).at_work


def test_a_mark_that_is_cut_off_or_hostile_stops_nothing(installation: Installation) -> None:
    installation.declare("a", "b", "c", "d", "e")
    for name, text in (
        ("a", ""),
        ("b", '{"result": '),
        ("c", '["a list"]'),
        ("d", '{"result": 1, "seconds": 3}'),
        ("e", '{"result": "success", "seconds": {"read": 1' + "0" * 400 + "}}"),
    ):
        installation.run(MONDAY, name).write_text(text, encoding="utf-8")
    found = status(installation.settings, at(MONDAY, 5))
    assert found.nights[0].results == {"unreadable": 5}
    assert [name for name, _ in found.nights[0].failures] == ["a", "b", "c", "d", "e"]


def test_what_took_longer_than_usual_is_told_first(installation: Installation) -> None:
    installation.declare("fast", "large", "odd")
    for number in range(5):
        night = MONDAY - timedelta(days=number)
        installation.run(night, "fast", seconds={"fetch": 0.1})
        installation.run(night, "large", seconds={"fetch": 100.0, "measure": 20.0, "compare": 15.0})
        installation.run(night, "odd", seconds={"discover": 1.0, "fetch": 60.0 if number == 0 else 2.0})
    odd, large = status(installation.settings, at(MONDAY, 5)).slow
    assert (odd.source, odd.stage, odd.unusual) == ("odd", "fetch", True)
    assert (odd.seconds, odd.usual, odd.stage_usual) == (61.0, 3.0, 2.0)
    # `compare` is a part of `measure`
    assert (large.source, large.seconds, large.unusual) == ("large", 120.0, False)


def test_sources_yaml_that_cannot_be_used_hides_no_night(installation: Installation) -> None:
    installation.settings.sources.write_text("version: 2", encoding="utf-8")
    installation.run(MONDAY, "a")
    installation.finish(MONDAY)
    found = status(installation.settings, at(MONDAY, 5))
    assert found.sources is None
    assert found.sources_error is not None
    assert found.nights[0].state is State.FINISHED


@pytest.mark.parametrize(
    ("zone", "schedule", "now", "night", "on"),
    [
        # Spring: 02:30 does not exist on 29 March; the night begins when the hour is over.
        ("Europe/Madrid", "30 2 * * *", "2026-03-29T12:00", "2026-03-29", "2026-03-29T01:00"),
        # Autumn: 02:30 comes twice on 25 October; the night begins once.
        ("Europe/Madrid", "30 2 * * *", "2026-10-25T12:00", "2026-10-25", "2026-10-25T00:30"),
        ("America/Mexico_City", "0 3 * * 1", "2026-11-29T12:00", "2026-11-23", "2026-11-23T09:00"),
        ("America/Santiago", "59 23 * * *", "2026-11-29T12:00", "2026-11-28", "2026-11-29T02:59"),
        # Several ticks of one day are one night.
        ("UTC", "*/5 * * * *", "2026-11-29T12:01", "2026-11-29", "2026-11-29T00:00"),
    ],
)
def test_when_a_night_was_due(zone: str, schedule: str, now: str, night: str, on: str) -> None:
    sources = parse(HEAD.format(zone=zone, schedule=schedule) + " []")
    due = late.due_before(sources, datetime.fromisoformat(now).replace(tzinfo=UTC), 2)
    assert (str(due[0].night), due[0].on) == (night, datetime.fromisoformat(on).replace(tzinfo=UTC))
    assert due[1].night < due[0].night
