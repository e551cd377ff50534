"""Rehearsal: who would be told of what, before anybody outside is written to; and a sample message.

Belongs here: the recipient of every dataset that is watched, as tonight would have it, and a message of invented faults
that goes to nobody but the operator. Does not belong here: who a recipient is (`recipients`), delivering (`channels`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from pipelines import artifacts
from pipelines.alerts.composing import visits
from pipelines.alerts.decide import Recipient
from pipelines.alerts.describe import DIMENSIONS
from pipelines.alerts.kind_words import words_of
from pipelines.alerts.known import Known
from pipelines.alerts.message import Message, compose
from pipelines.alerts.recipients import Why, operator_of, recipients
from pipelines.alerts.signs import COLUMNS, SCORE, UNREACHABLE
from pipelines.alerts.words import languages
from pipelines.history import deliveries
from pipelines.history.database import reading
from pipelines.model import (
    Alert,
    AlertKind,
    Catalog,
    ContactPoint,
    Dataset,
    Publisher,
    Severity,
    Transition,
    TransitionKind,
)
from pipelines.settings import Settings
from pipelines.sources import Source, Sources

SAMPLE = "sample"


@dataclass(frozen=True)
class Rehearsed:
    """One recipient, why it is one, and the datasets that it would be told of. `silent`: their policy is off.

    `reason` is what the other side said of an address that is dead.
    """

    recipient: Recipient
    datasets: tuple[str, ...]
    silent: bool = False
    reason: str = ""


def whom(settings: Settings, sources: Sources, night: date) -> list[Rehearsed]:
    """Every recipient of the enabled sources, those with most datasets first."""
    datasets = _datasets(settings, sources, night)
    dead = _dead(settings, night)
    found: dict[tuple[Recipient, bool, str], list[str]] = {}
    chosen = recipients(datasets, sources, operator_of(settings, sources), dead)
    for dataset in datasets:
        source, _, name = dataset.key.partition("/")
        silent = not sources.policy(source, name).enabled
        address = (dataset.contact_point.email or "").lower()
        reason = dead[address].reason if chosen[dataset.key].why == Why.DEAD and address in dead else ""
        # In whatever language: it is the same office.
        whose = replace(chosen[dataset.key], language="")
        found.setdefault((whose, silent, reason), []).append(dataset.key)
    made = [
        Rehearsed(recipient, tuple(sorted(keys)), silent, reason)
        for (recipient, silent, reason), keys in found.items()
    ]
    return sorted(made, key=lambda it: (it.silent, -len(it.datasets), it.datasets))


def only(found: Iterable[Rehearsed], source: str) -> list[Rehearsed]:
    """What of it is about one source."""
    kept = (
        replace(it, datasets=tuple(key for key in it.datasets if key.startswith(f"{source}/")))
        for it in found
    )
    return [it for it in kept if it.datasets]


def sample(settings: Settings, sources: Sources, night: date, language: str) -> Message:
    """A message as an owner would get it, of faults that nobody has, for the operator to look at."""
    datasets = _datasets(settings, sources, night)[:1] or [_declared(None, "fuente/conjunto-de-datos")]
    operator = ContactPoint("Veedor", settings.operator)
    alert = Alert(
        id=SAMPLE,
        night=night,
        kind=AlertKind.OPENED,
        recipient=operator,
        language=language,
        transitions=tuple(_faults(datasets[0].key, night)),
    )
    message = compose(alert, {it.key: it for it in datasets}, Known(operator=operator))
    return replace(message, subject=f"{SAMPLES[message.language]}: {message.subject}")


SAMPLES = {"es": "Prueba, nada de esto ocurrió", "en": "Test, none of this happened"}


def _faults(dataset: str, night: date) -> Iterable[Transition]:
    for condition, kind, before, after in (
        (COLUMNS, TransitionKind.OPENED, 0.0, 1.0),
        (f"{SCORE}completeness", TransitionKind.OPENED, 96.5, 71.0),
        (UNREACHABLE, TransitionKind.RECOVERED, 1.0, 0.0),
    ):
        yield Transition(
            id=f"{SAMPLE}-{condition}",
            dataset=dataset,
            condition=condition,
            kind=kind,
            night=night,
            since=night,
            before=before,
            after=after,
            rules=SAMPLE,
            severity=Severity.WARNING,
            summary={language: _title(condition, kind, language) for language in languages()},
        )


def _title(condition: str, kind: TransitionKind, language: str) -> str:
    name = condition.removeprefix(SCORE)
    return DIMENSIONS[name][language] if name in DIMENSIONS else words_of(condition, kind, language).title


def _dead(settings: Settings, night: date) -> dict[str, deliveries.DeadAddress]:
    if not settings.history.is_file():
        return {}
    with reading(settings.history) as connection:
        return deliveries.dead_addresses(connection, night) if deliveries.are_known(connection) else {}


def _datasets(settings: Settings, sources: Sources, night: date) -> list[Dataset]:
    """All that is watched: as the portal described it on its last visit, else as sources.yaml declares it."""
    folders = visits(artifacts.night_folder(settings.runs, night), (it.id for it in sources.enabled))
    found: list[Dataset] = []
    for source in sources.enabled:
        folder = folders.get(source.id)
        visited = artifacts.read_value(folder / artifacts.CATALOG, Catalog).datasets if folder else ()
        known = {it.key: it for it in visited}
        keys = [f"{source.id}/{it.id}" for it in source.datasets]
        found += [known.get(key) or _declared(source, key) for key in keys]
    return found


def _declared(source: Source | None, key: str) -> Dataset:
    name = source.publisher.name if source else "—"
    contact = ContactPoint(source.owner.name, source.owner.email) if source else ContactPoint("")
    language = source.language if source else "es"
    return Dataset(key, key, Publisher(name), contact, language=language)
