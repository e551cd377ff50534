"""Which night it is, and what it goes by.

Belongs here: `Tonight`, which everybody hands on. Does not belong here: what is done in it (`night`). Whoever only asks
which night an instant belongs to, as a schedule does, needs none of what a night is made of.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from threading import Event
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from pipelines.revisit import due
from pipelines.sources import Source, Sources

if TYPE_CHECKING:
    from pipelines.tools import Tools


@dataclass(frozen=True)
class Tonight:
    """What a night goes by: the declaration, the night, and what its stages work with."""

    sources: Sources
    night: date
    tools: Tools
    # Those that it visits, for whoever asked before the tools were there.
    visits: tuple[Source, ...] | None = None
    # Set once the switch has nothing more to hear of the night: it is through, or waits for a source.
    ended: Event = field(default_factory=Event, compare=False)

    @cached_property
    def due(self) -> tuple[Source, ...]:
        """The sources that it visits. Earlier nights alone decide: they have to be there when it is first asked for."""
        if self.visits is not None:
            return self.visits
        return due(self.sources, self.night, self.tools.settings.runs)


def night_of(instant: datetime, sources: Sources) -> date:
    """The night that an instant belongs to: the calendar date in the declared time zone."""
    return instant.astimezone(ZoneInfo(sources.time_zone)).date()
