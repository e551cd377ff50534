"""Publish: a copy of the history that anybody may open, download and query.

Belongs here: what is public and what is not, and the change from the old copy to the new one. The copy is in
DuckDB's storage format 1.0.0, which every DuckDB since June 2024 and DuckDB-WASM can read. Readers of the old
copy keep it until they close it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import artifacts, duck
from pipelines.history.database import writing
from pipelines.history.meanings import COLUMNS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

QUALITY = "quality.duckdb"
VIEWS = Path(__file__).parent / "views.sql"
STORAGE_VERSION = "v1.0.0"

# Mail addresses and what mail servers answered. Their rows are never written to the copy, not even to be
# deleted again: deleted bytes stay in a file. Neither are hashes that serve recording alone.
PRIVATE_TABLES = (
    *("alert_recipient", "contact_point", "notification_delivery"),
    *("incident_action_text", "recorded_artifact"),
)

# What most questions about one dataset read: sorted, they read only its part of it.
_BY_DATASET = {"dataset_night": "dataset, night", "score_rows": "dataset"}


def publish(history: Path, public: Path) -> Path:
    """Copy `history` to `public/quality.duckdb`, with the views; gives its path.

    The new file appears under its name whole or not at all. Raises `HistoryLocked`.
    """
    target = public / QUALITY
    artifacts.clear_left(public, older_than=artifacts.ABANDONED)
    with artifacts.replacing(target) as temporary:
        try:
            with writing(history) as connection:  # the writer's lock: the copy is of one moment
                copy_from = duck.quote(_name_of(connection.execute("SELECT current_database()").fetchone()))
                connection.execute(
                    f"ATTACH {duck.literal(str(temporary))} AS published"
                    f" (STORAGE_VERSION {duck.literal(STORAGE_VERSION)})"
                )
                connection.execute(f"COPY FROM DATABASE {copy_from} TO published (SCHEMA)")
                connection.execute("USE published")
                for table in PRIVATE_TABLES:
                    connection.execute(f"DROP TABLE {table}")
                _copy_rows(connection, copy_from)
                _make_views(connection)
                connection.execute(f"USE {copy_from}")
        finally:
            temporary.with_name(f"{temporary.name}.wal").unlink(missing_ok=True)
    return target


def _copy_rows(connection: DuckDBPyConnection, copy_from: str) -> None:
    tables = connection.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'published' ORDER BY 1"
    ).fetchall()
    for (table,) in tables:
        if table != "measurement":
            name = duck.quote(table)
            ordered = f" ORDER BY {_BY_DATASET[table]}" if table in _BY_DATASET else ""
            connection.execute(f"INSERT INTO {name} FROM {copy_from}.main.{name}{ordered}")
    # By what was measured within each month: a question about one dataset then reads a hundredth of the rows, and a
    # question about one night a twelfth.
    months = connection.execute(
        f"SELECT DISTINCT date_trunc('month', night)::DATE FROM {copy_from}.main.measurement ORDER BY 1"
    ).fetchall()
    for (month,) in months:
        connection.execute(
            f"INSERT INTO measurement FROM {copy_from}.main.measurement"
            " WHERE night >= $month AND night < $month + INTERVAL 1 MONTH ORDER BY computed_on, metric, night",
            {"month": month},
        )


def _make_views(connection: DuckDBPyConnection) -> None:
    """The public views; every column says what it means, where no migration has said so already."""
    connection.execute(VIEWS.read_text(encoding="utf-8"))
    columns = connection.execute(
        "SELECT table_name, column_name FROM duckdb_columns()"
        " WHERE database_name = 'published' AND NOT internal AND comment IS NULL ORDER BY ALL"
    ).fetchall()
    connection.execute(
        "; ".join(
            f"COMMENT ON COLUMN {duck.quote(name)}.{duck.quote(column)} IS {duck.literal(COLUMNS[column])}"
            for name, column in columns
            if column in COLUMNS  # else of the tables below the views, which say it
        )
    )


def _name_of(row: tuple[str, ...] | None) -> str:
    assert row is not None  # SELECT without FROM gives one row
    return row[0]
