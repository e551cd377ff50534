"""Pruning: old runs and their events leave Dagster's own records, which grow without end otherwise.
https://docs.dagster.io/guides/operate/managing-dagster-storage

Belongs here: which runs may go, and what Dagster's `delete_run` leaves behind: the run's own event file, its logs, its
check evaluations, and the room in the SQLite files. What Veedor knows is in the run folders and the history, and none
of it goes. A run stays while it is the newest or is not finished. One that holds the newest event of an asset or
partition, which is what the screen shows of a source that has not changed for long, keeps that event and its own row,
and loses all else.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines.clock import Clock
from pipelines.settings import Settings

PRUNE_RECORDS = "prune_records"
SECONDS = 3600
# A tick may take a minute; a run goes in some tens of milliseconds.
AT_ONCE = 50
PAGE = 200
# A database of which less is free is left as it is: to make it smaller is to write all of it anew.
WORTH_SHRINKING = 0.2
SHRINKING_SECONDS = 20.0

SHOWN = ("ASSET_MATERIALIZATION", "ASSET_OBSERVATION")
FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
AT_WORK = [
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass(frozen=True)
class PrunedRecords:
    """What went: runs, evaluations of asset checks, and how much smaller SQLite's files became, in bytes.

    `held` are runs that are old enough, and hold the newest event of something: they keep that and their row alone.
    """

    runs: int = 0
    evaluations: int = 0
    bytes: int = 0
    held: int = 0


def prune_records_sensor(settings: Settings) -> dg.SensorDefinition:
    """Let old runs go, some in a tick. It starts no run, which would be one more to prune."""

    @dg.sensor(
        name=PRUNE_RECORDS,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Deletes runs of Dagster's own records that are older than VEEDOR_KEEP_DAGSTER_DAYS, with their "
        "events and logs. The history and the run folders stay as they are.",
    )
    def tick(context: dg.SensorEvaluationContext, clock: dg.ResourceParam[Clock]) -> dg.SkipReason:
        days = settings.keep_dagster_days
        if not days:
            return dg.SkipReason("VEEDOR_KEEP_DAGSTER_DAYS is 0: runs are kept for ever")
        if context.instance.get_run_ids(dg.RunsFilter(statuses=AT_WORK), limit=1):
            return dg.SkipReason("a run is at work; old ones go when it is through")
        return dg.SkipReason(said(prune(context.instance, clock.now() - timedelta(days=days)), days))

    return tick


def said(done: PrunedRecords, days: int) -> str:
    """What came of a tick, in a sentence."""
    held = f"{done.held} keep the newest event of something, and that alone" if done.held else ""
    runs = "run" if done.runs == 1 else "runs"
    gone = f"{done.runs} {runs} older than {days} days went" if done.runs else ""
    freed = f"{done.bytes:,} bytes freed" if done.bytes else ""
    return "; ".join(
        filter(None, (gone or f"no {'other ' if held else ''}run is older than {days} days", held, freed))
    )


def prune(instance: dg.DagsterInstance, before: datetime, most: int = AT_ONCE) -> PrunedRecords:
    """Delete up to `most` finished runs that were created before that instant, the oldest first.

    May be killed anywhere and called again: each run goes by itself, its row last.
    """
    size = _size(instance)
    newest = set(instance.get_run_ids(limit=1))
    shown = _shown(instance)
    showing = set(shown.values())
    gone = thinned = evaluations = held = 0
    for run in [run for run in _old(instance, before) if run not in newest]:
        held += run in showing
        if gone + thinned >= most or (run in showing and _is_thin(instance, run, shown)):
            continue
        evaluations += _delete_evaluations(instance, run)
        instance.compute_log_manager.delete_logs(prefix=[run])
        if run in showing:
            _thin(instance, run, shown)
            thinned += 1
        else:
            instance.event_log_storage.delete_events(run)
            instance.delete_run(run)
            gone += 1
    if gone or thinned:
        _sweep(instance)
        _shrink(instance)
    return PrunedRecords(gone, evaluations, max(size - _size(instance), 0), held)


def _old(instance: dg.DagsterInstance, before: datetime) -> list[str]:
    """The ids of finished runs from before that instant, oldest first."""
    found: list[str] = []
    wanted = dg.RunsFilter(statuses=FINISHED, created_before=before)
    while True:
        page = instance.get_run_ids(wanted, cursor=found[-1] if found else None, limit=PAGE)
        found += page
        if len(page) < PAGE:
            return found[::-1]


def _shown(instance: dg.DagsterInstance) -> dict[int, str]:
    """The newest materialization and observation of every asset and partition: its number, and its run."""
    import sqlalchemy as sa
    from dagster._core.storage.event_log.schema import SqlEventLogStorageTable as events

    newest = (
        sa.select(sa.func.max(events.c.id))
        .where(events.c.asset_key.is_not(None), events.c.dagster_event_type.in_(SHOWN))
        .group_by(events.c.asset_key, events.c.partition, events.c.dagster_event_type)
    )
    with _connected(instance) as connection:
        found = connection.execute(sa.select(events.c.id, events.c.run_id).where(events.c.id.in_(newest)))
        return {it.id: it.run_id for it in found}


def _hidden(instance: dg.DagsterInstance, run: str, shown: Mapping[int, str]) -> list[int]:
    """The numbers of a run's events that the screen does not show of any asset."""
    import sqlalchemy as sa
    from dagster._core.storage.event_log.schema import SqlEventLogStorageTable as events

    with _connected(instance) as connection:
        found = connection.execute(sa.select(events.c.id).where(events.c.run_id == run))
        return [number for (number,) in found if number not in shown]


