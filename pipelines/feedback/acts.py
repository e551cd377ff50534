"""Acts: what people do with a report, as events of the inbox.

Belongs here: the events that the command line and the server make, so that both make the same ones. Who may do it is
the matter of whoever calls. Does not belong here: files (`inbox`), links (`tokens`).
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

from pipelines.feedback import inbox, written
from pipelines.model import FeedbackEvent, FeedbackEventKind, FeedbackReport

OPERATOR, OWNER, VEEDOR = "operator", "owner", "veedor"


def accept(runs: Path, key: str, now: datetime, night: date) -> FeedbackReport:
    """Take it: it is public, and the days for an answer begin. Raises `FeedbackRefused` and `FeedbackUnknown`."""
    return inbox.add(runs, _event(key, FeedbackEventKind.ACCEPTED, now, night, OPERATOR))


def reject(runs: Path, key: str, now: datetime, night: date, reason: str) -> FeedbackReport:
    """Do not take it, or take it back; `reason` is for the operator alone. Raises as `accept`."""
    said = written.block(reason, "reason")
    return inbox.add(runs, _event(key, FeedbackEventKind.REJECTED, now, night, OPERATOR, said))


def answer(runs: Path, key: str, now: datetime, night: date, text: str, *, by: str = OWNER) -> FeedbackReport:
    """The owner's public answer; the same one twice is one. Raises as `accept`."""
    said = written.block(text, "answer")
    report = inbox.one(runs, key)
    if report.course.answer == said:
        return report
    return inbox.add(runs, _event(key, FeedbackEventKind.ANSWERED, now, night, by, said))


def close(runs: Path, key: str, now: datetime, night: date, reason: str = "") -> FeedbackReport:
    """End it. Raises as `accept`."""
    said = written.block(reason, "reason") if reason.strip() else ""
    return inbox.add(runs, _event(key, FeedbackEventKind.CLOSED, now, night, OPERATOR, said))


def note(runs: Path, key: str, kind: FeedbackEventKind, now: datetime, night: date) -> FeedbackReport:
    """Note that somebody was written to, once for each night. Raises as `accept`."""
    event = FeedbackEvent(
        inbox.identity(key, kind, night.isoformat()), key, FeedbackEventKind(kind), now, night, VEEDOR
    )
    return inbox.add(runs, event)


def erasure(key: str, now: datetime, night: date, *, by: str = OPERATOR) -> FeedbackEvent:
    """The event of an erasure, of which `inbox.erase` makes the rest."""
    return _event(key, FeedbackEventKind.ERASED, now, night, by)


def _event(
    key: str, kind: FeedbackEventKind, now: datetime, night: date, by: str, text: str = ""
) -> FeedbackEvent:
    made = inbox.identity(key, kind, by, now.isoformat(), text)
    return FeedbackEvent(made, key, kind, now, night, by, text)
