"""The metric registry: what each number means, in which unit, under which version (dqv:Metric).

Belongs here: putting the definitions together. A metric whose meaning changes gets another `version` and a line under
*Measurement* in the CHANGELOG; its measurements are never compared across versions. Each family is defined in a file of
`definitions` and computed in a file of its own.
"""

from __future__ import annotations

from pipelines.measurement.definitions import (
    availability,
    content,
    feedback,
    metadata,
    openness,
    structure,
    timeliness,
)
from pipelines.measurement.metric import Metric

__all__ = ["METRICS", "Metric"]

METRICS: dict[str, Metric] = {
    it.id: it
    for family in (availability, timeliness, structure, openness, metadata, content, feedback)
    for it in family.METRICS
}
