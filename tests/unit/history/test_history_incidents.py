"""Incidents and answers read back: as they stood before a night, with the words of their transitions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import artifacts
from pipelines.history import database, incidents, rows, store
from pipelines.history.record import NIGHT_TABLES
from pipelines.model import (
    ActionKind,
    Alert,
    AlertKind,
    ContactPoint,
    Incident,
    IncidentAction,
    IncidentState,
    Severity,
    Transition,
    TransitionKind,
    UnexpectedExample,
)
from tests.unit.history import run_folders
from tests.unit.history.small_history import History, night

NIGHTS = run_folders.nights()


def test_what_the_stage_wrote_is_what_a_later_night_reads(recorded_once: Path) -> None:
    written = artifacts.read_values(
        artifacts.night_folder(recorded_once / "runs", NIGHTS[2]) / artifacts.INCIDENTS, Incident
    )
    (alert,) = artifacts.read_values(
        artifacts.night_folder(recorded_once / "runs", NIGHTS[2]) / artifacts.ALERTS, Alert
    )
    with database.reading(recorded_once / "history.duckdb") as connection:
        assert incidents.incidents(connection, NIGHTS[2]) == {}
        read = incidents.incidents(connection, NIGHTS[3])
    # The transition of these folders does not name its incident, so that no words are found.
    assert list(read.values()) == written
    assert alert.transitions[0].condition == written[0].condition


def test_answers_come_back_with_what_was_written(recorded_once: Path) -> None:
    path = artifacts.night_folder(recorded_once / "runs", NIGHTS[3]) / artifacts.ACTIONS / "answer-3.json"
    with database.reading(recorded_once / "history.duckdb") as connection:
        assert [it.id for it in incidents.actions(connection, NIGHTS[0])] == ["answer-2", "answer-3"]
        assert incidents.actions(connection, NIGHTS[3]) == [artifacts.read_value(path, IncidentAction)]
        assert incidents.actions(connection, NIGHTS[3] + timedelta(days=1)) == []
        assert [it.id for it in incidents.actions(connection, NIGHTS[2], NIGHTS[3])] == ["answer-2"]
        assert incidents.last_judged(connection) == NIGHTS[-1]
        assert incidents.last_judged(connection, NIGHTS[2]) == NIGHTS[1]
        assert incidents.last_judged(connection, NIGHTS[0]) is None


def stood(at: int, key: str, **more: object) -> dict[str, object]:
    stored = {"night": night(at), "id": key, "dataset": "salud/contratos", "condition": "stale"}
    return {
        **stored, "state": "open", "severity": "warning", "first_seen": night(1), "opened_on": night(2), **more
    }  # fmt: skip


def words(at: int, kind: str, text: str, **more: object) -> dict[str, object]:
    stored = {"night": night(at), "id": f"{at}{kind}", "dataset": "salud/contratos", "condition": "stale"}
    return {**stored, "kind": kind, "since": night(1), "severity": "warning", "summary_es": text, **more}


def filled(history: History) -> History:
    history.add(
        "incident",
        stood(2, "one", col="Importe"),
        stood(5, "one", state="muted", muted_until=night(9), col="Importe"),
        stood(3, "two"),
        stood(7, "two", state="resolved", resolved_on=night(7), resolution="mended", reopened=1),
    )
    history.add(
        "transition",
        words(
            2, "opened", "al principio", incident="one", examples='[{"row": 4, "value": null, "record": "a"}]'
        ),
        words(5, "worsened", "peor", incident="one", advice_en="Mend it."),
        words(7, "recovered", "bien", incident="two"),
        words(3, "opened", "mal", incident="two"),
        words(6, "opened", "de antes", incident=None),
    )
    history.ask("SELECT 1")
    return history


def test_strictly_before_the_night_and_with_the_words_of_the_newest_turn_to_the_worse(
    history: History,
) -> None:
    connection = filled(history).connection
    early = incidents.incidents(connection, night(5))
    assert (early["one"].state, early["one"].summary) == (IncidentState.OPEN, {"es": "al principio"})
    assert early["one"].examples == (UnexpectedExample(4, None, "a"),)
    late = incidents.incidents(connection, night(8))
    assert (late["one"].state, late["one"].muted_until) == (IncidentState.MUTED, night(9))
    assert (late["one"].summary, late["one"].advice) == ({"es": "peor"}, {"en": "Mend it."})
    assert (late["one"].column, late["one"].severity) == ("Importe", Severity.WARNING)
    assert (late["two"].resolution, late["two"].reopened, late["two"].summary) == ("mended", 1, {"es": "mal"})
    assert set(incidents.incidents(connection, night(9), resolved_since=night(8))) == {"one"}
    assert set(incidents.incidents(connection, night(9), resolved_since=night(7))) == {"one", "two"}


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=20)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
numbers = st.none() | st.floats(-1e6, 1e6)
language = st.dictionaries(st.sampled_from(["en", "es"]), texts, max_size=2)
stories: st.SearchStrategy[Incident] = st.builds(
    Incident,
    id=st.just("it"),
    dataset=st.just("salud/contratos"),
    condition=st.sampled_from(["stale", "expectation:a.b"]),
    rules=texts, severity=st.sampled_from(Severity), state=st.sampled_from(IncidentState),
    first_seen=days, opened_on=days, before=numbers, after=numbers, worst=numbers, cause=texts, held=texts,
    told_on=st.none() | days, reminded=st.integers(0, 9), reminded_on=st.none() | days,
    escalated_on=st.none() | days, muted_until=st.none() | days, reopened=st.integers(0, 9),
    resolved_on=days, resolution=texts, summary=language, advice=language, column=texts,
    examples=st.lists(st.builds(UnexpectedExample, st.integers(1, 99), texts | st.none()), max_size=2).map(tuple),
)  # fmt: skip


@pytest.fixture(scope="module")
def one_history() -> Iterator[History]:
    made = History()
    yield made
    made.connection.close()


@given(told=stories)
def test_any_incident_comes_back_as_it_was_written(one_history: History, told: Incident) -> None:
    opened = Transition(
        "t", told.dataset, told.condition, TransitionKind.OPENED, night(0), told.first_seen, told.before,
        told.after, told.rules, told.severity, told.summary, told.advice, told.examples, told.column, told.id,
    )  # fmt: skip
    answer = IncidentAction(
        "a", ActionKind.MUTE, (told.id,), datetime(2026, 1, 1, 7, 30, tzinfo=UTC), "owner"
    )
    alert = Alert("a", night(0), AlertKind.OPENED, ContactPoint("x"), "es", (opened,))
    made: dict[str, Any] = rows.of_alerts(night(0), (), [alert], (), [told], [answer])
    connection = one_history.connection
    for table in NIGHT_TABLES:
        connection.execute(f"DELETE FROM {table}")
        store.insert(connection, table, made[table])
    assert incidents.incidents(connection, night(1)) == {told.id: told}
    assert incidents.actions(connection, night(0)) == [answer]
