"""Whether anybody is at work on a data folder, without getting in the way of whoever is.

Belongs here: reading who holds the locks. They are not tried: a lock that was taken to see whether it can be would stop
a night that begins in the same moment. Linux tells in /proc/locks; elsewhere, and of other containers or machines,
nobody tells, and what was written lately has to do.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from pipelines.settings import Settings

LOCKS = Path("/proc/locks")
# How the lock of whoever relies on fetched files is named here.
SNAPSHOTS = "snapshots/lock"


def holders(settings: Settings, locks: Path = LOCKS) -> dict[str, int] | None:
    """Which locks of the data folder are held, by their name, and by which process; None where nobody tells."""
    try:
        text = locks.read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    held: dict[tuple[int, int, int], int] = {}
    for line in text.splitlines():
        # "3: FLOCK  ADVISORY  WRITE 3568 fd:00:2531452 0 EOF"; waiting ones have "->" and hold nothing.
        words = line.split()
        if len(words) >= 6 and words[1] != "->" and words[5].count(":") == 2:
            major, minor, inode = words[5].split(":")
            try:
                held[int(major, 16), int(minor, 16), int(inode)] = int(words[4])
            except ValueError:
                continue
    found = {}
    for path in _files(settings):
        try:
            facts = path.stat()
        except OSError:
            continue
        key = (os.major(facts.st_dev), os.minor(facts.st_dev), facts.st_ino)
        if key in held:
            found[path.stem if path.suffix == ".lock" else SNAPSHOTS] = held[key]
    return found


def newest_change(settings: Settings, night: date) -> datetime | None:
    """When anything in the run folders of a night was last written, as far as the folders themselves tell."""
    from datetime import UTC

    folder = settings.runs / night.isoformat()
    try:
        with os.scandir(folder) as entries:
            times = [it.stat(follow_symlinks=False).st_mtime for it in entries]
        times.append(folder.stat().st_mtime)
    except OSError:
        return None
    return datetime.fromtimestamp(max(times), UTC)


def _files(settings: Settings) -> Iterator[Path]:
    yield settings.snapshots / "lock"
    try:
        yield from sorted((settings.data / "locks").glob("*.lock"))
    except OSError:
        return
