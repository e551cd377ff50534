"""One dataset's night as `site.dqv` reads it from the published history, with whatever a publisher wrote into it.

Belongs here: a small complete example, of which a test changes what it is about. Institutions are of the test.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from rdflib import Graph

from pipelines.site import words
from pipelines.site.dqv import dataset, names, vocabulary
from pipelines.site.dqv.document import Document
from pipelines.site.dqv.facts import Facts

KEY = "federal/contratos"
FILE = f"{KEY}/csv"
NIGHT = date(2026, 3, 2)
RULES = "weights 2, metrics 11, contracts_register 1.1.0"
SCALES = "scales 1, metrics 11"


@cache
def spoken() -> dict[str, words.Words]:
    """The words of both languages."""
    return {language: words.load(language) for language in ("en", "es")}


def facts(
    described: Mapping[str, Any] | None = None,
    file: Mapping[str, Any] | None = None,
    verdict: Mapping[str, Any] | None = None,
    snapshot: Mapping[str, Any] | None = None,
    measurements: Iterable[Mapping[str, Any]] | None = None,
    scales: Iterable[Mapping[str, Any]] | None = None,
) -> Facts:
    """The example, with what is given in place of its own."""
    measured = [
        {
            "metric": "availability.reachable",
            "metric_version": "2",
            "computed_on": FILE,
            "value": 1.0,
            "reason": "",
        },
        {
            "metric": "structure.rows",
            "metric_version": "1",
            "computed_on": FILE,
            "value": 508.0,
            "reason": None,
        },
        {
            "metric": "metadata.core",
            "metric_version": "1",
            "computed_on": KEY,
            "value": 0.625,
            "reason": "not told: spatial",
        },
        {
            "metric": "metadata.contact",
            "metric_version": "1",
            "computed_on": KEY,
            "value": None,
            "reason": "sources.yaml says it in the catalog's stead",
        },
    ]
    scored = [
        {"category": "access", "dimension": "access", "score": 86.96, "rules": RULES, **_why()},
        {"category": "content", "dimension": "validity", "score": None, "rules": RULES, **_why()},
    ]
    scaled = [
        _points("findability", "keyword", 30.0, 30.0, 30.0),
        _points("findability", "spatial", None, 0.0, 20.0),
        _points("interoperability", "format", 20.0, 20.0, 20.0),
        _points("findability", "", 30.0, 30.0, 100.0),
        _points("", "", 225.0, 345.0, 405.0),
    ]
    return Facts(
        verdict={
            "night": NIGHT,
            "source": "federal",
            "dataset": KEY,
            "title": "Contratos",
            "publisher": "Secretaría de Prueba",
            "guide_dataset": "contracts_register",
            "guide_title_en": "Contracts register",
            "guide_title_es": "Registro de contratos",
            "outcome": "failed",
            "reason": "1 critical expectation failed, worst contracts_register.id.unique: "
            "4 of 1248 rows do not meet it",
            **(verdict or {}),
        },
        run={
            "run_id": "2026-03-02/federal",
            "software": "veedor 0.1.0",
            "started_on": datetime(2026, 3, 2, 9, 0),  # noqa: DTZ001
            "finished_on": datetime(2026, 3, 2, 9, 4),  # noqa: DTZ001
            "rules": "7519a77ba6f674cd",
        },
        described={
            "identifier": "contratos",
            "contact_name": "Unidad de Transparencia",
            "landing_page": "https://datos.example.org/dataset/contratos",
            "license": "CC-BY-4.0",
            "accrual_periodicity": "R/P1M",
            "accrual_periodicity_days": 30.4375,
            "issued": "2026-01-02",
            "modified": "2026-03-01T03:00:00-06:00",
            "language": "es",
            "keywords": ["contratos", "compras"],
            "themes": ["http://publications.europa.eu/resource/authority/data-theme/GOVE", "Gobierno"],
            "spatial": "México",
            "temporal": None,
            "access_rights": "public",
            "rights": None,
            "data_dictionary": None,
            **(described or {}),
        },
        distributions=[
            {
                "distribution": FILE,
                "title": "contratos.csv",
                "download_url": "https://datos.example.org/contratos.csv",
                "format": "csv",
                "media_type": "text/csv; charset=utf-8",
                "byte_size": 348537,
                "issued": None,
                "modified": None,
                **(file or {}),
            }
        ],
        snapshots={
            FILE: {
                "distribution": FILE,
                "url": "https://datos.example.org/contratos.csv",
                "final_url": "https://datos.example.org/contratos.csv",
                "sha256": "673c05d9b33638c4e8e4cc3efb6b7f25017b49581ca1ef05da3b0e1a24ab2242",
                "bytes": 348537,
                **(snapshot or {}),
            }
        },
        measurements=[
            {"dataset": KEY, **row} for row in (measured if measurements is None else measurements)
        ],
        scores=scored,
        scales=list(scaled if scales is None else scales),
        failed=[
            {
                "dataset": KEY,
                "distribution": FILE,
                "table_name": "table",
                "key": "contracts_register.id.unique",
                "suite": "contracts_register",
                "suite_version": "1.1.0",
                "title_en": "Contract identifier is not repeated",
                "title_es": "El identificador del contrato no se repite",
                "outcome": "failed",
                "severity": "critical",
                "dimension": "uniqueness",
                "reason": "4 of 1248 rows do not meet it",
            }
        ],
    )


def _why() -> dict[str, str]:
    return {"explanation_en": "Secure connection −11.1", "explanation_es": "Conexión segura −11.1"}


def _points(part: str, item: str, points: float | None, known: float, most: float) -> dict[str, Any]:
    return {
        "scale": "mqa",
        "part": part,
        "item": item,
        "points": points,
        "known": known,
        "most": most,
        "rules": SCALES,
    }


def document(it: Facts, name: names.Names | None = None) -> Document:
    """The document about the example."""
    return dataset.document(it, name or names.Names(), spoken())


def vocabulary_of(it: Facts) -> Document:
    """The whole vocabulary of an installation that has the example only."""
    return vocabulary.document(
        names.Names(),
        spoken(),
        [(row["metric"], row["metric_version"]) for row in it.measurements],
        [
            {"scale": "mqa", "part": part, "rules_version": "1", "title_en": part, "title_es": part}
            for part in ("", "findability")
        ],
        [
            {
                "number": 10,
                "guide_dataset": "contracts_register",
                "title_en": "Contracts",
                "title_es": "Contratos",
            }
        ],
    )


@cache
def few_terms() -> Graph:
    """Of that vocabulary what the example refers to, directly or not: small enough to be judged many times."""
    whole = Graph().parse(data=vocabulary_of(facts()).turtle(), format="turtle")
    said = Graph().parse(data=document(facts()).turtle(), format="turtle")
    few, wanted = Graph(), set(said.objects())
    for _ in range(3):  # a metric, its dimension, its category
        for subject in wanted:
            for triple in whole.triples((subject, None, None)):
                few.add(triple)
        wanted = set(few.objects())
    return few
