"""Raise and deliver: the alert stage from run folders and history to stored alerts and notifications.

Belongs here: gathering what detection needs, and the outbox. An alert is stored before anything is sent; each
attempt is stored as `sending` before it is made, so that a crash is visible and the next run takes the same
attempt up again. Delivery is at least once; the message's id is the same each time.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.alerts.channels.registry import CHANNELS, chosen
from pipelines.alerts.decide import decide
from pipelines.alerts.detect import Before, Past, Tonight, detect
from pipelines.alerts.message import compose
from pipelines.clock import Clock
from pipelines.errors import DeliveryError
from pipelines.history import past as history
from pipelines.measurement.evidence import TURNED_AWAY
from pipelines.model import (
    Alert,
    AlertState,
    Catalog,
    ContactPoint,
    Dataset,
    Judged,
    Notification,
    NotificationState,
    ReadReport,
    Score,
    Snapshot,
    ValidationResult,
)
from pipelines.settings import Settings

log = logging.getLogger("veedor")

MOST_ATTEMPTS = 5
RETRY_NIGHTS = 7


def raise_alerts(folders: Iterable[Path], night_folder: Path, night: date, settings: Settings) -> list[Alert]:
    """Detect and decide, once a night; a night that has its alerts keeps them."""
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
        artifacts.write_values(path, decided)
    return artifacts.read_values(path, Alert)


def deliver(
    alerts: Sequence[Alert],
    folders: Iterable[Path],
    night_folder: Path,
    settings: Settings,
    clock: Clock,
    step: Callable[[str, str], None],
) -> list[Notification]:
    """Send what is not sent yet. A channel's failure is recorded; the next run or night tries again."""
    datasets = {item.key: item for folder in folders for item in _catalog(folder)}
    notifications = []
    for alert in alerts:
        for channel in ("file",) if alert.state is AlertState.HELD else chosen(settings, alert.recipient):
            attempt = _next_attempt(night_folder, alert.id, channel)
            if attempt is None:
                continue
            path = night_folder / artifacts.NOTIFICATIONS / f"{alert.id}-{channel}-{attempt}.json"
            notification = Notification(
                alert=alert.id,
                channel=channel,
                address=alert.recipient.email or "",
                attempt=attempt,
                state=NotificationState.SENDING,
                attempted_on=clock.now(),
            )
            artifacts.write_value(path, notification)
            step("deliver", alert.id)
            notification = _attempted(notification, alert, datasets, settings, clock)
            artifacts.write_value(path, notification)
            notifications.append(notification)
    return notifications


def _attempted(
    notification: Notification,
    alert: Alert,
    datasets: Mapping[str, Dataset],
    settings: Settings,
    clock: Clock,
) -> Notification:
    """Make the attempt. One message that cannot be written or sent must not keep the others, or the site, back."""
    try:
        message = compose(alert, datasets)
        address = CHANNELS[notification.channel](message, alert.recipient, settings, clock.now())
    except DeliveryError as fault:
        # A permanent failure is not tried again: the attempt counter jumps to its end.
        last = MOST_ATTEMPTS if fault.permanent else notification.attempt
        return replace(notification, state=NotificationState.FAILED, error=fault.message, attempt=last)
    except (OSError, MemoryError):
        raise
    except Exception as fault:
        log.info("alert %s could not be delivered", alert.id, exc_info=True)
        error = f"{type(fault).__name__}: {fault}"[:500]
        return replace(notification, state=NotificationState.FAILED, error=error)
    return replace(notification, state=NotificationState.SENT, address=address)


def undelivered(runs: Path, before: date, settings: Settings) -> list[date]:
    """Earlier nights, not older than RETRY_NIGHTS, with a message that is not sent and may be tried (again)."""
    return [
        night
        for night in artifacts.nights(runs)
        if before - timedelta(days=RETRY_NIGHTS) <= night < before
        and _something_due(artifacts.night_folder(runs, night), settings)
    ]


def _something_due(night_folder: Path, settings: Settings) -> bool:
    """Whether an alert was stored and never sent. What was written to a file before delivery went live stays so."""
    path = night_folder / artifacts.ALERTS
    if not path.exists():
        return False
    return any(
        _next_attempt(night_folder, alert.id, channel) is not None
        for alert in artifacts.read_values(path, Alert)
        for channel in ("file", "mail")
        if channel == "file" or _made(night_folder, alert.id, channel)
    )


def _made(night_folder: Path, alert: str, channel: str) -> list[Notification]:
    """The attempts made so far for one alert through one channel."""
    folder = night_folder / artifacts.NOTIFICATIONS
    return [
        artifacts.read_value(path, Notification) for path in sorted(folder.glob(f"{alert}-{channel}-*.json"))
    ]


def _next_attempt(night_folder: Path, alert: str, channel: str) -> int | None:
    """The number of the attempt to make now, None when the alert is sent or given up."""
    made = _made(night_folder, alert, channel)
    if not made:
        return 1
    last = max(made, key=lambda item: item.attempt)
    if last.state is NotificationState.SENDING:
        return last.attempt
    if last.state is NotificationState.SENT or last.attempt >= MOST_ATTEMPTS:
        return None
    return last.attempt + 1


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
