"""Measure: everything that is measured of one dataset's night, family after family.

Belongs here: which families there are. Does not belong here: what any of them measures.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.measurement import (
    availability,
    dates,
    expectations,
    kept,
    metadata,
    openness,
    structure,
    timeliness,
)
from pipelines.measurement.evidence import Evidence
from pipelines.model import QualityMeasurement


def measure(evidence: Evidence, severities: Mapping[str, float]) -> list[QualityMeasurement]:
    """Every measurement of one dataset; `severities` weigh the expectations of a suite."""
    families = (availability, timeliness, dates, structure, kept, openness, metadata)
    found = [item for family in families for item in family.measure(evidence)]
    return [*found, *expectations.measure(evidence, severities)]
