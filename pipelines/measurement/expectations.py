"""Content: how well the values meet the suite, by dimension (completeness, validity, uniqueness, consistency).

An expectation counts with the share of values that meet it, so that a drop shows before a threshold breaks.
`not_applicable` and `error` are left out, with one exception: where a core column is missing, its
completeness expectations count as 0, because a column that is not there is wholly incomplete.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pipelines.measurement.evidence import Evidence, measurement
from pipelines.model import ExpectationResult, Outcome, QualityMeasurement, Severity, ValidationResult

DIMENSIONS = ("completeness", "validity", "uniqueness", "consistency")
EXISTENCE = "expect_column_to_exist"


def measure(evidence: Evidence, severities: Mapping[str, float]) -> Iterator[QualityMeasurement]:
    """Measure each validated distribution in each dimension that its suite speaks of."""
    for validation in evidence.validations:
        on, sha256 = validation.distribution, validation.sha256
        said = told(validation.results, severities)
        for dimension in DIMENSIONS:
            value = share_of([it for it in said if it.result.dimension == dimension])
            if value is not None:
                yield measurement(
                    f"{dimension}.expectations",
                    evidence,
                    value,
                    on=on,
                    reason=_worst(validation, dimension),
                    sha256=sha256,
                )
        failed = sum(
            item.outcome is Outcome.FAILED and item.severity is Severity.CRITICAL
            for item in validation.results
        )
        yield measurement("validity.critical_failed", evidence, failed, on=on, sha256=sha256)


class Told(NamedTuple):
    """What an expectation says: the share of values that meet it, and the weight of its severity."""

    result: ExpectationResult
    share: float
    weight: float


def share_of(said: Sequence[Told]) -> float | None:
    """Severity-weighted mean share of values that meet the expectations; None when none was evaluated."""
    weight = sum(it.weight for it in said)
    return sum(it.share * it.weight for it in said) / weight if weight else None


def told(results: Sequence[ExpectationResult], severities: Mapping[str, float]) -> list[Told]:
    """Of each expectation that says something, what. Whoever asks for one dimension after another asks this once."""
    absent = {r.role for r in results if r.type == EXISTENCE and r.outcome is Outcome.FAILED}
    found = ((it, met(it, absent)) for it in results)
    return [Told(it, share, severities[it.severity]) for it, share in found if share is not None]


def met(result: ExpectationResult, absent: set[str]) -> float | None:
    """The share of values that meet one expectation, in [0, 1]; None when it says nothing."""
    if result.outcome is Outcome.NOT_APPLICABLE:
        lost = result.dimension == "completeness" and result.role in absent
        return 0.0 if lost else None
    if result.outcome not in (Outcome.PASSED, Outcome.FAILED):
        return None
    if result.unexpected_percent is not None:
        return 1 - result.unexpected_percent / 100
    return 1.0 if result.outcome is Outcome.PASSED else 0.0


def _worst(validation: ValidationResult, dimension: str) -> str:
    failed = [
        item for item in validation.results if item.dimension == dimension and item.outcome is Outcome.FAILED
    ]
    failed.sort(key=lambda item: (list(Severity).index(item.severity), -(item.unexpected_percent or 100.0)))
    return "; ".join(f"{item.key}: {item.reason}" for item in failed[:3])
