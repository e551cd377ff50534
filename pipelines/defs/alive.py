"""Whether the process of a run lives: a lock that it holds, which the operating system frees however it ends.

Belongs here: the lock. Does not belong here: what follows when it is free (`dead_runs`). It says something of runs that
are one process, on the machine on which it is looked at.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines import artifacts
from pipelines.settings import Settings

# Between the last that a run's process does and the note that it ended lie moments (seconds).
SETTLED = 60.0


@contextmanager
def alive(settings: Settings, run_id: str) -> Iterator[None]:
    """Let it be known, as long as the context lasts, that the process of the run lives.

    Its file stays: how the run ended may not have been written down, with a full disk for instance.
    """
    path = _folder(settings) / run_id
    # Under its name the lock is never free while the process lives: it comes there held.
    with artifacts.replacing(path) as temporary, temporary.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        held = os.dup(handle.fileno())
    try:
        yield
    finally:
        os.utime(held)
        os.close(held)


def ended(settings: Settings) -> list[str]:
    """The runs whose process is gone, however it ended."""
    folder = _folder(settings)
    artifacts.clear_left(folder, older_than=artifacts.ABANDONED)
    return [path.name for path in sorted(folder.glob("[!.]*")) if _is_free(path)]


def forget(settings: Settings, run_id: str) -> None:
    """The run has been seen to."""
    (_folder(settings) / run_id).unlink(missing_ok=True)


def _folder(settings: Settings) -> Path:
    return settings.data / "locks" / "runs"


def _is_free(path: Path) -> bool:
    try:
        with path.open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return time.time() - path.stat().st_mtime > SETTLED
    except (BlockingIOError, FileNotFoundError):
        return False
