"""Record: a night's artifacts become rows of the history, the same rows however often it is done.

Belongs here: replacing the rows of runs in one transaction. Does not belong here: what a row looks like (`rows`), how
it is stored (`store`), making everything anew (`rebuild`), comparing nights (`past`).
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pipelines import artifacts, model
from pipelines.errors import ArtifactDamaged
from pipelines.history import rows as rows_of
from pipelines.history import store
from pipelines.history.database import writing
from pipelines.history.lines import BLOCK_ARTIFACTS, beside, find_damage, hashes_of, lines_of
from pipelines.history.unchanged import Change, change

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

log = logging.getLogger("veedor")

T = TypeVar("T")

NIGHT_TABLES = (
    *("judged", "judged_dataset"),
    *("transition", "alert", "alert_transition", "alert_reminder", "alert_feedback", "alert_recipient"),
    *("incident", "incident_action", "incident_action_text"),
    *("notification", "notification_delivery"),
)


def record_run(path: Path, folder: Path) -> int:
    """Record one source's night from its run folder; gives the number of rows. As `record_runs`."""
    return record_runs(path, [folder])


def record_runs(path: Path, folders: Sequence[Path]) -> int:
    """Record nights of several sources from their run folders in one transaction; gives the number of new rows.

    What the same run had left is replaced in that transaction, so that recording twice equals recording once and a
    kill leaves the state before or after. Stages that did not come to run (the portal did not answer) left no
    artifact and give no rows. Raises `FileNotFoundError` without `index.json`, the mark of a finished run,
    `ArtifactDamaged` and `HistoryLocked`.
    """
    folders = list(dict.fromkeys(folders))
    if not folders:
        if not path.exists():
            with writing(path):
                pass  # a night on which nothing is due has a history, an empty one
        return 0
    read = [read_run(folder) for folder in folders]
    hashes = {(_run_of(folder), artifact): value for (folder, artifact), value in hashes_of(folders).items()}
    with writing(path) as connection:
        replaced = store.remove(connection, [run for run, _ in read])
        same = store.known_artifacts(connection, hashes)
        changes = _changes(connection, folders, hashes.keys() - same.keys())
        known = {key: (run, ()) for key, run in same.items()} | {
            key: (run, it.datasets) for key, (run, it) in changes.items()
        }
        lines = lines_of(folders, lambda folder, artifact: (_run_of(folder), artifact) not in known)
        changed = {key: it.lines for key, (_, it) in changes.items()}
        with beside(connection, lines, changed) as every:
            count = add_runs(connection, read, every, folders, _known(known))
        store.insert(connection, "recorded_artifact", _recorded(hashes))
        store.sweep(connection, replaced)
    return count


def unrecorded(path: Path, runs: Path, *, nights: int = 2) -> list[Path]:
    """The finished run folders of the last `nights` nights that the history does not know as they are, oldest first.

    A run that was done again, after a fault of ours or under another declaration, finished later. One whose mark is
    damaged is left out and logged: it cannot be recorded, and keeps no other from it.
    """
    finished = [
        folder
        for night in artifacts.nights(runs)[-nights:]
        for folder in sorted((runs / night.isoformat()).iterdir())
        if (folder / artifacts.INDEX).is_file()
    ]
    ended = {folder: at for folder in finished if (at := _finished_on(folder)) is not None}
    if not ended or not path.is_file():
        return list(ended)
    with writing(path) as connection:  # which brings the tables up to date first
        known = dict(connection.execute("SELECT run_id, finished_on FROM run").fetchall())
    return [folder for folder, at in ended.items() if known.get(_run_of(folder)) != at]


def _finished_on(folder: Path) -> datetime | None:
    try:
        index = artifacts.read_value(folder / artifacts.INDEX, model.RunIndex)
    except ArtifactDamaged as fault:
        log.error("%s", fault.message)
        return None
    return index.finished_on.astimezone(UTC).replace(tzinfo=None)


def unrecorded_answers(path: Path, runs: Path, *, nights: int = 14) -> list[Path]:
    """The `_night` folders of the last nights that hold an answer which the history does not know, oldest first.

    Whoever gave one was killed between the file and the history.
    """
    given: dict[Path, set[str]] = {}
    for night in artifacts.nights(runs)[-nights:]:
        folder = artifacts.night_folder(runs, night)
        if names := {file.stem for file in (folder / artifacts.ACTIONS).glob("[!.]*.json")}:
            given[folder] = names
    if not given:
        return []
    with writing(path) as connection:  # which brings the tables up to date first
        known = {key for (key,) in connection.execute("SELECT DISTINCT id FROM incident_action").fetchall()}
    return [folder for folder, names in given.items() if names - known]


def record_alerts(path: Path, folder: Path) -> int:
    """Record the transitions, alerts and notifications of one night's `_night` folder, in the same way."""
    night, rows = _read_night(folder)
    with writing(path) as connection:
        for table in NIGHT_TABLES:
            connection.execute(f"DELETE FROM {table} WHERE night = ?", [night])
        return _add_night(connection, rows)


