"""Compact: old run folders go into one file a month, and come back byte for byte.

Belongs here: which runs may go, and in which order things are done so that a kill on any line loses nothing and doubles
nothing. A month is written beside the old one, flushed, read back and compared with every file that it stands for,
renamed; only then are folders taken away, each by one rename. Does not belong here: what such a file looks like
(`pipelines.compacted`).

What later nights need of the past stays in folders, so that they find there what they would have found:

1. every night within the last `days`, and the LOOK_BACK nights before those, which the first of those look back to;
2. of each source, of the nights before that, the newest run of each kind that `pipelines.past_runs` looks for, however
   old: one that ended, one that no fault of ours stopped, one that came to fetch, one to which the portal answered;
3. whatever is not finished.

Any lookup by a night that may still be run ends at one of these. Earlier nights are settled: they are not run again.
"""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from heapq import merge
from itertools import groupby, zip_longest
from operator import attrgetter
from pathlib import Path

from pipelines import artifacts, compacted
from pipelines.compacted import File
from pipelines.errors import ArtifactDamaged, ConfigurationError

# Snapshots and reports are looked for on so many earlier nights (`previous_snapshots`, `previous_reads`).
LOOK_BACK = 30
# Messages are tried again for a week.
LEAST_DAYS = 30

REMOVED = ".removed"
RESTORING = ".restoring"

Step = Callable[[str, str], None]


@dataclass(frozen=True)
class Compacted:
    """What went into months. `bytes_before` and `bytes_after` are room on the disk; `left` says why a run stayed."""

    months: tuple[str, ...] = ()
    runs: int = 0
    files: int = 0
    bytes_before: int = 0
    bytes_after: int = 0
    left: tuple[str, ...] = ()


def silent(what: str, where: str) -> None:
    """Nobody is told how far the work has come."""


def compact(runs: Path, days: int, today: date, step: Step = silent, *, dry_run: bool = False) -> Compacted:
    """Move the runs of nights older than `days` into months. May be killed anywhere and run again.

    Nobody else may be at work on the snapshots (`Store.alone`). Raises `ConfigurationError` for fewer than LEAST_DAYS,
    and `ArtifactDamaged` when a folder and a month disagree about the same file; nothing has gone then.
    """
    if days < LEAST_DAYS:
        raise ConfigurationError(
            f"{days} days are too few to compact after.", f"Keep {LEAST_DAYS} days or more as folders."
        )
    before = today - timedelta(days=days)
    reasons = {folder: compacted.why_not(folder) for folder in movable(runs, before)}
    folders = [folder for folder, reason in reasons.items() if reason is None]
    done = Compacted(left=tuple(reason for reason in reasons.values() if reason is not None))
    if not dry_run:
        _sweep(runs)
        if folders:
            compacted.settle(runs, before)
            _sync(runs / compacted.FOLDER)
    for month, group in groupby(folders, lambda folder: folder.parent.name[:7]):
        step("compact", month)
        found = list(group)
        sizes = [_size(folder) for folder in found]
        grown = 0 if dry_run else _compact_month(runs, month, found, step)
        done = replace(
            done,
            months=(*done.months, month),
            runs=done.runs + len(found),
            files=done.files + sum(count for count, _ in sizes),
            bytes_before=done.bytes_before + sum(size for _, size in sizes),
            bytes_after=done.bytes_after + grown,
        )
    shutil.rmtree(runs / compacted.FOLDER / REMOVED, ignore_errors=True)
    return done


def movable(runs: Path, before: date) -> list[Path]:
    """The run folders that no night from `before` on, and no later one, needs; sorted by night and source."""
    earlier = [night for night in artifacts.nights(runs) if night < before]
    old = earlier[:-LOOK_BACK]
    needed: set[Path] = set()
    sought: dict[str, set[str]] = {}  # by source: the kinds of run that are yet to be met
    found = []
    for night in reversed(old):
        for folder in sorted((runs / night.isoformat()).iterdir(), reverse=True):
            if folder.name == artifacts.NIGHT_FOLDER:
                found.append(folder)
            elif (folder / artifacts.INDEX).is_file():
                wanted = sought.setdefault(folder.name, set(compacted.KINDS))
                if wanted and (met := wanted & compacted.kinds(folder)):
                    wanted -= met
                    needed.add(folder)
                found.append(folder)
    return sorted(set(found) - needed)


