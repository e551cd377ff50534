"""One night judged: transitions, incidents and alerts from what is seen tonight and what is known of before.

Belongs here: the order of detection, guard, incidents and decision, as one pure function that the night, a replay and
the benchmark all call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.alerts import guard, incidents
from pipelines.alerts.decide import Recipient, Week, decide
from pipelines.alerts.detect import Policies, detect
from pipelines.alerts.past import Past
from pipelines.model import Alert, DatasetNight, Incident, IncidentAction, IncidentState, Transition


@dataclass(frozen=True)
class Judgement:
    """What came of a night. `incidents` are those that changed: began, grew worse, ended, were told or answered."""

    transitions: list[Transition]
    incidents: list[Incident]
    alerts: list[Alert]


def judge_night(
    tonight: Sequence[DatasetNight],
    past: Past,
    night: date,
    policies: Policies,
    recipients: Mapping[str, Recipient],
    operator: Recipient,
    *,
    actions: Iterable[IncidentAction] = (),
    portal_of: Callable[[str], str] = lambda source: source,
    described: Callable[[Transition], Transition] = lambda it: it,
    week: Week | None = None,
) -> Judgement:
    """Judge a night. `described` gives a transition its words; `week` is what the six nights before told, if it is the
    night on which the week is summed up."""
    latest = {found[-1].id: found[-1] for found in past.incidents.values() if found}
    after = {it.id: it for it in incidents.answered(latest.values(), actions, night)}
    muted = {key for key, it in after.items() if it.state is IncidentState.MUTED}
    known = _with(past, after)
    transitions = [described(it) for it in detect(tonight, known, night, policies)]
    held = guard.held(transitions, tonight, known, night, portal_of)
    after |= {it.id: it for it in incidents.advanced(transitions, known, held, night)}
    after |= {it.id: it for it in guard.passed(after.values(), tonight, known, night, portal_of)}
    touched = {it.incident for it in transitions}
    told = {key: it for key, it in after.items() if it.state is not IncidentState.RESOLVED or key in touched}
    whole = None if week is None else replace(week, transitions=[*week.transitions, *transitions])
    decided = decide(transitions, told, recipients, night, operator, policies, whole, muted)
    after |= {it.id: it for it in decided.incidents}
    changed = [it for key, it in after.items() if it != latest.get(key)]
    return Judgement(transitions, sorted(changed, key=lambda it: it.id), decided.alerts)


def _with(past: Past, latest: Mapping[str, Incident]) -> Past:
    """The past with the newest incident of each condition as its answers leave it."""
    return replace(
        past,
        incidents={
            place: [*found[:-1], latest[found[-1].id]] for place, found in past.incidents.items() if found
        },
    )
