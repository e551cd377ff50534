"""Years, quarters, months, weeks and days as consecutive numbers, in Python and in DuckDB's SQL alike.

Belongs here: the number of the period that a date lies in or that a text names, a number's name, and what is said of
periods that are missing. Texts name a period as 2024, 2024-Q3 (or T3), 2024-03 or 2024-W05, the week of ISO 8601, or by
one of its days, 2024-03-31. What is no period, or lies before the year 1000, has no number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from pipelines import duck

UNITS = ("year", "quarter", "month", "week", "day")
FIRST_YEAR = 1000
# What a text says after the year.
REST = {
    "year": "()",
    "quarter": "[-/ ]?[QqTt]([1-4])",
    "month": "[-/](0?[1-9]|1[0-2])",
    "week": "[-/ ]?[Ww](0?[1-9]|[1-4][0-9]|5[0-3])",
}
YEAR = "([1-9][0-9]{3})"
DAY = f"{YEAR}-[0-9]{{2}}-[0-9]{{2}}(?:[T ].*)?"
# Of the missing periods at most this many are told by name.
TOLD = 20


def number(unit: str, value: object) -> int | None:
    """The number of the period that `value` (a date, a year, or a text that names a period or a day) lies in."""
    if isinstance(value, str):
        return _of_text(unit, value)
    if isinstance(value, date):
        return _of_day(unit, value) if value.year >= FIRST_YEAR else None
    if unit == "year" and isinstance(value, int | float) and not isinstance(value, bool):
        return int(value) if value == value // 1 and FIRST_YEAR <= value <= 9999 else None
    return None


def _of_text(unit: str, text: str) -> int | None:
    if unit in REST and (found := re.fullmatch(f"{YEAR}{REST[unit]}", text)):
        year, rest = int(found[1]), int(found[2] or 1)
        if unit == "week":
            return _of_day("week", date(year, 1, 4)) + rest - 1
        return {"year": year, "quarter": year * 4 + rest - 1, "month": year * 12 + rest - 1}[unit]
    try:
        return _of_day(unit, date.fromisoformat(text[:10])) if re.fullmatch(DAY, text) else None
    except ValueError:  # the 30th of February
        return None


def _of_day(unit: str, day: date) -> int:
    since = day.toordinal() - 1
    return {
        "year": day.year,
        "quarter": day.year * 4 + (day.month - 1) // 3,
        "month": day.year * 12 + day.month - 1,
        "week": since // 7,
        "day": since,
    }[unit]


def name(unit: str, period: int) -> str:
    """How the period of this number is called."""
    if unit == "quarter":
        return f"{period // 4}-Q{period % 4 + 1}"
    if unit == "month":
        return f"{period // 12}-{period % 12 + 1:02}"
    if unit == "week":
        year, week, _ = date.fromordinal(period * 7 + 1).isocalendar()
        return f"{year}-W{week:02}"
    return date.fromordinal(period + 1).isoformat() if unit == "day" else str(period)


def told(unit: str, gaps: Iterable[tuple[str | None, int, int]], missing: int) -> list[str]:
    """The first missing periods by name, and "+n" for n more; a gap is a group and the two periods around it."""
    names: list[str] = []
    for group, before, after in gaps:
        for period in range(before + 1, min(after, before + 1 + TOLD)):
            names.append(name(unit, period) if group is None else f"{group}: {name(unit, period)}")
    names = names[:TOLD]
    return names + [f"+{missing - len(names)}"] * (missing > len(names))


def number_sql(unit: str, kind: str, column: str) -> str | None:
    """SQL for `number` of a column of this kind (`text`, `number` or `date`); None when it names no such periods."""
    if kind == "number":
        is_year = f"{column} = floor({column}) AND {column} BETWEEN {FIRST_YEAR} AND 9999"
        return f"CASE WHEN {is_year} THEN {column}::BIGINT END" if unit == "year" else None
    if kind == "date":
        return f"CASE WHEN year({column}) BETWEEN {FIRST_YEAR} AND 9999 THEN {_of_day_sql(unit, column)} END"
    day = f"try_cast(substr({column}, 1, 10) AS DATE)"
    day = f"CASE WHEN regexp_full_match({column}, {duck.literal(DAY)}) THEN {_of_day_sql(unit, day)} END"
    if unit == "day":
        return day
    pattern = duck.literal(f"^{YEAR}{REST[unit]}$")
    year, rest = (f"regexp_extract({column}, {pattern}, {group})::BIGINT" for group in (1, 2))
    found = {
        "year": year,
        "quarter": f"{year} * 4 + {rest} - 1",
        "month": f"{year} * 12 + {rest} - 1",
        "week": f"{_of_day_sql('week', f'make_date({year}, 1, 4)')} + {rest} - 1",
    }[unit]
    return f"CASE WHEN regexp_full_match({column}, {pattern}) THEN {found} ELSE {day} END"


def _of_day_sql(unit: str, day: str) -> str:
    since = f"date_diff('day', DATE '0001-01-01', {day}::DATE)"
    return {
        "year": f"year({day})",
        "quarter": f"(year({day}) * 4 + quarter({day}) - 1)",
        "month": f"(year({day}) * 12 + month({day}) - 1)",
        "week": f"({since} // 7)",
        "day": since,
    }[unit]
