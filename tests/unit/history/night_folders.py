"""The folder of what concerns a whole night, as the alert stage leaves it: for `run_folders`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.model import (
    Access,
    ActionKind,
    Alert,
    AlertKind,
    AlertState,
    ContactPoint,
    DatasetNight,
    Incident,
    IncidentAction,
    IncidentState,
    Judged,
    Notification,
    NotificationState,
    Severity,
    Transition,
    TransitionKind,
    UnexpectedExample,
)

ADDRESS = "unidad.secreta@example.org"
SUITE = "contracts_register"


def write(folder: Path, night: date, number: int, sources: Iterable[str], advice: dict[str, str]) -> Path:
    """Night 2: amounts break in federal/contratos. Night 3: suppliers recover, held. Otherwise quiet."""
    alerts = []
    if number in (2, 3):
        opened = number == 2
        dataset = "federal/contratos" if opened else "federal/proveedores-sancionados"
        transition = Transition(
            id=f"{night.isoformat()}-{number}",
            dataset=dataset,
            condition=f"expectation:{SUITE}.amount.number",
            kind=TransitionKind.OPENED if opened else TransitionKind.RECOVERED,
            night=night,
            since=night - timedelta(days=0 if opened else 3),
            before=0.0 if opened else 4.1,
            after=3.9 if opened else 0.0,
            rules="1.0.0",
            severity=Severity.CRITICAL,
            summary={"en": "Amounts are no longer numbers.", "es": "Los importes dejaron de ser números."},
            advice=advice,
            examples=(UnexpectedExample(812, "1.234,56"),),
            column="Importe (MXN)",
        )
        incident = _incident(transition)
        answer = IncidentAction(
            f"answer-{number}",
            ActionKind.ASK,
            (incident.id,),
            datetime(night.year, night.month, night.day, 12, tzinfo=UTC),
            "owner",
            text=f"¿Qué filas? {ADDRESS}",
        )
        artifacts.write_value(folder / artifacts.ACTIONS / f"{answer.id}.json", answer)
        artifacts.write_values(folder / artifacts.INCIDENTS, [incident])
        alerts.append(
            Alert(
                id=f"alert-{night.isoformat()}",
                night=night,
                kind=AlertKind.OPENED if opened else AlertKind.RECOVERED,
                recipient=ContactPoint(f"Unidad de Transparencia {ADDRESS}", ADDRESS),
                language="es",
                transitions=(transition,),
                state=AlertState.PENDING if opened else AlertState.HELD,
                reminders=(incident,),
                feedback=("7692c3ad3540bb803c02",),
                told=(f"Portal nacional {ADDRESS}",),
            )
        )
        instant = datetime(night.year, night.month, night.day, 8, 0, tzinfo=UTC)
        notification = Notification(
            alerts[0].id, "mail", ADDRESS, 1, NotificationState.FAILED, instant, f"550 <{ADDRESS}> unknown"
        )
        artifacts.write_value(folder / "notifications" / f"{alerts[0].id}-1.json", notification)
    happened = [it for alert in alerts for it in alert.transitions]
    artifacts.write_values(folder / artifacts.TRANSITIONS, happened)
    seen = [DatasetNight(f"{source}/contratos", night, Access.REACHED, rows=number) for source in sources]
    artifacts.write_values(folder / artifacts.DATASET_NIGHTS, seen)
    artifacts.write_values(folder / artifacts.JUDGED, [Judged(night, source) for source in sources])
    artifacts.write_values(folder / artifacts.ALERTS, alerts)
    return folder


def _incident(transition: Transition) -> Incident:
    return Incident(
        id=f"incident-{transition.id}",
        dataset=transition.dataset,
        condition=transition.condition,
        state=IncidentState.OPEN,
        rules=transition.rules,
        severity=transition.severity,
        first_seen=transition.since,
        opened_on=transition.night,
        before=transition.before,
        after=transition.after,
        worst=transition.after,
        told_on=transition.night,
    )
