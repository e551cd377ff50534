"""reference/metrics.md and reference/suites.md: what is measured and expected, and why."""

from __future__ import annotations

import json
from typing import Any

from docs.tools.markdown import cell, prose, table


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


def suites() -> str:
    """reference/suites.md"""
    from pipelines.guide import load_guide
    from pipelines.settings import packaged_expectations
    from pipelines.tables.layouts import load_layouts
    from pipelines.validation.suites import load_suites

    found, layouts = load_suites(packaged_expectations()), load_layouts(packaged_expectations())
    parts = [
        "# Expectation suites\n",
        "Each rule says where it comes from: *read* in a standard, *adapted* from it, or *ours*.\n",
    ]
    for key, suite in found.items():
        parts.append(f"## `{key}` {suite.version}: {suite.title['en']} / {suite.title['es']}\n")
        names = ", ".join(f"`{item.name}`" for item in layouts if item.guide_dataset == key)
        parts.append(f"Layouts that are known: {names}\n")
        rows = [
            (f"`{name}`", role.type, role.level, "yes" if role.personal else "", *_both(role.title))
            for name, role in suite.roles.items()
        ]
        parts.append(table(("role", "type", "level", "personal", "title", "título"), rows))
        for item in suite.expectations:
            parts.append(f"### `{item.key}`\n")
            more = {name: value for name, value in item.kwargs.items() if not name.startswith("column")}
            arguments = f" `{json.dumps(more, ensure_ascii=False)}`" if more else ""
            parts.append(
                f"**{cell(item.title['en'])}** / **{cell(item.title['es'])}**  \n"
                f"{item.severity} · {item.dimension} · {item.principle} · `{item.type}`{arguments}  \n"
                f"Basis: {cell(item.basis)}\n"
            )
            parts.append(f"- {cell(item.advice['en'])}\n- *{cell(item.advice['es'])}*\n")
    rows = [
        (entry.number, f"`{entry.key}`", *_both(entry.name), entry.max_age_days, _has(entry.key in found))
        for entry in load_guide(packaged_expectations()).values()
    ]
    parts += [
        "## The guide's 30 datasets\n",
        table(("no.", "key", "name", "nombre", "largest age, days", "suite"), rows),
    ]
    return "\n".join(parts)


def _both(texts: Any) -> tuple[str, str]:
    return texts.get("en", ""), texts.get("es", "")


def _has(there: bool) -> str:
    return "yes" if there else "not yet"
