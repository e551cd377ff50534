"""Migrations: the numbered SQL files that made the tables what they are, each applied once.

Belongs here: the runner. A migration is never changed after it was released; a change is the next file,
`migrations/<number>_<name>.sql`. Views are not migrated: they are made anew in every published copy.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MIGRATIONS = Path(__file__).parent / "migrations"


def available(folder: Path = MIGRATIONS) -> list[tuple[int, str, Path]]:
    """The migrations in `folder` as (version, name, file), in order."""
    found = []
    for path in folder.glob("[0-9]*_*.sql"):
        number, _, name = path.stem.partition("_")
        found.append((int(number), name, path))
    return sorted(found)


def migrate(connection: DuckDBPyConnection, folder: Path = MIGRATIONS) -> list[int]:
    """Apply what is pending, each migration whole or not at all; gives the versions applied.

    Raises `ConfigurationError` when the file was written by a newer version of the software: its tables
    may mean something else, and writing to them would spoil them.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migration"
        " (version INTEGER NOT NULL, name VARCHAR NOT NULL,"
        " applied_on TIMESTAMP NOT NULL DEFAULT (now() AT TIME ZONE 'UTC'))"
    )
    done = {row[0] for row in connection.execute("SELECT version FROM schema_migration").fetchall()}
    known = available(folder)
    newer = sorted(done - {version for version, _, _ in known})
    if newer:
        raise ConfigurationError(
            f"The history was written by a newer version of Veedor (migration {newer[-1]}).",
            "Update the software, or move the history aside and rebuild it from the run folders.",
        )
    applied = []
    for version, name, path in known:
        if version in done:
            continue
        connection.execute("BEGIN")
        try:
            connection.execute(path.read_text(encoding="utf-8"))
            connection.execute("INSERT INTO schema_migration (version, name) VALUES (?, ?)", [version, name])
        except BaseException:
            connection.execute("ROLLBACK")
            raise
        connection.execute("COMMIT")
        applied.append(version)
    return applied
