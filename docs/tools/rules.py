"""reference/metrics.md: what is measured, and what scores are made of."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from docs.tools.markdown import prose, table


def metrics() -> str:
    """reference/metrics.md"""
    from pipelines.measurement import metrics as module
    from pipelines.measurement import score
    from pipelines.settings import packaged_expectations

    weights = score.load_weights(packaged_expectations())
    parts = ["# Metrics and scores\n", prose(module.__doc__) + "\n"]
    for dimension in dict.fromkeys(metric.dimension for metric in module.METRICS.values()):
        rows = [
            (
                f"`{item.id}`",
                item.unit,
                item.version,
                weights.metrics.get(item.id, ""),
                item.definition["en"],
                item.definition["es"],
            )
            for item in module.METRICS.values()
            if item.dimension == dimension
        ]
        header = ("metric", "unit", "version", "weight", "meaning", "significado")
        parts += [f"## {dimension.capitalize()}\n", table(header, rows)]
    parts += [
        "## Scores\n",
        prose(score.__doc__) + "\n",
        f"Weights, version {weights.version} (`expectations/weights.json`):\n",
        table(
            ("category", "dimension", "weight in the category"),
            [
                (category, dimension, weight)
                for category, dimensions in weights.dimensions.items()
                for dimension, weight in dimensions.items()
            ],
        ),
        "Within a dimension's expectations, severities weigh "
        + ", ".join(f"{name} {weight}" for name, weight in weights.severities.items())
        + ".\n",
        *_scales(),
        *_general_checks(),
    ]
    return "\n".join(parts)


def _scales() -> Iterator[str]:
    from pipelines.measurement import scale_score
    from pipelines.measurement.scale import load_scales
    from pipelines.settings import packaged_expectations

    scales = load_scales(packaged_expectations())
    yield "## Scales of others\n"
    yield prose(scale_score.__doc__) + "\n"
    yield f"Version {scales.version} (`expectations/scales.json`). Points of an item are its share of the part.\n"
    for scale in scales.scales:
        yield f"### `{scale.key}`: {scale.title.en} / {scale.title.es}\n"
        yield scale.basis + "\n"
        rows = [
            (
                f"`{part.key}` ({part.most:g})",
                f"`{item.key}`",
                f"{part.most * item.points / sum(it.points for it in part.items):.4g}",
                _answer(item),
                item.title.en,
                item.title.es,
            )
            for part in scale.parts
            for item in part.items
        ]
        yield table(("part (points)", "item", "points", "answered by", "meaning", "significado"), rows)


def _answer(item: Any) -> str:
    from pipelines.measurement.scale import SOURCES

    source = next(name for name in SOURCES if getattr(item, name) is not None)
    value = getattr(item, source)
    if source == "person":
        return "unknown: nobody has told yet" if value == "user" else "unknown: not computed"
    best = " (best file)" if item.best else ""
    return f"`{value}`{best}" if source == "metric" else f"{source} `{value}`{best}"


def _general_checks() -> Iterator[str]:
    from pipelines.settings import packaged_expectations

    path = packaged_expectations() / "general_checks.json"
    yield "## The guide's general checks\n"
    yield "Each of the 56 with what answers it, or why nothing does (`expectations/general_checks.json`).\n"
    rows = []
    for check in json.loads(path.read_text(encoding="utf-8"))["checks"]:
        answers = [f"`{name}`" for name in check.get("metrics", ())]
        answers += [f"rule `{name}`" for name in check.get("rules", ())]
        answers += [f"attested `{check['attested']}`"] if "attested" in check else []
        why = " ".join(check[name]["en"] for name in ("person", "later") if name in check)
        principles = ", ".join(check["principles"])
        rows.append(
            (
                check["id"],
                check["name"]["en"],
                check["name"]["es"],
                principles,
                ", ".join(answers),
                why,
                check["basis"],
            )
        )
    header = ("no.", "check", "comprobación", "principles", "answered by", "why not measured", "basis")
    yield table(header, rows)