def _is_thin(instance: dg.DagsterInstance, run: str, shown: Mapping[int, str]) -> bool:
    own = _own_file(instance, run)
    if own is not None and own.exists():
        with closing(sqlite3.connect(own, timeout=SHRINKING_SECONDS)) as connection:
            if connection.execute("SELECT 1 FROM event_logs LIMIT 1").fetchone():
                return False
    return not _hidden(instance, run, shown)


def _thin(instance: dg.DagsterInstance, run: str, shown: Mapping[int, str]) -> None:
    """Leave a run with its row and with the newest events of assets.

    Its own file stays, empty: a screen that has shown the run would look for it.
    """
    import sqlalchemy as sa
    from dagster._core.storage.event_log.schema import AssetEventTagsTable as tags
    from dagster._core.storage.event_log.schema import SqlEventLogStorageTable as events

    old = _hidden(instance, run, shown)
    with _connected(instance) as connection:
        for start in range(0, len(old), PAGE):
            some = old[start : start + PAGE]
            connection.execute(sa.delete(tags).where(tags.c.event_id.in_(some)))
            connection.execute(sa.delete(events).where(events.c.id.in_(some)))
    own = _own_file(instance, run)
    if own is not None and own.exists():
        with closing(sqlite3.connect(own, timeout=SHRINKING_SECONDS, isolation_level=None)) as file:
            file.execute("DELETE FROM event_logs")
        _vacuum(own)


def _own_file(instance: dg.DagsterInstance, run: str) -> Path | None:
    """The file with all events of one run, as SQLite keeps them; None where there are none such."""
    from dagster._core.storage.event_log import SqliteEventLogStorage

    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage) or not storage.is_run_sharded:
        return None
    return Path(storage.path_for_shard(run))


def _delete_evaluations(instance: dg.DagsterInstance, run: str) -> int:
    """Delete the check evaluations of a run, but for the newest of each check: the screen shows it."""
    import sqlalchemy as sa
    from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable as checks

    newest = sa.select(sa.func.max(checks.c.id)).group_by(
        checks.c.asset_key, checks.c.check_name, checks.c.partition
    )
    with _connected(instance) as connection:
        # Of few rows it is asked whether one is the newest, not of all which are.
        mine = sa.select(checks.c.id).where(checks.c.run_id == run)
        of_mine = newest.where(
            checks.c.check_name.in_(sa.select(checks.c.check_name).where(checks.c.run_id == run))
        )
        keep = {number for (number,) in connection.execute(of_mine)}
        old = [number for (number,) in connection.execute(mine) if number not in keep]
        for start in range(0, len(old), PAGE):
            connection.execute(sa.delete(checks).where(checks.c.id.in_(old[start : start + PAGE])))
    return len(old)


def _connected(instance: dg.DagsterInstance) -> Any:
    """A transaction on the events of all runs; both of Dagster's storages of events are SQL's."""
    storage: Any = instance.event_log_storage
    return storage.index_connection()


def _sweep(instance: dg.DagsterInstance) -> None:
    """Remove the event files of runs that are gone: `delete_run` empties them and leaves them."""
    from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME

    index = _own_file(instance, INDEX_SHARD_NAME)
    if index is None:
        return
    # A run has its row before it has a file, so the files are listed first.
    files = list(index.parent.glob("*.db"))
    known = {INDEX_SHARD_NAME, *instance.get_run_ids()}
    for path in files:
        if path.stem not in known:
            for end in ("-wal", "-shm", ""):
                path.with_name(f"{path.name}{end}").unlink(missing_ok=True)


def _databases(instance: dg.DagsterInstance) -> Iterator[Path]:
    """SQLite's files that hold all runs; none where Dagster's records lie in PostgreSQL, which cleans up by itself."""
    runs: Any = instance.run_storage
    for connected in (_connected(instance), runs.connect()):
        with connected as connection:
            url = connection.engine.url
            path = Path(url.database or "")
        if url.get_backend_name() == "sqlite" and path.is_file():
            yield path


def _shrink(instance: dg.DagsterInstance) -> None:
    """Give the room of deleted rows back to the disk, where it is worth the work."""
    for path in list(_databases(instance)):
        with closing(sqlite3.connect(path, timeout=SHRINKING_SECONDS)) as connection:
            (free,), (pages,) = (
                connection.execute(f"PRAGMA {name}").fetchone() for name in ("freelist_count", "page_count")
            )
        if free >= pages * WORTH_SHRINKING:
            _vacuum(path)


def _vacuum(path: Path) -> None:
    """Write a database anew without its holes; one that somebody is using is left for the next time."""
    with closing(sqlite3.connect(path, timeout=SHRINKING_SECONDS, isolation_level=None)) as connection:
        try:
            connection.execute("VACUUM")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) and "full" not in str(error):
                raise


def _size(instance: dg.DagsterInstance) -> int:
    """The bytes of SQLite's files, the one of every run included."""
    files = {file for path in _databases(instance) for file in path.parent.glob("*.db*")}
    return sum(path.stat().st_size for path in files if path.exists())
