"""Room on the disk: what Veedor takes of it by part, and when there will be none left.

Belongs here: measuring, and the forecast. Does not belong here: making room (`snapshots prune`, `history compact`).

The forecast is the median of the slopes between each two of the last nights' free room (Theil-Sen): a night on which
much was cleared away or fetched once moves it little. Free room, and not what Veedor takes, because whatever else fills
the disk stops the night as well.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from statistics import median

from pipelines import compacted
from pipelines.operation.notes import Disk, NightNote
from pipelines.settings import Settings

NIGHTS = 30
FEWEST_NIGHTS = 7
# A slope over a hundred years is noise.
LONGEST = timedelta(days=3650)
SECONDS = 5.0
DAY = 86_400.0


@dataclass(frozen=True)
class Forecast:
    """When the disk is full. `full_on` None: not in ten years, or not known; `why` says which, and how it was found.

    `per_night` is the change of free room in bytes a day, None where it is not known.
    """

    full_on: date | None
    days: float | None
    per_night: float | None
    why: str


def room(folder: Path) -> Disk:
    """Free and total bytes of the disk on which `folder` lies or will lie."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    usage = shutil.disk_usage(place)
    return Disk(free=usage.free, total=usage.total)


def measured(settings: Settings, night: date | None, known: Sequence[NightNote]) -> Disk:
    """Room as it is now, with the parts. Run folders of nights that were measured before are not walked again.

    A part that takes longer than SECONDS to walk is left out: it is not known.
    """
    parts = {
        "snapshots": size(settings.snapshots),
        "fingerprints": size(settings.fingerprints),
        "history": _of_file(settings.history) + _of_file(settings.history.with_suffix(".duckdb.wal")),
        "public": size(settings.public),
        "dagster": size(settings.data / "dagster"),
    }
    if settings.store is not None and "://" not in settings.store:
        parts["store"] = size(Path(settings.store).expanduser())
    own = size(settings.runs / night.isoformat(), shared=False) if night is not None else 0
    # Of nights that may have been compacted meanwhile little is left, and that is walked.
    settled = compacted.settled(settings.runs) or date.min
    before = {
        note.night: note.disk.night
        for note in known
        if note.disk is not None and note.disk.night and note.night >= settled
    }
    parts["runs"] = _of_runs(settings.runs, before | ({night: own} if night is not None and own else {}))
    return replace(
        room(settings.data), night=own or 0, parts={name: it for name, it in parts.items() if it is not None}
    )


def size(
    folder: Path,
    *,
    shared: bool = True,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> int | None:
    """What a folder takes on the disk, in bytes; None when it could not be walked in time. 0 when it is not there.

    Of a file with several names each has its share, or, when it is not `shared`, none: what a night took over from the
    night before counted there.
    """
    until, total, waiting = clock() + seconds, 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    try:
                        if entry.is_dir(follow_symlinks=False):
                            waiting.append(entry.path)
                        else:
                            found = entry.stat(follow_symlinks=False)
                            if shared or found.st_nlink == 1:
                                total += found.st_blocks * 512 // found.st_nlink
                    except OSError:  # gone meanwhile: a night is at work
                        continue
        except OSError:
            continue
        if clock() > until:
            return None
    return total


def forecast(notes: Sequence[NightNote], now: datetime, disk: Disk) -> Forecast:
    """When there is no room left, by the nights that have measured it."""
    recent = sorted((note for note in notes if note.disk is not None), key=lambda note: note.night)[-NIGHTS:]
    # A disk that was exchanged says nothing of this one. (Some file systems change their size a little by themselves.)
    points = [
        (note.ended_on.timestamp() / DAY, note.disk.free)
        for note in recent
        if note.disk is not None and abs(note.disk.total - disk.total) <= disk.total * 0.01
    ]
    if len(points) < FEWEST_NIGHTS or points[-1][0] - points[0][0] < FEWEST_NIGHTS - 1.5:
        why = f"not known: {len(points)} nights have measured this disk, {FEWEST_NIGHTS} are needed"
        return Forecast(None, None, None, why)
    slopes = [
        (free - before) / (day - earlier)
        for (earlier, before), (day, free) in combinations(points, 2)
        if day - earlier > 0.01
    ]
    if not slopes:
        return Forecast(None, None, None, "not known: the nights were measured at the same moment")
    slope = median(slopes)
    how = f"median change of free room over the last {len(points)} measured nights"
    if slope >= 0 or disk.free / -slope > LONGEST.days:
        return Forecast(None, None, slope, f"it is not filling up ({how})")
    days = disk.free / -slope
    return Forecast((now + timedelta(days=days)).date(), days, slope, how)


def in_words(size: float) -> str:
    """A number of bytes with its unit, decimal as disks are sold."""
    units = ("B", "kB", "MB", "GB", "TB")
    power = 0
    while abs(size) >= 999.5 and power < len(units) - 1:
        size, power = size / 1000, power + 1
    return f"{size:,.0f} {units[power]}" if power < 2 or abs(size) >= 99.5 else f"{size:,.1f} {units[power]}"


def _of_file(path: Path) -> int:
    try:
        return path.stat().st_blocks * 512
    except OSError:
        return 0


def _of_runs(runs: Path, before: dict[date, int]) -> int | None:
    """All run folders: nights that were measured as they were then, the others and the compacted months as they are."""
    total, until = 0, time.monotonic() + SECONDS
    try:
        names = sorted(it.name for it in runs.iterdir())
    except OSError:
        return 0
    for name in names:
        try:
            found: int | None = before.get(date.fromisoformat(name))
        except ValueError:
            found = None
        found = size(runs / name, seconds=until - time.monotonic()) if found is None else found
        if found is None:
            return None
        total += found
    return total
