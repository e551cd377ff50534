"""Rebuild: the history anew from every finished run, whether it lies in a folder or in a compacted month.

Belongs here: making a second database beside the first and taking its place, and filling a database with the runs of
given nights, in bounded memory. Does not belong here: what a run's rows are (`record`), comparing (`verify`).
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import artifacts, compacted, duck
from pipelines.errors import ConfigurationError, HistoryDamaged, HistoryMissing
from pipelines.history import measurements, record
from pipelines.history.apart import apart
from pipelines.history.database import withheld, writing
from pipelines.history.rows import Rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Between = tuple[date, date]

# Adding costs the same for one run as for fifty; so many are held in memory.
RUNS_AT_ONCE = 50

_STALE_SECONDS = 3600.0

# The measurements of a month, as `measurements.add` takes them; the last line of a file is empty.
_LINES = """(
    SELECT night, source, text FROM read_parquet({path}) p SEMI JOIN wanted_runs USING (night, source)
    WHERE artifact = 'measurements.jsonl' AND text <> '')"""


@dataclass(frozen=True)
class Rebuilt:
    """How much was put into a history: nights, sources' runs, rows."""

    nights: int
    runs: int
    rows: int


def silent(night: date) -> None:
    """Nobody is told which night is through."""


def rebuild(
    path: Path, runs: Path, step: Callable[[date], None] = silent, *, forget: bool = False
) -> Rebuilt:
    """Make the history anew from every finished run; `step` is told of each night that is through.

    The new database is written beside the old one and renamed over it; until then the old one stays, locked
    against writers (they wait, as for any other writer). A broken old database is no obstacle. Raises
    `ConfigurationError` when the old one knows runs that are in no folder or month, which `forget` lets go;
    `ArtifactDamaged`, `HistoryLocked`, `DiskFull`.
    """
    if not forget:
        _nothing_forgotten(path, runs)
    with withheld(path), beside(path) as new:
        with writing(new) as connection:
            done = fill(connection, runs, step)
        # The old write-ahead log must not be replayed into the new file.
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
        new.replace(path)
    return done


def _nothing_forgotten(path: Path, runs: Path) -> None:
    import duckdb

    try:
        lost = apart(path, runs).only_in_history
    except (HistoryDamaged, HistoryMissing, duckdb.Error):
        return
    if lost:
        raise ConfigurationError(
            f"{len(lost):,} runs of the history are in no folder or compacted month of {runs}, {lost[0]} first.",
            "Put their folders back (from a backup); `--forget` makes the history anew without them.",
        )


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


def fill(
    connection: DuckDBPyConnection,
    runs: Path,
    step: Callable[[date], None] = silent,
    between: Between | None = None,
) -> Rebuilt:
    """Put every finished run (of the nights `between`) into an empty history, in several transactions."""
    rows = sum(_measurements(connection, path, runs, between) for path in compacted.months(runs))
    nights = count = 0
    waiting: list[Rows] = []
    measured: list[Path] = []

    def add() -> int:
        added = record.add_runs(connection, waiting, measured)
        _commit(connection)
        waiting.clear()
        measured.clear()
        return added

    for night, here, laid_out in compacted.each_night(runs, _not_measurements, between):
        finished = [it for it in (*here, *laid_out) if (it / artifacts.INDEX).is_file()]
        waiting.append(record.rows_of_runs(finished))
        measured += [it for it in finished if it in here]
        for folder in (*here, *laid_out):
            if folder.name == artifacts.NIGHT_FOLDER:
                rows += record.add_alerts(connection, folder)
        if sum(len(it["run"]) for it in waiting if it) >= RUNS_AT_ONCE:
            rows += add()
        nights += 1
        count += len(finished)
        step(night)
    rows += add()
    return Rebuilt(nights, count, rows)


def _measurements(connection: DuckDBPyConnection, path: Path, runs: Path, between: Between | None) -> int:
    """The measurements of a compacted month in one go; they are most of all rows."""
    import duckdb
    import pyarrow as pa

    wanted = sorted(
        (night, source)
        for night, source in compacted.runs_in(path)
        if not artifacts.run_folder(runs, night, source).is_dir()
        and (between is None or between[0] <= night <= between[1])
    )
    if not wanted:
        return 0
    nights, sources = zip(*wanted, strict=True)
    connection.register("wanted_runs", pa.table({"night": pa.array(nights, pa.date32()), "source": sources}))
    try:
        count = measurements.add(connection, _LINES.format(path=duck.literal(str(path))))
    except duckdb.InvalidInputException:
        for _, _, laid_out in compacted.each_night(path.parents[1], artifacts.MEASUREMENTS.__eq__):
            measurements.find_damage(laid_out)
        raise
    finally:
        connection.unregister("wanted_runs")
    _commit(connection)
    return count


def _not_measurements(artifact: str) -> bool:
    return artifact != artifacts.MEASUREMENTS


def _commit(connection: DuckDBPyConnection) -> None:
    # One transaction for years would have to be held in memory; nobody sees the file before it is whole.
    connection.execute("COMMIT")
    connection.execute("BEGIN")