def restore(runs: Path, month: str, step: Step = silent) -> int:
    """Give the folders of a compacted month (`2025-11`) back; gives how many. May be killed and run again.

    Raises `ConfigurationError` when there is no such month, and `ArtifactDamaged` when a folder holds another file.
    """
    path = runs / compacted.FOLDER / f"{month}.parquet"
    known = compacted.months(runs)
    if path not in known:
        there = ", ".join(it.stem for it in known) or "none"
        raise ConfigurationError(f"{month} is not a compacted month.", f"Compacted months: {there}.")
    _sweep(runs)
    count = 0
    before: dict[str, Path] = {}
    for (night, source), group in groupby(compacted.files(path), attrgetter("night", "source")):
        folder = artifacts.run_folder(runs, night, source)
        earlier, before[source] = before.get(source), folder
        step("restore", f"{night}/{source}")
        count += 1
        if folder.exists():
            for file in group:
                if not (folder / file.artifact).exists():
                    compacted.lay_out(folder, file, earlier)
                _same(file, (folder / file.artifact).read_bytes(), path)
            continue
        aside = runs / compacted.FOLDER / RESTORING / uuid.uuid4().hex
        for file in group:
            compacted.lay_out(aside, file, earlier)
        folder.parent.mkdir(exist_ok=True)
        aside.rename(folder)
    os.sync()  # one for all: a flush of each small file would take minutes
    step("compare", month)
    for file in compacted.files(path):
        folder = artifacts.run_folder(runs, file.night, file.source)
        _same(file, (folder / file.artifact).read_bytes(), path)
    step("remove", month)
    shutil.rmtree(runs / compacted.FOLDER / RESTORING, ignore_errors=True)
    if known == [path]:  # every run is in a folder again
        (runs / compacted.FOLDER / compacted.SETTLED).unlink(missing_ok=True)
    path.unlink()  # last: whoever is killed before it begins again
    _sync(path.parent)
    return count


def _compact_month(runs: Path, month: str, folders: Sequence[Path], step: Step) -> int:
    """Returns by how much the month's file has grown."""
    path = runs / compacted.FOLDER / f"{month}.parquet"
    before = path.stat().st_size if path.exists() else 0
    with artifacts.replacing(path) as temporary:
        step("write", month)
        compacted.write(temporary, _merged(path, folders))
        step("compare", month)
        for written, given in zip_longest(compacted.files(temporary), _merged(path, folders)):
            if written is None or given is None or written.key != given.key:
                raise ArtifactDamaged(f"{month} was not written as it should be; nothing was removed")
            _same(written, given.content, temporary)
        step("rename", month)
    _sync(path.parent)
    step("written", month)
    for folder in folders:
        _take_away(runs, folder)
        step("remove", f"{folder.parent.name}/{folder.name}")
    return path.stat().st_size - before


def _merged(path: Path, folders: Sequence[Path]) -> Iterator[File]:
    """The files of a month as it is and those of folders, sorted; what is in both stands once."""
    stored = compacted.files(path) if path.exists() else iter(())
    fresh = (file for folder in folders for file in compacted.files_of(folder))
    for _, group in groupby(merge(stored, fresh, key=attrgetter("key")), attrgetter("key")):
        first, *others = group
        for other in others:
            _same(first, other.content, path)
        yield first


def _same(file: File, content: bytes, path: Path) -> None:
    if file.content != content:
        raise ArtifactDamaged(
            f"{file.night}/{file.source}/{file.artifact}: the run folder and {path} hold different files",
            "Look which of the two is right and move the other away; nothing was removed.",
        )


def _take_away(runs: Path, folder: Path) -> None:
    """Remove a folder so that at every moment it is there whole or not at all."""
    removed = runs / compacted.FOLDER / REMOVED
    removed.mkdir(exist_ok=True)
    gone = folder.rename(removed / uuid.uuid4().hex)
    shutil.rmtree(gone)
    if not any(folder.parent.iterdir()):
        folder.parent.rmdir()


def _sweep(runs: Path) -> None:
    """Remove what a compaction or a restoration that was killed left: it is also elsewhere, whole."""
    folder = runs / compacted.FOLDER
    for name in (REMOVED, RESTORING):
        shutil.rmtree(folder / name, ignore_errors=True)
    for leftover in folder.glob(".*.tmp"):
        leftover.unlink()
    for night in artifacts.nights(runs):
        if not any((runs / night.isoformat()).iterdir()):
            (runs / night.isoformat()).rmdir()


def _size(folder: Path) -> tuple[int, int]:
    """How many files a folder holds, and the room that they take: of one that nights have in common, its share."""
    folders = [folder, *(it for it in folder.rglob("*") if it.is_dir())]
    files = [it.stat() for it in folder.rglob("*") if it.is_file()]
    room = sum(it.stat().st_blocks for it in folders) + sum(it.st_blocks // it.st_nlink for it in files)
    return len(files), 512 * room


def _sync(folder: Path) -> None:
    """Let names outlive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
