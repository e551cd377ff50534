"""reference/metrics.md: what is measured, and what scores are made of."""

from __future__ import annotations

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
    ]
    return "\n".join(parts)
