"""Symptoms of Dagster: its home cannot be written to, its daemon does not live.

Belongs here: what Dagster's own SQLite files tell, read as files; to import Dagster would cost seconds. With PostgreSQL
as its storage there are none, and its own screen tells. An installation that runs by cron has no home, and no symptom.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.operation.doctor.symptom import Symptom
from pipelines.operation.status import Status
from pipelines.settings import Settings

# Where the SQLite run storage lies in DAGSTER_HOME, and the table in which daemons say that they live, twice a minute.
RUNS = Path("history") / "runs.db"
HEARTBEATS = "SELECT max(timestamp) FROM daemon_heartbeats"
TOLERATED = timedelta(minutes=10)


def symptoms(found: Status, settings: Settings) -> Iterator[Symptom]:
    """What Dagster's home shows."""
    home = settings.data / "dagster"
    if not home.exists():
        return
    for place in (home, home / "history", home / "schedules", home / "storage"):
        if place.exists() and not os.access(place, os.W_OK | os.X_OK):
            yield Symptom(
                "dagster_home_not_writable",
                f"{place} cannot be written to by this user.",
                "Dagster can record no run, and starts none.",
                f"Give it back to the user who runs Dagster: chown -R <user> {home}.",
            )
    try:
        last = heartbeat(home / RUNS)
    except sqlite3.DatabaseError as error:
        yield Symptom(
            "dagster_records_damaged",
            f"{home / RUNS} cannot be read ({type(error).__name__}).",
            "Dagster can record no run, and starts none.",
            f"Stop Dagster and move {home} away; it costs the screen's past, no night.",
        )
        return
    if last is not None and found.now - last > TOLERATED:
        yield Symptom(
            "dagster_daemon_dead",
            f"Dagster's daemon gave no sign of life since {last:%Y-%m-%d %H:%M} UTC.",
            "Without it no night begins by itself, and no message is tried again.",
            f"Start it (`make dev`, or its service). If nights are run by cron now, delete {home}.",
            urgent=bool(found.missed),
        )


def heartbeat(path: Path) -> datetime | None:
    """When a daemon last said that it lives; None where none ever did. Raises `sqlite3.DatabaseError`."""
    if not path.is_file():
        return None
    # Read-only: a second writer could keep the daemon waiting.
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=2.0)) as connection:
        try:
            row = connection.execute(HEARTBEATS).fetchone()
        except sqlite3.OperationalError:  # no such table yet, or held for longer than two seconds
            return None
    if not row or not row[0]:
        return None
    try:
        return datetime.fromisoformat(str(row[0])).replace(tzinfo=UTC)
    except ValueError:
        return None