def add_alerts(connection: DuckDBPyConnection, folder: Path) -> int:
    """Add what a `_night` folder holds to a history that does not know it; gives the number of rows."""
    return _add_night(connection, _read_night(folder)[1])


def _changes(
    connection: DuckDBPyConnection, folders: Sequence[Path], wanted: Collection[tuple[str, str]]
) -> dict[tuple[str, str], tuple[str, Change]]:
    """Of the `wanted` artifacts (run, name) whose run before is there too: that run, and what differs from it."""
    before = store.recorded_before(connection, {run for run, _ in wanted})
    found = {}
    for folder in folders:
        run = _run_of(folder)
        for artifact in BLOCK_ARTIFACTS:
            if (run, artifact) in wanted and (run, artifact) in before:
                known_run, value = before[run, artifact]
                it = change(folder / artifact, folder.parent.parent / known_run / artifact, value)
                if it is not None:
                    found[run, artifact] = (known_run, it)
    return found


def _known(known: Mapping[tuple[str, str], tuple[str, Sequence[str]]]) -> list[rows_of.Row]:
    return [
        {**_mark(run), "artifact": artifact, "known_run": known_run, "but": but}
        for (run, artifact), (known_run, but) in known.items()
    ]


def _mark(run: str) -> rows_of.Row:
    return {"run_id": run, "night": date.fromisoformat(run[:10])}


def _recorded(hashes: Mapping[tuple[str, str], int]) -> list[rows_of.Row]:
    return [{**_mark(run), "artifact": artifact, "hash": value} for (run, artifact), value in hashes.items()]


def add_runs(
    connection: DuckDBPyConnection,
    read: Sequence[tuple[str, rows_of.Rows]],
    lines: Mapping[str, str],
    folders: Sequence[Path],
    known: Sequence[rows_of.Row] = (),
) -> int:
    """Add finished runs that are new to the history; gives the number of rows. `lines` are those of `lines.lines_of`.

    `known` is as in `store.add`. Raises `ArtifactDamaged` naming the first damage in `folders`.
    """
    import duckdb

    try:
        return store.add(connection, _together(rows for _, rows in read), lines, known)
    except (ArtifactDamaged, duckdb.Error):
        find_damage(folders)
        raise


def _run_of(folder: Path) -> str:
    return f"{folder.parent.name}/{folder.name}"


def read_run(folder: Path) -> tuple[str, rows_of.Rows]:
    """The id of a finished run, and its rows by table but for those of `lines`."""
    index = artifacts.read_value(folder / artifacts.INDEX, model.RunIndex)
    catalog = folder / artifacts.CATALOG
    rows = rows_of.of_run(
        index,
        artifacts.read_value(catalog, model.Catalog) if catalog.is_file() else None,
        _values(folder / artifacts.SNAPSHOTS, model.Snapshot),
        _values(folder / artifacts.READS, model.ReadReport),
        _values(folder / artifacts.VERDICTS, model.Verdict),
        _values(folder / artifacts.ROW_CHANGES, model.RowChange),
        _values(folder / artifacts.PAGES, model.PageVisit),
    )
    return rows_of.run_id(index), rows


def _read_night(folder: Path) -> tuple[date, rows_of.Rows]:
    night = date.fromisoformat(folder.parent.name)
    notifications = [
        artifacts.read_value(path, model.Notification)
        for path in sorted((folder / artifacts.NOTIFICATIONS).glob("[!.]*.json"))
    ]
    judged = _values(folder / artifacts.JUDGED, model.Judged)
    alerts = [
        *_values(folder / artifacts.ALERTS, model.Alert),
        *(
            artifacts.read_value(path, model.Alert)
            for path in sorted((folder / artifacts.NOTICES).glob("[!.]*.json"))
        ),
    ]
    incidents = _values(folder / artifacts.INCIDENTS, model.Incident)
    actions = [
        artifacts.read_value(path, model.IncidentAction)
        for path in sorted((folder / artifacts.ACTIONS).glob("[!.]*.json"))
    ]
    seen = _values(folder / artifacts.DATASET_NIGHTS, model.DatasetNight)
    happened = _values(folder / artifacts.TRANSITIONS, model.Transition)
    rows = rows_of.of_alerts(night, judged, alerts, notifications, incidents, actions, seen, happened)
    return night, rows


def _values(path: Path, kind: type[T]) -> list[T]:
    return artifacts.read_values(path, kind) if path.is_file() else []


def _together(runs: Iterable[rows_of.Rows]) -> rows_of.Rows:
    """The rows of several runs, by table."""
    together: rows_of.Rows = {}
    for rows in runs:
        for table, found in rows.items():
            together.setdefault(table, []).extend(found)
    return together


def _add_night(connection: DuckDBPyConnection, rows: rows_of.Rows) -> int:
    for table in NIGHT_TABLES:
        store.insert(connection, table, rows.get(table, []))
    return sum(len(rows.get(table, [])) for table in NIGHT_TABLES)
