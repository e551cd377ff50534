"""Recording: the same rows however often, in whatever order, and whatever the publisher wrote."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines import artifacts, model
from pipelines.errors import ConfigurationError
from pipelines.history import database, feedback, rebuild, record, rows
from pipelines.history.lines import BLOCK_ARTIFACTS
from pipelines.history.migrate import available
from tests.unit.history import run_folders

Contents = Callable[[Path], dict[str, list[tuple[Any, ...]]]]
# What is not a row of an artifact.
DERIVED = ("expectation", "dataset_night")

Recorder = Callable[[Path, list[Path]], int]


def test_every_table_is_filled(recorded: Path, all_rows: Contents) -> None:
    empty = [table for table, found in all_rows(recorded / "history.duckdb").items() if not found]
    assert empty == []


def test_recording_twice_is_recording_once(
    recorded: Path, all_rows: Contents, record_folders: Recorder
) -> None:
    history = recorded / "history.duckdb"
    once = all_rows(history)
    again = record_folders(history, sorted(folder for folder in (recorded / "runs").glob("*/*")))
    assert all_rows(history) == once
    assert 0 < again <= sum(len(found) for table, found in once.items() if table not in DERIVED)


def test_rebuilding_gives_what_recording_gave(recorded: Path, all_rows: Contents) -> None:
    history = recorded / "history.duckdb"
    before = all_rows(history)
    count = rebuild.rebuild(history, recorded / "runs").rows
    assert all_rows(history) == before
    assert 0 < count <= sum(len(found) for table, found in before.items() if table not in DERIVED)
    assert [path.name for path in recorded.iterdir() if "tmp" in path.name or "wal" in path.name] == []


def test_artifacts_that_are_not_read_again_leave_what_a_rebuild_gives(
    tmp_path: Path, all_rows: Contents, record_folders: Recorder
) -> None:
    folders = run_folders.write(tmp_path / "runs")
    first, *later = sorted((tmp_path / "runs").glob("*/federal"))
    for name in BLOCK_ARTIFACTS:
        for folder in later:
            (folder / name).write_bytes((first / name).read_bytes())
    history = tmp_path / "history.duckdb"
    record_folders(history, folders)
    before = all_rows(history)
    rebuild.rebuild(history, tmp_path / "runs")
    assert all_rows(history) == before


def test_the_order_of_recording_does_not_matter(
    recorded: Path, all_rows: Contents, record_folders: Recorder
) -> None:
    backwards = recorded / "backwards.duckdb"
    feedback.record_feedback(backwards, recorded / "runs")
    record_folders(backwards, sorted((recorded / "runs").glob("*/*"), reverse=True))
    assert all_rows(backwards) == all_rows(recorded / "history.duckdb")


def test_a_rebuild_replaces_a_broken_history_and_leaves_unfinished_runs_out(
    recorded: Path, all_rows: Contents
) -> None:
    history = recorded / "history.duckdb"
    before = all_rows(history)
    history.write_bytes(b"not a database")
    unfinished = artifacts.run_folder(recorded / "runs", date(2026, 3, 3), "federal")
    artifacts.write_values(unfinished / artifacts.SNAPSHOTS, [])
    rebuild.rebuild(history, recorded / "runs")
    assert all_rows(history) == before


def test_an_unfinished_run_is_not_recorded(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        record.record_run(tmp_path / "history.duckdb", tmp_path / "runs" / "2026-03-02" / "federal")
    assert not (tmp_path / "history.duckdb").exists()


def test_a_run_whose_stages_never_came_leaves_its_own_row_only(recorded: Path) -> None:
    folder = recorded / "runs" / "2026-03-02" / "federal"
    for artifact in folder.iterdir():
        if artifact.name != artifacts.INDEX:
            artifact.unlink()
    assert record.record_run(recorded / "history.duckdb", folder) == 1
    with database.reading(recorded / "history.duckdb") as connection:
        count = connection.execute(
            "SELECT count(*) FROM score WHERE run_id = '2026-03-02/federal'"
        ).fetchone()
    assert count == (0,)


@pytest.mark.parametrize(
    ("title", "stored"),
    [
        ("'); DROP TABLE run; --", "'); DROP TABLE run; --"),
        ("cut\x00off\u202e", "cut\x00off\u202e"),
        ("x" * 9_000, "x" * (rows.TEXT_LIMIT - 1) + "…"),
        ("", ""),
    ],
)
def test_hostile_titles_are_stored_as_text(tmp_path: Path, title: str, stored: str) -> None:
    run_folders.write(tmp_path / "runs", titles={"federal/contratos": title})
    history = tmp_path / "history.duckdb"
    record.record_run(history, tmp_path / "runs" / "2026-02-26" / "federal")
    with database.reading(history) as connection:
        found = connection.execute("SELECT title FROM dataset WHERE dataset = 'federal/contratos'").fetchone()
        sizes = connection.execute("SELECT DISTINCT byte_size FROM distribution").fetchall()
    assert found == (stored,)
    assert sizes == [(None,)], "a declared size that no file can have is unknown"


def test_every_field_of_the_model_has_a_column(recorded: Path) -> None:
    """A field added to the model must be stored, or be named here with the reason why not."""
    elsewhere = {
        "fault",  # four columns
        *("datasets", "distributions", "results", "examples", "transitions", "contact_point"),  # own tables
        *("reminders", "feedback", "incidents", "text"),  # so too
        *("title", "advice", "summary", "guide_title", "explanation"),  # a column per language
        *("recipient", "address", "error"),  # private tables
        *("key", "table", "column", "description", "lost_rows", "name", "email"),
        *("state", "revisit_on"),  # of a run: when it is visited next, which follows from what is recorded
        "seconds",  # of a run: what the machine took, no fact of the data; of a snapshot it has its column
        *("alternative_url", "count_url"),  # how fetching asks; what it took is the snapshot's address
    }
    tables = {
        "run": model.RunIndex,
        "source_visit": model.Catalog,
        "dataset": model.Dataset,
        "distribution": model.Distribution,
        "snapshot": model.Snapshot,
        "read_report": model.ReadReport,
        "expectation_result": model.ExpectationResult,
        "quality_measurement": model.QualityMeasurement,
        "score": model.Score,
        "scale_score": model.ScaleScore,
        "fix": model.Fix,
        "verdict": model.Verdict,
        "transition": model.Transition,
        "alert": model.Alert,
        "incident": model.Incident,
        "incident_action": model.IncidentAction,
        "notification": model.Notification,
    }
    with database.reading(recorded / "history.duckdb") as connection:
        for table, kind in tables.items():
            columns = {row[0] for row in connection.execute(f"DESCRIBE {table}").fetchall()}
            missing = {field.name for field in dataclasses.fields(kind)} - columns - elsewhere
            assert missing == set(), table


def test_a_history_of_newer_software_is_refused(recorded: Path) -> None:
    with database.writing(recorded / "history.duckdb") as connection:
        connection.execute("INSERT INTO schema_migration (version, name) VALUES (999, 'from_the_future')")
    with (
        pytest.raises(ConfigurationError, match="migration 999"),
        database.writing(recorded / "history.duckdb"),
    ):
        pass


def test_an_exception_leaves_the_history_as_it_was(recorded: Path, all_rows: Contents) -> None:
    before = all_rows(recorded / "history.duckdb")
    broken = database.writing(recorded / "history.duckdb")
    with pytest.raises(RuntimeError, match="stop here"), broken as connection:
        _delete_and_stop(connection)
    assert all_rows(recorded / "history.duckdb") == before


@pytest.mark.parametrize(
    ("name", "public"),
    [
        ("Unidad de Transparencia", "Unidad de Transparencia"),
        (" Dirección de Registros (demostración)", "Dirección de Registros (demostración)"),
        ("Unidad (unidad@example.org)", "Unidad"),
        ("Unidad de Transparencia <unidad@example.org>", "Unidad de Transparencia"),
        ("unidad@example.org", ""),
        ("mailto:unidad@example.org; Datos", "mailto:; Datos"),
        ("Unidad de Datos (+52 55 0199 7731)", "Unidad de Datos"),
        ("Unidad de Datos, tel. 5501997731", "Unidad de Datos, tel."),
        ("Unidad del Plan 2024-2030", "Unidad del Plan 2024-2030"),
    ],
)
def test_addresses_are_taken_out_of_names(name: str, public: str) -> None:
    assert rows.without_addresses(name) == public


def _delete_and_stop(connection: Any) -> None:
    connection.execute("DELETE FROM dataset_night")
    raise RuntimeError("stop here")


def test_every_migration_has_a_number_of_its_own() -> None:
    numbers = [number for number, _, _ in available()]
    assert numbers == list(range(1, len(numbers) + 1))
