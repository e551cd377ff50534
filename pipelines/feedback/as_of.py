"""As of a night: what was known of reports when it began, however much later it is asked, or run again.

Belongs here: leaving out what came after, and whether anything came since an earlier night, so that a source at rest is
measured anew.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime
from pathlib import Path

from pipelines.feedback import inbox
from pipelines.feedback_course import course_of, is_open
from pipelines.model import FeedbackCourse, FeedbackReport


def courses(reports: Iterable[FeedbackReport], instant: datetime) -> dict[str, tuple[FeedbackCourse, ...]]:
    """The courses of reports as they were at `instant`, by dataset."""
    found: dict[str, tuple[FeedbackCourse, ...]] = {}
    for it in reports:
        course = course_of(event for event in it.events if event.at <= instant)
        found[it.item.dataset] = (*found.get(it.item.dataset, ()), course)
    return found


def of_source(runs: Path, source: str) -> list[FeedbackReport]:
    """The reports about the datasets of a source."""
    return [it for it in inbox.readable(runs) if it.item.dataset.split("/", 1)[0] == source]


def changed(reports: Iterable[FeedbackReport], since: date, before: date) -> Collection[str]:
    """The sources of which a report moved on, or became overdue, from the night `since` on and before `before`."""
    found = set()
    for it in reports:
        due = it.course.due_on
        moved = any(since <= event.night < before for event in it.events)
        late = is_open(it.course) and due is not None and since <= due < before
        if moved or late:
            found.add(it.item.dataset.split("/", 1)[0])
    return found
