"""The inbox: one folder for each report, one file for the report and for each event of it.

Belongs here: writing and reading these files. A file appears whole or not at all and is never changed, but for an
erasure; the same report or event written twice is one. The history is never opened here: it is told of what is in these
files when a night records (`history.feedback`). Does not belong here: who may do what, words, pages.

    data/feedback/<id>/item.json · <event id>.json
"""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from pipelines import artifacts
from pipelines.errors import ArtifactDamaged, FeedbackRefused, FeedbackUnknown
from pipelines.feedback.written import Refusal
from pipelines.feedback_course import course_of, may
from pipelines.model import (
    FeedbackEvent,
    FeedbackReport,
    FeedbackState,
    UserQualityFeedback,
)

ITEM = "item.json"
# Nobody can look through more; whoever posts so many is told to write by mail.
MOST_WAITING = 1_000
# Of one report: an owner may amend the answer, but not for ever.
MOST_EVENTS = 50
_ID = re.compile(r"[0-9a-f]{20}")
_LEFT_SECONDS = 3600.0
_SETTLED_NS, _MOST_KNOWN = 2_000_000_000, 20_000
_KNOWN: dict[Path, tuple[int, FeedbackReport]] = {}


def identity(*parts: str) -> str:
    """An id made of parts: the same parts give the same."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:20]


def receive(runs: Path, item: UserQualityFeedback, *, waiting: int | None = None) -> bool:
    """Keep a report; False when one of its id is there already, which stays as it is.

    `waiting` is how many wait for moderation, where that is known. Raises `FeedbackRefused` when they are too many.
    """
    folder = _folder(runs, item.id)
    if (folder / ITEM).exists():
        return False
    if (count_waiting(runs) if waiting is None else waiting) >= MOST_WAITING:
        raise FeedbackRefused(f"{MOST_WAITING:,} reports wait to be looked at", Refusal.FULL)
    artifacts.feedback_folder(runs).mkdir(
        mode=0o700, parents=True, exist_ok=True
    )  # it holds addresses of readers
    return artifacts.write_once(folder / ITEM, item)


def add(runs: Path, event: FeedbackEvent) -> FeedbackReport:
    """Keep an event; gives the report as it then stands. One that is there already stays as it is.

    Raises `FeedbackUnknown`, and `FeedbackRefused` for an event that is not possible where the report stands.
    """
    path = _folder(runs, event.feedback) / f"{event.id}.json"
    report = one(runs, event.feedback)
    if path.exists():
        return report
    if not may(report.course, event.kind) or len(report.events) >= MOST_EVENTS:
        raise FeedbackRefused(
            f"report {event.feedback} is {report.course.state}: it cannot be {event.kind}",
            Refusal.NOT_ALLOWED,
        )
    artifacts.write_once(path, event)
    report = one(runs, event.feedback)
    if report.course.state is FeedbackState.ERASED and event.text:  # meanwhile
        artifacts.write_value(path, replace(event, text=""))
    return one(runs, event.feedback)


def erase(runs: Path, event: FeedbackEvent) -> FeedbackReport:
    """Take every word and address of a report out of its files; what is left is that it was there, and its dates.

    The event comes first, so that whoever is killed on the way has erased it as far as any reader can see, and is
    finished by doing it again. Raises `FeedbackUnknown`.
    """
    folder = _folder(runs, event.feedback)
    report = one(runs, event.feedback)
    if report.course.state is not FeedbackState.ERASED:
        artifacts.write_once(folder / f"{event.id}.json", event)
    blank = replace(report.item, text="", evidence="", column="", row="", email=None)
    artifacts.write_value(folder / ITEM, blank)
    for it in one(runs, event.feedback).events:  # with what came while this began
        if it.text:
            artifacts.write_value(folder / f"{it.id}.json", replace(it, text=""))
    artifacts.clear_left(folder)
    return one(runs, event.feedback)


def one(runs: Path, key: str) -> FeedbackReport:
    """A report as it stands. Raises `FeedbackUnknown` and `ArtifactDamaged`."""
    folder = _folder(runs, key)
    if not (folder / ITEM).is_file():
        raise FeedbackUnknown(f"there is no report {key}")
    return _read(folder)


def every(runs: Path) -> Iterator[FeedbackReport]:
    """All reports as they stand, the oldest first. Raises `ArtifactDamaged`."""
    found = [_read(folder) for folder in _folders(runs) if (folder / ITEM).is_file()]
    yield from sorted(found, key=lambda it: (it.item.received_at, it.item.id))


def readable(runs: Path) -> list[FeedbackReport]:
    """The same without those whose files are damaged: for pages, which must not fail for one of them."""
    found = []
    for folder in _folders(runs):
        try:
            if (folder / ITEM).is_file():
                found.append(_read(folder))
        except (ArtifactDamaged, FileNotFoundError):
            continue
    return sorted(found, key=lambda it: (it.item.received_at, it.item.id))


def count_waiting(runs: Path) -> int:
    """How many reports nobody has looked at yet. Only names of files are looked at."""
    return sum(1 for folder in _folders(runs) if {it.name for it in _visible(folder)} == {ITEM})


def beginning(runs: Path, start: str) -> FeedbackReport:
    """The report whose id begins so. Raises `FeedbackUnknown` when there is none, or more than one."""
    fitting = [it.name for it in _folders(runs) if start and it.name.startswith(start.lower())]
    if len(fitting) != 1:
        several = f"{len(fitting)} reports begin" if fitting else "no report begins"
        raise FeedbackUnknown(f"{several} with {start!r}")
    return one(runs, fitting[0])


def sweep(runs: Path) -> None:
    """Remove folders in which somebody was killed before anything was in them."""
    for folder in _folders(runs):
        if not (folder / ITEM).exists() and time.time() - folder.stat().st_mtime > _LEFT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _folder(runs: Path, key: str) -> Path:
    """The folder of a report. What is no id of ours, and may lead elsewhere, is none. Raises `FeedbackUnknown`."""
    if not _ID.fullmatch(key):
        raise FeedbackUnknown(f"{key[:40]!r} is no id of a report")
    return artifacts.feedback_folder(runs) / key


def _folders(runs: Path) -> list[Path]:
    inbox = artifacts.feedback_folder(runs)
    if not inbox.is_dir():
        return []
    return sorted(it for it in inbox.iterdir() if _ID.fullmatch(it.name) and it.is_dir())


def _visible(folder: Path) -> list[Path]:
    return [it for it in folder.iterdir() if not it.name.startswith(".")]


def _read(folder: Path) -> FeedbackReport:
    """The report in a folder. A night asks for all of them for every source: what has not changed is read once."""
    written = folder.stat().st_mtime_ns
    known = _KNOWN.get(folder)
    if known is not None and known[0] == written:
        return known[1]
    report = _parsed(folder)
    # Two writes within one tick of the disk's clock leave one time.
    if time.time_ns() - written > _SETTLED_NS:
        if len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[folder] = (written, report)
    return report


def _parsed(folder: Path) -> FeedbackReport:
    item = artifacts.read_value(folder / ITEM, UserQualityFeedback)
    events = tuple(
        sorted(
            (
                artifacts.read_value(it, FeedbackEvent)
                for it in _visible(folder)
                if it.suffix == ".json" and it.name != ITEM
            ),
            key=lambda it: (it.at, it.id),
        )
    )
    return FeedbackReport(item, events, course_of(events))
