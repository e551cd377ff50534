"""What was planted: the drops of quality that somebody should have been told of.

Belongs here: the record of one drop, and its kinds. Does not belong here: how well it was told (`alert_scoring`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Kind(StrEnum):
    """What happened to the dataset."""

    UNREACHABLE = "unreachable"
    UNUSABLE = "unusable"
    OVERDUE = "overdue"
    STALE = "stale"
    COLUMNS = "columns"
    ROWS = "rows"
    ROWS_REMOVED = "rows_removed"
    EXPECTATION = "expectation"
    SCORE = "score"
    WITHDRAWN = "withdrawn"
    PERSONAL = "personal"
    MOVED = "moved"


@dataclass(frozen=True)
class Drop:
    """One planted drop. `first` is the night on which a fetch could first see it, `last` the last on which it stood,
    None when it stands at the end of the history.

    `due` ones must be told. Others may be: they are true, and too small or too short to ask for. `points` is the
    largest fall of a dimension's score, `content_points` that of the content score, None where no score falls.
    `size` is in the kind's own unit: nights in which it was so (unreachable, withdrawn, unusable, overdue, stale),
    points (score), percent of the values (expectation, personal), rows now by rows before (rows), share of the rows
    (rows_removed), 1 (columns, moved). `touched` are the expectations and `dimensions` the scores that it moves.
    `seen` counts the nights on which the data showed it, `first_seen` is the first of them; of one that grows, the
    first on which it had reached 5 points. `growth` is what it came to and when, in points.
    """

    dataset: str
    kind: Kind
    first: date
    last: date | None
    due: bool
    size: float
    points: float | None = None
    content_points: float | None = None
    touched: tuple[str, ...] = ()
    dimensions: tuple[str, ...] = ()
    seen: int = 0
    first_seen: date | None = None
    growth: tuple[tuple[date, float], ...] = ()

    @property
    def visible(self) -> bool:
        """It could be seen at all: one night alone may be an accident, and two without an answer too."""
        return self.seen >= (3 if self.kind is Kind.UNREACHABLE else 2)
