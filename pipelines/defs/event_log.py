"""Many events at once into Dagster's SQLite event log. https://www.sqlite.org/lang_transaction.html

Belongs here: what spares each event a share of what it is stored by. Dagster 1.13 opens two databases anew for every
event, writes its text down three times and closes them, which writes their logs back and removes them; only its
PostgreSQL storage takes many events together. Does not belong here: any event.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from copy import copy
from functools import cache
from threading import RLock
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable

TOGETHER = (dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
# So many are kept in memory, some kilobytes each. SQLite takes 32,766 values at once, and an event has seven.
AT_ONCE = 500


@contextmanager
def many_events(instance: dg.DagsterInstance) -> Iterator[None]:
    """Store materialisations and evaluations together, before anything else, every `AT_ONCE`, and at the end.

    Does nothing where Dagster has another storage. Whoever is killed has told up to `AT_ONCE` events less, and tells
    all of them again.
    """
    if not isinstance(instance.event_log_storage, SqliteEventLogStorage):
        yield
        return
    storage: Any = instance.event_log_storage
    waiting: list[Any] = []
    lock = RLock()  # a run has other threads, which may log

    def store() -> None:
        events = waiting[:]
        waiting.clear()
        if events:
            _store_together(storage, events)

    def store_event(event: Any) -> None:
        with lock:
            kind = event.dagster_event_type if event.is_dagster_event else None
            if kind not in TOGETHER or (waiting and waiting[0].run_id != event.run_id):
                store()
            if kind in TOGETHER:
                waiting.append(event)
            else:
                SqliteEventLogStorage.store_event(storage, event)
            if len(waiting) >= AT_ONCE:
                store()

    storage.store_event = store_event
    try:
        yield
    finally:
        with lock:
            del storage.store_event  # from here on the class's own
            store()


def _store_together(storage: Any, events: list[Any]) -> None:
    """What `SqliteEventLogStorage.store_event` does with each of the events of a run, with one transaction a database.

    Of each asset Dagster keeps the newest materialisation once more, which is the last one here.
    """
    inserted = storage.prepare_insert_event_batch(events)
    with storage.run_connection(events[0].run_id) as connection:
        connection.execute(inserted)
    with storage.index_connection() as connection:
        # They come in any order, but were given in this one
        ids = sorted(connection.execute(inserted.returning(SqlEventLogStorageTable.c.id)).scalars())
        inside = copy(storage)
        inside.index_connection = lambda: nullcontext(connection)
        inside.has_table = cache(storage.has_table)  # it is asked for every evaluation
        told = [pair for pair in zip(events, ids, strict=True) if pair[0].dagster_event_type is TOGETHER[0]]
        if told:
            inside.store_asset_event_tags(*zip(*told, strict=True))
        for event, number in {it.dagster_event.asset_key: (it, number) for it, number in told}.values():
            inside.store_asset_event(event, number)
        for event, number in zip(events, ids, strict=True):
            if event.dagster_event_type is TOGETHER[1]:
                inside.store_asset_check_event(event, number)
