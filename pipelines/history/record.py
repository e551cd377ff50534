"""Record: a night's artifacts become rows of the history, the same rows however often it is done.

Belongs here: replacing one run's rows in one transaction, and rebuilding everything from the run folders.
Does not belong here: what a row looks like (`rows`), comparing nights (`past`).
"""

from __future__ import annotations

import math
import uuid
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipelines import artifacts, duck, model
from pipelines.history import rows as rows_of
from pipelines.history.database import withheld, writing
from pipelines.history.rows import TEXT_LIMIT

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

T = TypeVar("T")

_LARGEST = {"BIGINT": 2**63 - 1, "INTEGER": 2**31 - 1}

RUN_TABLES = (
    *("run", "source_visit", "dataset", "contact_point", "distribution", "snapshot", "read_report"),
    *("expectation_result", "expectation_example", "quality_measurement", "score", "verdict"),
    *("scale_score", "fix"),
)
NIGHT_TABLES = (
    "judged",
    *("transition", "alert", "alert_transition", "alert_recipient"),
    *("notification", "notification_delivery"),
)


def record_run(path: Path, folder: Path) -> int:
    """Record one source's night from its run folder; gives the number of rows.

    What the same run had left is replaced in the same transaction, so that recording twice equals recording
    once and a kill leaves the state before or after. Stages that did not come to run (the portal did not
    answer) left no artifact and give no rows. Raises `FileNotFoundError` without `index.json`, the mark of a
    finished run, and `HistoryLocked`.
    """
    run, rows = _read_run(folder)
    with writing(path) as connection:
        for table in RUN_TABLES:  # the night lets DuckDB skip all blocks of other nights
            connection.execute(f"DELETE FROM {table} WHERE night = ? AND run_id = ?", [run[:10], run])
        return _add(connection, RUN_TABLES, rows)


def record_alerts(path: Path, folder: Path) -> int:
    """Record the transitions, alerts and notifications of one night's `_night` folder, in the same way."""
    night, rows = _read_night(folder)
    with writing(path) as connection:
        for table in NIGHT_TABLES:
            connection.execute(f"DELETE FROM {table} WHERE night = ?", [night])
        return _add(connection, NIGHT_TABLES, rows)


def rebuild(path: Path, runs: Path) -> int:
    """Make the history anew from every finished run folder; gives the number of rows.

    The new database is written beside the old one and renamed over it; until then the old one stays, locked
    against writers (they wait, as for any other writer). A broken old database is no obstacle.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.tmp")
    total = 0
    try:
        with withheld(path):
            with writing(beside) as connection:
                for night in artifacts.nights(runs):
                    for folder in sorted((runs / night.isoformat()).iterdir()):
                        if folder.name == artifacts.NIGHT_FOLDER:
                            total += _add(connection, NIGHT_TABLES, _read_night(folder)[1])
                        elif (folder / artifacts.INDEX).is_file():
                            total += _add(connection, RUN_TABLES, _read_run(folder)[1])
            # The old write-ahead log must not be replayed into the new file.
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
            beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
        beside.with_name(f"{beside.name}.wal").unlink(missing_ok=True)
    return total


def _read_run(folder: Path) -> tuple[str, rows_of.Rows]:
    index = artifacts.read_value(folder / artifacts.INDEX, model.RunIndex)
    catalog = folder / artifacts.CATALOG
    rows = rows_of.of_run(
        index,
        artifacts.read_value(catalog, model.Catalog) if catalog.is_file() else None,
        _values(folder / artifacts.SNAPSHOTS, model.Snapshot),
        _values(folder / artifacts.READS, model.ReadReport),
        _values(folder / artifacts.VALIDATION_RESULTS, model.ValidationResult),
        _values(folder / artifacts.MEASUREMENTS, model.QualityMeasurement),
        _values(folder / artifacts.SCORES, model.Score),
        _values(folder / artifacts.VERDICTS, model.Verdict),
        _values(folder / artifacts.SCALES, model.ScaleScore),
        _values(folder / artifacts.FIXES, model.Fix),
    )
    return rows_of.run_id(index), rows


def _read_night(folder: Path) -> tuple[date, rows_of.Rows]:
    night = date.fromisoformat(folder.parent.name)
    notifications = [
        artifacts.read_value(path, model.Notification)
        for path in sorted((folder / artifacts.NOTIFICATIONS).glob("[!.]*.json"))
    ]
    judged = _values(folder / artifacts.JUDGED, model.Judged)
    alerts = _values(folder / artifacts.ALERTS, model.Alert)
    return night, rows_of.of_alerts(night, judged, alerts, notifications)


def _values(path: Path, kind: type[T]) -> list[T]:
    return artifacts.read_values(path, kind) if path.is_file() else []


def _add(connection: DuckDBPyConnection, tables: tuple[str, ...], rows: rows_of.Rows) -> int:
    for table in tables:
        _insert(connection, table, rows.get(table, []), into=table)
    described = rows.get("expectation", [])
    if described:
        _describe(connection, described)
    return sum(len(rows.get(table, [])) for table in tables)


def _describe(connection: DuckDBPyConnection, described: list[rows_of.Row]) -> None:
    """Keep one description per expectation and suite version: the newest run's, in whatever order they come."""
    connection.execute("CREATE OR REPLACE TEMP TABLE described AS FROM expectation LIMIT 0")
    _insert(connection, "expectation", described, into="described")
    same = "(e.suite, e.suite_version, e.key) = (d.suite, d.suite_version, d.key)"
    connection.execute(f"DELETE FROM expectation e USING described d WHERE {same} AND e.run_id <= d.run_id")
    connection.execute(
        f"INSERT INTO expectation FROM described d WHERE NOT EXISTS (FROM expectation e WHERE {same})"
    )
    connection.execute("DROP TABLE temp.described")


def _insert(connection: DuckDBPyConnection, table: str, rows: list[rows_of.Row], *, into: str) -> None:
    """Insert through Arrow: a thousand times faster than one statement a row."""
    if not rows:
        return
    import pyarrow as pa

    arrow = {
        "VARCHAR": pa.string(),
        "VARCHAR[]": pa.list_(pa.string()),
        "DATE": pa.date32(),
        "TIMESTAMP": pa.timestamp("us"),
        "DOUBLE": pa.float64(),
        "BIGINT": pa.int64(),
        "INTEGER": pa.int32(),
        "BOOLEAN": pa.bool_(),
    }
    columns = connection.execute(f"DESCRIBE {table}").fetchall()
    arrays = [
        pa.array([_storable(row[name], kind) for row in rows], arrow[kind]) for name, kind, *_ in columns
    ]
    batch = pa.Table.from_arrays(arrays, names=[name for name, *_ in columns])
    names = ", ".join(duck.quote(name) for name, *_ in columns)
    connection.register("incoming", batch)
    try:
        connection.execute(f"INSERT INTO {into} ({names}) SELECT {names} FROM incoming")
    finally:
        connection.unregister("incoming")


def _storable(value: object, kind: str) -> object:
    """A published value as the column can hold it: text cut, an impossible number unknown, instants UTC."""
    if isinstance(value, str):
        return str(value) if len(value) <= TEXT_LIMIT else value[: TEXT_LIMIT - 1] + "…"
    if isinstance(value, list | tuple):
        return [_storable(item, "VARCHAR") for item in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None)
    if isinstance(value, bool):
        return value
    if isinstance(value, int) and kind in _LARGEST:
        return value if abs(value) <= _LARGEST[kind] else None
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
