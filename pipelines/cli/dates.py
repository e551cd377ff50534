"""Nights and spans of nights as they are written on the command line.

Belongs here: reading them, and saying how they are written when they are not.
"""

from __future__ import annotations

from datetime import date, datetime

from pipelines.errors import ConfigurationError


def date_of(text: str) -> date:
    """A calendar date. Raises `ConfigurationError`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()  # noqa: DTZ007 - a calendar date has no zone
    except ValueError:
        raise ConfigurationError(f"{text!r} is not a date.", "Write it as 2026-03-02.") from None


def span_of(text: str, name: str) -> tuple[date, date]:
    """The first and the last night of `A..B`; `name` says what was given. Raises `ConfigurationError`."""
    first, dots, last = text.partition("..")
    if not dots or date_of(first) > date_of(last):
        raise ConfigurationError(
            f"{name} {text!r} is no span of nights.", "Write it as 2026-01-01..2026-03-31."
        )
    return date_of(first), date_of(last)
