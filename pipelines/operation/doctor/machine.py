"""Symptoms of the machine: the disk, its clock, permissions, and libraries that a setting needs.

Belongs here: what the operating system tells without leaving this machine.
"""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.operation import disk
from pipelines.operation.doctor.symptom import Symptom
from pipelines.operation.late import tomorrow
from pipelines.operation.status import Status
from pipelines.settings import Settings

LEAST_SHARE, LEAST_BYTES = 0.05, 1_000_000_000
LEAST_DAYS = 14.0
TOLERATED = timedelta(hours=1)
# The year of this software; a clock that says less has lost its battery.
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
ROOM = "Make room: `veedor snapshots prune`, `veedor history compact`, or a larger disk."


def symptoms(found: Status, settings: Settings) -> Iterator[Symptom]:
    """What the machine shows."""
    yield from _room(found, settings)
    yield from _clock(found, settings)
    yield from _permissions(settings)
    yield from _libraries(settings)


def _room(found: Status, settings: Settings) -> Iterator[Symptom]:
    places = {"data folder": settings.data}
    if settings.store is not None and "://" not in settings.store:
        places["store"] = Path(settings.store).expanduser()
    seen: set[tuple[int, int]] = set()
    for name, place in places.items():
        room = disk.room(place)
        if (room.free, room.total) in seen:
            continue
        seen.add((room.free, room.total))
        if room.free < max(LEAST_BYTES, room.total * LEAST_SHARE):
            yield Symptom(
                "disk_nearly_full",
                f"The disk of the {name} ({place}) has {disk.in_words(room.free)} left of {disk.in_words(room.total)}.",
                "A night stops when there is no room to write to.",
                ROOM,
            )
        if (left := _files_left(place)) is not None and left < LEAST_SHARE:
            yield Symptom(
                "disk_files_nearly_full",
                f"The file system of the {name} ({place}) can take few more files: {left:.1%} of them are left.",
                "A night writes some eleven small files for each source, and stops when it cannot.",
                "`veedor history compact` makes one file a month of old nights.",
            )
    forecast = found.forecast
    if forecast.days is not None and forecast.days < LEAST_DAYS:
        yield Symptom(
            "disk_fills_up",
            f"The disk of the data folder will be full on {forecast.full_on}, in {forecast.days:.0f} days "
            f"({forecast.why}).",
            "A night stops when there is no room to write to.",
            ROOM,
        )


def _files_left(place: Path) -> float | None:
    """The share of files that the file system can still take; None where it has no such limit."""
    while not place.exists() and place != place.parent:
        place = place.parent
    facts = os.statvfs(place)
    return facts.f_favail / facts.f_files if facts.f_files else None


def _clock(found: Status, settings: Settings) -> Iterator[Symptom]:
    newest = max((it.ended_on for it in found.notes.values()), default=None)
    if found.now < FIRST or (newest is not None and found.now < newest - TOLERATED):
        told = f", but a night ended on {newest:%Y-%m-%d %H:%M} UTC" if newest else ""
        yield Symptom(
            "clock_in_the_past",
            f"This machine's clock says {found.now:%Y-%m-%d %H:%M} UTC{told}.",
            "Nights are recorded under the wrong date, and what they look back to is not found.",
            "Set the clock (timedatectl set-ntp true). If it was in the future before, see the next symptom.",
        )
    nights = {*artifacts.nights(settings.runs), *found.notes}
    later = sorted(it for it in nights if it > tomorrow(found.now))
    if later:
        yield Symptom(
            "nights_in_the_future",
            f"There are {len(later)} nights in the future, the last of them {later[-1]}.",
            "They stay the newest of every dataset until that day comes: the clock was wrong when they ran, or is now.",
            f"Look at the clock. If it is right now, move {settings.runs / str(later[0])} and later ones away, "
            f"{settings.operations / str(later[0])}.json and later ones too, and run "
            "`veedor history rebuild --forget`.",
        )


def _permissions(settings: Settings) -> Iterator[Symptom]:
    for folder in (settings.data, settings.runs, settings.snapshots, settings.public):
        if folder.exists() and not os.access(folder, os.W_OK | os.X_OK):
            yield Symptom(
                "folder_not_writable",
                f"{folder} cannot be written to by this user.",
                "A night cannot leave its results.",
                f"Give it back to the user who runs the nights: chown -R <user> {settings.data}.",
            )
    log = settings.data / "veedor-failure.log"
    if log.exists():
        changed = datetime.fromtimestamp(log.stat().st_mtime, UTC)
        yield Symptom(
            "unforeseen_fault",
            f"A fault that nobody foresaw stopped a command on {changed:%Y-%m-%d %H:%M} UTC.",
            "It is a bug of Veedor's.",
            f"Report it with {log}, then delete the file.",
            urgent=False,
        )


def _libraries(settings: Settings) -> Iterator[Symptom]:
    needed = {
        "VEEDOR_METRICS_FILE": ("prometheus_client", settings.metrics_file is not None),
        "OTEL_EXPORTER_OTLP_ENDPOINT": ("opentelemetry", settings.otlp_endpoint is not None),
    }
    for variable, (library, wanted) in needed.items():
        if wanted and importlib.util.find_spec(library) is None:
            yield Symptom(
                "library_missing",
                f"{variable} is set, but the library {library} is not installed.",
                "No figures are given on.",
                "Install Veedor with its extra: pip install 'veedor[metrics]', or unset the variable.",
            )
    file = settings.metrics_file
    if file is not None and file.parent.exists() and not os.access(file.parent, os.W_OK | os.X_OK):
        yield Symptom(
            "metrics_not_writable",
            f"The folder of VEEDOR_METRICS_FILE, {file.parent}, cannot be written to by this user.",
            "No figures are given on.",
            "Let the user who runs the nights write there.",
        )
