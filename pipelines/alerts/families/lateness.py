"""Lateness: the data are older than promised (`overdue`), or only their date is new (`stale`).

Belongs here: how long this dataset may stay as it is. The limit is the promised period with its grace, some days for
weekends and holidays, and the dataset's own habit: the ages that its data had reached when they were renewed before.
`stale` is the same age where the catalog claims a newer date than that on which the data last changed, or where the
bytes change and the newest date inside them does not. An age is proof, so that one night is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from pipelines.alerts.finding import Finding, Known
from pipelines.alerts.series import Point, clean
from pipelines.alerts.signs import OVERDUE, STALE, signs
from pipelines.model import Severity

# Beyond period and grace, for weekends and holidays.
SLACK_DAYS = 7.0
# A habit is the largest age but one that the data had reached before they were renewed, and so much more.
HABIT = 1.5
FEW_RENEWALS = 2
# The catalog's date may be that of a correction of the entry on the same days.
CLAIM = timedelta(days=3)


def judge(known: Known) -> list[Finding]:
    """At most one finding for each of the two; only one of them opens."""
    if known.night.period_days is None:
        return []
    ages = signs(known.night)
    found = []
    for condition in (OVERDUE, STALE):
        age = ages[condition][0]
        if age is None or (condition == STALE and not _rewritten(age, known)):
            continue
        if condition == OVERDUE:
            age = _as_seen(age, known)
        finding = _judged(condition, age, known)
        if finding is not None:
            found.append(finding)
    return _one(found, known)


def _judged(condition: str, age: float, known: Known) -> Finding | None:
    past = [point for point in clean(known.points(condition), None) if (point.value or 0.0) >= 0]
    limit = _limit(past, known)
    if condition == STALE and len(_peaks(past)) < FEW_RENEWALS:
        return None  # how far the dates inside are behind when a file appears is not known yet
    standing = known.standing.get(condition)
    if standing is not None:
        fresh = age < (standing.before or limit) / 2 or age <= (known.night.period_days or 1.0)
        return _finding(condition, limit, age, known, bad=not fresh, good_nights=int(fresh))
    if age <= limit or not any((point.value or 0.0) <= limit for point in past):
        return None
    return _finding(condition, limit, age, known, bad=True)


def _as_seen(age: float, known: Known) -> float:
    """Not older than we saw them change ourselves: a clock that was wrong once dates a change for long."""
    seen = max((point.night for point in known.points(OVERDUE) if point.fresh), default=None)
    if known.fresh:
        return 0.0 if seen is not None else age
    return age if seen is None else min(age, float((known.night.night - seen).days))


def _rewritten(age: float, known: Known) -> bool:
    """Whether the bytes have changed since the newest date inside them: else it is they that are old."""
    last = known.night.changed_on
    return last is not None and (known.night.night - last).days < age


def _limit(past: Sequence[Point], known: Known) -> float:
    period = known.night.period_days or 1.0
    promised = known.policy.grace * period + SLACK_DAYS
    peaks = _peaks(past)
    if len(peaks) < FEW_RENEWALS:
        return promised
    return max(promised, HABIT * sorted(peaks)[-2])


def _peaks(past: Sequence[Point]) -> list[float]:
    """The ages at which the data were renewed: the next known age is smaller."""
    values = [point.value for point in past if point.value is not None]
    return [old for old, new in pairwise(values) if new < old]


def _one(found: list[Finding], known: Known) -> list[Finding]:
    """Which of the two it is: what is claimed to be new and is not is `stale`."""
    night = known.night
    claimed = (
        night.modified is not None
        and night.changed_on is not None
        and night.modified > night.changed_on + CLAIM
    )
    kept = []
    for finding in found:
        opens = finding.bad and finding.condition not in known.standing
        if opens and known.standing.keys() & {OVERDUE, STALE}:
            continue
        if opens and finding.condition == OVERDUE and claimed:
            kept.append(_finding(STALE, finding.before or 0.0, finding.after or 0.0, known, bad=True))
            continue
        if opens and finding.condition == STALE and any(it.condition == OVERDUE and it.bad for it in found):
            continue
        kept.append(finding)
    return kept


def _finding(
    condition: str, limit: float, age: float, known: Known, *, bad: bool, good_nights: int = 0
) -> Finding:
    standing = known.standing.get(condition)
    return Finding(
        condition,
        bad=bad,
        good_nights=good_nights,
        before=limit,
        after=age,
        badness=age,
        since=standing.first_seen if standing else known.night.night,
        severity=Severity.WARNING,
    )
