"""Metrics of content: how well the values meet the suite; and how much of the guide is published.

Belongs here: their words and versions. They are computed in `measurement.expectations`; coverage, which is of a
country and no dataset, by the view `coverage_by_country` of the history.
"""

from __future__ import annotations

from pipelines.measurement.metric import metric

METRICS = (
    *(
        metric(
            f"{dimension}.expectations",
            (f"Expectations of {dimension}", f"Expectativas de {spanish}"),
            (
                f"Mean share of values that meet the suite's {dimension} expectations, weighted by severity; a "
                "missing core column counts as wholly incomplete.",
                f"Proporción media de valores que cumplen las expectativas de {spanish}, ponderada por gravedad; una "
                "columna esencial ausente cuenta como totalmente incompleta.",
            ),
        )
        for dimension, spanish in (
            ("completeness", "completitud"),
            ("validity", "validez"),
            ("uniqueness", "unicidad"),
            ("consistency", "coherencia"),
        )
    ),
    metric(
        "validity.critical_failed",
        ("Critical expectations failed", "Expectativas críticas incumplidas"),
        ("Number of critical expectations that failed.", "Número de expectativas críticas que fallaron."),
        unit="count",
    ),
    metric(
        "coverage.published",
        ("Coverage of the guide", "Cobertura de la guía"),
        (
            "Share of the guide's 30 datasets of which a country has at least one published; one that is not watched "
            "counts as not published here. Computed over all sources, in the view coverage_by_country.",
            "Proporción de los 30 conjuntos de la guía de los que un país tiene al menos uno publicado; el que no se "
            "vigila cuenta aquí como no publicado. Se calcula sobre todas las fuentes, en la vista "
            "coverage_by_country.",
        ),
    ),
)
