"""What a metric is (dqv:Metric): its id, dimension, unit, version and words.

Belongs here: the value and a short way to write one down. Does not belong here: any metric (`definitions`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Unit = Literal["share", "days", "bytes", "seconds", "rows", "count"]
Pair = tuple[str, str]


@dataclass(frozen=True)
class Metric:
    """One dqv:Metric. A `share` lies in [0, 1], 1 being best; only shares take part in scores.

    `advice` tells the owner how to gain what it takes away; texts are by language (en, es).
    """

    id: str
    dimension: str
    unit: Unit
    title: dict[str, str]
    definition: dict[str, str]
    version: str = "1"
    advice: dict[str, str] = field(default_factory=dict)


def metric(
    id: str,
    title: Pair,
    definition: Pair,
    advice: Pair | None = None,
    *,
    unit: Unit = "share",
    version: str = "1",
) -> Metric:
    """A metric from its words in English and Spanish; the dimension is what its id begins with."""
    return Metric(
        id,
        id.partition(".")[0],
        unit,
        _both(title),
        _both(definition),
        version,
        _both(advice) if advice else {},
    )


def _both(words: Pair) -> dict[str, str]:
    return {"en": words[0], "es": words[1]}
