"""Scores: measurements weighted into dimensions, dimensions into the categories access and content.

Access and content are never averaged into one number: in Mexico's 2019 evaluation of this guide access was
about 1 for every dataset and content 0.37, and one average hid everything. Weights are data
(`expectations/weights.json`), versioned; every score carries the `rules` under which it may be compared.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
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
    found = []
    for category, dimensions in weights.dimensions.items():
        rules = _rules(weights, suite if category == "content" else None)
        parts: list[tuple[str, float, float]] = []
        if not _decided(category, measured, weights):
            found += [Score(dataset, category, it, None, rules, UNDECIDED) for it in (*dimensions, category)]
            continue
        for dimension, weight in dimensions.items():
            value, explanation = _dimension(dimension, measured, weights)
            found.append(Score(dataset, category, dimension, value, rules, explanation))
            if value is not None:
                parts.append((dimension, value, weight))
        found.append(_category(dataset, category, parts, rules))
    return found


def _decided(category: str, measured: list[QualityMeasurement], weights: Weights) -> bool:
    needed = weights.needs.get(category)
    return needed is None or any(it.metric == needed and it.value is not None for it in measured)


def _dimension(
    dimension: str, measured: list[QualityMeasurement], weights: Weights
) -> tuple[float | None, dict[str, str]]:
    """Mean of the dimension's metrics (each the mean over its distributions), and what was lost to what."""
    total = weight = 0.0
    losses: list[tuple[float, Metric]] = []
    for name, share in weights.metrics.items():
        if METRICS[name].dimension != dimension:
            continue
        known = [item.value for item in measured if item.metric == name and item.value is not None]
        if not known:
            continue
        mean = sum(known) / len(known)
        total += mean * share
        weight += share
        losses.append(((1 - mean) * share, METRICS[name]))
    if not weight:
        return None, UNMEASURED
    lost = sorted(((100 * loss / weight, metric.title) for loss, metric in losses if loss > 0), key=_most)
    return round(100 * total / weight, 2), {
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


def _rules(weights: Weights, suite: str | None) -> str:
    versions = "".join(METRICS[metric].version for metric in weights.metrics)
    return f"weights {weights.version}, metrics {versions}" + (f", {suite}" if suite else "")
