"""Guard: our own outage never alerts an owner.

Belongs here: which of the night's openings have, more likely than not, one cause that is ours or a whole portal's, and
when such a cause has passed. What is held is told to the operator with the evidence, in one message, and goes to its
owners when the operator releases it, or when the cause has passed for most and it still stands.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from pipelines.alerts.past import Past
from pipelines.alerts.signs import (
    BLOCKED,
    COLUMNS,
    EXPECTATION,
    MOVED,
    OVERDUE,
    ROWS,
    ROWS_REMOVED,
    SCORE,
    STALE,
    UNREACHABLE,
    UNUSABLE,
    WITHDRAWN,
    state,
)
from pipelines.model import DatasetNight, Incident, IncidentState, Transition, TransitionKind

PORTAL, SAME, RELEASE, EVERYWHERE, CLOCK = "portal", "same", "release", "everywhere", "clock"
# A portal is the cause when at least so many, and this share, of its datasets are in the same state tonight.
PORTAL_FEWEST, PORTAL_SHARE = 2, 0.6
# One that was told longer ago than this has a fault of its own, and says nothing of its portal.
OLD_NIGHTS = 3
# One condition in so many datasets of several sources at once is a rule's fault, or the way's.
SAME_FEWEST = 4
# What a mistake of ours in reading or judging would look like.
OF_CONTENT = (COLUMNS, ROWS, ROWS_REMOVED, EXPECTATION, SCORE)
# A new release is suspected when so many datasets, and this share of those read anew, are worse at once. From then on
# it is held responsible for all that seems worse while it is new.
RELEASE_FEWEST, RELEASE_SHARE = 3, 0.1
# Nothing breaks in so many datasets, and in this share of all, on one night, but on our side.
EVERYWHERE_FEWEST, EVERYWHERE_SHARE = 4, 0.3
# More nights between two than this are a stopped machine, or a clock that jumped.
LONGEST_GAP = 7
# A held cause has passed when no more than this share of what it held still stands.
PASSED_SHARE = 0.34
WHOLE_PORTAL = (UNREACHABLE, WITHDRAWN, MOVED, BLOCKED, UNUSABLE)
AGES = (OVERDUE, STALE)


def held(
    transitions: Iterable[Transition],
    tonight: Sequence[DatasetNight],
    past: Past,
    night: date,
    portal_of: Callable[[str], str] = lambda source: source,
) -> dict[str, str]:
    """The reason by transition id for what must not reach an owner tonight; `reason|of what|how many|of how many`.

    `portal_of` names the portal (its host) of a source, since several sources may be of one.
    """
    opened = [it for it in transitions if it.kind in (TransitionKind.OPENED, TransitionKind.WORSENED)]
    reasons: dict[str, str] = {}
    for found in (
        _portal(opened, tonight, past, night, portal_of),
        _clock(opened, past, night),
        _everywhere(opened, tonight),
        _release(opened, tonight, past),
        _same(opened, tonight),
    ):
        reasons = {**found, **reasons}  # the first reason is the one that is told
    return reasons


def _portal(
    opened: Sequence[Transition],
    tonight: Sequence[DatasetNight],
    past: Past,
    night: date,
    portal_of: Callable[[str], str],
) -> dict[str, str]:
    watched: Counter[tuple[str, str]] = Counter()
    bad: Counter[tuple[str, str]] = Counter()
    for item in tonight:
        for condition in WHOLE_PORTAL:
            standing = past.standing(item.dataset, condition)
            if standing is None or standing.held or (night - standing.opened_on).days <= OLD_NIGHTS:
                watched[portal_of(item.source), condition] += 1
                bad[portal_of(item.source), condition] += state(item, condition) == 1
    found = {}
    for it in opened:
        place = portal_of(it.dataset.split("/", 1)[0]), it.condition
        if it.condition not in WHOLE_PORTAL or bad[place] < PORTAL_FEWEST:
            continue
        if bad[place] >= PORTAL_SHARE * watched[place]:
            found[it.id] = f"{PORTAL}|{place[0]}|{bad[place]}|{watched[place]}"
    return found


def _clock(opened: Sequence[Transition], past: Past, night: date) -> dict[str, str]:
    if past.last is None or 0 < (night - past.last).days <= LONGEST_GAP:
        return {}
    gap = (night - past.last).days
    return {it.id: f"{CLOCK}|{past.last}|{gap}|{LONGEST_GAP}" for it in opened if it.condition in AGES}


def _everywhere(opened: Sequence[Transition], tonight: Sequence[DatasetNight]) -> dict[str, str]:
    broken = {it.dataset for it in opened}
    if len(broken) < EVERYWHERE_FEWEST or len(broken) <= EVERYWHERE_SHARE * len(tonight):
        return {}
    return {it.id: f"{EVERYWHERE}||{len(broken)}|{len(tonight)}" for it in opened}


def _release(opened: Sequence[Transition], tonight: Sequence[DatasetNight], past: Past) -> dict[str, str]:
    """What the data seem to have lost while our own software is new: the first suspect is the software."""
    if not _is_new(tonight, past):
        return {}
    content = [it for it in opened if it.condition.startswith(OF_CONTENT)]
    broken = {it.dataset for it in content}
    read = sum(1 for item in tonight if item.content and item.content != past.content.get(item.dataset))
    name = max((item.software for item in tonight), default="")
    suspected = any(
        found[-1].held.startswith(f"{RELEASE}|{name}|") for found in past.incidents.values() if found
    )
    many = len(broken) >= max(RELEASE_FEWEST, RELEASE_SHARE * read)
    if not (many or suspected):
        return {}
    return {it.id: f"{RELEASE}|{name}|{len(broken)}|{read}" for it in content}


def _is_new(tonight: Sequence[DatasetNight], past: Past) -> bool:
    """Whether tonight's software is not that of all of the last nights that are remembered."""
    now = {item.software for item in tonight if item.software}
    return bool(past.software) and bool(now) and set(past.software) != now


