"""Fixes: what to mend first, by the points that it would gain.

Belongs here: the loss of each metric, and of each expectation behind a metric, as scores have it. A fix alone, made
whole, raises its dimension by its `gain`; of expectations on several files, on all of them. What lies in another
dimension, or becomes known by it, is not foreseen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipelines.measurement.expectations import Told, told
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
    every = components(measured, weights)
    said = [told(it.results, weights.severities) for it in validations]
    found: list[Fix] = []
    for category, dimensions in weights.dimensions.items():
        if not decided(category, measured, weights):
            continue
        rules = rules_of(weights, suite if category == "content" else None)
        known = {name: parts for name in dimensions if (parts := every.get(name))}
        whole = sum(dimensions[name] for name in known)
        for name, parts in known.items():
            for part in parts:
                for loss in _of_component(part, said):
                    if loss.gain >= LEAST:
                        found.append(
                            Fix(
                                dataset=dataset,
                                place=0,
                                subject=loss.subject,
                                kind=loss.kind,
                                category=category,
                                dimension=name,
                                gain=round(loss.gain, 2),
                                gain_in_category=round(loss.gain * dimensions[name] / whole, 2),
                                rules=rules,
                                title=dict(loss.title),
                                advice=dict(loss.advice),
                            )
                        )
    found.sort(key=lambda it: (-it.gain_in_category, -it.gain, it.subject))
    return [replace(fix, place=place) for place, fix in enumerate(found, start=1)]


class _Loss(NamedTuple):
    """What mending one thing would add to its dimension."""

    subject: str
    kind: str
    gain: float
    title: Mapping[str, str]
    advice: Mapping[str, str]


def _of_component(part: Component, said: Sequence[Sequence[Told]]) -> Iterator[_Loss]:
    if part.metric.id == f"{part.metric.dimension}.expectations":
        for result, loss in _by_expectation(part.metric.dimension, said).values():
            yield _Loss(result.key, "expectation", 100 * loss * part.share, result.title, result.advice)
    else:
        gain = 100 * (1 - part.mean) * part.share
        yield _Loss(part.metric.id, "metric", gain, part.metric.title, part.metric.advice)


def _by_expectation(
    dimension: str, said: Sequence[Sequence[Told]]
) -> dict[str, tuple[ExpectationResult, float]]:
    """By key: the loss of each expectation as a share of the metric, which is the mean over the files."""
    files = [[it for it in own if it.result.dimension == dimension] for own in said]
    files = [parts for parts in files if parts]
    found: dict[str, tuple[ExpectationResult, float]] = {}
    for parts in files:
        whole = sum(it.weight for it in parts) * len(files)
        for result, share, weight in parts:
            _, before = found.get(result.key, (result, 0.0))
            found[result.key] = (result, before + (1 - share) * weight / whole)
    return found
