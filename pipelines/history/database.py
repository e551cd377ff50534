"""The history database: opened for one short transaction, migrated, closed.

Belongs here: taking and giving back DuckDB's lock on `history.duckdb`. DuckDB lets no other process open a
file that is being written and refuses at once, so the waiting is done here; and what DuckDB says of a full disk or a
damaged file is told as an error of ours. Does not belong here: any table.
"""

from __future__ import annotations

import os
import random
import re
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from pipelines import duck
from pipelines.errors import DiskFull, HistoryDamaged, HistoryLocked, HistoryMissing
from pipelines.history.migrate import migrate

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Sleep = Callable[[float], None]

# Eight writers and two publications at once, each of seconds on a busy machine, must all have their turn.
DEADLINE_SECONDS = 120.0
FIRST_PAUSE_SECONDS = 0.02
LONGEST_PAUSE_SECONDS = 0.5
_STALE_SECONDS = 3600.0

# What DuckDB says, which has one class of exception for many causes.
_FULL = ("No space left on device", "File too large", "Disk quota exceeded")
_DAMAGED = ("not a valid DuckDB database file", "Corrupt database file")

# DuckDB's lock is one of processes: threads of one process would share the file, so they queue up here.
_THREADS = threading.RLock()


@contextmanager
def writing(
    path: Path, *, deadline_seconds: float = DEADLINE_SECONDS, sleep: Sleep = time.sleep
) -> Iterator[DuckDBPyConnection]:
    """Open `path` read-write, bring its tables up to date and run one transaction.

    The transaction is committed when the block ends, rolled back on any exception; the connection is always
    closed. While another process holds the file this tries again, with jitter, for `deadline_seconds`.
    Raises `HistoryLocked` naming the process that holds it, `DiskFull` and `HistoryDamaged`.
    """
    import duckdb

    with _thread(path, deadline_seconds), telling(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _begin(path)
        connection = retrying(lambda: duck.connect(path), path, deadline_seconds, sleep)
        try:
            migrate(connection)
            connection.execute("BEGIN")
            try:
                yield connection
            except BaseException:
                with suppress(duckdb.Error):  # after a full disk there is no transaction any more
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        finally:
            connection.close()


def _begin(path: Path) -> None:
    """Put an empty database at `path`, whole or not at all, unless another process was faster.

    DuckDB writes its header in place: a process that is killed meanwhile leaves what is no database to anybody.
    """
    made = path.with_name(f".{path.name}.{os.getpid()}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        duck.connect(made).close()
        with made.open("rb") as handle:
            os.fsync(handle.fileno())
        with suppress(FileExistsError):
            os.link(made, path)
    finally:
        made.unlink(missing_ok=True)


@contextmanager
def reading(
    path: Path, *, deadline_seconds: float = DEADLINE_SECONDS, sleep: Sleep = time.sleep
) -> Iterator[DuckDBPyConnection]:
    """Open `path` read-only, for the stages that compare tonight with the past (`history.past`).

    Raises `HistoryMissing` when there is no history yet, `HistoryLocked` and `HistoryDamaged` like `writing`.
    """
    if not path.is_file():
        raise HistoryMissing(f"There is no history at {path}.")
    with _thread(path, deadline_seconds), telling(path):
        connection = retrying(lambda: duck.connect(path, read_only=True), path, deadline_seconds, sleep)
        try:
            yield connection
        finally:
            connection.close()


@contextmanager
def withheld(
    path: Path, *, deadline_seconds: float = DEADLINE_SECONDS, sleep: Sleep = time.sleep
) -> Iterator[BinaryIO | None]:
    """Hold the lock that DuckDB itself uses on `path` without opening it, while another file takes its place.

    Writers wait as they wait for each other. Gives the open file, None where there is none: whoever opened and closed
    it once more would let go of the lock, which is one of the process. Raises `HistoryLocked`.
    """
    import fcntl

    with _thread(path, deadline_seconds):
        if not path.exists():
            yield None
            return
        with path.open("rb+") as handle:
            waited = 0.0
            while True:
                try:
                    fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except OSError as error:
                    if waited >= deadline_seconds:
                        raise HistoryLocked(_who(path, "", waited)) from error
                sleep(FIRST_PAUSE_SECONDS)
                waited += FIRST_PAUSE_SECONDS
            yield handle


@contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A name for a database beside `path`, which is removed at the end if it is still there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f".{path.name}.*.tmp*"):  # of a process that was killed
        if time.time() - leftover.stat().st_mtime > _STALE_SECONDS:
            leftover.unlink(missing_ok=True)
    new = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    try:
        yield new
    finally:
        new.unlink(missing_ok=True)
        new.with_name(f"{new.name}.wal").unlink(missing_ok=True)


@contextmanager
def telling(path: Path) -> Iterator[None]:
    """Tell DuckDB's want of room as `DiskFull`, and a file that it cannot make sense of as `HistoryDamaged`."""
    import duckdb

    try:
        yield
    except duckdb.Error as error:
        said = str(error).partition("\n")[0]
        if any(words in said for words in _FULL):
            raise DiskFull(said) from error
        if any(words in said for words in _DAMAGED):
            raise HistoryDamaged(f"{path}: {said}") from error
        raise


def retrying(
    attempt: Callable[[], DuckDBPyConnection], path: Path, deadline_seconds: float, sleep: Sleep
) -> DuckDBPyConnection:
    """Call `attempt` until DuckDB's lock on `path` is free. Pauses add up to at most the deadline.

    Raises `HistoryLocked` after that. An error that is not about the lock (a full disk, a broken file) is
    raised as it is: waiting would not mend it.
    """
    import duckdb

    waited = 0.0
    while True:
        try:
            return attempt()
        except duckdb.IOException as error:
            message = str(error)
            if "set lock" not in message and "Conflicting lock" not in message:
                raise
            if waited >= deadline_seconds:
                raise HistoryLocked(_who(path, message, waited)) from error
        # Two processes that collided once must not collide again at the same instant.
        pause = _pause(waited)
        nap = min(random.uniform(pause / 2, pause), deadline_seconds - waited)  # noqa: S311
        sleep(nap)
        waited += nap


def _pause(waited: float) -> float:
    """The seconds until the next attempt: soon at first, and who has waited longest asks most often.

    Else whoever has just come would have the same chance as those who were there before, and of ten that want the
    file all the time one would starve.
    """
    return max(
        FIRST_PAUSE_SECONDS, min(FIRST_PAUSE_SECONDS + waited / 2, LONGEST_PAUSE_SECONDS / (1 + waited / 2))
    )


@contextmanager
def _thread(path: Path, deadline_seconds: float) -> Iterator[None]:
    if not _THREADS.acquire(timeout=deadline_seconds):
        raise HistoryLocked(f"{path} is held by another thread of this process.")
    try:
        yield
    finally:
        _THREADS.release()


def _who(path: Path, message: str, waited: float) -> str:
    holder = re.search(r"\(PID (\d+)\)", message)
    who = f"process {holder.group(1)}" if holder else "another process"
    return f"{path} is held by {who}; waited {waited:.0f} seconds."
