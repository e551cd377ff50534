"""The method: every metric with its version and weight, the rules' versions, the scales, and what each word means.

Belongs here: what a reader needs to check a score by hand. Does not belong here: any judgement of a dataset.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipelines import __version__
from pipelines.measurement.metrics import METRICS
from pipelines.measurement.scale import load_scales
from pipelines.measurement.score import load_weights
from pipelines.model import Outcome
from pipelines.site.page import DIMENSIONS, Row
from pipelines.site.pages import rows_of
from pipelines.site.sheet import Sheet
from pipelines.site.standing import Standing

SUITES = """
SELECT e.suite, e.suite_version, count(*) AS rules, min(e.night) AS first_night,
       count(*) FILTER (WHERE e.severity = 'critical') AS critical, g.title_en, g.title_es
FROM expectation e LEFT JOIN guide_dataset g ON g.guide_dataset = e.suite
GROUP BY ALL ORDER BY e.suite, first_night DESC, e.suite_version DESC
"""


def sheet(standing: Standing, expectations: Path) -> Sheet:
    """The page of the method, by the weights and scales in the folder `expectations`. Raises `SuiteError`."""
    weights = load_weights(expectations)
    scales = load_scales(expectations)
    dimensions = [
        {
            "category": category,
            "dimension": dimension,
            "weight": weight / sum(of.values()),
            "metrics": _metrics(dimension, weights.metrics),
        }
        for category, of in weights.dimensions.items()
        for dimension, weight in of.items()
    ]
    known = {
        "software": __version__,
        "weights_version": weights.version,
        "dimensions": dimensions,
        "severities": dict(weights.severities),
        "needs": dict(weights.needs),
        "unweighted": [_said(it.id) for it in METRICS.values() if it.id not in weights.metrics],
        "scales_version": scales.version,
        "suites": rows_of(standing.connection, SUITES),
    }
    facts = {**known, "outcomes": [it.value for it in Outcome], "order": DIMENSIONS}
    return Sheet("method.html", "method", facts, known)


def _metrics(dimension: str, weights: dict[str, float] | object) -> Sequence[Row]:
    """The metrics of a dimension by weight, each with its share of the dimension when all are known."""
    assert isinstance(weights, dict)
    found = {name: weight for name, weight in weights.items() if METRICS[name].dimension == dimension}
    whole = sum(found.values()) or 1
    ordered = sorted(found, key=lambda name: (-found[name], name))
    return [{**_said(name), "share": found[name] / whole} for name in ordered]


def _said(name: str) -> Row:
    it = METRICS[name]
    return {
        "metric": it.id,
        "version": it.version,
        "unit": it.unit,
        "title_en": it.title["en"],
        "title_es": it.title["es"],
        "definition_en": it.definition["en"],
        "definition_es": it.definition["es"],
    }
