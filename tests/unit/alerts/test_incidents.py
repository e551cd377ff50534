"""An incident from its beginning to its end, what people answer, and who is told of it when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.model import (
    Access,
    ActionKind,
    AlertKind,
    ColumnChange,
    ColumnChangeKind,
    DatasetNight,
    IncidentAction,
    IncidentState,
    Level,
    Severity,
)
from pipelines.sources_alerts import AlertPolicy
from tests.unit.alerts.replayed import FIRST, OPERATOR, OWNER, POLICY, SECOND, Replay, failing, usual

AT = datetime(2026, 3, 12, 12, tzinfo=UTC)


def broken_since(number: int, first: int = 10) -> DatasetNight:
    return usual(number, levels=failing(20.0 if number >= first else 0.0))


def run(
    nights: Iterable[int], replay: Replay, actions: dict[int, list[IncidentAction]] | None = None
) -> Replay:
    for number in nights:
        replay.night(broken_since(number), actions=(actions or {}).get(number, ()))
    return replay


def action(kind: ActionKind, replay: Replay, **values: object) -> IncidentAction:
    return IncidentAction("a", kind, (replay.incident(),), AT, "owner", **values)  # type: ignore[arg-type]


def test_it_is_reminded_of_twice_and_then_goes_on_to_the_second_contact() -> None:
    replay = run(range(80), Replay())
    assert replay.mails() == [(10, "opened"), (24, "reminder"), (38, "reminder")]
    assert replay.mails(SECOND) == [(40, "escalation")]
    (escalated,) = (it for it in replay.judgements[40].alerts if it.kind is AlertKind.ESCALATION)
    assert escalated.told == (OWNER.name,)


def test_without_a_second_contact_the_operator_is_told() -> None:
    replay = run(range(45), Replay(second=None))
    assert (40, "escalation") in replay.mails(OPERATOR.contact)


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (ActionKind.ACKNOWLEDGE, {}),
        (ActionKind.MUTE, {}),
        (ActionKind.MUTE, {"until": FIRST + timedelta(days=200)}),
    ],
)
def test_whoever_answered_is_not_reminded(kind: ActionKind, values: dict[str, object]) -> None:
    replay = run(range(12), Replay())
    run(range(12, 60), replay, {12: [action(kind, replay, **values)]})
    assert replay.mails() == [(10, "opened")]
    assert replay.mails(SECOND) == []


def test_it_is_told_as_mended_though_it_was_acknowledged() -> None:
    replay = run(range(12), Replay())
    replay.night(broken_since(12), actions=[action(ActionKind.ACKNOWLEDGE, replay)])
    replay.night(usual(13))
    assert replay.mails() == [(10, "opened"), (13, "recovered")]


def test_a_mute_ends_on_its_day() -> None:
    replay = run(range(12), Replay())
    until = FIRST + timedelta(days=30)
    run(range(12, 40), replay, {12: [action(ActionKind.MUTE, replay, until=until)]})
    assert replay.mails() == [(10, "opened"), (30, "reminder")]


def test_disputes_and_questions_change_nothing_by_themselves() -> None:
    replay = run(range(12), Replay())
    run(range(12, 26), replay, {12: [action(ActionKind.DISPUTE, replay, text="no")]})
    assert replay.mails() == [(10, "opened"), (24, "reminder")]


def test_an_answer_to_what_has_ended_changes_nothing() -> None:
    replay = run(range(12), Replay())
    late = action(ActionKind.MUTE, replay)
    replay.night(usual(12))
    assert replay.night(usual(13), actions=[late]).incidents == []


def test_what_is_held_is_told_when_the_operator_lets_it_go() -> None:
    down = {"access": Access.OUT_OF_REACH, "content": None, "usable": None, "levels": {}, "scores": {}}
    replay = Replay()
    for number in range(14):
        replay.night(*(usual(number, f"s/{item}", **(down if number >= 10 else {})) for item in range(3)))
    assert replay.mails() == []
    held = [it for judgement in replay.judgements for it in judgement.incidents if it.held]
    release = IncidentAction("r", ActionKind.RELEASE, (held[0].id,), AT, "operator")
    judgement = replay.night(*(usual(14, f"s/{item}", **down) for item in range(3)), actions=[release])
    assert replay.told() == [(14, "unreachable", "opened")]
    (told,) = (it for it in judgement.incidents if it.id == held[0].id)
    assert (told.held, told.told_on) == ("", FIRST + timedelta(days=14))


def test_consequences_are_told_with_their_cause() -> None:
    lost = ColumnChange(ColumnChangeKind.DROPPED, "Importe", None)

    def made(number: int) -> DatasetNight:
        worse = number >= 10
        return usual(
            number,
            columns=(lost,) if number == 10 else (),
            levels=failing(100.0 if worse else 0.0),
            scores={"validity": 40.0 if worse else 95.0},
        )

    replay = Replay()
    for number in range(12):
        replay.night(made(number))
    incidents = {it.condition: it for it in replay.judgements[10].incidents}
    assert set(incidents) == {"columns", "expectation:k"}, (
        "the score that fell with them is no alarm of its own"
    )
    assert incidents["expectation:k"].cause == incidents["columns"].id == incidents["columns"].cause
    assert replay.mails() == [(10, "opened")]


def test_a_dataset_that_is_ignored_ends_nothing_and_tells_nothing() -> None:
    replay = Replay(replace(POLICY, enabled=False))
    assert run(range(20), replay).mails() == []


def test_an_address_of_datasets_in_two_languages_gets_one_mail() -> None:
    replay = Replay(languages={"s/e": "en"})
    for number in range(12):
        worse = {"levels": failing(50.0)} if number >= 10 else {}
        quiet = [usual(number, f"t/{item}") for item in range(6)]
        replay.night(usual(number, **worse), usual(number, "s/e", **worse), *quiet)
    assert replay.mails() == [(10, "opened")]


def test_nothing_is_told_of_what_was_not_looked_at() -> None:
    """The source is visited on some nights only, or its night failed: nobody knows how it stands."""
    replay = run(range(12), Replay())
    for number in range(12, 60):
        replay.night(usual(number, "other/d"))
    assert replay.mails() == [(10, "opened")]
    assert replay.mails(SECOND) == []
    replay.night(broken_since(60))
    assert replay.mails()[-1] == (60, "reminder")


@pytest.mark.parametrize(
    "policy", [replace(POLICY, enabled=False), replace(POLICY, ignore=("expectation:*",))]
)
def test_what_is_not_followed_any_more_ends_without_a_word(policy: AlertPolicy) -> None:
    replay = run(range(12), Replay())
    replay.policy = policy
    judgement = replay.night(usual(12, "other/d"))
    assert [(it.state, it.resolution) for it in judgement.incidents] == [
        (IncidentState.RESOLVED, "withdrawn")
    ]
    run(range(13, 60), replay)
    assert replay.mails() == [(10, "opened")]


def test_whoever_muted_it_does_not_hear_of_its_end_either() -> None:
    replay = run(range(12), Replay())
    replay.night(broken_since(12), actions=[action(ActionKind.MUTE, replay)])
    judgement = replay.night(usual(13))
    assert [it.resolution for it in judgement.incidents] == ["mended"]
    assert replay.mails() == [(10, "opened")]


def test_what_outlasts_its_cause_is_reminded_of_by_itself() -> None:
    lost, back = (
        ColumnChange(ColumnChangeKind.DROPPED, "Importe"),
        ColumnChange(ColumnChangeKind.ADDED, None, "Importe"),
    )

    def made(number: int) -> DatasetNight:
        changed = {10: (lost,), 12: (back,)}.get(number, ())
        return usual(number, columns=changed, levels=failing(100.0 if number >= 10 else 0.0))

    replay = Replay()
    for number in range(30):
        replay.night(made(number))
    assert [it for it in replay.mails() if it[1] == "reminder"] == [(24, "reminder")]


def test_what_returns_is_reminded_of_anew() -> None:
    replay = Replay()
    for number in range(70):
        worse = 10 <= number < 40 or number >= 45
        replay.night(usual(number, levels=failing(20.0 if worse else 0.0)))
    assert [it for it in replay.mails() if it[1] == "reminder"] == [
        (24, "reminder"),
        (38, "reminder"),
        (59, "reminder"),
    ]


@pytest.mark.parametrize("condition", ["columns", "rows", "rows_removed", "overdue", "levels"])
def test_whatever_ends_is_told_as_mended_also_where_more_nights_are_asked_for(condition: str) -> None:
    lost, back = (
        ColumnChange(ColumnChangeKind.DROPPED, "Importe"),
        ColumnChange(ColumnChangeKind.ADDED, None, "Importe"),
    )

    def made(number: int) -> DatasetNight:
        bad = 20 <= number < 50
        if condition == "columns":
            return usual(number, columns={20: (lost,), 50: (back,)}.get(number, ()))
        if condition == "rows":
            return usual(number, rows=500 if bad else 10_000, rows_lost=None)
        if condition == "rows_removed":
            gone = 20 <= number < 30
            return usual(number, rows=9_000 if gone else 10_000, rows_lost=1_000 if number == 20 else 0)
        if condition == "overdue":
            day = FIRST + timedelta(days=20 if bad else number)
            return usual(number, content=str(day), changed_on=day, modified=day, period_days=3.0)
        return usual(number, levels=failing(40.0 if bad else 0.0))

    replay = Replay(replace(POLICY, recovery_nights=3))
    for number in range(60):
        replay.night(made(number))
    assert [it[2] for it in replay.told()] == ["opened", "recovered"]


def test_a_level_that_ends_under_other_rules_after_it_came_back_ends() -> None:
    """It had returned, so that it has to stay mended for five nights, and the rules changed meanwhile."""
    replay = Replay()
    for number in range(60):
        worse = 10 <= number < 14 or 16 <= number < 30
        rules = "suite 1" if number < 25 else "suite 2"
        replay.night(usual(number, levels=failing(30.0 if worse else 0.0), rules=rules))
    assert [it[1:] for it in replay.told()][-1] == ("expectation:k", "recovered")


NIGHT = st.fixed_dictionaries(
    {
        "percent": st.sampled_from([0.0, 0.0, 0.0, 0.4, 3.0, 20.0, 80.0]),
        "score": st.sampled_from([95.0, 95.0, 93.0, 70.0]),
        "access": st.sampled_from([Access.REACHED, Access.REACHED, Access.OUT_OF_REACH, Access.TURNED_AWAY]),
        "rules": st.sampled_from(["1", "1", "1", "2"]),
        "rows": st.sampled_from([1_000, 1_000, 400, 5_000]),
        "whole": st.sampled_from([True, True, True, False]),
        "fresh": st.booleans(),
    }
)


def drawn(number: int, facts: dict[str, object]) -> DatasetNight:
    reached = facts["access"] is Access.REACHED
    percent = float(str(facts["percent"]))
    return usual(
        number,
        access=facts["access"],
        content=(str(number) if facts["fresh"] else "same") if reached else None,
        usable=True if reached else None,
        whole=facts["whole"] if reached else None,
        rows=facts["rows"] if reached else None,
        levels={"k": Level(percent, percent > 0, Severity.CRITICAL, "validity")} if reached else {},
        scores={"validity": facts["score"]} if reached else {},
        rules=facts["rules"],
        score_rules=facts["rules"],
    )


@settings(deadline=None, max_examples=60)
@given(st.lists(NIGHT, min_size=5, max_size=40))
def test_whatever_happens_incidents_begin_before_they_end_and_nobody_gets_two_mails_a_night(
    nights: list[dict[str, object]],
) -> None:
    replay, again = Replay(), Replay()
    standing: dict[str, str] = {}
    for number, facts in enumerate(nights):
        judgement = replay.night(drawn(number, facts))
        assert again.night(drawn(number, facts)) == judgement, "the same nights, the same judgement"
        for it in judgement.transitions:
            if it.kind == "opened":
                assert it.condition not in standing
                standing[it.condition] = it.incident
            else:
                assert standing[it.condition] == it.incident
                if it.kind in ("recovered", "closed"):
                    del standing[it.condition]
        kept = {it.id: it for earlier in replay.judgements for it in earlier.incidents}
        assert {it.condition for it in kept.values() if it.state is not IncidentState.RESOLVED} == set(
            standing
        )
        whom = [alert.recipient for alert in judgement.alerts if alert.kind is not AlertKind.NOTICE]
        assert len(whom) == len(set(whom))
        for alert in judgement.alerts:
            assert alert.transitions or alert.reminders
