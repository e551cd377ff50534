"""Detect: tonight against each dataset's own past gives transitions. Pure functions, no files, no mail.

Belongs here: when a finding begins an incident, makes it worse or ends it. Rules: only changes of state count; nothing
is compared across versions of rules; a dataset that is new, or bad from its first night, has lost nothing; what comes
back soon after it was mended is the same incident again, and has to stay mended for longer each time.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from pipelines.alerts.families import FAMILIES
from pipelines.alerts.finding import Finding, Known
from pipelines.alerts.past import Past
from pipelines.alerts.signs import (
    BLOCKED,
    COLUMNS,
    EXPECTATION,
    PERSONAL,
    ROWS,
    ROWS_REMOVED,
    SCORE,
    UNREACHABLE,
    UNUSABLE,
    WITHDRAWN,
)
from pipelines.model import DatasetNight, Incident, Severity, Transition, TransitionKind
from pipelines.sources_alerts import AlertPolicy

# A condition that returns within so many days after it was mended reopens its incident.
SAME_INCIDENT = timedelta(days=21)
# One that has returned so often has to stay mended for so many nights.
FLAPPING, FLAPPING_NIGHTS = 1, 5
# What depends on the network is mended when it has been well for some nights.
NETWORK, NETWORK_NIGHTS = (UNREACHABLE, WITHDRAWN, BLOCKED), 5
# Worse by so much, in the unit of the kind, since it was told: percent failing, points, columns.
MUCH_WORSE = {EXPECTATION: 25.0, PERSONAL: 10.0, SCORE: 10.0, COLUMNS: 1.0}
# Where the new state stays for good, it is one day the new normal.
SETTLES = (COLUMNS, ROWS, ROWS_REMOVED)
# What is about the bytes, and of that, what takes a score down.
TAKES_DOWN = (UNUSABLE, COLUMNS, ROWS, ROWS_REMOVED, EXPECTATION, PERSONAL)
CONTENT = (*TAKES_DOWN, SCORE)
SAME_VERSION = timedelta(days=14)

Policies = Callable[[str], AlertPolicy]


def detect(tonight: Sequence[DatasetNight], past: Past, night: date, policies: Policies) -> list[Transition]:
    """All transitions of the night, ordered by dataset, severity and condition. They have no words yet."""
    standing = _standing(past)
    found = [
        transition
        for item in tonight
        for transition in _of_dataset(item, past, night, policies(item.dataset), standing[item.dataset])
    ]
    found += _not_followed(standing, past, night, policies)
    order = list(Severity)
    return sorted(found, key=lambda it: (it.dataset, order.index(it.severity), it.condition))


def _standing(past: Past) -> dict[str, dict[str, Incident]]:
    found: dict[str, dict[str, Incident]] = defaultdict(dict)
    for dataset, condition in past.incidents:
        incident = past.standing(dataset, condition)
        if incident is not None:
            found[dataset][condition] = incident
    return found


def is_fresh(item: DatasetNight, past: Past) -> bool:
    """Whether tonight's data are other than those last read. What was not read, or not whole, is not new."""
    return is_read(item) and item.content != past.content.get(item.dataset)


def is_read(item: DatasetNight) -> bool:
    """Whether the data came, whole."""
    return item.content is not None and item.whole is not False


def _of_dataset(
    item: DatasetNight,
    past: Past,
    night: date,
    policy: AlertPolicy,
    standing: Mapping[str, Incident],
) -> Iterator[Transition]:
    known = Known(
        night=item,
        series=past.series.get(item.dataset, {}),
        policy=policy,
        spans=lambda condition: past.spans(item.dataset, condition),
        standing=standing,
        fresh=is_fresh(item, past),
    )
    settled = {condition for condition in standing if condition in SETTLES}
    findings = [finding for family in FAMILIES for finding in family(known)]
    for finding in _believed(findings, known):
        if policy.ignores(finding.condition):
            continue
        incident = standing.get(finding.condition)
        kind = _begins(finding) if incident is None else _continues(finding, incident, policy)
        if kind is not None:
            yield _transition(item.dataset, finding, kind, night, incident, past)
            settled.discard(finding.condition)
    for condition in sorted(settled):
        incident = standing[condition]
        if not policy.ignores(condition) and night - incident.opened_on >= timedelta(
            days=policy.settle_after_days
        ):
            ended = Finding(condition, ended="settled", severity=incident.severity)
            yield _transition(item.dataset, ended, TransitionKind.CLOSED, night, incident, past)


