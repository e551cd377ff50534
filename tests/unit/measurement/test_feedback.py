"""Metrics of feedback: unknown where nobody said anything, and only what was known when the night began."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines.feedback import as_of, inbox
from pipelines.feedback_course import course_of
from pipelines.measurement.feedback import measure
from pipelines.model import FeedbackCourse, FeedbackReport
from pipelines.run_mark import state_of
from tests.unit.feedback.reports import DATASET, NOW, event, item
from tests.unit.measurement.evidence_of import evidence


def measured(*courses: FeedbackCourse, days: float = 100) -> dict[str, tuple[float | None, str]]:
    found = replace(evidence(), feedback=courses, now=NOW + timedelta(days=days))
    return {it.metric: (it.value, it.reason) for it in measure(found)}


OPEN = course_of([event("accepted", 1)])
IN_TIME = course_of([event("accepted", 1), event("answered", 20, text="Sí.")])
TOO_LATE = course_of([event("accepted", 1), event("answered", 40, text="Sí.")])


def test_silence_is_unknown_and_never_good() -> None:
    for courses in ((), (course_of([]),), (course_of([event("rejected", 1)]),)):
        assert {value for value, _ in measured(*courses).values()} == {None}
    erased = course_of([event("accepted", 1), event("erased", 2)])
    assert measured(erased)["feedback.answered_in_time"][0] is None


def test_what_is_not_due_counts_for_nobody() -> None:
    found = measured(OPEN, days=20)
    assert found["feedback.answered_in_time"] == (None, "no report is due yet")
    assert found["feedback.overdue"][0] == 0


@pytest.mark.parametrize(
    ("courses", "share", "overdue"),
    [
        ((IN_TIME,), 1, 0),
        ((TOO_LATE,), 0, 0),
        ((IN_TIME, OPEN), 0.5, 1),
        ((IN_TIME, TOO_LATE, OPEN, OPEN), 0.25, 2),
    ],
)
def test_shares_and_counts(courses: tuple[FeedbackCourse, ...], share: float, overdue: int) -> None:
    found = measured(*courses)
    assert found["feedback.answered_in_time"][0] == share
    assert found["feedback.overdue"][0] == overdue


def test_a_night_that_is_run_again_knows_no_more_than_it_did(tmp_path: Path) -> None:
    runs = tmp_path / "runs"
    inbox.receive(runs, item())
    inbox.add(runs, event("accepted", 1))
    night = NOW.date() + timedelta(days=2)
    before = as_of.Heard(runs).of("federal", night)
    inbox.add(runs, event("answered", 2, text="Sí."))  # on the night's own date
    inbox.receive(runs, item("two", night=night, received_at=NOW + timedelta(days=2)))
    assert as_of.Heard(runs).of("federal", night) == before
    after = as_of.Heard(runs).of("federal", night + timedelta(days=1))
    assert after != before
    assert state_of([], [], before) != state_of([], [], after)
    assert state_of([], [], {}) == state_of([], [])
    assert as_of.Heard(runs).of("estatal", night) == {}
    assert set(before) == {DATASET}


def test_a_source_at_rest_is_visited_for_what_moved_since() -> None:
    report = FeedbackReport(item(), (event("accepted", 1),), OPEN)
    day = NOW.date()
    assert as_of.changed([report], day, day + timedelta(days=2))
    assert not as_of.changed([report], day + timedelta(days=2), day + timedelta(days=9))
    late = day + timedelta(days=31)  # the last day for an answer
    assert as_of.changed([report], late, late + timedelta(days=1))
    assert not as_of.changed([report], late, late)
