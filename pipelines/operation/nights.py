"""What became of some nights: which were due, what ran in each, what did not and why.

Belongs here: putting marks, notes and the declaration of today together. Does not belong here: reading single files
(`marks`, `notes`), or how it is shown. What an earlier night had to visit is taken from its own note, because
sources.yaml may have changed since.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path

from pipelines import artifacts
from pipelines.operation.late import due_before
from pipelines.operation.marks import Mark, Told, begun, marks_of, told
from pipelines.operation.notes import NightNote
from pipelines.settings import Settings
from pipelines.sources import Source, Sources

# Whoever rests has been visited within a week.
LOOK_BACK = 8


class State(StrEnum):
    """`finished`: alerted and published. `at_work`: somebody is. `unfinished`: nobody is. `not_begun`: it was due."""

    FINISHED = "finished"
    AT_WORK = "at_work"
    UNFINISHED = "unfinished"
    NOT_BEGUN = "not_begun"


@dataclass(frozen=True)
class Night:
    """One night. `due` is None where nobody knows any more. `resting` is until when a source is not due, by source.

    `waiting` are sources that are due and not through; those in `begun` have a run folder. `failures` are (source,
    reason) of those that a fault of ours stopped.
    """

    night: date
    state: State
    began_on: datetime | None = None
    ended_on: datetime | None = None
    due: int | None = None
    through: int = 0
    results: Mapping[str, int] = field(default_factory=dict)
    failures: Sequence[tuple[str, str]] = ()
    waiting: Sequence[str] = ()
    begun: int = 0
    resting: Mapping[str, date | None] = field(default_factory=dict)
    told: Told | None = None
    ping: str = ""


@dataclass(frozen=True)
class Past:
    """The marks of the newest nights, newest first: enough to say who rests, and how long a source usually takes."""

    marks: Mapping[date, Mapping[str, Mark]]


def past(settings: Settings, count: int) -> Past:
    """Read the marks of the last `count` nights that have a folder, and of those that tell who rests."""
    nights = list(reversed(artifacts.nights(settings.runs)))[: max(count, LOOK_BACK + 1)]
    return Past({night: marks_of(settings.runs, night) for night in nights})


def nights_of(
    settings: Settings,
    sources: Sources | None,
    notes: Mapping[date, NightNote],
    read: Past,
    now: datetime,
    count: int,
    *,
    at_work: bool,
) -> list[Night]:
    """The last `count` nights, newest first: those with a folder, and those that were due and did not begin.

    `at_work`: somebody is at work on the data folder, which can be on the newest night alone.
    """
    there = list(read.marks)
    first = min([*artifacts.nights(settings.runs)[:1], *notes], default=None)
    due = {it.night for it in due_before(sources, now, count)} if sources and sources.enabled else set()
    chosen = sorted({*there, *(it for it in due if first and it > first)}, reverse=True)[:count]
    newest = max(there, default=None)
    if newest is not None and newest not in chosen:
        chosen[-1] = newest  # the last that ran, however long ago
    return [
        _night(it, settings, sources, notes, read, newest=it == newest, at_work=at_work and it == newest)
        for it in chosen
    ]


def is_finished(night: date, notes: Mapping[date, NightNote], told_of: Told | None) -> bool:
    """Whether a night came to its end. Nights before the first note are known by their alerts alone."""
    return night in notes or (told_of is not None and (not notes or night < min(notes)))


def finished_nights(settings: Settings, notes: Mapping[date, NightNote], nights: Sequence[date]) -> set[date]:
    """Which of `nights`, and of the noted ones, are finished."""
    return {*notes, *(it for it in nights if is_finished(it, notes, told(settings.runs, it)))}


def _night(
    night: date,
    settings: Settings,
    sources: Sources | None,
    notes: Mapping[date, NightNote],
    read: Past,
    *,
    newest: bool,
    at_work: bool,
) -> Night:
    if night not in read.marks:
        return Night(
            night, State.NOT_BEGUN, due=len(_due(settings, sources, night, read)[0]) if sources else None
        )
    marks, note, messages = read.marks[night], notes.get(night), told(settings.runs, night)
    started = [it.started_on for it in marks.values() if it.started_on]
    done = is_finished(night, notes, messages)
    state = State.FINISHED if done else State.AT_WORK if at_work else State.UNFINISHED
    # Of a night that is over only the newest is asked what it left out: that is thousands of small files.
    asked = sources is not None and (newest or not done)
    due, resting = _due(settings, sources, night, read) if sources is not None and asked else ([], {})
    waiting = [it for it in due if it not in marks] if not done else []
    known = note.due if note else len({*due, *marks} - set(resting)) if newest and sources else None
    return Night(
        night=night,
        state=state,
        began_on=min(started, default=note.began_on if note else None),
        ended_on=note.ended_on if note else None,
        due=known,
        through=len(marks),
        results=dict(Counter(it.result for it in marks.values())),
        failures=[(it.source, it.reason) for it in marks.values() if it.result in ("failure", "unreadable")],
        waiting=waiting,
        begun=len(begun(settings.runs, night) & set(waiting)) if waiting else 0,
        resting={source: until for source, until in resting.items() if source not in marks},
        told=messages,
        ping=note.ping if note else "",
    )


def _due(
    settings: Settings, sources: Sources, night: date, read: Past
) -> tuple[list[str], dict[str, date | None]]:
    """The sources of today that `night` visits, and until when the other enabled ones rest (None: not known)."""
    due, resting = [], {}
    earlier = [it for it in read.marks if it < night]
    for source in sources.enabled:
        until = _rests(settings, source, night, earlier, read)
        if until == night:
            due.append(source.id)
        else:
            resting[source.id] = until
    return due, resting


def _rests(
    settings: Settings, source: Source, night: date, earlier: Sequence[date], read: Past
) -> date | None:
    """The night on which a source is due next, `night` itself included; None when its own schedule names another.

    It is what `pipelines.revisit` decides, read off marks that are at hand; whose entry was edited does not rest.
    """
    if source.schedule is not None:
        return night if source.visited_on(night) else None
    for before in earlier:
        mark = read.marks[before].get(source.id)
        if mark is not None:
            until = mark.revisit_on
            if until is None or until <= night or mark.result == "failure":
                return night
            folder = artifacts.run_folder(settings.runs, before, source.id)
            return until if _declared(folder) == source.declaration else night
    return night


def _declared(folder: Path) -> str | None:
    try:
        return (folder / artifacts.DECLARATION).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return None
