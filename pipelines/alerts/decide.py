"""Decide: who is told of what tonight, in one message each.

Belongs here: from incidents and the night's transitions to alerts: what is new or worse, what was mended, what still
stands after some days, what goes on to the second contact; and the operator's own notices. Does not belong here:
who a dataset's recipient is (`recipients`), what is held (`guard`), the words (`message`).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from pipelines.alerts.incidents import is_due, standing
from pipelines.alerts.signs import BLOCKED, CONTACT
from pipelines.model import (
    Alert,
    AlertKind,
    ContactPoint,
    Incident,
    IncidentState,
    Severity,
    Transition,
    TransitionKind,
)
from pipelines.sources_alerts import AlertPolicy

# What the owner can do nothing about, or cannot be reached about.
OPERATORS = (BLOCKED, CONTACT)


@dataclass(frozen=True)
class Recipient:
    """Who is told of a dataset. `second` is written to when nobody mends it, `why` says where `contact` comes from."""

    contact: ContactPoint
    language: str
    second: ContactPoint | None = None
    why: str = ""


@dataclass(frozen=True)
class Week:
    """The week that ends tonight: its transitions, and who gets the summary of which datasets, by address."""

    transitions: Sequence[Transition]
    subscriptions: Mapping[str, Collection[str]]


@dataclass(frozen=True)
class Decided:
    """The night's alerts, and the incidents that telling them has changed."""

    alerts: list[Alert]
    incidents: list[Incident]


@dataclass
class _Digest:
    recipient: ContactPoint
    language: str
    transitions: list[Transition] = field(default_factory=list)
    reminders: list[Incident] = field(default_factory=list)
    told: dict[str, None] = field(default_factory=dict)
    escalated: bool = False


def decide(
    transitions: Sequence[Transition],
    incidents: Mapping[str, Incident],
    recipients: Mapping[str, Recipient],
    night: date,
    operator: Recipient,
    policies: Callable[[str], AlertPolicy],
    week: Week | None = None,
    silent: Container[str] = (),
) -> Decided:
    """One alert for each recipient with something to tell. `incidents` are all that stand or ended tonight, by id.

    `recipients` are those of the datasets that were looked at tonight: of any other nobody knows how it stands, and
    nothing is told. The same night gives the same alerts, with the same ids. `week` is None but on the night on which
    it ends; `silent` are the incidents whose owner wants to hear nothing, not even that they were mended.
    """
    tonight = {it.incident: it for it in transitions}
    digests: dict[str, _Digest] = {}
    changed: list[Incident] = []
    for incident in sorted(incidents.values(), key=lambda it: (it.dataset, it.condition, it.id)):
        if incident.dataset not in recipients or incident.id in silent:
            continue
        whose = operator if incident.condition in OPERATORS else recipients[incident.dataset]
        policy = policies(incident.dataset)
        told = _to_tell(incident, tonight.get(incident.id))
        if told is not None:
            _digest(digests, whose.contact, whose.language).transitions.append(told)
            if told.kind is not TransitionKind.RECOVERED:
                changed.append(replace(incident, told_on=night))
        elif _reminded(incident, incidents, policy, night):
            _digest(digests, whose.contact, whose.language).reminders.append(incident)
            changed.append(replace(incident, reminded=incident.reminded + 1, reminded_on=night))
        if _escalated(incident, incidents, policy, night):
            second = whose.second or operator.contact
            digest = _digest(digests, second, whose.language)
            digest.escalated = True
            digest.reminders.append(incident)
            digest.told.setdefault(whose.contact.name)
            current = changed.pop() if changed and changed[-1].id == incident.id else incident
            changed.append(replace(current, escalated_on=night))
    alerts = [_alert(digest, night) for _, digest in sorted(digests.items())]
    notices = _notices(transitions, incidents, night, operator)
    still = [it for it in incidents.values() if it.state is not IncidentState.RESOLVED]
    summaries = _summaries(week, still, night, operator, policies) if week else []
    return Decided([*alerts, *notices, *summaries], changed)


def _to_tell(incident: Incident, tonight: Transition | None) -> Transition | None:
    """What is told of an incident tonight, if anything."""
    if incident.state is IncidentState.RESOLVED:
        ended = tonight is not None and tonight.kind is TransitionKind.RECOVERED
        return tonight if ended and incident.told_on is not None else None
    if not is_due(incident):
        return None
    if tonight is not None and tonight.kind in (TransitionKind.OPENED, TransitionKind.WORSENED):
        return tonight if incident.told_on is None or tonight.kind is TransitionKind.WORSENED else None
    # It was held, or muted, until now: what is told is how it opened.
    return standing(incident, incident.opened_on) if incident.told_on is None else None


