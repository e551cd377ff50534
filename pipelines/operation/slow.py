"""Which sources took long, against what they usually take.

Belongs here: the comparison, from the marks of runs. Does not belong here: why (the log and Dagster's screen).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median

from pipelines.operation.nights import Past

FEWEST_NIGHTS = 3
# Three times as long as usual, and long enough for anybody to mind.
TIMES, SECONDS = 3.0, 10.0


@dataclass(frozen=True)
class Slow:
    """One source's night. `stage` took most of `seconds`; `usual` is the median of the nights before, None if too few.

    `stage_usual` is the same of that stage. `unusual`: much longer than usual.
    """

    source: str
    seconds: float
    stage: str
    stage_seconds: float
    usual: float | None
    stage_usual: float | None
    unusual: bool


def slowest(past: Past, night: date, count: int) -> Sequence[Slow]:
    """The `count` sources that took longest on `night`, those out of their habit first."""
    found = []
    for mark in past.marks.get(night, {}).values():
        before = [
            marks[mark.source]
            for earlier, marks in past.marks.items()
            if earlier < night and mark.source in marks and marks[mark.source].took > 0
        ]
        usual = median(it.took for it in before) if len(before) >= FEWEST_NIGHTS else None
        stage = mark.slowest_stage
        own = [it.seconds[stage] for it in before if stage in it.seconds]
        unusual = usual is not None and mark.took > TIMES * usual and mark.took - usual > SECONDS
        stage_usual = median(own) if len(own) >= FEWEST_NIGHTS else None
        found.append(
            Slow(mark.source, mark.took, stage, mark.seconds.get(stage, 0.0), usual, stage_usual, unusual)
        )
    ranked = sorted(found, key=lambda it: (not it.unusual, -it.seconds, it.source))
    return [it for it in ranked if it.seconds >= 1.0][:count]
