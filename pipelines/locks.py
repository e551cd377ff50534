"""Who is at work on what, among all processes of a data folder.

Belongs here: the locks and their names. A lock is the operating system's: it ends with the process that holds it,
however it ends, so that nothing has to be cleared away after a kill.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.errors import HistoryLocked
from pipelines.settings import Settings

# Names that no source can have.
ALERTS, PUBLIC, BACKUP = "_alerts", "_public", "_backup"


@contextmanager
def alone(settings: Settings, name: str, *, wait: bool = False) -> Iterator[None]:
    """Keep a second process, or thread, from the same work; the lock ends with the process, however it ends.

    With `wait` the second one waits for the first. Raises `HistoryLocked` otherwise.
    """
    path = settings.data / "locks" / f"{name}.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise HistoryLocked(
                f"another process is at work on {name}",
                "Wait for it to finish; a night may be run again at any time.",
            ) from None
        yield