def _reminded(
    incident: Incident, incidents: Mapping[str, Incident], policy: AlertPolicy, night: date
) -> bool:
    if not _waits(incident, incidents) or incident.told_on is None or incident.reminded >= policy.reminders:
        return False
    last = max(incident.told_on, incident.reminded_on or incident.told_on)
    return night - last >= timedelta(days=policy.remind_after_days)


def _escalated(
    incident: Incident, incidents: Mapping[str, Incident], policy: AlertPolicy, night: date
) -> bool:
    if not _waits(incident, incidents) or incident.told_on is None or incident.escalated_on is not None:
        return False
    return night - incident.told_on >= timedelta(days=policy.escalate_after_days)


def _waits(incident: Incident, incidents: Mapping[str, Incident]) -> bool:
    """Whether somebody has to mend it: no consequence of what stands, which is mended with its cause."""
    cause = incidents.get(incident.cause)
    follows = cause is not None and cause.id != incident.id and cause.state is not IncidentState.RESOLVED
    return is_due(incident) and incident.severity is not Severity.INFO and not follows


def _digest(digests: dict[str, _Digest], whom: ContactPoint, language: str) -> _Digest:
    """One mail an address, whatever name and language: offices share one. Its language is that of the first dataset."""
    return digests.setdefault((whom.email or f"\uffff{whom.name}").lower(), _Digest(whom, language))


def _alert(digest: _Digest, night: date) -> Alert:
    return Alert(
        id=_identity(night, digest.recipient.email or "", digest.recipient.name, digest.language),
        night=night,
        kind=_kind(digest),
        recipient=digest.recipient,
        language=digest.language,
        transitions=tuple(sorted(digest.transitions, key=_order)),
        reminders=tuple(digest.reminders),
        told=tuple(name for name in digest.told if name != digest.recipient.name),
    )


def _kind(digest: _Digest) -> AlertKind:
    if any(it.kind is not TransitionKind.RECOVERED for it in digest.transitions):
        return AlertKind.OPENED
    if digest.escalated:
        return AlertKind.ESCALATION
    return AlertKind.RECOVERED if digest.transitions else AlertKind.REMINDER


def _order(it: Transition) -> tuple[str, str, int, str]:
    return (it.dataset, it.kind, list(Severity).index(it.severity), it.condition)


def _notices(
    transitions: Iterable[Transition],
    incidents: Mapping[str, Incident],
    night: date,
    operator: Recipient,
) -> list[Alert]:
    """One message to the operator for what is held since tonight, by reason."""
    by_reason: dict[str, list[Transition]] = defaultdict(list)
    for it in transitions:
        incident = incidents.get(it.incident)
        if incident is not None and incident.held and it.kind is TransitionKind.OPENED:
            by_reason[incident.held].append(it)
    return [
        Alert(
            id=_identity(night, "held", reason),
            night=night,
            kind=AlertKind.NOTICE,
            recipient=operator.contact,
            language=operator.language,
            transitions=tuple(sorted(several, key=_order)),
            reason=reason,
        )
        for reason, several in sorted(by_reason.items())
    ]


def _summaries(
    week: Week,
    standing: Sequence[Incident],
    night: date,
    operator: Recipient,
    policies: Callable[[str], AlertPolicy],
) -> list[Alert]:
    """The summary of the week: to the operator of everything, to each subscriber of what it asked for."""
    readers: dict[str, tuple[ContactPoint, Collection[str] | None]] = {
        address: (ContactPoint(address, address), datasets)
        for address, datasets in week.subscriptions.items()
        if address != operator.contact.email
    }
    readers[""] = (operator.contact, None)

    def told(dataset: str, datasets: Collection[str] | None) -> bool:
        return policies(dataset).summary == "weekly" and (datasets is None or dataset in datasets)

    return [
        Alert(
            id=_identity(night, "summary", address),
            night=night,
            kind=AlertKind.SUMMARY,
            recipient=reader,
            language=operator.language,
            transitions=tuple(it for it in week.transitions if told(it.dataset, datasets)),
            reminders=tuple(it for it in standing if told(it.dataset, datasets)),
        )
        for address, (reader, datasets) in sorted(readers.items())
    ]


def _identity(night: date, *parts: str) -> str:
    return hashlib.sha256("|".join((night.isoformat(), *parts)).encode()).hexdigest()[:20]
