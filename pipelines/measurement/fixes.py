"""Fixes: what to mend first, by the points that it would gain.

Belongs here: the loss of each metric, and of each expectation behind a metric, as scores have it. A fix alone, made
whole, raises its dimension by its `gain`; of expectations on several files, on all of them. What lies in another
dimension, or becomes known by it, is not foreseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipelines.measurement.expectations import shares
from pipelines.measurement.score import Component, Weights, components, decided, rules_of
from pipelines.model import ExpectationResult, Fix, QualityMeasurement, ValidationResult

# Less than this is said by nobody.
LEAST = 0.05


def fixes(
    dataset: str,
    measurements: Sequence[QualityMeasurement],
    validations: Sequence[ValidationResult],
    weights: Weights,
    suite: str | None,
) -> list[Fix]:
    """What takes points from one dataset, the most first; ties stand by name, so that two nights agree."""
    measured = [item for item in measurements if item.dataset == dataset and item.metric in weights.metrics]
    found: list[Fix] = []
    for category, dimensions in weights.dimensions.items():
        if not decided(category, measured, weights):
            continue
        rules = rules_of(weights, suite if category == "content" else None)
        known = {name: parts for name in dimensions if (parts := components(name, measured, weights))}
        whole = sum(dimensions[name] for name in known)
        for name, parts in known.items():
            for part in parts:
                for fix in _of_component(part, validations, weights.severities):
                    if fix.gain >= LEAST:
                        gain = round(fix.gain * dimensions[name] / whole, 2)
                        own = replace(fix, category=category, dimension=name, gain=round(fix.gain, 2))
                        found.append(replace(own, dataset=dataset, gain_in_category=gain, rules=rules))
    found.sort(key=lambda it: (-it.gain_in_category, -it.gain, it.subject))
    return [replace(fix, place=place) for place, fix in enumerate(found, start=1)]


def _of_component(
    part: Component, validations: Sequence[ValidationResult], severities: Mapping[str, float]
) -> Iterator[Fix]:
    if part.metric.id == f"{part.metric.dimension}.expectations":
        lost = _by_expectation(part.metric.dimension, validations, severities)
        for result, loss in lost.values():
            yield _fix(result.key, "expectation", 100 * loss * part.share, result.title, result.advice)
    else:
        gain = 100 * (1 - part.mean) * part.share
        yield _fix(part.metric.id, "metric", gain, part.metric.title, part.metric.advice)


def _by_expectation(
    dimension: str, validations: Sequence[ValidationResult], severities: Mapping[str, float]
) -> dict[str, tuple[ExpectationResult, float]]:
    """By key: the loss of each expectation as a share of the metric, which is the mean over the files."""
    files = [shares(it.results, lambda it: it.dimension == dimension, severities) for it in validations]
    files = [parts for parts in files if parts]
    found: dict[str, tuple[ExpectationResult, float]] = {}
    for parts in files:
        whole = sum(weight for _, _, weight in parts) * len(files)
        for result, share, weight in parts:
            _, before = found.get(result.key, (result, 0.0))
            found[result.key] = (result, before + (1 - share) * weight / whole)
    return found


def _fix(subject: str, kind: str, gain: float, title: dict[str, str], advice: dict[str, str]) -> Fix:
    return Fix("", 0, subject, kind, "", "", gain, 0.0, "", dict(title), dict(advice))
