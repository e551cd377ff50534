"""Many events at once into Dagster's SQLite event log. https://www.sqlite.org/wal.html

Belongs here: what spares each event the making of all that it is stored by. Dagster 1.13 connects anew for every
statement, with an engine that has yet to compile it; and whoever closes the last connection to a database writes its
log back into it and removes the log. An event cost twice as much so. Does not belong here: any event.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite import sqlite_event_log
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS


@contextmanager
def many_events(instance: dg.DagsterInstance, run_id: str) -> Iterator[None]:
    """Store the events of a run in less time while the context is open. Does nothing where they go elsewhere."""
    storage: Any = instance.event_log_storage
    with ExitStack() as stack:
        if isinstance(storage, SqliteEventLogStorage):
            stack.enter_context(_engines_kept())
            for shard in (INDEX_SHARD_NAME, run_id):
                stack.enter_context(_held_open(storage.path_for_shard(shard)))
        yield


@contextmanager
def _held_open(path: str) -> Iterator[None]:
    """Somebody else is connected to the database, so that nobody's connection is the last one."""
    with closing(sqlite3.connect(path, timeout=SQLITE_BUSY_TIMEOUT_SECONDS)) as held:
        # Whoever has asked nothing yet has not opened the log
        held.execute("SELECT count(*) FROM sqlite_master").fetchall()
        yield


@contextmanager
def _engines_kept() -> Iterator[None]:
    """One engine for a database, whoever makes it: it keeps no connection, and serves several threads."""
    module: Any = sqlite_event_log  # it imports the function for itself alone
    usual = module.create_engine
    engines: dict[str, Any] = {}

    def once(address: str, **given: Any) -> Any:
        if address not in engines:
            engines[address] = usual(address, **given)
        return engines[address]

    module.create_engine = once
    try:
        yield
    finally:
        module.create_engine = usual
