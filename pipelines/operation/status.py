"""The state of an installation at one moment: `veedor status`, gathered.

Belongs here: asking each part once, and nothing that waits for a night. Only files are read that whoever works on a
night replaces whole: run folders, notes, the published copy. Does not belong here: what is wrong and what to do
(`doctor`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from pipelines import artifacts
from pipelines.errors import VeedorError
from pipelines.locks import BACKUP
from pipelines.operation import at_work, disk, late, notes
from pipelines.operation.away import Away, away
from pipelines.operation.disk import Forecast
from pipelines.operation.late import Due
from pipelines.operation.nights import Night, State, finished_nights, nights_of, past
from pipelines.operation.notes import Disk, NightNote
from pipelines.operation.slow import Slow, slowest
from pipelines.settings import Settings
from pipelines.sources import Sources, load

SLOW = 5
# Whoever holds no lock has written within so long, or is not at work: between two sources nobody holds any.
RECENT = timedelta(minutes=10)
# The same where nobody tells who holds locks.
RECENT_UNTOLD = timedelta(minutes=45)
# Alerts without a note are looked for on so many nights, for nights of earlier software.
WITHOUT_NOTE = 14


@dataclass(frozen=True)
class Status:
    """What there is to be said. `sources` is None when sources.yaml cannot be used, and `sources_error` says why.

    `missed` are nights that were due and are not finished. `away_unknown` is "" or why it is not known what is away.
    `parts_of` is the night after which the parts in `room` were measured, None: now.
    """

    now: datetime
    time_zone: str
    sources: Sources | None
    sources_error: VeedorError | None
    at_work: bool
    last_finished: date | None
    missed: Sequence[Due]
    next_on: datetime | None
    nights: Sequence[Night]
    slow: Sequence[Slow]
    away: Sequence[Away]
    away_unknown: str
    room: Disk
    parts_of: date | None
    forecast: Forecast
    notes: Mapping[date, NightNote]


def status(settings: Settings, now: datetime, count: int = 7) -> Status:
    """Look at everything; takes seconds for thousands of sources, and disturbs nobody."""
    sources, error = declared(settings)
    known = notes.read(settings.operations)
    there = artifacts.nights(settings.runs)
    open_night = there[-1] if there and there[-1] not in known else None
    busy = is_at_work(settings, open_night, now)
    read = past(settings, count)
    # A clock that was wrong once may have left a night in the future, which makes none of today's finished.
    finished = {
        it for it in finished_nights(settings, known, there[-WITHOUT_NOTE:]) if it <= late.tomorrow(now)
    }
    nights = nights_of(settings, sources, known, read, now, count, at_work=busy)
    with_marks = next((it.night for it in nights if it.state is not State.NOT_BEGUN), None)
    gone, unknown = away(settings.public)
    room, of = _disk(settings, known)
    return Status(
        now=now,
        time_zone=sources.time_zone if sources else "UTC",
        sources=sources,
        sources_error=error,
        at_work=busy,
        last_finished=max(finished, default=None),
        missed=missed(settings, sources, now, finished),
        next_on=late.next_due(sources, now) if sources and sources.enabled else None,
        nights=nights,
        slow=slowest(read, with_marks, SLOW) if with_marks else (),
        away=gone,
        away_unknown=unknown,
        room=room,
        parts_of=of,
        forecast=disk.forecast(list(known.values()), now, room),
        notes=known,
    )


def declared(settings: Settings) -> tuple[Sources | None, VeedorError | None]:
    """sources.yaml, or why it cannot be used."""
    try:
        return load(settings.sources), None
    except VeedorError as error:
        return None, error


def missed(settings: Settings, sources: Sources | None, now: datetime, finished: set[date]) -> list[Due]:
    """The nights that are late. Before its first night an installation is not late, but not begun."""
    first = min([*artifacts.nights(settings.runs)[:1], *finished], default=None)
    if sources is None or first is None or not sources.enabled:
        return []
    return late.missed(sources, now, finished, settings.late_hours, first)


def is_at_work(settings: Settings, open_night: date | None, now: datetime) -> bool:
    """Whether somebody is at work on the data folder: by its locks, else by what was written lately.

    `open_night` is the newest night when it is not finished: of a finished one nothing more is written.
    """
    holders = at_work.holders(settings)
    if holders and BACKUP in holders:  # which uses the snapshots as a night does, and is none
        holders = {name: it for name, it in holders.items() if name not in (BACKUP, at_work.SNAPSHOTS)}
    if holders or open_night is None:
        return bool(holders)
    changed = at_work.newest_change(settings, open_night)
    return changed is not None and abs(now - changed) < (RECENT_UNTOLD if holders is None else RECENT)


def _disk(settings: Settings, known: Mapping[date, NightNote]) -> tuple[Disk, date | None]:
    """Free room now, and the parts as the newest note has them; measured now when there is none."""
    measured = {
        night: note.disk for night, note in known.items() if note.disk is not None and note.disk.parts
    }
    if not measured:
        return disk.measured(settings, None, []), None
    newest = max(measured)
    now = disk.room(settings.data)
    return Disk(now.free, now.total, parts=measured[newest].parts), newest
