"""Decide: which transitions become an alert, to whom, and whether it must be held.

Belongs here: one message per owner and night, and the blast guard: our own outage never alerts an owner.
When most of what we watch breaks in one night, or a whole source can no longer be reached, the likeliest cause
is ours (network, runner, release) or one portal's; those alerts are held for a night and the operator is told
instead. What still stands on the next night is told to its owner.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from pipelines.alerts.detect import UNREACHABLE
from pipelines.model import Alert, AlertKind, AlertState, ContactPoint, Dataset, Transition, TransitionKind

# Held when at least this many datasets, and more than this share of all, break in one night.
FEWEST_DATASETS = 4
LARGEST_SHARE = 0.5


def decide(
    transitions: Iterable[Transition],
    datasets: Mapping[str, Dataset],
    night: date,
    operator: ContactPoint,
    held: Collection[tuple[str, str]] = (),
) -> list[Alert]:
    """Group transitions by owner, one alert each. `datasets` are all that were visited tonight, by key.

    A dataset without any address goes to the operator, who is told by it that there is no contact. `held` are
    the (dataset, condition) pairs that were held on an earlier night: the operator has had the time to look,
    and what still stands goes to its owner.
    """
    transitions = list(transitions)
    reasons = _why_held(
        [item for item in transitions if (item.dataset, item.condition) not in held], datasets
    )
    by_owner: dict[tuple[str, str, str, str], list[Transition]] = defaultdict(list)
    for transition in transitions:
        dataset = datasets[transition.dataset]
        contact = dataset.contact_point if dataset.contact_point.email else operator
        reason = reasons.get(transition.id, "")
        by_owner[(contact.email or "", contact.name, dataset.language, reason)].append(transition)
    alerts = [
        Alert(
            id=_identity(night, email, name, language, reason),
            night=night,
            kind=_kind(group),
            recipient=ContactPoint(name, email or None),
            language=language,
            transitions=tuple(group),
            state=AlertState.HELD if reason else AlertState.PENDING,
            reason=reason,
        )
        for (email, name, language, reason), group in sorted(by_owner.items())
    ]
    return [*alerts, *_notices(alerts, night, operator)]


def _kind(group: Iterable[Transition]) -> AlertKind:
    worse = any(item.kind is TransitionKind.OPENED for item in group)
    return AlertKind.OPENED if worse else AlertKind.RECOVERED


def _why_held(transitions: Iterable[Transition], datasets: Mapping[str, Dataset]) -> dict[str, str]:
    """The reason by transition id for what must not reach an owner tonight."""
    opened = [item for item in transitions if item.kind is TransitionKind.OPENED]
    broken = {item.dataset for item in opened}
    if len(broken) >= FEWEST_DATASETS and len(broken) > LARGEST_SHARE * len(datasets):
        reason = f"{len(broken)} of {len(datasets)} datasets broke in one night: look for a cause on our side first"
        return {item.id: reason for item in opened}
    watched = Counter(_source(key) for key in datasets)
    lost = Counter(_source(item.dataset) for item in opened if item.condition == UNREACHABLE)
    down = {source for source, count in lost.items() if count == watched[source] > 1}
    return {
        item.id: f"all {watched[_source(item.dataset)]} datasets of {_source(item.dataset)} are out of reach: "
        "its portal, or our way to it, is down"
        for item in opened
        if item.condition == UNREACHABLE and _source(item.dataset) in down
    }


def _source(dataset: str) -> str:
    return dataset.split("/", 1)[0]


def _notices(alerts: Iterable[Alert], night: date, operator: ContactPoint) -> list[Alert]:
    """One message to the operator for each reason why alerts are held."""
    held: dict[str, list[Transition]] = defaultdict(list)
    for alert in alerts:
        if alert.state is AlertState.HELD:
            held[alert.reason] += alert.transitions
    return [
        Alert(
            id=_identity(night, "operator", reason),
            night=night,
            kind=AlertKind.NOTICE,
            recipient=operator,
            language="en",
            transitions=tuple(group),
            reason=reason,
        )
        for reason, group in sorted(held.items())
    ]


def _identity(night: date, *parts: str) -> str:
    return hashlib.sha256("|".join((night.isoformat(), *parts)).encode()).hexdigest()[:20]
