"""The files of the inbox, read: the reports that are whole, and what is wrong with those that are not.

Belongs here: from a folder to a report, by one rule for nights, the history, pages and `veedor doctor`. A report of
which any file is damaged is left out by all of them, because an event that cannot be read may have been its erasure. It
stays where it lies: nothing moves or removes it, and once its files are mended it is back. Does not belong here:
writing (`feedback.inbox`).

    data/feedback/<id>/item.json · <event id>.json
"""

from __future__ import annotations

import re
import stat
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from pipelines import artifacts
from pipelines.errors import ArtifactDamaged, FeedbackDamaged
from pipelines.feedback_course import course_of
from pipelines.model import FeedbackEvent, FeedbackReport, UserQualityFeedback

T = TypeVar("T")

ITEM = "item.json"
ID = re.compile(r"[0-9a-f]{20}")
# A form is 64 kB at most; JSON may write each byte of it as six.
LARGEST_BYTES = 1_000_000
# What says another year was written by no clock of ours, and cannot be reckoned with everywhere.
YEARS = range(2000, 2200)
NAMED = 3
_SETTLED_NS, _MOST_KNOWN = 2_000_000_000, 20_000
_KNOWN: dict[Path, tuple[int, FeedbackReport]] = {}


@dataclass(frozen=True)
class Inbox:
    """The reports that are whole, the oldest first, and of each that is damaged the path of a file and why."""

    reports: tuple[FeedbackReport, ...]
    damaged: tuple[str, ...]


def read_all(runs: Path) -> Inbox:
    """Everything in the inbox beside `runs`, as it stands."""
    reports, damaged = [], []
    for folder in folders(runs):
        try:
            if (report := read(folder)) is not None:
                reports.append(report)
        except FeedbackDamaged as fault:
            damaged.append(fault.message)
    return Inbox(tuple(sorted(reports, key=lambda it: (it.item.received_at, it.item.id))), tuple(damaged))


def told(damaged: Sequence[str]) -> str:
    """What is damaged, in one sentence for the operator."""
    more = f"; and {len(damaged) - NAMED:,} more" if len(damaged) > NAMED else ""
    counted = (
        "One report in the inbox is" if len(damaged) == 1 else f"{len(damaged):,} reports in the inbox are"
    )
    return f"{counted} damaged: {'; '.join(damaged[:NAMED])}{more}."


def folders(runs: Path) -> list[Path]:
    """Whatever has the name of a report, in the order of these."""
    inbox = artifacts.feedback_folder(runs)
    return sorted(it for it in inbox.iterdir() if ID.fullmatch(it.name)) if inbox.is_dir() else []


def visible(folder: Path) -> list[Path]:
    """What is in a folder, without files on their way into it. Raises `FileNotFoundError`, `NotADirectoryError`."""
    return [it for it in folder.iterdir() if not it.name.startswith(".")]


def read(folder: Path) -> FeedbackReport | None:
    """The report in a folder, None while there is none in it. Raises `FeedbackDamaged`.

    The server and a night ask for all of them again and again: what has not changed is read once.
    """
    try:
        written = folder.stat().st_mtime_ns
        known = _KNOWN.get(folder)
        if known is not None and known[0] == written:
            return known[1]
        report = _parsed(folder)
    except FileNotFoundError:
        return None
    except NotADirectoryError:
        raise FeedbackDamaged(f"{folder}: this is no folder") from None
    # Two writes within one tick of the disk's clock leave one time.
    if report is not None and time.time_ns() - written > _SETTLED_NS:
        if len(_KNOWN) > _MOST_KNOWN:
            _KNOWN.clear()
        _KNOWN[folder] = (written, report)
    return report


def _parsed(folder: Path) -> FeedbackReport | None:
    found = visible(folder)
    if not found:
        return None
    if folder / ITEM not in found:
        raise FeedbackDamaged(f"{folder / ITEM}: this file is missing")
    item = _value(folder / ITEM, UserQualityFeedback)
    paths = [it for it in found if it.suffix == ".json" and it.name != ITEM]
    events = [_value(it, FeedbackEvent) for it in paths]
    for path, event in zip(paths, events, strict=True):
        if (event.feedback, f"{event.id}.json") != (folder.name, path.name):
            raise FeedbackDamaged(f"{path}: this belongs to another report")
        _dated(path, event.at, event.night)
    if item.id != folder.name:
        raise FeedbackDamaged(f"{folder / ITEM}: this belongs to another report")
    _dated(folder / ITEM, item.received_at, item.night)
    events.sort(key=lambda it: (it.at, it.id))
    return FeedbackReport(item, tuple(events), course_of(events))


def _value(path: Path, kind: type[T]) -> T:
    facts = path.stat()
    if not stat.S_ISREG(facts.st_mode):
        raise FeedbackDamaged(f"{path}: this is no file")
    if facts.st_size > LARGEST_BYTES:
        raise FeedbackDamaged(f"{path}: this is larger than any report")
    try:
        return artifacts.read_value(path, kind)
    except ArtifactDamaged as fault:
        raise FeedbackDamaged(fault.message) from fault


def _dated(path: Path, at: datetime, night: date) -> None:
    if at.utcoffset() is None or at.year not in YEARS or night.year not in YEARS:
        raise FeedbackDamaged(f"{path}: its dates are none that Veedor wrote")
