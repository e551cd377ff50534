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
from itertools import groupby
from threading import Lock
from typing import Any

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage

TOGETHER = (dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION)
# So many are kept in memory, some kilobytes each. SQLite takes 32,766 values at once, and an event has seven.
AT_ONCE = 500


@contextmanager
def many_events(instance: dg.DagsterInstance) -> Iterator[None]:
    """Store materialisations and evaluations together, every `AT_ONCE` and at the end, and all else in its turn.

    Does nothing where Dagster has another storage. Whoever is killed has told up to `AT_ONCE` events less, and tells
    all of them again. A fault of storing is raised to whoever logs a materialisation or an evaluation, or at the end:
    Dagster would pass over one that a line of the log meets.
    """
    storage: Any = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage) or "store_event" in vars(storage):
        yield
        return
    store_one = storage.store_event
    waiting: list[Any] = []
    closed = False
    lock = Lock()  # a run has other threads, which may log

    def store() -> None:
        events = waiting[:]
        waiting.clear()
        for run_id, some in groupby(events, lambda it: it.run_id if _is_gathered(it) else None):
            if run_id is None:
                for event in some:
                    store_one(event)
            else:
                _store_together(storage, run_id, list(some))

    def store_event(event: Any) -> None:
        with lock:
            if closed:
                store_one(event)
                return
            waiting.append(event)
            if len(waiting) >= AT_ONCE and _is_gathered(event):
                store()

    vars(storage)["store_event"] = store_event
    try:
        yield
    finally:
        with lock:
            closed = True
            del storage.store_event  # from here on the class's own
            store()


def _is_gathered(event: Any) -> bool:
    return bool(event.is_dagster_event and event.dagster_event_type in TOGETHER)


def _store_together(storage: Any, run_id: str, events: list[Any]) -> None:
    """What `SqliteEventLogStorage.store_event` does with each of the events of a run, with one transaction a database.

    Of each asset Dagster keeps the newest materialisation once more, which is the last one here.
    """
    inserted = storage.prepare_insert_event_batch(events)
    with storage.run_connection(run_id) as connection:
        connection.execute(inserted)
    with storage.index_connection() as connection:
        # Nobody else writes meanwhile, so that their numbers follow each other
        end = connection.execute(inserted).lastrowid + 1
        numbered = list(zip(events, range(end - len(events), end), strict=True))
        inside = copy(storage)
        inside.index_connection = lambda: nullcontext(connection)
        inside.has_table = cache(storage.has_table)  # it is asked for every evaluation
        told = [pair for pair in numbered if pair[0].dagster_event_type is TOGETHER[0]]
        if told:
            inside.store_asset_event_tags(*zip(*told, strict=True))
        for event, number in {it.dagster_event.asset_key: (it, number) for it, number in told}.values():
            inside.store_asset_event(event, number)
        for event, number in numbered:
            if event.dagster_event_type is TOGETHER[1]:
                inside.store_asset_check_event(event, number)
