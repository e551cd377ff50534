"""Signs: one number for each condition of a dataset's night, larger being worse, so that nights can be compared.

Belongs here: what the number of each condition is. The history keeps the same numbers (`history.series` reads them), so
that a past night looks to detection as it did when it was tonight. Does not belong here: what is a drop.
"""

from __future__ import annotations

from datetime import date
from functools import cache

from pipelines.model import Access, DatasetNight

UNREACHABLE, BLOCKED, WITHDRAWN, MOVED = "unreachable", "blocked", "withdrawn", "moved"
UNUSABLE, CONTACT, COLUMNS = "unusable", "contact", "columns"
ROWS, ROWS_REMOVED = "rows", "rows_removed"
OVERDUE, STALE = "overdue", "stale"
EXPECTATION, PERSONAL, SCORE = "expectation:", "personal:", "score:"
# Expectations of this name find personal data in columns of free text; a failure is told at once.
NOT_PERSONAL = ".not_personal"

STATES = (UNREACHABLE, BLOCKED, WITHDRAWN, MOVED, UNUSABLE, CONTACT)


def state(night: DatasetNight, condition: str) -> float | None:
    """1 when the state is bad, 0 when it is good, None when nobody knows."""
    known: bool | None
    if condition == UNREACHABLE:
        known = {Access.OUT_OF_REACH: True, Access.REACHED: False}.get(night.access)
    elif condition == BLOCKED:
        known = {Access.TURNED_AWAY: True, Access.REACHED: False}.get(night.access)
    elif condition == WITHDRAWN:
        known = None if night.listed is None else not night.listed
    elif condition == MOVED:
        known = night.moved_to is not None if night.access is Access.REACHED else None
    elif condition == UNUSABLE:
        known = None if night.usable is None else not night.usable
    else:
        known = night.contact_dead
    return None if known is None else float(known)


@cache  # a night asks it of every expectation of every dataset, many times over
def condition_of(key: str) -> str:
    """The condition of an expectation by its key."""
    return f"{PERSONAL if key.endswith(NOT_PERSONAL) else EXPECTATION}{key}"


def rows(night: DatasetNight) -> float | None:
    """How many rows there are, None when not all of them were read."""
    return float(night.rows) if night.rows is not None and night.whole and night.usable is not False else None


def signs(night: DatasetNight) -> dict[str, tuple[float | None, str]]:
    """Everything that a night says, by condition: its number and the rules under which it was found.

    The units are those of `Transition.before`, but for a score, which stands as points lost, and for `overdue`, which
    is the days since the data changed (`stale` is told by them too); `rows_removed` is the share of the rows before
    that is gone. A file that was read in part says nothing of expectations, scores and rows.
    """
    found: dict[str, tuple[float | None, str]] = {it: (state(night, it), "") for it in STATES}
    found[ROWS] = (rows(night), "")
    found[ROWS_REMOVED] = (_share_lost(night), "")
    found[OVERDUE] = (_days(night, night.changed_on), "")
    if night.whole is not False:
        found |= {condition_of(key): (level.percent, night.rules) for key, level in night.levels.items()}
        found |= {
            f"{SCORE}{name}": (100.0 - score, night.score_rules) for name, score in night.scores.items()
        }
    return found


def _days(night: DatasetNight, day: date | None) -> float | None:
    return None if day is None else float((night.night - day).days)


def _share_lost(night: DatasetNight) -> float | None:
    if night.rows_lost is None or night.rows is None or not night.whole:
        return None
    return night.rows_lost / max(night.rows_lost + night.rows, 1)
