"""Rows: collapsed, exploded, or silently removed since the last reading.

Belongs here: which change of the number of rows is unusual for this dataset. Steps are compared as logarithms, so that
a dataset of hundreds and one of millions are judged alike, and against the steps that the dataset has made before: a
window that slides, a file that begins anew each January or a year's end that doubles everything is its habit, not a
fault. A file that was read in part says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from pipelines.alerts.finding import CERTAIN, Finding, Known, is_under_test
from pipelines.alerts.series import FEW, Point, clean, readings, spread, trailing
from pipelines.alerts.signs import ROWS, ROWS_REMOVED, rows, signs
from pipelines.model import Incident, Severity

# A step is unusual when it is this many standard deviations of the dataset's own steps.
SPREADS = 6.0
# What counts as growth out of hand, as a multiple of what counts as collapse (in logarithms): growth is welcome.
GROWTH = 1.5
# A step of so many times what is asked for is believed at once.
PROOF = 2.0
# What a table's size is compared with is the middle of so many readings: one of them may be wrong.
LAST = 3
# Fewer rows than this are no change of a table's size, and fewer removed ones no removal worth a mail.
FEWEST, SMALL = 10, 200
# Of the keyed rows before, the least share whose removal is told.
REMOVED = 0.018
# So many comparisons with the reading before have to be known.
COMPARED = 4
# A window may slide by several of its usual steps between two visits.
SLIDES = 4.0
# A step as large as this share of an earlier one is a habit.
HABIT, OFTEN = 0.6, 2
# Mended, when at least this share of the rows that were lost is back, or as much of the excess gone.
BACK, SOON_DAYS = 0.7, 30
# In this time of the year a file that holds one year's records begins anew.
NEW_YEAR_DAYS = 120
RECENT_DAYS, YOUNG_YEAR_DAYS = 10, 31
# It has grown, but for corrections and an accident.
GROWN, MOSTLY = 1.02, 0.8


def judge(known: Known) -> list[Finding]:
    """Findings about the number of rows and about rows that are gone."""
    found = [_size(known), _removed(known)]
    return [finding for finding in found if finding is not None]


def _size(known: Known) -> Finding | None:
    now, standing = rows(known.night), known.standing.get(ROWS)
    if now is None:
        return None
    if standing is not None:
        return _followed(now, standing, known)
    points = known.points(ROWS)
    if not points or not is_under_test(points, known):
        return None
    past = clean(points, None, known.spans(ROWS))
    for tested in range(min(known.policy.confirmations - 1, len(past)), -1, -1):
        before, test = past[: len(past) - tested], past[len(past) - tested :]
        values = readings(before)
        if not values or not all(_strange(it, values, known) for it in (*_values(test), now)):
            continue
        if now < values[-1] and _begins_anew(before, known):
            return None
        usual = median(values[-LAST:])
        proof = abs(_step(usual, now)) >= PROOF * -math.log(1 - known.policy.rows_change)
        confirmed = tested + 1 >= known.policy.confirmations
        return _finding(usual, now, known, bad=proof or confirmed, suspect=True)
    return None


def _values(points: Sequence[Point]) -> list[float]:
    return [point.value for point in points if point.value is not None]


def _step(before: float, now: float) -> float:
    return math.log1p(now) - math.log1p(before)


def _strange(now: float, values: Sequence[float], known: Known) -> bool:
    usual = median(values[-LAST:])
    if now > usual and now < SMALL:
        return False  # a table that has just begun grows by multiples
    same = _step(usual, now) * _step(values[-1], now) > 0
    return same and all(
        abs(now - it) >= FEWEST and _unusual(_step(it, now), values, known) for it in (usual, values[-1])
    )


def _unusual(step: float, values: Sequence[float], known: Known) -> bool:
    steps = [_step(a, b) for a, b in pairwise(values)]
    limit = -math.log(1 - known.policy.rows_change) * (GROWTH if step > 0 else 1.0)
    strays = spread(steps)
    if abs(step) < max(limit, SPREADS * (strays or 0.0)):
        return False
    alike = [earlier for earlier in steps if earlier * step > 0 and abs(earlier) >= HABIT * abs(step)]
    return len(alike) < (1 if step > 0 else OFTEN)


def _begins_anew(before: Sequence[Point], known: Known) -> bool:
    """A file of one year's records: the first reading of a year. Its newest date is recent, or, when it has none that
    is known, it has only grown before and the year is young."""
    night, day = known.night.night, known.night.as_of
    days = night.timetuple().tm_yday
    last = next((point for point in reversed(before) if point.fresh), before[-1])
    values = readings(before)
    if days <= YOUNG_YEAR_DAYS and len(values) < FEW:
        return True
    if days > NEW_YEAR_DAYS or last.night.year >= night.year:
        return False
    if day is not None and (day.year == night.year or (night - day).days <= RECENT_DAYS):
        return True
    grew = [a <= b * GROWN for a, b in pairwise(values)]
    return days <= YOUNG_YEAR_DAYS and sum(grew) >= MOSTLY * len(grew)


def _followed(now: float, standing: Incident, known: Known) -> Finding:
    before, after = standing.before or 0.0, standing.after or 0.0

    def back(count: float) -> bool:
        near = abs(count - before) <= (1 - BACK) * abs(after - before)
        return near or (count > before) == (after < before)

    since = [point for point in clean(known.points(ROWS), None) if point.night >= standing.opened_on]
    good = 1 + trailing(since, back) if back(now) else 0
    return _finding(after, now, known, bad=not good, good_nights=good, standing=standing)


def _removed(known: Known) -> Finding | None:
    share, _ = signs(known.night)[ROWS_REMOVED]
    lost = known.night.rows_lost or 0
    if ROWS_REMOVED in known.standing:
        return _returned(known.standing[ROWS_REMOVED], known)
    if not share or not known.fresh or share < REMOVED or lost < FEWEST:
        return None
    past = readings(clean(known.points(ROWS_REMOVED), None, known.spans(ROWS_REMOVED)))
    sizes = clean(known.points(ROWS), None)
    # A window that slides gains what it loses.
    shrunk = bool(sizes) and (known.night.rows or 0) <= (sizes[-1].value or 0.0) - lost / 2
    losses = [earlier for earlier in past if earlier > 0]
    steps = SLIDES + _nights_since_reading(known)
    slides = len(losses) >= COMPARED and share <= steps * median(losses)
    if slides or any(it >= HABIT * share for it in losses) or (len(past) < COMPARED and not shrunk):
        return None
    if ROWS in known.standing or (sizes and _begins_anew(sizes, known)):
        return None
    return Finding(
        ROWS_REMOVED,
        bad=True,
        before=0.0,
        after=float(lost),
        badness=float(lost),
        since=known.night.night,
        severity=Severity.CRITICAL,
    )


def _nights_since_reading(known: Known) -> int:
    """For how many nights nothing was read: a window goes on sliding meanwhile."""
    last = max((point.night for point in known.points(ROWS)), default=known.night.night)
    return max((known.night.night - last).days, 0)


def _returned(standing: Incident, known: Known) -> Finding | None:
    """The rows are back when soon after there are nearly as many as before they went."""
    now, lost = rows(known.night), standing.after or 0.0
    before = [
        point.value for point in known.points(ROWS) if point.night < standing.first_seen and point.value
    ]
    soon = (known.night.night - standing.first_seen).days <= SOON_DAYS
    if now is None or not before or not soon or now < before[-1] - (1 - BACK) * lost:
        return None
    return Finding(
        ROWS_REMOVED,
        good_nights=CERTAIN,
        before=lost,
        after=0.0,
        badness=0.0,
        since=standing.first_seen,
        severity=Severity.CRITICAL,
    )


def _finding(
    before: float,
    now: float,
    known: Known,
    *,
    bad: bool,
    suspect: bool = False,
    good_nights: int = 0,
    standing: Incident | None = None,
) -> Finding:
    return Finding(
        ROWS,
        bad=bad,
        suspect=suspect,
        good_nights=good_nights,
        before=before,
        after=now,
        badness=None,
        since=standing.first_seen if standing else known.night.night,
        severity=Severity.CRITICAL,
    )
