"""Scores: measurements weighted into dimensions, dimensions into the categories access and content.

Access and content are never averaged into one number: in Mexico's 2019 evaluation of this guide access was
about 1 for every dataset and content 0.37, and one average hid everything. Weights are data
(`expectations/weights.json`), versioned; every score carries the `rules` under which it may be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import SuiteError
from pipelines.measurement.metrics import METRICS, Metric
from pipelines.model import QualityMeasurement, Score

UNMEASURED = {"en": "nothing was measured", "es": "no se midió nada"}
UNDECIDED = {
    "en": "not scored: it is unknown whether the data could be had",
    "es": "sin puntaje: se desconoce si los datos se podían obtener",
}


@dataclass(frozen=True)
class Weights:
    """The content of weights.json. `needs`: by category, the metric that must be known for any score in it."""

    version: str
    severities: Mapping[str, float]
    metrics: Mapping[str, float]
    dimensions: Mapping[str, Mapping[str, float]]
    needs: Mapping[str, str]


def load_weights(expectations: Path) -> Weights:
    """Read `expectations/weights.json`. Raises `SuiteError` when it is unusable or names unknown metrics."""
    path = expectations / "weights.json"
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        weights = Weights(raw["version"], raw["severities"], raw["metrics"], raw["dimensions"], raw["needs"])
    except (OSError, ValueError, KeyError) as error:
        raise SuiteError(f"the weights are not valid: {error!r}", file=str(path)) from error
    unknown = sorted({*weights.metrics, *weights.needs.values()} - set(METRICS))
    if unknown:
        raise SuiteError(f"weights for unknown metrics: {', '.join(unknown)}", file=str(path))
    return weights


def scores(
    dataset: str, measurements: Iterable[QualityMeasurement], weights: Weights, suite: str | None
) -> list[Score]:
    """Score one dataset. A dimension without a known measurement is None, never 100.

    Nor has anything in a category a score while the metric that the category needs is unknown: a night without any
    answer would else be scored by the little that needs none, an https address or a declared period.
    `suite` names the suite and its version behind the content dimensions.
    """
    measured = [item for item in measurements if item.dataset == dataset and item.metric in weights.metrics]
    known = components(measured, weights)
    found = []
    for category, dimensions in weights.dimensions.items():
        rules = rules_of(weights, suite if category == "content" else None)
        parts: list[tuple[str, float, float]] = []
        if not decided(category, measured, weights):
            found += [Score(dataset, category, it, None, rules, UNDECIDED) for it in (*dimensions, category)]
            continue
        for dimension, weight in dimensions.items():
            value, explanation = _dimension(known.get(dimension, []))
            found.append(Score(dataset, category, dimension, value, rules, explanation))
            if value is not None:
                parts.append((dimension, value, weight))
        found.append(_category(dataset, category, parts, rules))
    return found


def decided(category: str, measured: list[QualityMeasurement], weights: Weights) -> bool:
    """Whether the metric that the category needs is known, so that anything in it may have a score."""
    needed = weights.needs.get(category)
    return needed is None or any(it.metric == needed and it.value is not None for it in measured)


@dataclass(frozen=True)
class Component:
    """A metric in its dimension: the mean of what it measured, and its share of the dimension; all shares make 1."""

    metric: Metric
    mean: float
    share: float


def components(measured: Iterable[QualityMeasurement], weights: Weights) -> dict[str, list[Component]]:
    """By dimension, the metrics that are known of it, each the mean over what it was measured on."""
    values: dict[str, dict[str, list[float]]] = {}
    for item in measured:
        if item.value is not None and item.metric in weights.metrics:
            known = values.setdefault(METRICS[item.metric].dimension, {})
            known.setdefault(item.metric, []).append(item.value)
    return {dimension: _components(known, weights) for dimension, known in values.items()}


def _components(known: Mapping[str, Sequence[float]], weights: Weights) -> list[Component]:
    whole = sum(weights.metrics[name] for name in known)
    return [
        Component(METRICS[name], sum(known[name]) / len(known[name]), share / whole)
        for name, share in weights.metrics.items()
        if name in known
    ]


def _dimension(known: Sequence[Component]) -> tuple[float | None, dict[str, str]]:
    """Mean of the dimension's metrics (each the mean over its distributions), and what was lost to what."""
    if not known:
        return None, UNMEASURED
    lost = sorted(
        ((100 * (1 - it.mean) * it.share, it.metric.title) for it in known if it.mean < 1), key=_most
    )
    return round(100 * sum(it.mean * it.share for it in known), 2), {
        language: "; ".join(f"{title[language]} −{_points(points)}" for points, title in lost)
        for language in UNMEASURED
    }


def _most(loss: tuple[float, dict[str, str]]) -> float:
    return -loss[0]


def _points(points: float) -> str:
    return f"{points:.1f}" if points >= 0.05 else "<0.1"


def _category(dataset: str, category: str, parts: list[tuple[str, float, float]], rules: str) -> Score:
    weight = sum(part[2] for part in parts)
    if not weight:
        return Score(dataset, category, category, None, rules, UNMEASURED)
    return Score(
        dataset, category, category, round(sum(score * share for _, score, share in parts) / weight, 2), rules
    )


def rules_of(weights: Weights, suite: str | None) -> str:
    """Under which versions a score stands."""
    versions = "".join(METRICS[metric].version for metric in weights.metrics)
    return f"weights {weights.version}, metrics {versions}" + (f", {suite}" if suite else "")
