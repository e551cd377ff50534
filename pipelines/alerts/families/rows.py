"""Rows: collapsed, exploded, or silently removed since the last reading.

Belongs here: which change of the number of rows is unusual for this dataset. Steps are compared as logarithms, so that
a dataset of hundreds and one of millions are judged alike, and against the steps that the dataset has made before: a
window that slides, a file that begins anew each January or a year's end that doubles everything is its habit, not a
fault. A file that was read in part says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from pipelines.alerts.finding import Finding, Known
from pipelines.alerts.series import Point, clean, readings, spread
from pipelines.alerts.signs import ROWS, ROWS_REMOVED, rows, signs
from pipelines.model import Incident, Severity

# A step is unusual when it is this many standard deviations of the dataset's own steps.
SPREADS = 6.0
# What counts as growth out of hand, as a multiple of what counts as collapse (in logarithms): growth is welcome.
GROWTH = 1.5
# Fewer rows than this are no change of a table's size, and fewer removed ones no removal worth a mail.
FEWEST = 10
# Of the keyed rows before, the least share whose removal is told.
REMOVED = 0.02
# A step as large as this share of an earlier one is a habit.
HABIT = 0.6
# Mended, when at least this share of the rows that were lost is back, or as much of the excess gone.
BACK = 0.7
# In this time of the year a file that holds one year's records begins anew.
NEW_YEAR_DAYS = 100


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
    past = clean(known.points(ROWS), None, known.spans(ROWS))
    nights = 1
    if (
        not known.fresh
    ):  # the same data as on the nights before: a change of them may still wait to be confirmed
        trail = _trail(past)
        nights += trail
        if not trail or trail >= max(known.policy.confirmations, 2):
            return None
        past = past[: len(past) - trail]
    values = readings(past)
    if not values:
        return None
    before = values[-1]
    step = math.log1p(now) - math.log1p(before)
    if abs(now - before) < FEWEST or not _unusual(step, values, known) or _begins_anew(step, known):
        return None
    limit = -math.log(1 - known.policy.rows_change)
    proof = abs(step) >= 2 * limit
    return _finding(before, now, known, bad=proof or nights >= known.policy.confirmations)


def _trail(past: Sequence[Point]) -> int:
    """How many of the last points, without a new reading, end with the reading that is under test."""
    count = 0
    for point in reversed(past):
        count += 1
        if point.fresh:
            return count
    return 0


def _unusual(step: float, values: Sequence[float], known: Known) -> bool:
    steps = [math.log1p(b) - math.log1p(a) for a, b in zip(values, values[1:], strict=False)]
    limit = -math.log(1 - known.policy.rows_change) * (GROWTH if step > 0 else 1.0)
    strays = spread(steps)
    if abs(step) < max(limit, SPREADS * (strays or 0.0)):
        return False
    return not any(earlier * step > 0 and abs(earlier) >= HABIT * abs(step) for earlier in steps)


def _begins_anew(step: float, known: Known) -> bool:
    """A file of one year's records, in the first weeks of a year: its newest date says so."""
    night, day = known.night.night, known.night.as_of
    early = night.timetuple().tm_yday <= NEW_YEAR_DAYS
    return step < 0 and early and day is not None and day.year == night.year


def _followed(now: float, standing: Incident, known: Known) -> Finding:
    before, after = standing.before or 0.0, standing.after or 0.0
    back = abs(now - before) <= (1 - BACK) * abs(after - before) or (now > before) == (after < before)
    return _finding(after, now, known, bad=not back, good_nights=int(back), standing=standing)


def _removed(known: Known) -> Finding | None:
    share, _ = signs(known.night)[ROWS_REMOVED]
    lost = known.night.rows_lost or 0
    if not share or not known.fresh or share < REMOVED or lost < FEWEST or ROWS_REMOVED in known.standing:
        return None
    past = readings(clean(known.points(ROWS_REMOVED), None, known.spans(ROWS_REMOVED)))
    if sum(1 for earlier in past if earlier >= HABIT * share) >= max(1, len(past) // 20):
        return None
    if ROWS in known.standing or not past:
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


def _finding(
    before: float,
    now: float,
    known: Known,
    *,
    bad: bool,
    good_nights: int = 0,
    standing: Incident | None = None,
) -> Finding:
    return Finding(
        ROWS,
        bad=bad,
        good_nights=good_nights,
        before=before,
        after=now,
        badness=None,
        since=standing.first_seen if standing else known.night.night,
        severity=Severity.CRITICAL,
    )
