"""As of a night: what was known of reports before it, however much later it is asked, or run again.

Belongs here: leaving out what came on the night's own date or after it, reading the inbox once for all sources of a
night, and whether anything came since an earlier night, so that a source at rest is measured anew. Dates decide and
not instants: a night that was killed and is run again knows what it knew, whenever each source comes to be measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from threading import Lock

from pipelines.feedback import inbox
from pipelines.feedback_course import course_of, is_open
from pipelines.model import FeedbackCourse, FeedbackReport

# By dataset, the courses of its reports.
Courses = Mapping[str, tuple[FeedbackCourse, ...]]


class Heard:
    """What was known before a night: the inbox is read once, however many sources ask. For several threads."""

    def __init__(self, runs: Path) -> None:
        self._runs = runs
        self._lock = Lock()
        self._read: tuple[date, Mapping[str, Courses]] | None = None

    def of(self, source: str, night: date) -> Courses:
        """The courses of the reports about the datasets of a source."""
        with self._lock:
            if self._read is None or self._read[0] != night:
                reports = by_source(inbox.every(self._runs))
                self._read = night, {name: courses(own, night) for name, own in reports.items()}
            return self._read[1].get(source, {})


def by_source(reports: Iterable[FeedbackReport]) -> dict[str, list[FeedbackReport]]:
    """Reports by the source of their datasets."""
    found: dict[str, list[FeedbackReport]] = {}
    for it in reports:
        found.setdefault(it.item.dataset.split("/", 1)[0], []).append(it)
    return found


def courses(reports: Iterable[FeedbackReport], night: date) -> Courses:
    """The courses of reports as they were before `night`, by dataset."""
    found: dict[str, tuple[FeedbackCourse, ...]] = {}
    for it in reports:
        if it.item.night < night:
            course = course_of(event for event in it.events if event.night < night)
            found[it.item.dataset] = (*found.get(it.item.dataset, ()), course)
    return found


def changed(reports: Iterable[FeedbackReport], since: date, before: date) -> bool:
    """Whether any report moved on, or became overdue, from the night `since` on and before `before`."""
    for it in reports:
        due = it.course.due_on
        moved = any(since <= event.night < before for event in it.events)
        late = is_open(it.course) and due is not None and since <= due < before
        if moved or late:
            return True
    return False
