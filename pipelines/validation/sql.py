"""Pieces of SQL that every family of expectation types writes: conditions, lists and constants.

Belongs here: text of SQL from values of a suite. Does not belong here: any expectation type, or running a query.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from pipelines import duck

# Sets of this many values go to DuckDB as one text, parted by a character that no value has.
LONG = 32
# Fewer than this many are compared one by one; DuckDB would join the table with a list of them.
FEW = 10
SEPARATOR = "\x1f"


class NotPlanned(Exception):
    """The plan does not know this type or option: Great Expectations itself has to judge it."""


def both(*conditions: str | None) -> str | None:
    """The conjunction of SQL conditions; None when there is none."""
    given = [item for item in conditions if item]
    return " AND ".join(f"({item})" for item in given) if given else None


def not_null(columns: Iterable[str]) -> str:
    """SQL: all of `columns` have a value."""
    return " AND ".join(f"{column} IS NOT NULL" for column in columns)


def listed(values: Iterable[str]) -> str:
    """Strings as a list of SQL literals; never empty."""
    return ", ".join([duck.literal(value) for value in values] or ["NULL"])


def within(value: str, texts: Collection[str]) -> str:
    """SQL: `value` is one of `texts`, of which there is at least one."""
    if len(texts) < FEW:
        return f"({' OR '.join(f'{value} = {duck.literal(text)}' for text in texts)})"
    if len(texts) < LONG or any(SEPARATOR in text for text in texts):
        return f"({value} IN ({listed(texts)}))"
    # Hundreds of constants take DuckDB longer to plan than a small table takes to read.
    joined = duck.literal(SEPARATOR.join(texts))
    return f"list_contains(string_split({joined}, chr({ord(SEPARATOR)})), {value})"


def number(value: object) -> str:
    """A number as SQL. Raises `NotPlanned` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotPlanned(repr(value))
    try:
        return f"'{float(value)!r}'::DOUBLE"
    except OverflowError:
        raise NotPlanned("a number beyond all others") from None


def instant(value: object) -> str:
    """A point in time without zone as SQL, from a `datetime` or ISO 8601 text with time. Raises `NotPlanned`.

    GX itself refuses a bare date as a bound of a column of instants.
    """
    if isinstance(value, str) and "T" in value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise NotPlanned(value) from None
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise NotPlanned(repr(value))
    return f"TIMESTAMP {duck.literal(value.isoformat(sep=' '))}"


def between(value: str, low: str | None, high: str | None, strict_min: bool, strict_max: bool) -> str:
    """SQL: `value` is within the bounds that there are, themselves included unless strict."""
    above = f"{value} {'>' if strict_min else '>='} {low}" if low is not None else None
    below = f"{value} {'<' if strict_max else '<='} {high}" if high is not None else None
    return both(above, below) or "true"


def asked(columns: list[str], ignore_row_if: str) -> str | None:
    """SQL for the rows that are asked under GX's `ignore_row_if`, of a pair or of a list of columns."""
    if ignore_row_if in ("either_value_is_missing", "any_value_is_missing"):
        return not_null(columns)
    if ignore_row_if in ("both_values_are_missing", "all_values_are_missing"):
        return " OR ".join(f"{column} IS NOT NULL" for column in columns)
    if ignore_row_if in ("neither", "never"):
        return None
    raise NotPlanned(ignore_row_if)
