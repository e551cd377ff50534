"""Whole nights of the demonstration: what detection remembers from the history is what it saw, and nothing is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.alerts.judge_night import Judgement
from pipelines.alerts.memory import Memory
from pipelines.alerts.remembered import past_of
from pipelines.alerts.replaying import replay
from pipelines.alerts.tonight import seen_of
from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.history import verify
from pipelines.history.database import reading
from pipelines.model import Alert, AlertKind, DatasetNight, Incident, TransitionKind
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import opened_tools

# Five whole nights.
pytestmark = pytest.mark.slow

SEED = 11
NIGHTS = range(1, story.NIGHTS + 1)


def at(number: int, hour: int) -> datetime:
    day = story.night_date(number)
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of an installation on which the demonstration's nights have been run."""
    folder = tmp_path_factory.mktemp("told")
    settings = Settings(
        sources=folder / "sources.yaml",
        data=folder / "data",
        allow_private_addresses=True,
        host_pause_seconds=0.0,
        retries=1,
        deadline_seconds=20.0,
    )
    with DemoPortal(story.edition(SEED, 1), at(1, 3)) as portal:
        sources = parse(story.sources(portal.url))
        for number in NIGHTS:
            portal.publish(story.edition(SEED, number), at(number, 3))
            with opened_tools(settings, sources, clock=FixedClock(at(number, 9))) as tools:
                assert run_night(sources, story.night_date(number), tools).failures == ()
    return settings


def folders(settings: Settings, night: date) -> list[Path]:
    of = artifacts.night_folder(settings.runs, night)
    return [it for it in sorted(of.parent.iterdir()) if it != of]


def seen_on(settings: Settings, night: date) -> list[DatasetNight]:
    return [it.night for folder in folders(settings, night) for it in seen_of(folder, night)]


def test_the_history_remembers_what_was_seen(told: Settings) -> None:
    memory = Memory()
    for number in NIGHTS:
        night = story.night_date(number)
        tonight = seen_on(told, night)
        with reading(told.history) as connection:
            remembered = past_of(connection, tonight, night)
        known = memory.past()
        assert remembered.content == known.content
        assert remembered.last == known.last
        looked_at = set(remembered.series)
        assert number == 1 or looked_at
        for dataset in looked_at:
            kept = {name: list(points) for name, points in known.series[dataset].items()}
            assert {name: list(points) for name, points in remembered.series[dataset].items()} == kept
        memory.add(tonight, Judgement([], [], []), night)


def test_every_night_of_the_history_equals_its_artifacts(told: Settings) -> None:
    assert verify.verify(told.history, told.runs).equal


def test_incidents_begin_and_end_with_what_was_told(told: Settings) -> None:
    found: dict[str, Incident] = {}
    for number in NIGHTS:
        folder = artifacts.night_folder(told.runs, story.night_date(number))
        found |= {it.id: it for it in artifacts.read_values(folder / artifacts.INCIDENTS, Incident)}
    assert {it.condition for it in found.values()} >= {"columns"}
    assert {it.resolution for it in found.values()} == {"mended"}
    alerts = [
        it
        for number in NIGHTS
        for it in artifacts.read_values(
            artifacts.night_folder(told.runs, story.night_date(number)) / artifacts.ALERTS, Alert
        )
    ]
    assert [it.kind for it in alerts] == [AlertKind.OPENED, AlertKind.RECOVERED]
    for alert in alerts:
        assert all(it.summary["es"] and it.summary["en"] and it.advice for it in alert.transitions)


def test_a_night_that_is_judged_again_from_nothing_is_judged_alike(told: Settings) -> None:
    from pipelines.alerts.raise_alerts import judged

    with DemoPortal(story.edition(SEED, 1), at(1, 3)) as portal:
        sources = parse(story.sources(portal.url))
    for number in NIGHTS:
        night = story.night_date(number)
        seen = [it for folder in folders(told, night) for it in seen_of(folder, night)]
        stored = artifacts.night_folder(told.runs, night)
        again = judged(seen, night, sources, replace(told))
        assert again.incidents == artifacts.read_values(stored / artifacts.INCIDENTS, Incident)
        alerts = artifacts.read_values(stored / artifacts.ALERTS, Alert)
        assert [it.id for it in again.alerts] == [it.id for it in alerts]


def test_a_replay_tells_what_was_told_and_what_other_policies_would_have(told: Settings) -> None:
    text = told_sources()
    between = (story.night_date(1), story.night_date(story.NIGHTS))
    before = {path: path.stat().st_mtime_ns for path in told.data.rglob("*") if path.is_file()}
    for replayed in replay(told, parse(text), between):
        folder = artifacts.night_folder(told.runs, replayed.night)
        assert replayed.judgement.incidents == artifacts.read_values(folder / artifacts.INCIDENTS, Incident)
        stored = artifacts.read_values(folder / artifacts.ALERTS, Alert)
        assert [it.transitions for it in replayed.judgement.alerts] == [it.transitions for it in stored]
    other = text.replace("sources:", 'alerts: {ignore: ["expectation:*"]}\nsources:', 1)
    said = [it for one in replay(told, parse(other), between) for it in one.judgement.alerts]
    assert {it.condition for alert in said for it in alert.transitions} == {"columns"}
    silent = text.replace("sources:", "alerts: {enabled: false}\nsources:", 1)
    assert [one.judgement.alerts for one in replay(told, parse(silent), between)] == [[]] * story.NIGHTS
    last = (story.night_date(5), story.night_date(5))
    (one,) = replay(told, parse(text), last)
    assert [it.kind for it in one.judgement.transitions] == [TransitionKind.RECOVERED] * 3
    assert {path: path.stat().st_mtime_ns for path in told.data.rglob("*") if path.is_file()} == before


def told_sources() -> str:
    with DemoPortal(story.edition(SEED, 1), at(1, 3)) as portal:
        return story.sources(portal.url)
