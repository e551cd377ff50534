"""An answer is heard by the next night, whatever became of the process that took it."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts, night
from pipelines.alerts.answers import write_action
from pipelines.clock import FixedClock
from pipelines.history.record import unrecorded_answers
from pipelines.model import ActionKind, Incident, IncidentAction, IncidentState
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.unit.alerts import installation
from tests.unit.alerts.installation import INCIDENTS, NIGHT

SOURCES = parse(installation.SOURCES)
NEXT = NIGHT + timedelta(days=1)


@pytest.fixture
def answered(settings: Settings) -> Settings:
    """An installation on which somebody answered, and was killed before the history knew."""
    installation.build(settings.data)
    at = datetime(NIGHT.year, NIGHT.month, NIGHT.day, 18, tzinfo=UTC)
    answer = IncidentAction("answer", ActionKind.ACKNOWLEDGE, (INCIDENTS[0].id,), at, "owner")
    write_action(settings.runs, NIGHT, answer)
    return settings


def changed(settings: Settings, on: date) -> dict[str, Incident]:
    folder = artifacts.night_folder(settings.runs, on)
    return {it.id: it for it in artifacts.read_values(folder / artifacts.INCIDENTS, Incident)}


def test_what_was_answered_is_recorded_and_heard_by_the_next_night(answered: Settings) -> None:
    assert unrecorded_answers(answered.history, answered.runs) == [
        artifacts.night_folder(answered.runs, NIGHT)
    ]
    clock = FixedClock(datetime(NEXT.year, NEXT.month, NEXT.day, 9, tzinfo=UTC))
    with opened_tools(answered, SOURCES, clock=clock) as tools:
        night.alert([], SOURCES, NEXT, tools)
    assert unrecorded_answers(answered.history, answered.runs) == []
    assert changed(answered, NEXT)[INCIDENTS[0].id].state is IncidentState.ACKNOWLEDGED


def test_a_night_that_is_judged_again_does_not_hear_what_was_answered_after_it(answered: Settings) -> None:
    folder = artifacts.night_folder(answered.runs, NEXT)
    later = IncidentAction(
        "later", ActionKind.MUTE, (INCIDENTS[1].id,), datetime(2026, 3, 3, 20, tzinfo=UTC), "owner"
    )
    clock = FixedClock(datetime(NEXT.year, NEXT.month, NEXT.day, 9, tzinfo=UTC))
    with opened_tools(answered, SOURCES, clock=clock) as tools:
        night.alert([], SOURCES, NEXT, tools)
        before = changed(answered, NEXT)
        night.answer(later, SOURCES, answered)
        for name in (artifacts.ALERTS, artifacts.INCIDENTS):
            (folder / name).unlink()
        night.alert([], SOURCES, NEXT, tools)
    assert changed(answered, NEXT) == before
    assert artifacts.read_value(folder / artifacts.ACTIONS / "later.json", IncidentAction) == later


def test_nothing_answered_is_nothing_to_record(tmp_path: Path) -> None:
    assert unrecorded_answers(tmp_path / "history.duckdb", tmp_path / "runs") == []
