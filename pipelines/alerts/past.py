"""Past: what detection is given of all nights before tonight. A value; where it comes from is not known here.

Belongs here: the form. `history.series` fills it for the product, a replay from memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from pipelines.alerts.series import Point, Span
from pipelines.model import Incident, IncidentState

Place = tuple[str, str]  # dataset, condition


@dataclass(frozen=True)
class Past:
    """`series` by dataset and condition, oldest first; `content` the last known content of each dataset.

    `incidents` by dataset and condition, oldest first, those that have ended too; an incident that was reopened stands
    there once, as it is now. `software` are the versions that made the last nights, newest first; `last` is the last
    """

    series: Mapping[str, Mapping[str, Sequence[Point]]] = field(default_factory=dict)
    content: Mapping[str, str | None] = field(default_factory=dict)
    incidents: Mapping[Place, Sequence[Incident]] = field(default_factory=dict)
    software: Sequence[str] = ()
    last: date | None = None

    def standing(self, dataset: str, condition: str) -> Incident | None:
        """The incident of a condition that has not ended."""
        found = self.incidents.get((dataset, condition), ())
        return found[-1] if found and found[-1].state is not IncidentState.RESOLVED else None

    def spans(self, dataset: str, condition: str) -> tuple[Span, ...]:
        """The nights of earlier incidents: no part of what is usual. What settled is the new normal, and is."""
        return tuple(
            Span(it.first_seen, it.resolved_on)
            for it in self.incidents.get((dataset, condition), ())
            if it.resolution not in ("settled", "rules_changed")
        )
