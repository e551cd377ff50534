"""An installation with incidents in every state, made of night folders: for tests of the commands about alerts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.history import record
from pipelines.model import (
    ActionKind,
    Alert,
    AlertKind,
    Catalog,
    ContactPoint,
    Dataset,
    Incident,
    IncidentAction,
    IncidentState,
    Judged,
    Notification,
    NotificationState,
    Publisher,
    RunIndex,
    Severity,
    Transition,
    TransitionKind,
    UnexpectedExample,
)

NIGHT = date(2026, 3, 2)
# The commands are asked on the day on which the tests run.
LATER = date(2999, 1, 1)
SOURCES = """\
version: 1
time_zone: America/Mexico_City
language: es
subscribers: [resumen@observatorio.example]
sources:
  - id: compras
    portal: ckan
    url: https://datos.example
    publisher: {name: Secretaría de Compras, country: MX}
    owner:
      name: Unidad de datos abiertos
      email: unidad@dependencia.example
      second: {name: Dirección general, email: direccion@dependencia.example}
    datasets:
      - {id: contratos, guide_dataset: contracts_register}
      - {id: licitaciones, guide_dataset: tenders_awards}
  - id: salud
    portal: ckan
    url: https://salud.example
    publisher: {name: Instituto de Salud, country: MX}
    owner: {name: Unidad de Transparencia}
    datasets:
      - {id: plazas}
      - {id: compras-de-medicamentos}
"""
TITLES = {
    "compras/contratos": "Contratos de la Administración Pública",
    "compras/licitaciones": "Licitaciones y adjudicaciones",
    "salud/plazas": "Plazas [red]ocupadas[/red] y vacantes\x1b[2J",
    "salud/compras-de-medicamentos": "Compras consolidadas de medicamentos y material de curación",
}
AMOUNT = "expectation:contracts_register.value_amount.present"


def name(text: str) -> str:
    """An id as the product makes them."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def incident(dataset: str, condition: str, days: int, **more: object) -> Incident:
    """An incident that was first seen `days` before NIGHT, and confirmed a night later."""
    key = name(f"{dataset}|{condition}")
    seen = NIGHT - timedelta(days=days)
    made = Incident(
        id=key,
        dataset=dataset,
        condition=condition,
        state=IncidentState.OPEN,
        rules="contracts_register 1.0.0",
        severity=Severity.CRITICAL,
        first_seen=seen,
        opened_on=seen + timedelta(days=1),
        before=0.0,
        after=1.0,
        worst=1.0,
        cause=key,
        told_on=seen + timedelta(days=1),
    )
    return replace(made, **more)  # type: ignore[arg-type]


COLUMNS = incident("compras/contratos", "columns", 9, column="Proveedor", severity=Severity.WARNING)
INCIDENTS = (
    incident(
        "compras/contratos", AMOUNT, 20, before=0.4, after=33.3, worst=41.0, reminded=1, column="Importe",
        reminded_on=NIGHT - timedelta(days=5), escalated_on=NIGHT - timedelta(days=2), reopened=1,
        summary={"es": "Todo contrato tiene un importe", "en": "Every contract has an amount"},
        advice={"es": "Escriba el importe de cada contrato, sin símbolos.", "en": "Write each contract's amount."},
        examples=(UnexpectedExample(812, None), UnexpectedExample(813, "s/d [red]")),
    ),
    COLUMNS,
    incident(
        "compras/contratos", "score:completeness", 9, before=99.9, after=84.9, worst=84.9, cause=COLUMNS.id,
        severity=Severity.WARNING, summary={"es": "completitud", "en": "completeness"},
    ),
    incident("compras/licitaciones", "overdue", 12, state=IncidentState.ACKNOWLEDGED, severity=Severity.WARNING),
    incident(
        "salud/plazas", "unreachable", 1, held="portal|salud.example|2|2", told_on=None, opened_on=NIGHT
    ),
    incident(
        "salud/compras-de-medicamentos", "unreachable", 1, held="portal|salud.example|2|2", told_on=None,
        opened_on=NIGHT,
    ),
    incident(
        "salud/compras-de-medicamentos", "stale", 40, state=IncidentState.MUTED, severity=Severity.WARNING,
        muted_until=LATER,
    ),
    incident(
        "salud/plazas", "rows", 60, state=IncidentState.RESOLVED, resolved_on=NIGHT - timedelta(days=50),
        resolution="mended", before=1000.0, after=400.0,
    ),
)  # fmt: skip


