"""What the history's tests share: generated run folders and a history recorded from them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines import artifacts
from pipelines.history import database, feedback, parquet, publish, record, store
from tests.unit.history import feedback_inbox, run_folders
from tests.unit.history.small_history import History


def record_all(history: Path, folders: list[Path]) -> int:
    """Record every folder, run and night, in the order given; gives the number of rows."""
    return sum(
        record.record_alerts(history, folder)
        if folder.name == artifacts.NIGHT_FOLDER
        else record.record_run(history, folder)
        for folder in folders
    )


def contents(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table and view that says what the history says, sorted."""
    with database.reading(path) as connection:
        return {
            name: sorted(connection.execute(f"FROM {name}").fetchall(), key=repr)
            for name in store.relations(connection)
        }


@pytest.fixture(scope="session")
def recorded_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with runs/ and feedback/, and the history.duckdb recorded from them; not to be written to."""
    data = tmp_path_factory.mktemp("recorded")
    record_all(data / "history.duckdb", run_folders.write(data / "runs"))
    feedback_inbox.write(data / "runs")
    feedback.record_feedback(data / "history.duckdb", data / "runs")
    return data


@pytest.fixture
def recorded(recorded_once: Path, tmp_path: Path) -> Path:
    """The same, a copy for one test."""
    return Path(shutil.copytree(recorded_once, tmp_path / "data"))


@pytest.fixture(scope="session")
def published_once(recorded_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What is published of that history, as a database and as Parquet; not to be written to."""
    public = tmp_path_factory.mktemp("published") / "public"
    publish.publish(recorded_once / "history.duckdb", public)
    parquet.export(public)
    return public


@pytest.fixture
def all_rows() -> Callable[[Path], dict[str, list[tuple[Any, ...]]]]:
    """`contents`, for tests."""
    return contents


@pytest.fixture
def record_folders() -> Callable[[Path, list[Path]], int]:
    """`record_all`, for tests."""
    return record_all


@pytest.fixture
def history() -> Iterator[History]:
    """An empty history."""
    made = History()
    yield made
    made.connection.close()
