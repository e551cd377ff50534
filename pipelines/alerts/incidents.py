"""Incidents: each condition from its beginning to its end, and what people answered meanwhile.

Belongs here: how transitions and answers change an incident. A night gives the same incidents however often it is
judged. Does not belong here: detection, who is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from pipelines.alerts.detect import FLAPPING, identity
from pipelines.alerts.families.columns import BETWEEN
from pipelines.alerts.past import Past
from pipelines.alerts.signs import (
    COLUMNS,
    EXPECTATION,
    PERSONAL,
    ROWS,
    SCORE,
    UNREACHABLE,
    UNUSABLE,
    WITHDRAWN,
)
from pipelines.model import (
    ActionKind,
    Incident,
    IncidentAction,
    IncidentState,
    Transition,
    TransitionKind,
)

# What explains other conditions of the same dataset on the same night, the strongest first.
CAUSES = (WITHDRAWN, UNREACHABLE, UNUSABLE, COLUMNS, ROWS, EXPECTATION, SCORE)


def answered(incidents: Iterable[Incident], actions: Iterable[IncidentAction], night: date) -> list[Incident]:
    """The incidents as their answers of the days before `night` leave them; an ended mute opens them again.

    An answer to an incident that has ended changes nothing.
    """
    by_incident: dict[str, list[IncidentAction]] = {}
    for action in sorted(actions, key=lambda it: (it.at, it.id)):
        for one in action.incidents:
            by_incident.setdefault(one, []).append(action)
    return [_answered(incident, by_incident.get(incident.id, ()), night) for incident in incidents]


def _answered(incident: Incident, actions: Sequence[IncidentAction], night: date) -> Incident:
    if incident.state is IncidentState.RESOLVED:
        return incident
    for action in actions:
        if action.kind is ActionKind.ACKNOWLEDGE:
            incident = replace(incident, state=IncidentState.ACKNOWLEDGED, muted_until=None)
        elif action.kind is ActionKind.MUTE:
            incident = replace(incident, state=IncidentState.MUTED, muted_until=action.until)
        elif action.kind is ActionKind.UNMUTE:
            incident = replace(incident, state=IncidentState.OPEN, muted_until=None)
        elif action.kind is ActionKind.RELEASE:
            incident = replace(incident, held="")
    if incident.muted_until is not None and incident.muted_until <= night:
        incident = replace(incident, state=IncidentState.OPEN, muted_until=None)
    return incident


def advanced(
    transitions: Sequence[Transition], past: Past, held: Mapping[str, str], night: date
) -> list[Incident]:
    """The incidents that the night's transitions begin, change or end. `held` are reasons by transition id."""
    known = {it.id: it for found in past.incidents.values() for it in found}
    changed = [_advanced(it, known.get(it.incident), held.get(it.id, ""), night) for it in transitions]
    return _with_causes(changed, past)


def _advanced(it: Transition, incident: Incident | None, held: str, night: date) -> Incident:
    if incident is None:
        return Incident(
            id=it.incident,
            dataset=it.dataset,
            condition=it.condition,
            state=IncidentState.OPEN,
            rules=it.rules,
            severity=it.severity,
            first_seen=it.since,
            opened_on=night,
            before=it.before,
            after=it.after,
            worst=it.after,
            held=held,
            summary=it.summary,
            advice=it.advice,
            examples=it.examples,
            column=it.column,
        )
    if it.kind is TransitionKind.OPENED:
        return replace(
            _worded(incident, it),
            state=IncidentState.OPEN,
            rules=it.rules,
            severity=it.severity,
            opened_on=night,
            before=it.before,
            after=it.after,
            worst=it.after,
            cause="",
            held=held,
            reminded=0,
            reminded_on=None,
            escalated_on=None,
            reopened=incident.reopened + 1,
            # What comes and goes has been told often enough: it is followed, and in the weekly summary.
            told_on=None if incident.reopened < FLAPPING else incident.told_on,
            resolved_on=None,
            resolution="",
            muted_until=None,
        )
    if it.kind is TransitionKind.WORSENED:
        return replace(_worded(incident, it), after=it.after, worst=it.after, held=incident.held or held)
    resolution = "mended" if it.kind is TransitionKind.RECOVERED else it.resolution
    return replace(
        incident,
        state=IncidentState.RESOLVED,
        resolved_on=night,
        resolution=resolution,
        held="",
        muted_until=None,
    )


def _worded(incident: Incident, it: Transition) -> Incident:
    return replace(incident, summary=it.summary, advice=it.advice, examples=it.examples, column=it.column)


def _with_causes(changed: Sequence[Incident], past: Past) -> list[Incident]:
    """Each incident with its cause: the strongest that stands in the same dataset and began no later."""
    standing: dict[str, list[Incident]] = {}
    for found in past.incidents.values():
        if found and found[-1].state is not IncidentState.RESOLVED:
            standing.setdefault(found[-1].dataset, []).append(found[-1])
    for incident in changed:
        if incident.state is not IncidentState.RESOLVED:
            standing.setdefault(incident.dataset, []).append(incident)
    return [replace(it, cause=it.cause or _cause(it, standing.get(it.dataset, ()))) for it in changed]


def _cause(incident: Incident, standing: Iterable[Incident]) -> str:
    """Its cause's id, its own when it has none. Only what began with it explains it: two faults may stand at once."""
    stronger = [
        it
        for it in standing
        if _rank(it) < _rank(incident)
        and not it.condition.startswith(PERSONAL)
        and abs((it.first_seen - incident.first_seen).days) <= 1
        and _is_about(it, incident)
    ]
    return min(stronger, key=lambda it: (_rank(it), it.id)).id if stronger else incident.id


def _is_about(cause: Incident, incident: Incident) -> bool:
    """A lost column explains what was asked of it, and what asks for a column that is not there; scores as well."""
    if cause.condition != COLUMNS or not incident.condition.startswith(EXPECTATION):
        return True
    lost = cause.column.split(BETWEEN)
    asked = [name.strip() for name in incident.column.split(",")] if incident.column else []
    return not asked or any(name in lost for name in asked)


def _rank(incident: Incident) -> int:
    if incident.condition.startswith(PERSONAL):
        return 0  # it explains nothing, and nothing explains it
    return next(
        (place for place, name in enumerate(CAUSES) if incident.condition.startswith(name)), len(CAUSES)
    )


def is_due(incident: Incident) -> bool:
    """Whether its recipient may be told of it at all."""
    return incident.state is IncidentState.OPEN and not incident.held


def standing(incident: Incident, night: date) -> Transition:
    """An incident that stands, in the form of the transition by which it opened on `night`."""
    return Transition(
        id=identity(incident.dataset, incident.condition, TransitionKind.OPENED, night.isoformat()),
        dataset=incident.dataset,
        condition=incident.condition,
        kind=TransitionKind.OPENED,
        night=night,
        since=incident.first_seen,
        before=incident.before,
        after=incident.after,
        rules=incident.rules,
        severity=incident.severity,
        summary=incident.summary,
        advice=incident.advice,
        examples=incident.examples,
        column=incident.column,
        incident=incident.id,
    )
