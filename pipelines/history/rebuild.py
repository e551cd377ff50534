"""Rebuild: the history anew from every finished run, whether it lies in a folder or in a compacted month.

Belongs here: making a second database beside the first and taking its place, and filling a database with the runs of
given nights, in bounded memory. Does not belong here: what a run's rows are (`record`), comparing (`verify`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import artifacts, compacted, duck
from pipelines.errors import ArtifactDamaged, ConfigurationError, HistoryDamaged, HistoryMissing
from pipelines.history import record
from pipelines.history.apart import apart
from pipelines.history.database import beside, withheld, writing
from pipelines.history.feedback import add_feedback
from pipelines.history.lines import KINDS, find_damage, lines_of
from pipelines.history.rows import Rows

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Between = tuple[date, date]

# Adding costs much the same for one run as for many; the rows of so many are held in memory.
RUNS_AT_ONCE = 2000

# The lines of an artifact from folders (`there`) and from months, where the last line of a file is empty. The nights
# let DuckDB skip the rest of a month.
_LINES = """(
    FROM {there} UNION ALL
    SELECT night, source, text FROM read_parquet([{paths}]) SEMI JOIN wanted_runs USING (night, source)
    WHERE artifact = '{artifact}' AND text <> '' AND night BETWEEN '{first}' AND '{last}')"""


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


def fill(
    connection: DuckDBPyConnection,
    runs: Path,
    step: Callable[[date], None] = silent,
    between: Between | None = None,
) -> Rebuilt:
    """Put every finished run (of the nights `between`) into an empty history, in several transactions."""
    nights = count = rows = 0
    waiting: list[tuple[str, Rows]] = []
    folders: list[Path] = []
    stored: list[tuple[date, str]] = []

    def add() -> int:
        added = _add(connection, runs, waiting, folders, stored) if waiting else 0
        # One transaction for years would have to be held in memory; nobody sees the file before it is whole.
        connection.execute("COMMIT")
        connection.execute("BEGIN")
        for it in (waiting, folders, stored):
            it.clear()
        return added

    for night, here, laid_out in compacted.each_night(runs, _read_in_python, between):
        for folder in (*here, *laid_out):
            if folder.name == artifacts.NIGHT_FOLDER:
                rows += record.add_alerts(connection, folder)
            elif (folder / artifacts.INDEX).is_file():
                waiting.append(record.read_run(folder))
                if folder in here:
                    folders.append(folder)
                else:
                    stored.append((night, folder.name))
                count += 1
        if len(waiting) >= RUNS_AT_ONCE:
            rows += add()
        nights += 1
        step(night)
    rows += add()
    rows += add_feedback(connection, runs, between)
    return Rebuilt(nights, count, rows)


def _add(
    connection: DuckDBPyConnection,
    runs: Path,
    read: Sequence[tuple[str, Rows]],
    folders: Sequence[Path],
    stored: Sequence[tuple[date, str]],
) -> int:
    """Add runs that lie in `folders` and in months, the latter as (night, source)."""
    import duckdb
    import pyarrow as pa

    lines = lines_of(folders)
    if not stored:
        return record.add_runs(connection, read, lines, folders)
    nights, sources = zip(*stored, strict=True)
    wanted = pa.table({"night": pa.array(nights, pa.date32()), "source": pa.array(sources, pa.string())})
    months = sorted({str(compacted.month_path(runs, night)) for night in nights})
    paths = ", ".join(duck.literal(path) for path in months)
    first, last = min(nights), max(nights)
    connection.register("wanted_runs", wanted)
    try:
        for artifact, there in lines.items():
            lines[artifact] = _LINES.format(
                there=there, paths=paths, artifact=artifact, first=first, last=last
            )
        return record.add_runs(connection, read, lines, folders)
    except (ArtifactDamaged, duckdb.Error):
        for _, _, laid_out in compacted.each_night(runs, KINDS.__contains__, (first, last)):
            find_damage(laid_out)
        raise
    finally:
        connection.unregister("wanted_runs")


def _read_in_python(artifact: str) -> bool:
    """What DuckDB does not read from the months by itself."""
    return artifact not in KINDS
