"""The course of a report: whatever happens in whatever order, its state is one that the rules allow."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipelines.feedback_course import DAYS_TO_ANSWER, course_of, in_time, is_open, is_public, may
from pipelines.model import FeedbackEventKind, FeedbackState
from tests.unit.feedback.reports import NOW, event

kinds = st.sampled_from([str(it) for it in FeedbackEventKind])
stories = st.lists(st.tuples(kinds, st.integers(0, 100)), max_size=12).map(
    lambda them: [event(kind, days, text=f"{kind} {place}") for place, (kind, days) in enumerate(them)]
)


def test_from_received_to_closed() -> None:
    events = [event("accepted", 1), event("told", 2), event("answered", 5, text="Sí."), event("closed", 9)]
    course = course_of(events)
    assert course.state is FeedbackState.CLOSED
    assert (course.accepted_at, course.due_on) == (
        events[0].at,
        (NOW + timedelta(days=1 + DAYS_TO_ANSWER)).date(),
    )
    assert (course.answered_at, course.answer, course.told_at) == (events[2].at, "Sí.", events[1].at)
    assert in_time(course) is True


def test_the_clock_begins_with_the_acceptance_and_an_amended_answer_does_not_move_it() -> None:
    course = course_of(
        [event("accepted", 20), event("answered", 49, text="a"), event("answered", 70, text="b")]
    )
    assert (in_time(course), course.answer, course.answered_at) == (True, "b", NOW + timedelta(days=49))
    assert in_time(course_of([event("accepted", 1), event("answered", 33)])) is False


def test_what_was_not_accepted_is_nobodys_business() -> None:
    taken_back = [event("accepted", 1), event("rejected", 2)]
    erased = [*taken_back, event("erased", 3)]
    for events in ([], [event("rejected")], [event("answered")], taken_back, erased):
        course = course_of(events)
        assert not is_public(course)
        assert not is_open(course)
        assert in_time(course) is None


def test_a_rejection_can_be_taken_back_and_the_clock_begins_anew() -> None:
    course = course_of([event("accepted", 1), event("rejected", 2, text="spam"), event("accepted", 3)])
    assert (course.state, course.accepted_at, course.reason) == (
        *(FeedbackState.ACCEPTED, NOW + timedelta(days=3), ""),
    )


@given(stories, st.randoms())
def test_the_order_in_which_files_are_found_says_nothing(events: list[object], random: object) -> None:
    mixed = list(events)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert course_of(mixed) == course_of(events)  # type: ignore[arg-type]


@given(stories)
def test_every_state_is_reached_by_rules_alone(events: list[object]) -> None:
    found = course_of(events)  # type: ignore[arg-type]
    kinds = {it.kind for it in events}  # type: ignore[attr-defined]
    if FeedbackEventKind.ERASED in kinds:
        assert found.state is FeedbackState.ERASED
        assert (found.answer, found.reason) == ("", "")
        assert not any(may(found, it) for it in FeedbackEventKind)
    if FeedbackEventKind.ACCEPTED not in kinds:
        assert found.state in (FeedbackState.RECEIVED, FeedbackState.REJECTED, FeedbackState.ERASED)
        assert not is_public(found)
    if found.answered_at is not None:
        assert found.accepted_at is not None
        assert found.accepted_at <= found.answered_at
    if found.state is FeedbackState.RECEIVED:
        assert found.accepted_at is None


@given(stories, stories)
def test_what_is_not_allowed_changes_nothing(before: list[object], more: list[object]) -> None:
    course = course_of(before)  # type: ignore[arg-type]
    latest = max((it.at for it in before), default=NOW)  # type: ignore[attr-defined]
    for it in more:
        later = event(str(it.kind), (latest - NOW).days + 200)  # type: ignore[attr-defined]
        if not may(course, later.kind):
            assert course_of([*before, later]) == course  # type: ignore[list-item]