def _not_followed(
    standing: Mapping[str, Mapping[str, Incident]], past: Past, night: date, policies: Policies
) -> Iterator[Transition]:
    """What stands and is not to be followed any more, seen tonight or not, ends without a word."""
    for dataset, incidents in standing.items():
        policy = policies(dataset)
        for condition, incident in incidents.items():
            if policy.ignores(condition):
                ended = Finding(condition, ended="withdrawn", severity=incident.severity)
                yield _transition(dataset, ended, TransitionKind.CLOSED, night, incident, past)


def _believed(findings: Sequence[Finding], known: Known) -> list[Finding]:
    """What one version of the data broke is told in one go, and a score that fell with it is no news of its own.

    Where one finding is proof about data that are new, the others about them need no second night. A score that falls
    soon after something that takes it down was told says the same once more.
    """
    new = [it for it in findings if it.bad and it.condition not in known.standing]
    proven = known.fresh and any(it.condition.startswith(CONTENT) for it in new)
    lately = [it for it in known.standing.values() if known.night.night - it.first_seen <= SAME_VERSION]
    took = (*(it.condition for it in new), *(it.condition for it in lately))
    told = [condition for condition in took if condition.startswith(TAKES_DOWN)]
    explained = {part for condition in told for part in _takes_down(condition, known)}
    believed = []
    for it in findings:
        opens = it.condition not in known.standing
        if opens and it.condition in explained:
            continue
        believed.append(replace(it, bad=True) if opens and it.suspect and proven else it)
    return believed


def _takes_down(condition: str, known: Known) -> Iterator[str]:
    """The conditions of scores that fall with a condition: an expectation takes its own dimension down."""
    key = condition.partition(":")[2]
    level = known.night.levels.get(key) if key else None
    for name in known.night.scores:
        if not key or (level is not None and level.dimension in (name, "")):
            yield f"{SCORE}{name}"


def _begins(finding: Finding) -> TransitionKind | None:
    return TransitionKind.OPENED if finding.bad else None


def _continues(finding: Finding, incident: Incident, policy: AlertPolicy) -> TransitionKind | None:
    if finding.ended:
        return TransitionKind.CLOSED
    nights = policy.recovery_nights
    if finding.condition in NETWORK:
        nights = max(nights, NETWORK_NIGHTS)
    if incident.reopened >= FLAPPING:
        nights = max(nights, FLAPPING_NIGHTS)
    if finding.good_nights >= nights:
        return TransitionKind.RECOVERED
    return TransitionKind.WORSENED if finding.bad and _much_worse(finding, incident) else None


def _much_worse(finding: Finding, incident: Incident) -> bool:
    kind = next((name for name in MUCH_WORSE if finding.condition.startswith(name)), None)
    if kind is None or finding.badness is None:
        return False
    told = incident.worst if incident.worst is not None else incident.after or 0.0
    badness = 100.0 - told if kind == SCORE else told
    return finding.badness - badness >= MUCH_WORSE[kind]


def _transition(
    dataset: str,
    finding: Finding,
    kind: TransitionKind,
    night: date,
    incident: Incident | None,
    past: Past,
) -> Transition:
    incident = incident or _returned(dataset, finding.condition, past, night)
    since = finding.since or night
    if incident is not None and kind is not TransitionKind.OPENED:
        since = incident.first_seen
    return Transition(
        id=identity(dataset, finding.condition, kind, night.isoformat()),
        dataset=dataset,
        condition=finding.condition,
        kind=kind,
        night=night,
        since=since,
        before=finding.before,
        after=finding.after,
        rules=finding.rules,
        severity=finding.severity,
        column=finding.column,
        incident=incident.id if incident else identity(dataset, finding.condition, night.isoformat())[:12],
        resolution=finding.ended,
    )


def _returned(dataset: str, condition: str, past: Past, night: date) -> Incident | None:
    """The incident that a condition which opens again belongs to."""
    found: Sequence[Incident] = past.incidents.get((dataset, condition), ())
    last = found[-1] if found else None
    if last is None or last.resolved_on is None or last.resolution != "mended":
        return None
    return last if night - last.resolved_on <= SAME_INCIDENT else None


def identity(*parts: str) -> str:
    """A name that is the same for the same parts: what is judged again has the ids that it had."""
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:20]
