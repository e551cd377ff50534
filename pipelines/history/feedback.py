"""Feedback: what readers reported, from the inbox into the history, the same rows however often it is done.

Belongs here: which reports are recorded (those that were accepted, unless that was taken back), and what of
them: never a reader's address, and no word of what was erased. The inbox stays what says it all, so every recording
replaces what was there. Does not belong here: writing to the inbox (`feedback.inbox`).
"""

from __future__ import annotations

import logging
import re
import shutil
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipelines import artifacts, duck, feedback_files
from pipelines.errors import FeedbackDamaged, HistoryLocked
from pipelines.feedback_course import in_time, is_public
from pipelines.history import store
from pipelines.history.database import beside, telling, withheld, writing
from pipelines.history.rows import Row
from pipelines.model import (
    FeedbackEvent,
    FeedbackEventKind,
    FeedbackReport,
    FeedbackState,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger("veedor")

TABLES = ("feedback", "feedback_event")
TRIES = 5
Between = tuple[date, date]

# People write each other's mail addresses into reports; the rest of what they say was looked at by the operator.
_ADDRESS = re.compile(r"[^\s@<>()\[\]\"',;:]{1,100}@[\w-]+(?:\.[\w-]+)+")
MASKED = "[…@…]"


def record_feedback(path: Path, runs: Path) -> int:
    """Record what is in the inbox beside `runs`, in place of what was recorded of it; gives the number of rows.

    Raises `HistoryLocked`.
    """
    reports = reports_of(runs)
    with writing(path) as connection:
        for table in TABLES:
            connection.execute(f"DELETE FROM {table}")
        return add(connection, reports)


def add_feedback(connection: DuckDBPyConnection, runs: Path, between: Between | None = None) -> int:
    """Add what is in the inbox (of the nights `between`) to a history that knows nothing of it."""
    return add(connection, reports_of(runs), between)


def add(
    connection: DuckDBPyConnection, reports: Iterable[FeedbackReport], between: Between | None = None
) -> int:
    """Add the public ones among `reports`."""
    public = [it for it in reports if is_public(it.course)]
    rows = {
        "feedback": [_of_report(it) for it in public if _within(it.item.night, between)],
        "feedback_event": [
            _of_event(event, it)
            for it in public
            for event in it.events
            if _within(event.night, between) and event.kind is not FeedbackEventKind.NOTIFIED
        ],
    }
    return sum(store.insert(connection, table, rows[table]) for table in TABLES)


def reports_of(runs: Path) -> Sequence[FeedbackReport]:
    """The reports in the inbox beside `runs`. One that is damaged is left out and logged: it keeps no other back."""
    found = feedback_files.read_all(runs)
    if found.damaged:
        log.error("%s %s", feedback_files.told(found.damaged), FeedbackDamaged.default_advice)
    return found.reports


def forget_bytes(path: Path) -> None:
    """Write the history anew without the bytes of what was deleted, which stay in a file until somebody does.

    The old file stays until the new one takes its place; writers wait. Raises `HistoryLocked` and `DiskFull`.
    """
    if not path.exists():
        return
    for _ in range(TRIES):
        with writing(path):  # which takes a log that a killed process left into the file
            pass
        with withheld(path) as handle, telling(path):
            if handle is not None and not path.with_name(f"{path.name}.wal").exists():
                _write_anew(path, handle)
                return
    raise HistoryLocked(f"{path} is written to by processes that are killed; it was not written anew.")


def _write_anew(path: Path, handle: BinaryIO) -> None:
    with beside(path) as copied, artifacts.replacing(path) as fresh:
        # A copy is read: whoever opened and closed the file itself would let go of its lock.
        with copied.open("wb") as target:
            shutil.copyfileobj(handle, target)
        connection = duck.connect()
        try:
            connection.execute(f"ATTACH {duck.literal(str(copied))} AS history")
            connection.execute(f"ATTACH {duck.literal(str(fresh))} AS fresh")
            connection.execute("COPY FROM DATABASE history TO fresh")
            connection.execute("DETACH fresh")
        finally:
            connection.close()
            fresh.with_name(f"{fresh.name}.wal").unlink(missing_ok=True)


def _of_report(report: FeedbackReport) -> Row:
    item, course = report.item, report.course
    known = course.state is not FeedbackState.ERASED
    return {
        "night": item.night,
        "id": item.id,
        "dataset": item.dataset,
        "distribution": item.distribution or None,
        "col": _said(item.column) if known else None,
        "row_named": _said(item.row) if known else None,
        "feedback_kind": item.kind,
        "feedback_state": course.state,
        "language": item.language,
        "said": _said(item.text) if known else None,
        "shown_by": _said(item.evidence) if known else None,
        "answer": _said(course.answer) if known else None,
        "received_on": item.received_at,
        "accepted_on": course.accepted_at,
        "due_on": course.due_on,
        "answered_on": course.answered_at,
        "in_time": in_time(course),
        "ended_on": course.closed_at,
        "erased_on": course.erased_at,
    }


def _of_event(event: FeedbackEvent, report: FeedbackReport) -> Row:
    public = event.kind is FeedbackEventKind.ANSWERED and report.course.state is not FeedbackState.ERASED
    return {
        "night": event.night,
        "feedback": event.feedback,
        "id": event.id,
        "feedback_event": event.kind,
        "at": event.at,
        "by": event.by,
        "said": _said(event.text) if public else None,
    }


def _said(text: str) -> str | None:
    return _ADDRESS.sub(MASKED, text) or None


def _within(night: date, between: Between | None) -> bool:
    return between is None or between[0] <= night <= between[1]
