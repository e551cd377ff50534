"""What the history's tests share: generated run folders and a history recorded from them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pipelines import artifacts
from pipelines.history import database, record
from tests.unit.history import run_folders


def record_all(history: Path, folders: list[Path]) -> int:
    """Record every folder, run and night, in the order given; gives the number of rows."""
    return sum(
        record.record_alerts(history, folder)
        if folder.name == artifacts.NIGHT_FOLDER
        else record.record_run(history, folder)
        for folder in folders
    )


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, sorted; without the instants at which the tables themselves were made."""
    with database.reading(path) as connection:
        tables = [row[0] for row in connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {
            table: sorted(connection.execute(f"FROM {table}").fetchall(), key=repr)
            for table in tables
            if table not in ("schema_migration", "guide_dataset")  # both made by migrations
        }


@pytest.fixture(scope="session")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with runs/ and the history.duckdb recorded from them; not to be written to."""
    data = tmp_path_factory.mktemp("recorded")
    record_all(data / "history.duckdb", run_folders.write(data / "runs"))
    return data


@pytest.fixture
def recorded(recorded_once: Path, tmp_path: Path) -> Path:
    """The same, a copy for one test."""
    return Path(shutil.copytree(recorded_once, tmp_path / "data"))


@pytest.fixture
def all_rows() -> Callable[[Path], dict[str, list[tuple[Any, ...]]]]:
    """`contents`, for tests."""
    return contents


@pytest.fixture
def record_folders() -> Callable[[Path, list[Path]], int]:
    """`record_all`, for tests."""
    return record_all
