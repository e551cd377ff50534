"""Raise: the alert stage from run folders and history to stored alerts.

Belongs here: gathering what detection needs. Does not belong here: delivering what was stored (`outbox`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines import artifacts
from pipelines.alerts.decide import decide
from pipelines.alerts.detect import Before, Past, Tonight, detect
from pipelines.alerts.outbox import Post, routes
from pipelines.history import past as history
from pipelines.measurement.evidence import TURNED_AWAY
from pipelines.model import (
    Alert,
    Catalog,
    ContactPoint,
    Dataset,
    Judged,
    ReadReport,
    Score,
    Snapshot,
    ValidationResult,
)
from pipelines.settings import Settings


def raise_alerts(
    folders: Iterable[Path], night_folder: Path, night: date, settings: Settings, post: Post
) -> list[Alert]:
    """Detect and decide, once a night; a night that has its alerts keeps them, and the channels that they take."""
    path = night_folder / artifacts.ALERTS
    if not path.exists():
        judged = [folder for folder in folders if (folder / artifacts.SCORES).exists()]
        tonight = [item for folder in judged for item in _tonight(folder)]
        past = _past(settings.history, night)
        datasets = {item.dataset.key: item.dataset for item in tonight}
        operator = ContactPoint("Veedor", settings.operator)
        decided = decide(detect(tonight, past, night), datasets, night, operator, past.held)
        marks = [Judged(night, folder.name) for folder in judged]
        artifacts.write_values(night_folder / artifacts.JUDGED, marks)
        artifacts.write_values(path, [replace(it, channels=routes(it, post)) for it in decided])
    return artifacts.read_values(path, Alert)


def datasets_of(folders: Iterable[Path]) -> dict[str, Dataset]:
    """Every dataset of some run folders, by key."""
    return {item.key: item for folder in folders for item in _catalog(folder)}


def _catalog(folder: Path) -> tuple[Dataset, ...]:
    path = folder / artifacts.CATALOG
    return artifacts.read_value(path, Catalog).datasets if path.exists() else ()


def _tonight(folder: Path) -> list[Tonight]:
    """Every dataset of one source's finished night."""
    snapshots = artifacts.read_values(folder / artifacts.SNAPSHOTS, Snapshot)
    validations = artifacts.read_values(folder / artifacts.VALIDATION_RESULTS, ValidationResult)
    scores = artifacts.read_values(folder / artifacts.SCORES, Score)
    reads = artifacts.read_values(folder / artifacts.READS, ReadReport)
    found = []
    for dataset in _catalog(folder):
        visits = [item for item in snapshots if item.distribution.startswith(f"{dataset.key}/")]
        results = tuple(v for v in validations if v.distribution.startswith(f"{dataset.key}/"))
        found.append(
            Tonight(
                dataset=dataset,
                validations=results,
                scores=tuple(score for score in scores if score.dataset == dataset.key),
                reachable=_reachable(dataset, visits),
                usable=_usable(visits, results),
                changed=tuple(
                    change
                    for report in reads
                    if report.distribution.startswith(f"{dataset.key}/")
                    for change in report.column_changes
                ),
            )
        )
    return found


def _reachable(dataset: Dataset, snapshots: list[Snapshot]) -> bool | None:
    """False when any file could not be had, for a reason that is not that we were turned away."""
    faults = [dataset.fault] if dataset.fault else [snapshot.fault for snapshot in snapshots]
    if any(fault is not None and fault.kind not in TURNED_AWAY for fault in faults):
        return False
    return True if snapshots and all(snapshot.sha256 for snapshot in snapshots) else None


def _usable(snapshots: list[Snapshot], validations: tuple[ValidationResult, ...]) -> bool | None:
    """Whether anything that arrived could be validated. A dataset that never could be says nothing here."""
    if not any(snapshot.sha256 for snapshot in snapshots):
        return None
    return any(validation.rows for validation in validations)


def _past(path: Path, night: date) -> Past:
    with history.reading(path) as connection:
        outcomes = history.last_outcomes(connection, night)
        scores = history.last_scores(connection, night)
        return Past(
            outcomes={
                key: Before(item.rules, item.outcome, item.level, item.best) for key, item in outcomes.items()
            },
            scores={key: [(score, rules) for _, score, rules in rows] for key, rows in scores.items()},
            reachable=history.last_reachable(connection, night),
            open=history.open_conditions(connection, night),
            held=history.held_conditions(connection, night),
        )
