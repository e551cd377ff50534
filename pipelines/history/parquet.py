"""Parquet: the published history as files that any tool of data analysis reads, a month a file.

Belongs here: which tables are written, and that only what changed is written anew: a month that is over stays the file
it was. Made from `quality.duckdb` alone, so that nothing can get in which is not public. Does not belong here: what
columns mean (`dictionary` tells it).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import artifacts, duck
from pipelines.history.publish import QUALITY
from pipelines.history.store import BLOCKS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FOLDER = "parquet"
MANIFEST = "files.json"

# What grows every night: one file a month.
MONTHLY = (
    *("run", "source_visit", "snapshot", "verdict", *BLOCKS, "quality_measurement"),
    *("judged", "transition", "incident", "incident_action"),
    *("alert", "alert_transition", "alert_reminder", "notification"),
)
# What is small, and what only a view can tell: one file each.
WHOLE = (
    *(
        "metric",
        "expectation",
        "guide_dataset",
        "latest_dataset",
        "latest_score",
        "latest_scale",
        "latest_fix",
    ),
    *(
        "latest_expectation",
        "latest_verdict",
        "coverage_of_guide",
        "coverage_by_country",
        "freshness",
        "uptime",
    ),
    *("open_alerts", "open_incidents", "time_to_repair", "publisher_ranking", "owner_workload"),
    *("feedback_history", "feedback_open", "feedback_by_publisher"),
)


@dataclass(frozen=True)
class Part:
    """One file to be: the query that fills it, and a hash of what the query reads."""

    path: str
    sql: str
    fingerprint: str


def export(public: Path) -> list[str]:
    """Bring `public/parquet/` up to date with `public/quality.duckdb`; gives the files written, relative to it.

    A table of months is at `<table>/month=2026-03/data.parquet` (Hive's partitions), any other at
    `<table>/data.parquet`. Files appear whole, and what is no longer there is removed.
    """
    folder = public / FOLDER
    before = _manifest(folder)
    connection = duck.connect()
    try:
        connection.execute(f"ATTACH {duck.literal(str(public / QUALITY))} AS quality (READ_ONLY)")
        connection.execute("USE quality")
        parts = list(_parts(connection))
        written = []
        for part in parts:
            if before.get(part.path) == part.fingerprint and (folder / part.path).is_file():
                continue
            with artifacts.replacing(folder / part.path) as temporary:
                connection.execute(
                    f"COPY ({part.sql}) TO {duck.literal(str(temporary))} (FORMAT parquet, COMPRESSION zstd)"
                )
            written.append(part.path)
    finally:
        connection.close()
    now = {part.path: part.fingerprint for part in parts}
    artifacts.write_text(folder / MANIFEST, json.dumps(now, indent=1) + "\n")
    for path in folder.rglob("*.parquet"):
        if path.relative_to(folder).as_posix() not in now:
            path.unlink()
    return written


def _parts(connection: DuckDBPyConnection) -> Iterator[Part]:
    for table in MONTHLY:
        shape = _shape(connection, table)
        for month, fingerprint in connection.execute(_fingerprints(table)).fetchall():
            within = f"night >= DATE '{month}' AND night < DATE '{month}' + INTERVAL 1 MONTH"
            yield Part(
                f"{table}/month={month:%Y-%m}/data.parquet",
                f"FROM {table} WHERE {within} ORDER BY ALL",
                f"{shape} {fingerprint}",
            )
    for table in WHOLE:
        ((fingerprint,),) = connection.execute(
            f"SELECT count(*) || ' ' || coalesce(bit_xor(hash(t)), 0) FROM {table} t"
        ).fetchall()
        shape = _shape(connection, table)
        yield Part(f"{table}/data.parquet", f"FROM {table} ORDER BY ALL", f"{shape} {fingerprint}")


def _fingerprints(table: str) -> str:
    """A hash for each month of `table`: of the blocks of rows where they are stored so, else of the rows."""
    month = "date_trunc('month', night)::DATE"
    if table in BLOCKS:
        block = f"{table}_block"
        rows = f"SELECT night, hash(night, run_id, dataset, {block}) AS h FROM dataset_night WHERE {block} IS NOT NULL"
    elif table == "quality_measurement":
        rows = "SELECT night, hash(night, computed_on, metric, value, reason) AS h FROM measurement"
    else:
        rows = f"SELECT night, hash(t) AS h FROM {table} t"
    return (
        f"SELECT {month} AS month, count(*) || ' ' || bit_xor(h) FROM ({rows}) GROUP BY month ORDER BY month"
    )


def _shape(connection: DuckDBPyConnection, table: str) -> str:
    columns = connection.execute(f"DESCRIBE {table}").fetchall()
    return ",".join(f"{name} {kind}" for name, kind, *_ in columns)


def _manifest(folder: Path) -> dict[str, str]:
    """What was written last time; nothing when that is not known, so that everything is written again."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
