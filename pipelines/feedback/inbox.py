"""The inbox: one folder for each report, one file for the report and for each event of it.

Belongs here: writing these files, and asking for reports. A file appears whole or not at all and is never changed, but
for an erasure; the same report or event written twice is one. The history is never opened here: it is told of what is
in these files when a night records (`history.feedback`). Does not belong here: how files are read, and what is damaged
(`feedback_files`), who may do what, words, pages.

    data/feedback/<id>/item.json · <event id>.json
"""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipelines import artifacts, feedback_files
from pipelines.errors import FeedbackRefused, FeedbackUnknown
from pipelines.feedback.written import Refusal
from pipelines.feedback_course import may
from pipelines.feedback_files import ID, ITEM, folders, visible
from pipelines.model import (
    FeedbackEvent,
    FeedbackReport,
    FeedbackState,
    UserQualityFeedback,
)

# Nobody can look through more; whoever posts so many is told to write by mail.
MOST_WAITING = 1_000
# Of one report: an owner may amend the answer, but not for ever.
MOST_EVENTS = 50
_LEFT_SECONDS = 3600.0


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
    """A report as it stands. Raises `FeedbackUnknown`, and of these `FeedbackDamaged`."""
    report = feedback_files.read(_folder(runs, key))
    if report is None:
        raise FeedbackUnknown(f"there is no report {key}")
    return report


def every(runs: Path) -> Sequence[FeedbackReport]:
    """All reports as they stand, the oldest first, without those that are damaged (see `feedback_files`)."""
    return feedback_files.read_all(runs).reports


def count_waiting(runs: Path) -> int:
    """How many reports nobody has looked at yet. Only names of files are looked at."""
    return sum(
        1 for folder in folders(runs) if folder.is_dir() and [it.name for it in visible(folder)] == [ITEM]
    )


def beginning(runs: Path, start: str) -> FeedbackReport:
    """The report whose id begins so. Raises `FeedbackUnknown` when there is none, or more than one."""
    fitting = [it.name for it in folders(runs) if start and it.name.startswith(start.lower())]
    if len(fitting) != 1:
        several = f"{len(fitting)} reports begin" if fitting else "no report begins"
        raise FeedbackUnknown(f"{several} with {start!r}")
    return one(runs, fitting[0])


def sweep(runs: Path) -> None:
    """Remove folders in which somebody was killed before anything was in them."""
    for folder in folders(runs):
        if folder.is_dir() and not visible(folder) and time.time() - folder.stat().st_mtime > _LEFT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)


def _folder(runs: Path, key: str) -> Path:
    """The folder of a report. What is no id of ours, and may lead elsewhere, is none. Raises `FeedbackUnknown`."""
    if not ID.fullmatch(key):
        raise FeedbackUnknown(f"{key[:40]!r} is no id of a report")
    return artifacts.feedback_folder(runs) / key
