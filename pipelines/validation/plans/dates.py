"""Whether dates are written as ISO 8601 writes them, and are real.

Belongs here: the calendar as one regular expression, which Python and DuckDB read alike. Sources: ISO 8601-1:2019
with its amendment of 2022, in the extended format alone, as RFC 3339 and the Open Contracting Data Standard have
it. Refused on purpose: the basic format (20250131), week and ordinal dates (2025-W05-5, 2025-031), intervals, years
of more than four digits, the year 0000, and a blank instead of the T.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.regex import matches
from pipelines.validation.sql import NotPlanned, not_null

PRECISIONS = ("day", "month", "year")
TIMES = ("allowed", "required", "refused")

YEAR = r"(?:[1-9][0-9]{3}|0[1-9][0-9]{2}|00[1-9][0-9]|000[1-9])"
LEAP_YEAR = r"(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[2468][048]|[13579][26]|0[48])00)"
DAY = (
    rf"(?:{YEAR}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    rf"|02-(?:0[1-9]|1[0-9]|2[0-8]))|{LEAP_YEAR}-02-29)"
)
MONTH = rf"{YEAR}-(?:0[1-9]|1[0-2])"
# A leap second ends a minute 59; midnight is also the end of a day. -00:00 is no zone of ISO 8601.
CLOCK = (
    r"(?:(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.,][0-9]+)?)?"
    r"|(?:[01][0-9]|2[0-3]):59:60(?:[.,][0-9]+)?|24:00(?::00(?:[.,]0+)?)?)"
)
ZONE = (
    r"(?:Z|\+(?:[01][0-9]|2[0-3])(?::[0-5][0-9])?|-(?:0[1-9]|1[0-9]|2[0-3])(?::[0-5][0-9])?"
    r"|-00:(?:0[1-9]|[1-5][0-9]))"
)


def iso8601_date(value: str, precision: str = "day", time: str = "allowed") -> bool:
    """Whether `value` is a real date in ISO 8601, at least as fine as `precision`, with a `time` of day or without.

    Raises `ValueError` for options that there are not.
    """
    return _judge(precision, time)(value)


def pattern(precision: str, time: str) -> str:
    """The regular expression of what is right. Raises `ValueError` for options that there are not."""
    if precision not in PRECISIONS or time not in TIMES:
        raise ValueError(f"precision is one of {', '.join(PRECISIONS)}, time one of {', '.join(TIMES)}")
    of_day = rf"T{CLOCK}{ZONE}?"
    forms = [DAY + {"allowed": f"(?:{of_day})?", "required": of_day, "refused": ""}[time]]
    if precision != "day":
        forms.append(MONTH)
    if precision == "year":
        forms.append(YEAR)
    return rf"\A(?:{'|'.join(forms)})\Z"


@cache
def _judge(precision: str, time: str) -> Callable[[str], bool]:
    right = re.compile(pattern(precision, time))
    return lambda value: right.match(value) is not None


@rowwise("expect_column_values_to_be_iso8601_dates", published=True)
def iso8601_dates(view: View, column: str, precision: str = "day", time: str = "allowed") -> Rows:
    """Every value is a real date, written as ISO 8601 writes it."""
    value = view.column(column)
    try:
        right = pattern(precision, time)
    except ValueError:
        raise NotPlanned("precision or time") from None
    return Rows(f"NOT {matches(view, value, right)}", over=not_null([value]))
