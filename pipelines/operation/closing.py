"""What is done when a night is finished: it is noted, counted for other programs, and the switch is pinged.

Belongs here: the order, and that none of it can fail a night that is finished. The ping comes last: who hears it may
rely on the rest.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from typing import TypeVar

from pipelines import __version__, interrupts
from pipelines.clock import Clock
from pipelines.errors import HistoryLocked
from pipelines.http_client import HttpClient
from pipelines.operation import disk, heartbeat, marks, metrics, notes, telemetry
from pipelines.operation.late import tomorrow
from pipelines.operation.marks import Mark
from pipelines.operation.notes import NightNote
from pipelines.settings import Settings

log = logging.getLogger("veedor")

T = TypeVar("T")

FAILURE = "failure"


def is_newest(night: date, settings: Settings, now: datetime) -> bool:
    """Whether no later night is finished. Whoever watches from outside hears of the newest alone.

    An old night that is run again says nothing of tonight, and one that a wrong clock left in the future neither.
    """
    return not any(night < it <= tomorrow(now) for it in notes.read(settings.operations))


@contextmanager
def watched(night: date, language: str, settings: Settings, clock: Clock, http: HttpClient) -> Iterator[None]:
    """The switch is told when a fault of ours ends the night that is at work in the context.

    A night that is merely kept from its work by another one (`HistoryLocked`), or interrupted, tells nothing.
    """
    try:
        yield
    except HistoryLocked:
        raise
    except Exception as fault:
        interrupts.end_if_heard(fault)
        # No words of it: a path may be that of a published file.
        broken_off(night, type(fault).__name__, language, settings, clock, http)
        raise


def broken_off(
    night: date, kind: str, language: str, settings: Settings, clock: Clock, http: HttpClient
) -> None:
    """Tell the switch that a fault of ours ended the newest night. It needs no room on the disk, and never raises."""
    if is_newest(night, settings, clock.now()):
        heartbeat.failed(night, kind, language, settings, http)


def closed(
    night: date, due: Sequence[str], language: str, settings: Settings, clock: Clock, http: HttpClient
) -> NightNote:
    """Note, count and tell a night that is finished; `due` are the sources that it had to visit.

    Of an old night that was run again only the note is made anew. What it cannot do is logged. Raises `OSError` when
    even the marks of the night cannot be looked at.
    """
    found = marks.marks_of(settings.runs, night)
    stopped = sorted(mark.source for mark in found.values() if mark.result == FAILURE)
    told = marks.told(settings.runs, night) or marks.Told()
    began = [mark.started_on for mark in found.values() if mark.started_on is not None]
    note = NightNote(
        night=night,
        began_on=min(began, default=None),
        ended_on=clock.now(),
        due=len(due),
        results=dict(Counter(mark.result for mark in found.values())),
        alerts=told.alerts,
        held=told.held,
        undelivered=told.undelivered,
        software=f"veedor {__version__}",
    )
    known = list(notes.read(settings.operations).values())
    note = (
        _tried("room on the disk", lambda: replace(note, disk=disk.measured(settings, night, known))) or note
    )
    _tried("note of the night", lambda: notes.write(settings.operations, note))
    if is_newest(night, settings, note.ended_on):
        note = _told(note, found, stopped, language, settings, http)
    log.info(
        "the night of %s is finished: %d sources, %d stopped by faults of ours", night, len(due), len(stopped)
    )
    return note


def _told(
    note: NightNote,
    found: Mapping[str, Mark],
    stopped: Sequence[str],
    language: str,
    settings: Settings,
    http: HttpClient,
) -> NightNote:
    """Tell other programs of the newest night, and note whether the switch heard of it."""
    _tried("metrics file", lambda: metrics.write(settings, note, found))
    _tried("telemetry", lambda: telemetry.send(settings, note, found))
    told_switch = heartbeat.ended(note.night, note.due, stopped, language, settings, http)
    note = replace(note, ping=told_switch)
    if told_switch:
        _tried("note of the night", lambda: notes.write(settings.operations, note))
    return note


def _tried(what: str, work: Callable[[], T]) -> T | None:
    try:
        return work()
    except Exception as fault:
        log.error("the %s could not be made: %s", what, type(fault).__name__, exc_info=True)
        return None
