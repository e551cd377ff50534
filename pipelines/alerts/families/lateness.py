"""Lateness: the data are older than promised (`overdue`), or only their date is new (`stale`).

Belongs here: how long this dataset may stay as it is. The limit is the promised period with its grace, and the
dataset's own habit: the ages that its data had reached when they were renewed before. `stale` is the same age where the
catalog claims a newer date than that on which the data last changed. An age is proof, so that one night is enough.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise
from statistics import median

from pipelines.alerts.finding import Finding, Known
from pipelines.alerts.series import Point, clean, trailing
from pipelines.alerts.signs import OVERDUE, STALE, signs
from pipelines.model import Severity

# The guide's grace is in periods; a day more for the hour of publication, and no less than a weekend with its holiday.
DAY, WEEKEND = 1.0, 4.0
# A promise that is kept as a rule is taken at its word, but for the delays that are usual.
USUAL_DELAY = 1.3
# One that is not says nothing: what counts then is the largest age but one, and so much more.
HABIT, MANY = 2.0, 4
# Before the first renewal nobody knows whether it is kept. For a short one there is time to learn: the limit is so many
# times as high. For a long one there is none.
UNKNOWN, LONG_DAYS = 5.0, 28.0
# The catalog's date may be that of a correction of the entry on the same days.
CLAIM = timedelta(days=3)


def judge(known: Known) -> list[Finding]:
    """At most one finding: the data are late, or what was told to be late is renewed."""
    age = _age(known)
    if age is None:
        return []
    told = next((known.standing[it] for it in (OVERDUE, STALE) if it in known.standing), None)
    if told is not None:
        # It ends well before it would begin.
        well = max((told.before or 0.0) / 2, known.night.period_days or 1.0)
        since = [it for it in clean(known.points(OVERDUE), None) if it.night >= told.opened_on]
        nights = 1 + trailing(since, lambda value: value <= well) if age <= well else 0
        return [_finding(told.condition, told.before or 0.0, age, known, good_nights=nights)]
    past = [point for point in clean(known.points(OVERDUE), None) if (point.value or 0.0) >= 0]
    limit = _limit(past, known)
    if age <= limit or not any((point.value or 0.0) <= limit for point in past):
        return []
    return [_finding(STALE if _claims_to_be_new(known) else OVERDUE, limit, age, known)]


def _age(known: Known) -> float | None:
    """Days since the data changed; None without a promise, and on a night on which new data may not have been seen.

    Not older than we saw them change ourselves: a clock that was wrong once dates a change for long.
    """
    age = signs(known.night)[OVERDUE][0]
    if age is None or age < 0 or known.night.period_days is None or known.night.content is None:
        return None
    seen = max((point.night for point in known.points(OVERDUE) if point.fresh), default=None)
    if seen is None:
        return age
    return 0.0 if known.fresh else min(age, float(abs((known.night.night - seen).days)))


def _limit(past: Sequence[Point], known: Known) -> float:
    period = known.night.period_days or 1.0
    promised = max(known.policy.grace * period + DAY, period + WEEKEND)
    ages = sorted(_renewed_at(past))
    if not ages:
        return promised if period >= LONG_DAYS else UNKNOWN * promised
    largest = ages[-2] if len(ages) > MANY else ages[-1]
    return max(promised, (USUAL_DELAY if median(ages) <= promised else HABIT) * largest)


def _renewed_at(past: Sequence[Point]) -> list[float]:
    """The ages that the data had reached on the nights before they were renewed."""
    return [
        old.value or 0.0
        for old, new in pairwise(past)
        if new.fresh or (new.value or 0.0) < (old.value or 0.0)
    ]


def _claims_to_be_new(known: Known) -> bool:
    said, changed = known.night.modified, known.night.changed_on
    return said is not None and changed is not None and said > changed + CLAIM


def _finding(condition: str, limit: float, age: float, known: Known, good_nights: int = 0) -> Finding:
    standing = known.standing.get(condition)
    return Finding(
        condition,
        bad=not good_nights,
        good_nights=good_nights,
        before=limit,
        after=age,
        badness=age,
        since=standing.first_seen if standing else known.night.night,
        severity=Severity.WARNING,
    )
