"""Measure: everything that is measured of one dataset's night, family after family, and what that comes to.

Belongs here: which families there are, and that scores, scales, fixes and verdict follow. Does not belong here: what
any of them measures.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.measurement import (
    availability,
    dates,
    expectations,
    feedback,
    kept,
    metadata,
    openness,
    structure,
    timeliness,
    visited,
)
from pipelines.measurement.evidence import Evidence
from pipelines.measurement.fixes import fixes
from pipelines.measurement.scale import Scales
from pipelines.measurement.scale_score import scale_scores
from pipelines.measurement.score import Weights, scores
from pipelines.measurement.verdict import verdict
from pipelines.model import Fix, QualityMeasurement, ScaleScore, Score, Verdict


@dataclass(frozen=True)
class Findings:
    """What one dataset's night came to."""

    measurements: list[QualityMeasurement]
    scores: list[Score]
    scale_scores: list[ScaleScore]
    fixes: list[Fix]
    verdict: Verdict


def assess(evidence: Evidence, weights: Weights, scales: Scales, suite: str | None) -> Findings:
    """Measure and judge one dataset; `suite` names the suite and its version behind the content, if there is one."""
    found, key = measure(evidence, weights.severities), evidence.dataset.key
    return Findings(
        measurements=found,
        scores=scores(key, found, weights, suite),
        scale_scores=scale_scores(evidence, found, scales, weights.severities, suite),
        fixes=fixes(key, found, evidence.validations, weights, suite),
        verdict=verdict(evidence),
    )


def measure(evidence: Evidence, severities: Mapping[str, float]) -> list[QualityMeasurement]:
    """Every measurement of one dataset; `severities` weigh the expectations of a suite."""
    families = (availability, timeliness, dates, structure, kept, openness, metadata, visited, feedback)
    found = [item for family in families for item in family.measure(evidence)]
    return [*found, *expectations.measure(evidence, severities)]
