"""Content: how well the values meet the suite, by dimension (completeness, validity, uniqueness, consistency).

An expectation counts with the share of values that meet it, so that a drop shows before a threshold breaks.
`not_applicable` and `error` are left out, with one exception: where a core column is missing, its
completeness expectations count as 0, because a column that is not there is wholly incomplete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from pipelines.measurement.evidence import Evidence, measurement
from pipelines.model import ExpectationResult, Outcome, QualityMeasurement, Severity, ValidationResult

DIMENSIONS = ("completeness", "validity", "uniqueness", "consistency")
EXISTENCE = "expect_column_to_exist"


def measure(evidence: Evidence, severities: Mapping[str, float]) -> Iterator[QualityMeasurement]:
    """Measure each validated distribution in each dimension that its suite speaks of."""
    for validation in evidence.validations:
        on, sha256 = validation.distribution, validation.sha256
        for dimension in DIMENSIONS:
            value = share_met(validation.results, dimension, severities)
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


def share_met(
    results: Iterable[ExpectationResult], dimension: str, severities: Mapping[str, float]
) -> float | None:
    """Severity-weighted mean share of values that meet the expectations; None when none was evaluated."""
    return share_of(results, lambda it: it.dimension == dimension, severities)


def share_of(
    results: Iterable[ExpectationResult],
    wanted: Callable[[ExpectationResult], bool],
    severities: Mapping[str, float],
) -> float | None:
    """The same of the expectations that are `wanted`, whatever they have in common."""
    parts = shares(results, wanted, severities)
    weight = sum(share for _, _, share in parts)
    return sum(value * share for _, value, share in parts) / weight if weight else None


def shares(
    results: Iterable[ExpectationResult],
    wanted: Callable[[ExpectationResult], bool],
    severities: Mapping[str, float],
) -> list[tuple[ExpectationResult, float, float]]:
    """Each `wanted` expectation that says something: with the share of values that meet it, and its weight."""
    results = list(results)
    absent = {r.role for r in results if r.type == EXISTENCE and r.outcome is Outcome.FAILED}
    told = ((it, met(it, absent)) for it in results if wanted(it))
    return [(it, share, severities[it.severity]) for it, share in told if share is not None]


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
