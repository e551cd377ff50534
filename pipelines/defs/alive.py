"""Whether the process of a run lives: a lock that it holds, which the operating system frees however it ends.

Belongs here: the lock. Does not belong here: what follows when it is free (`dead_runs`). It says something of runs that
are one process, on the machine on which it is looked at.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines import artifacts
from pipelines.settings import Settings


@contextmanager
def alive(settings: Settings, run_id: str) -> Iterator[None]:
    """Let it be known, as long as the context lasts, that the process of the run lives."""
    path = _folder(settings) / run_id
    # Under its name the lock is never free while the process lives: it comes there held, and goes before it is let go.
    with artifacts.replacing(path) as temporary, temporary.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        held = os.dup(handle.fileno())
    try:
        yield
    finally:
        path.unlink(missing_ok=True)
        os.close(held)


def dead(settings: Settings) -> list[str]:
    """The runs whose process ended without a word."""
    folder = _folder(settings)
    artifacts.clear_left(folder, older_than=artifacts.ABANDONED)
    return [path.name for path in sorted(folder.glob("[!.]*")) if _is_free(path)]


def forget(settings: Settings, run_id: str) -> None:
    """A dead run has been seen to."""
    (_folder(settings) / run_id).unlink(missing_ok=True)


def _folder(settings: Settings) -> Path:
    return settings.data / "locks" / "runs"


def _is_free(path: Path) -> bool:
    try:
        with path.open("r+") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return path.exists()  # its process may have ended well meanwhile
    except (BlockingIOError, FileNotFoundError):
        return False
