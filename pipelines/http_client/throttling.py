"""How long a server asks to be left alone, in every form that servers were seen to use.

Belongs here: `Retry-After` (RFC 9110, 10.2.3: seconds or a date), the `reset_time` in the body of an
Opendatasoft refusal, and `X-RateLimit-Remaining` with `X-RateLimit-Reset` (seconds, or seconds since 1970). Does not
belong here: what is done about it (`retries`, `hosts`).
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# A number of seconds beyond this is an instant: nobody asks for thirty years.
EPOCH_BEGINS = 1e9


def asked_pause(headers: Mapping[str, str], body: bytes, now: float) -> float | None:
    """Seconds from `now` (since 1970) for which the server does not want to be asked; None when it says nothing.

    `body` is the beginning of a refusal's body; b"" for an answer that is none.
    """
    said = (
        _retry_after(headers.get("Retry-After", ""), now),
        _reset_time(body, now),
        used_up(headers, now),
    )
    return next((max(seconds, 0.0) for seconds in said if seconds is not None), None)


def used_up(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds from `now` until the quota of requests is renewed, when nothing is left of it, else None.

    (A remaining number of -1 stands for no limit.)
    """
    if _number(headers.get("X-RateLimit-Remaining", "")) != 0:
        return None
    reset = _number(headers.get("X-RateLimit-Reset", ""))
    return max(reset - now, 0.0) if reset is not None and reset > EPOCH_BEGINS else reset


def _retry_after(text: str, now: float) -> float | None:
    number = _number(text)
    if number is not None:
        return number
    try:
        return _instant(parsedate_to_datetime(text)) - now
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _reset_time(body: bytes, now: float) -> float | None:
    try:
        return _instant(datetime.fromisoformat(json.loads(body)["reset_time"])) - now
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _number(text: str) -> float | None:
    text = text.strip()
    try:
        number = float(text) if len(text) <= 20 else -1.0
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _instant(moment: datetime) -> float:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