def build(data: Path, incidents: Iterable[Incident] = INCIDENTS) -> None:
    """Write run folders, night folders and the history of an installation below `data`."""
    runs, history = data / "runs", data / "history.duckdb"
    for source in ("compras", "salud"):
        record.record_run(history, _run(runs, source))
    by_night: dict[date, list[Incident]] = {NIGHT: []}
    for it in incidents:
        by_night.setdefault(it.resolved_on or it.opened_on, []).append(it)
    for night, several in sorted(by_night.items()):
        record.record_alerts(history, _night(runs, night, several))


def _run(runs: Path, source: str) -> Path:
    instant = datetime(NIGHT.year, NIGHT.month, NIGHT.day, 9, tzinfo=UTC)
    folder = artifacts.run_folder(runs, NIGHT, source)
    address = "unidad@dependencia.example" if source == "compras" else None
    contact = ContactPoint("Unidad de datos abiertos" if source == "compras" else "Oficina", address)
    publisher = Publisher({"compras": "Secretaría de Compras", "salud": "Instituto de Salud"}[source], "MX")
    datasets = tuple(
        Dataset(key, title, publisher, contact)
        for key, title in TITLES.items()
        if key.startswith(f"{source}/")
    )
    artifacts.write_value(
        folder / artifacts.CATALOG, Catalog(source, "ckan", "https://datos.example", datasets, instant)
    )
    index = RunIndex(source, NIGHT, "0.1.0", instant, instant, "success")
    artifacts.write_value(folder / artifacts.INDEX, index)
    return folder


def _night(runs: Path, night: date, incidents: list[Incident]) -> Path:
    folder = artifacts.night_folder(runs, night)
    told = [it for it in incidents if not it.resolved_on]
    if told:
        alert = Alert(
            id=name(f"alert {night}"),
            night=night,
            kind=AlertKind.OPENED,
            recipient=ContactPoint("Unidad de datos abiertos", "unidad@dependencia.example"),
            language="es",
            transitions=tuple(_transition(it, night) for it in told),
        )
        sent = Notification(
            alert.id, "mail", "unidad@dependencia.example", 1, NotificationState.SENT,
            datetime(night.year, night.month, night.day, 9, 5, tzinfo=UTC),
        )  # fmt: skip
        artifacts.write_value(folder / artifacts.NOTIFICATIONS / f"{alert.id}-mail-1.json", sent)
        artifacts.write_values(folder / artifacts.ALERTS, [alert])
    for it in incidents:
        if it.state is IncidentState.ACKNOWLEDGED:
            answer = IncidentAction(
                name(f"answer {it.id}"), ActionKind.ACKNOWLEDGE, (it.id,),
                datetime(night.year, night.month, night.day, 18, tzinfo=UTC), "owner", text="Lo estamos viendo.",
            )  # fmt: skip
            artifacts.write_value(folder / artifacts.ACTIONS / f"{answer.id}.json", answer)
    artifacts.write_values(folder / artifacts.INCIDENTS, incidents)
    artifacts.write_values(folder / artifacts.JUDGED, [Judged(night, it) for it in ("compras", "salud")])
    return folder


def _transition(it: Incident, night: date) -> Transition:
    return Transition(
        f"t{it.id}", it.dataset, it.condition, TransitionKind.OPENED, night, it.first_seen, it.before, it.after,
        it.rules, it.severity, it.summary, it.advice, it.examples, it.column, it.id,
    )  # fmt: skip
