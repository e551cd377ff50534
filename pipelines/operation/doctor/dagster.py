"""Symptoms of Dagster: its home cannot be written to, its daemon does not live.

Belongs here: what Dagster's own records tell, in SQLite's files or in PostgreSQL; to import Dagster would cost seconds.
An installation that runs by cron has no home, and no symptom.
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
SECONDS = 5
NO_RUN = "Dagster can record no run, and starts none."


def symptoms(found: Status, settings: Settings) -> Iterator[Symptom]:
    """What Dagster's home and records show."""
    home = settings.data / "dagster"
    for place in (home, home / "history", home / "schedules", home / "storage"):
        if place.exists() and not os.access(place, os.W_OK | os.X_OK):
            yield Symptom(
                "dagster_home_not_writable",
                f"{place} cannot be written to by this user.",
                NO_RUN,
                f"Give it back to the user who runs Dagster: chown -R <user> {home}.",
            )
    if settings.dagster_postgres_url is not None:
        yield from _in_postgres(settings.dagster_postgres_url, found)
    elif home.exists():
        yield from _in_sqlite(home, found)


def _in_sqlite(home: Path, found: Status) -> Iterator[Symptom]:
    try:
        last = heartbeat(home / RUNS)
    except sqlite3.DatabaseError as error:
        yield Symptom(
            "dagster_records_damaged",
            f"{home / RUNS} cannot be read ({type(error).__name__}).",
            NO_RUN,
            f"Stop Dagster and move {home} away; it costs the screen's past, no night.",
        )
        return
    yield from _daemon(last, found, f"delete {home}")


def _in_postgres(url: str, found: Status) -> Iterator[Symptom]:
    try:
        last = heartbeat_in_postgres(url)
    except (
        Exception
    ) as error:  # its library may be missing, and its errors have no class that can be named here
        yield Symptom(
            "dagster_records_unreachable",
            f"PostgreSQL, at DAGSTER_POSTGRES_URL, does not tell Dagster's records ({type(error).__name__}).",
            NO_RUN,
            "Start it, correct the address, or install its library: pip install 'veedor[machines]'.",
        )
        return
    yield from _daemon(last, found, "unset DAGSTER_POSTGRES_URL")


def _daemon(last: datetime | None, found: Status, forget: str) -> Iterator[Symptom]:
    if last is not None and found.now - last > TOLERATED:
        yield Symptom(
            "dagster_daemon_dead",
            f"Dagster's daemon gave no sign of life since {last:%Y-%m-%d %H:%M} UTC.",
            "Without it no night begins by itself, and no message is tried again.",
            f"Start it (`make dev`, or its service). If nights are run by cron now, {forget}.",
            urgent=bool(found.missed),
        )


def heartbeat_in_postgres(url: str) -> datetime | None:
    """As `heartbeat`. Raises what psycopg2 raises, without any word of the address being told to anybody."""
    import psycopg2

    connected = closing(psycopg2.connect(libpq(url), connect_timeout=SECONDS))
    with connected as connection, connection.cursor() as cursor:
        cursor.execute(f"SET statement_timeout = {1000 * SECONDS}")
        cursor.execute("SELECT to_regclass('daemon_heartbeats')")
        if cursor.fetchone() == (None,):
            return None
        # It is kept without a zone, as the clock of the server's sessions shows it.
        cursor.execute("SELECT extract(epoch FROM max(timestamp)::timestamptz)::float FROM daemon_heartbeats")
        row = cursor.fetchone()
    return datetime.fromtimestamp(row[0], UTC) if row and row[0] is not None else None


def libpq(url: str) -> str:
    """SQLAlchemy's address of a database, as PostgreSQL's own library takes it."""
    scheme, _, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}://{rest}"


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
