"""The calendar of the demonstration and the two ways in which its files write a date.

Belongs here: the five nights and small rules about days. Does not belong here: what happens on them
(that is `story.py`). ISO 8601 dates are `date.isoformat()`; `spanish` is the day-first form.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

FIRST_NIGHT = date(2026, 3, 2)  # a Monday
NIGHTS = 5


def night_date(night: int) -> date:
    """The date of night 1 to 5. Raises `ValueError` for any other number."""
    if not 1 <= night <= NIGHTS:
        raise ValueError(f"there is no night {night}: the demonstration has nights 1 to {NIGHTS}")
    return FIRST_NIGHT + timedelta(days=night - 1)


def day_between(rng: random.Random, first: date, last: date) -> date:
    """A day from `first` to `last`, both included."""
    return first + timedelta(days=rng.randrange((last - first).days + 1))


def working_day(day: date) -> date:
    """`day`, or the Friday before it when it falls on a weekend."""
    return day - timedelta(days=max(0, day.weekday() - 4))


def spanish(day: date) -> str:
    """A date as dd/mm/yyyy."""
    return f"{day:%d/%m/%Y}"
