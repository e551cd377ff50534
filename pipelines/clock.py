"""Time, handed in and never read from the wall inside a function.

Belongs here: the two clocks. `now()` is a UTC-aware instant; `seconds()` only grows and serves durations.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """What every stage gets instead of `datetime.now`."""

    def now(self) -> datetime:
        """The current instant, UTC-aware."""

    def seconds(self) -> float:
        """A monotonic reading in seconds, for durations only."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant, UTC-aware."""
        return datetime.now(UTC)

    def seconds(self) -> float:
        """A monotonic reading in seconds."""
        return time.monotonic()


@dataclass(frozen=True)
class FixedClock:
    """A clock that stands still: the same night gives the same artifacts, byte for byte."""

    instant: datetime

    def now(self) -> datetime:
        """The instant it was made for."""
        return self.instant

    def seconds(self) -> float:
        """Always 0: durations are not part of what is compared."""
        return 0.0
