"""States: what is either so or not. Unreachable, turned away, withdrawn, moved, no table any more, contact dead.

Belongs here: how many nights on end it takes to believe a state, and how it ends. A state opens only where it was
once seen to be good. Nights on which nobody could know neither count nor interrupt.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import timedelta

from pipelines.alerts.finding import Finding, Known
from pipelines.alerts.series import Point, clean, trailing
from pipelines.alerts.signs import BLOCKED, CONTACT, MOVED, STATES, UNREACHABLE, UNUSABLE, WITHDRAWN, state
from pipelines.model import Severity

# Nights on end before it is believed, or as many as the policy asks for. One night without a table may be a page of the
# portal's that says: come back tomorrow. That mail came back is proof.
NIGHTS = {UNREACHABLE: 3, BLOCKED: 3, WITHDRAWN: 2, MOVED: 3, UNUSABLE: 2, CONTACT: 1}
SEVERITY = {MOVED: Severity.INFO, BLOCKED: Severity.WARNING, CONTACT: Severity.WARNING}
# An outage by chance of a host that fails now and then is told once in so many nights at most.
CHANCE = 1 / 5_000
LONGEST_WAIT = 4
LAST_NIGHTS = 90
# What was mended so short a time ago and is back has to stay for twice as many nights: it comes and goes.
NETWORK, RETURNS = (UNREACHABLE, WITHDRAWN, MOVED), timedelta(days=21)


def judge(known: Known) -> list[Finding]:
    """A finding for each state that is bad tonight or stands as an incident."""
    return [
        finding for condition in STATES if (finding := _judged(condition, known)) is not None
    ]  # nothing is said of what is good and was


def _judged(condition: str, known: Known) -> Finding | None:
    value, standing = state(known.night, condition), known.standing.get(condition)
    if value is None or (value == 0 and standing is None):
        return None
    if condition == UNREACHABLE and value == 1 and standing is None and _is_withdrawn(known):
        return None  # what the portal no longer lists cannot be had, which goes without saying
    past = clean(known.points(condition), None)
    if value == 0:
        good = 1 + trailing(past, lambda value: value == 0)
        return Finding(
            condition, good_nights=good, before=1.0, after=0.0, badness=0.0, severity=_severity(condition)
        )
    bad = 1 + trailing(past, lambda value: value == 1)
    before = past[: len(past) - bad + 1]
    since = past[len(before)].night if bad > 1 else known.night.night
    seen_good = any(point.value == 0 for point in before)
    return Finding(
        condition,
        bad=seen_good and bad >= _nights(condition, before, known),
        before=0.0,
        after=1.0,
        badness=1.0,
        since=since,
        severity=_severity(condition),
    )


def _is_withdrawn(known: Known) -> bool:
    return known.night.listed is False or WITHDRAWN in known.standing


def _severity(condition: str) -> Severity:
    return SEVERITY.get(condition, Severity.CRITICAL)


def _nights(condition: str, before: Sequence[Point], known: Known) -> int:
    """How many nights on end are needed: for a flaky host as many as chance alone would hardly give."""
    least = NIGHTS[condition]
    if condition != CONTACT:
        least = max(least, known.policy.confirmations)
    if condition in NETWORK and any(
        span.end is not None and known.night.night - span.end <= RETURNS for span in known.spans(condition)
    ):
        least *= 2
    if condition != UNREACHABLE:
        return least
    last = before[-LAST_NIGHTS:]
    often = sum(1 for point in last if point.value == 1) / max(len(last), 1)
    if often <= 0:
        return least
    return max(least, min(math.ceil(math.log(CHANCE) / math.log(min(often, 0.5))), LONGEST_WAIT))
