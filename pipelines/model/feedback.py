"""What readers report of a dataset, and what becomes of it (dqv:UserQualityFeedback).

Belongs here: a report as it was received, and the events that follow it. What they come to is worked out in
`pipelines.feedback_course`; keeping them is the matter of `feedback/`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class FeedbackKind(StrEnum):
    """What a reader says. `missing`: what should be in it is not. `unreachable`: it cannot be opened."""

    ERROR = "error"
    MISSING = "missing"
    OUTDATED = "outdated"
    UNREACHABLE = "unreachable"
    QUESTION = "question"
    PRAISE = "praise"


@dataclass(frozen=True)
class UserQualityFeedback:
    """One report, as it was received; only an erasure ever changes its file.

    `distribution` is a key; `column` and `row` are as the reader names them, `evidence` an address or a short text.
    `email` is for the answer alone: it never leaves the inbox. `night` is the date of `received_at` in the declared
    time zone, `language` that of the reader.
    """

    id: str
    dataset: str
    kind: FeedbackKind
    text: str
    received_at: datetime
    night: date
    language: str
    distribution: str = ""
    column: str = ""
    row: str = ""
    evidence: str = ""
    email: str | None = None


class FeedbackEventKind(StrEnum):
    """What happened to a report.

    The first five change its state. `told`: its owner was written to. `reminded`: once more, after the days for an
    answer. `notified`: the reader was written to.
    """

    ACCEPTED = "accepted"
    REJECTED = "rejected"
    ANSWERED = "answered"
    CLOSED = "closed"
    ERASED = "erased"
    TOLD = "told"
    REMINDED = "reminded"
    NOTIFIED = "notified"


@dataclass(frozen=True)
class FeedbackEvent:
    """One thing that happened to a report. `by` is `operator`, `owner` or `veedor`.

    `text` is the owner's public answer, or the operator's reason. `id` is the same when the same form is sent twice.
    """

    id: str
    feedback: str
    kind: FeedbackEventKind
    at: datetime
    night: date
    by: str
    text: str = ""


class FeedbackState(StrEnum):
    """Where a report stands. Nobody but the operator sees one that is `received` or `rejected`."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    ANSWERED = "answered"
    CLOSED = "closed"
    REJECTED = "rejected"
    ERASED = "erased"


@dataclass(frozen=True)
class FeedbackCourse:
    """What the events of a report come to. Instants are None for what has not happened.

    `accepted_at` is when its clock began, `answered_at` the first answer since, `answer` the newest one. `due_on` is
    the last day for an answer. `reason` is why it was rejected or closed.
    """

    state: FeedbackState = FeedbackState.RECEIVED
    accepted_at: datetime | None = None
    due_on: date | None = None
    answered_at: datetime | None = None
    answer: str = ""
    closed_at: datetime | None = None
    rejected_at: datetime | None = None
    erased_at: datetime | None = None
    reason: str = ""
    told_at: datetime | None = None
    reminded_at: datetime | None = None
    notified_at: datetime | None = None


@dataclass(frozen=True)
class FeedbackReport:
    """A report with everything that happened to it, and what that comes to."""

    item: UserQualityFeedback
    events: tuple[FeedbackEvent, ...]
    course: FeedbackCourse
