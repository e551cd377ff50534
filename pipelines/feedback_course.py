"""The course of a report: which events may follow which, and what those that happened come to.

Belongs here: one pure function from events to a state, the same for the inbox, the history, measurements and messages.
The order in which files are found says nothing: events are taken by their instants. What is not allowed where it stands
changes nothing, because two people may act at the same moment; what was erased stays erased whatever else comes.
Does not belong here: files, words, who may do what.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from pipelines.model import FeedbackCourse, FeedbackEvent, FeedbackEventKind, FeedbackState

# From its acceptance, an owner has so many days to answer.
DAYS_TO_ANSWER = 30

_MODERATED = (FeedbackEventKind.ANSWERED, FeedbackEventKind.CLOSED, FeedbackEventKind.REJECTED)
_ALLOWED = {
    FeedbackState.RECEIVED: (FeedbackEventKind.ACCEPTED, FeedbackEventKind.REJECTED),
    FeedbackState.ACCEPTED: _MODERATED,
    FeedbackState.ANSWERED: _MODERATED,
    FeedbackState.CLOSED: (FeedbackEventKind.REJECTED,),
    FeedbackState.REJECTED: (FeedbackEventKind.ACCEPTED,),
    FeedbackState.ERASED: (),
}
_NOTES = (FeedbackEventKind.TOLD, FeedbackEventKind.REMINDED, FeedbackEventKind.NOTIFIED)
_UNSEEN = (FeedbackState.RECEIVED, FeedbackState.REJECTED, FeedbackState.ERASED)


def may(course: FeedbackCourse, kind: FeedbackEventKind) -> bool:
    """Whether an event of that kind changes anything where the report stands."""
    if kind is FeedbackEventKind.ERASED:
        return course.state is not FeedbackState.ERASED
    if kind in _NOTES:
        return course.state not in _UNSEEN
    return kind in _ALLOWED[course.state]


def course_of(events: Iterable[FeedbackEvent]) -> FeedbackCourse:
    """What the events of one report come to, in whatever order they are given."""
    course = FeedbackCourse()
    for event in sorted(events, key=lambda it: (it.at, it.id)):
        if may(course, event.kind):
            course = _after(course, event)
    return course


def is_public(course: FeedbackCourse) -> bool:
    """Whether anybody may see it: it was accepted, and that was not taken back. What was erased shows dates alone."""
    return course.accepted_at is not None and course.rejected_at is None


def is_open(course: FeedbackCourse) -> bool:
    """Whether an answer is still waited for."""
    return course.state is FeedbackState.ACCEPTED


def in_time(course: FeedbackCourse) -> bool | None:
    """Whether the owner answered within the days for it; None while that is not known, or was never asked."""
    if course.due_on is None or course.state in (FeedbackState.REJECTED, FeedbackState.ERASED):
        return None
    if course.answered_at is not None:
        return course.answered_at.date() <= course.due_on
    return None


def _after(course: FeedbackCourse, event: FeedbackEvent) -> FeedbackCourse:
    at = event.at
    match event.kind:
        case FeedbackEventKind.ACCEPTED:
            due = (at + timedelta(days=DAYS_TO_ANSWER)).date()
            return FeedbackCourse(FeedbackState.ACCEPTED, accepted_at=at, due_on=due)
        case FeedbackEventKind.REJECTED:
            return replace(course, state=FeedbackState.REJECTED, rejected_at=at, reason=event.text)
        case FeedbackEventKind.ANSWERED:
            first = course.answered_at or at
            return replace(course, state=FeedbackState.ANSWERED, answered_at=first, answer=event.text)
        case FeedbackEventKind.CLOSED:
            return replace(course, state=FeedbackState.CLOSED, closed_at=at, reason=event.text)
        case FeedbackEventKind.ERASED:
            return replace(course, state=FeedbackState.ERASED, erased_at=at, answer="", reason="")
        case FeedbackEventKind.TOLD:
            return replace(course, told_at=course.told_at or at)
        case FeedbackEventKind.REMINDED:
            return replace(course, reminded_at=course.reminded_at or at)
        case FeedbackEventKind.NOTIFIED:
            return replace(course, notified_at=at)