def _same(opened: Sequence[Transition], tonight: Sequence[DatasetNight]) -> dict[str, str]:
    by_condition: dict[str, list[Transition]] = defaultdict(list)
    for it in opened:
        by_condition[it.condition].append(it)
    found: dict[str, str] = {}
    for condition, several in by_condition.items():
        sources = {it.dataset.split("/", 1)[0] for it in several}
        if len(several) < SAME_FEWEST or len(sources) < 2:
            continue
        having = sum(1 for item in tonight if _has(item, condition))
        if len(several) >= EVERYWHERE_SHARE * having:
            found |= {it.id: f"{SAME}|{condition}|{len(several)}|{having}" for it in several}
    return found


def _has(item: DatasetNight, condition: str) -> bool:
    kind, _, key = condition.partition(":")
    return not key or key in (item.scores if kind == "score" else item.levels)


def passed(
    standing: Iterable[Incident],
    tonight: Sequence[DatasetNight],
    past: Past,
    night: date,
    portal_of: Callable[[str], str] = lambda source: source,
) -> list[Incident]:
    """The held incidents whose cause has passed, held no longer: they stand for a reason of their own.

    A portal is back when few of its datasets are in that state; a release is no longer new when it has made all of the
    last nights; a clock goes right again on the next night; of what one rule broke at once, few may still stand.
    """
    by_reason: dict[str, list[Incident]] = defaultdict(list)
    for incident in standing:
        if incident.held and incident.state is not IncidentState.RESOLVED:
            by_reason[incident.held].append(incident)
    found: list[Incident] = []
    for reason, several in by_reason.items():
        kind, _, count, _ = reason.split("|")
        if kind == PORTAL:
            down = _down(several[0].condition, tonight, past)
            over = [
                it for it in several if it.dataset in down and _share(it, tonight, portal_of) <= PASSED_SHARE
            ]
        elif kind == RELEASE:
            over = [] if _is_new(tonight, past) else several
        elif kind == CLOCK:
            over = several if past.last and 0 < (night - past.last).days <= LONGEST_GAP else []
        else:
            few = len({it.dataset for it in several}) <= PASSED_SHARE * int(count)
            over = several if few else []
        found += [replace(incident, held="") for incident in over]
    return found


def _down(condition: str, tonight: Sequence[DatasetNight], past: Past) -> set[str]:
    """The datasets that are in a bad state tonight and were on the last night that is known."""
    bad = {item.dataset for item in tonight if state(item, condition) == 1}
    before = {it: list(past.series.get(it, {}).get(condition, ()))[-1:] for it in bad}
    return {it for it in bad if all(point.value == 1 for point in before[it])}


def _share(incident: Incident, tonight: Sequence[DatasetNight], portal_of: Callable[[str], str]) -> float:
    """Of the portal's datasets whose state is known tonight, the share that is as bad as the incident's."""
    portal = portal_of(incident.dataset.split("/", 1)[0])
    known = [
        value
        for item in tonight
        if portal_of(item.source) == portal and (value := state(item, incident.condition)) is not None
    ]
    return sum(known) / len(known) if known else 1.0
