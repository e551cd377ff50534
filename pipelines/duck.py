"""The one place where a DuckDB connection is opened, with its limits set.

Belongs here: memory and thread limits, how a running query is interrupted, and the locks that keep SQL from
touching anything but its own tables (no extension is ever installed or loaded by itself). Does not belong
here: any query.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.errors import MemoryLimitReached

if TYPE_CHECKING:
    from types import FrameType

    import duckdb

# What is beyond it is spilled to the temporary folder. A process that reads holds some 210 MB more: a JSON of 2 GB
# took 720 MB under this limit, no longer than under any other (`make bench-memory`).
MEMORY_LIMIT = "512MB"
THREADS = 2
# So many connections wait for more work, a few megabytes each.
MOST_IDLE = 8
_IDLE: list[tuple[tuple[str, int], duckdb.DuckDBPyConnection]] = []
_LOCK = threading.Lock()
# Of the process that this one was forked from. To close them would wait for threads that are not here.
_FOREIGN: list[object] = []
_WORKS = itertools.count()
# A function of a text, which SQL calls with an Arrow array of texts, and the SQL type of its answers.
Function = tuple[Callable[[Any], Any], str]
# What a work left behind beside its database.
_LEFT = """
SELECT (SELECT count(*) FROM duckdb_tables() WHERE NOT internal)
     + (SELECT count(*) FROM duckdb_views() WHERE NOT internal)
"""


def connect(
    path: Path | None = None,
    *,
    read_only: bool = False,
    memory_limit: str = MEMORY_LIMIT,
    threads: int = THREADS,
    temp_directory: Path | None = None,
) -> duckdb.DuckDBPyConnection:
    """Open `path` (None: in memory) with limits set; SQL may still read and write files that we name.

    Raises `duckdb.IOException` when another process holds the file.
    """
    import duckdb

    config: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory_limit,
        "threads": threads,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
    if temp_directory is not None:
        config["temp_directory"] = str(temp_directory)
    connection = duckdb.connect(str(path) if path else ":memory:", read_only=read_only, config=config)
    connection.execute("SET TimeZone = 'UTC'")  # not known to `config` before the connection is there
    connection.execute("SET enable_progress_bar = false")  # it would stand in the midst of a command's answer
    return connection


@contextmanager
def borrowed(
    *, memory_limit: str = MEMORY_LIMIT, threads: int = THREADS, temp_directory: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """As `connect` in memory, for a short work: connecting takes longer than a small table.

    The connection may have served another work before, of which nothing is left: each has a database of its own, which
    goes with it. One that was interrupted or met an error, or on which a table remains, serves nobody else; functions
    that are registered on it are to be removed by whoever did.
    """
    key = (memory_limit, threads)
    connection = _idle(key, temp_directory) or connect(
        memory_limit=memory_limit, threads=threads, temp_directory=temp_directory
    )
    whole = False
    try:
        name = f"work_{next(_WORKS)}"
        connection.execute(f"ATTACH ':memory:' AS {name}; USE {name}")
        yield connection
        connection.execute(f"USE memory; DETACH {name}")
        ((left,),) = connection.execute(_LEFT).fetchall()
        whole = not left
    finally:
        if not whole:
            connection.close()
    if not whole:
        return
    with _LOCK:
        _IDLE.append((key, connection))
        surplus = _IDLE[:-MOST_IDLE]
        del _IDLE[:-MOST_IDLE]
    for _, one in surplus:
        one.close()


def _idle(key: tuple[str, int], temp_directory: Path) -> duckdb.DuckDBPyConnection | None:
    """A connection that was given back, with these limits."""
    import duckdb

    with _LOCK:
        place = next((place for place, (known, _) in enumerate(_IDLE) if known == key), None)
        found = None if place is None else _IDLE.pop(place)[1]
    if found is not None:
        try:
            found.execute(f"SET temp_directory = {literal(str(temp_directory))}")
        except duckdb.Error:  # it has spilled to the one before
            found.close()
            return None
    return found


def _forked() -> None:
    global _LOCK
    _LOCK = threading.Lock()
    _FOREIGN.extend(_IDLE)
    _IDLE.clear()


os.register_at_fork(after_in_child=_forked)


def version() -> str:
    """Which DuckDB it is; another one may hash the same value to something else."""
    import duckdb

    return duckdb.__version__


def lock_down(connection: duckdb.DuckDBPyConnection) -> None:
    """Take file and network access away from a connection for good, before a stranger's SQL runs on it."""
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def add_function(connection: duckdb.DuckDBPyConnection, name: str, function: Function) -> None:
    """Let queries of `connection` call `function` by its name."""
    from duckdb.func import ARROW

    called, kind = function
    connection.create_function(name, called, ["VARCHAR"], kind, type=ARROW)


@contextmanager
def calling(connection: duckdb.DuckDBPyConnection, functions: Mapping[str, Function]) -> Iterator[None]:
    """Let queries of `connection` call `functions` by their names while the context is open."""
    added = []
    try:
        for name, function in functions.items():
            add_function(connection, name, function)
            added.append(name)
        yield
    finally:
        for name in added:
            connection.remove_function(name)


@contextmanager
def within_memory() -> Iterator[None]:
    """Tell DuckDB's want of memory, or of room to spill to, as `MemoryLimitReached`."""
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException as error:
        raise MemoryLimitReached(str(error).partition("\n")[0]) from error


@contextmanager
def interruptible(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let an interrupt (Ctrl-C) end what the connection computes, at once, and then do what it always does.

    By itself DuckDB tells an interrupt as a `RuntimeError`, or as a fault of the Python function that it was calling,
    and in the midst of a long step not at all. The block may do nothing but run queries: other work in it would go
    on. Only a process's main thread hears of interrupts; in other threads this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: list[FrameType | None] = []
    ended = threading.Event()
    # Python tells its own code of a signal between two steps of the main thread, which a query keeps busy; the
    # signal itself writes into this pipe at once.
    reader, writer = os.pipe()
    os.set_blocking(writer, False)

    def watch() -> None:
        while (told := os.read(reader, 1)) not in (b"", bytes([signal.SIGINT])):
            pass
        # Again and again: between two queries of the block there is nothing to interrupt.
        while told and not ended.wait(0.05):
            connection.interrupt()

    before = signal.signal(signal.SIGINT, lambda _, frame: heard.append(frame))
    wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        ended.set()
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, before if before is not None else signal.default_int_handler)
        os.close(writer)
        watcher.join()
        os.close(reader)
        if heard and callable(before):
            before(signal.SIGINT, heard[0])


def quote(name: str) -> str:
    """A column or table name as a quoted SQL identifier, whatever is in it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A string as a quoted SQL literal."""
    return "'" + text.replace("'", "''") + "'"
