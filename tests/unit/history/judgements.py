"""What the run folders of the tests say of their datasets: measurements, scores and a verdict for an outcome."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

from pipelines.model import (
    Dataset,
    EvidenceKind,
    Fault,
    FaultKind,
    Fix,
    Outcome,
    PagePurpose,
    PageVisit,
    QualityMeasurement,
    ReadReport,
    RowChange,
    RowsCompared,
    ScaleScore,
    Score,
    Severity,
    ValidationResult,
    Verdict,
)


def measurements(
    key: str, outcome: Outcome, results: list[ValidationResult], dice: random.Random
) -> list[QualityMeasurement]:
    reachable = None if outcome is Outcome.BLOCKED else float(outcome is not Outcome.NOT_PUBLISHED)
    found = [
        QualityMeasurement(
            key, key, "availability.reachable", "1", reachable, "" if reachable else "refused"
        ),
        QualityMeasurement(key, key, "timeliness.age", "1", None, "no date was declared"),
    ]
    found += [
        QualityMeasurement(
            it.distribution, key, "validity.expectations", "1", dice.random(), sha256=it.sha256
        )
        for it in results
    ]
    return found


def scores(
    key: str, outcome: Outcome, results: list[ValidationResult], number: int, dice: random.Random
) -> list[Score]:
    rules = "weights 1" if number < 3 else "weights 2"
    access = {
        "availability": 0.0 if outcome is Outcome.NOT_PUBLISHED else 97.5,
        "timeliness": 71.0 + dice.randrange(8),
        "structure": None if outcome in (Outcome.BLOCKED, Outcome.NOT_PUBLISHED) else 88.0,
    }
    content: dict[str, float | None] = {
        "completeness": 99.0,
        "validity": 41.0 + dice.randrange(9) if outcome is Outcome.FAILED else 93.0,
        "uniqueness": 100.0,
        "consistency": None,
    }
    if not results:
        content = dict.fromkeys(content)
    found = []
    for category, dimensions in (("access", access), ("content", content)):
        known = [value for value in dimensions.values() if value is not None]
        found += [
            Score(key, category, name, value, rules, {"en": "-1.0 HTTPS", "es": "-1.0 HTTPS"})
            for name, value in dimensions.items()
        ]
        mean = round(sum(known) / len(known), 2) if known else None
        found.append(Score(key, category, category, mean, rules))
    return found


def scale_scores(key: str, number: int) -> list[ScaleScore]:
    rules = "scales 1" if number < 3 else "scales 2"
    title = {"en": "Easy to find", "es": "Fácil de encontrar"}

    def row(part: str, item: str, points: float | None, known: float, most: float) -> ScaleScore:
        kind = EvidenceKind.UNKNOWN if points is None else EvidenceKind.MEASURED
        named = (
            title
            if item or part
            else {"en": "Mexico's evaluation of 2019", "es": "Evaluación de México de 2019"}
        )
        metric = "availability.listed" if item == "findable" else None
        return ScaleScore(key, "mexico_2019", part, item, points, known, most, kind, metric, rules, named)

    return [
        row("availability", "findable", 0.5, 0.5, 0.5),
        row("availability", "", 0.5, 0.5, 1.0),
        row("integrity", "secure_site", None, 0.0, 0.5),
        row("integrity", "", None, 0.0, 1.0),
        row("", "", 0.5, 0.5, 5.0),
        replace(row("P5", "", None, 0.0, 100.0), scale="charter"),  # a scale without a total
    ]


def fixes(key: str, outcome: Outcome, number: int) -> list[Fix]:
    rules = "weights 1" if number < 3 else "weights 2"
    words = {"en": "Publish it as UTF-8.", "es": "Publíquelo en UTF-8."}
    title = {"en": "UTF-8 encoding", "es": "Codificación UTF-8"}
    found = [Fix(key, 2, "structure.utf8", "metric", "access", "structure", 8.3, 2.1, rules, title, words)]
    if outcome is Outcome.FAILED:
        found.insert(
            0,
            Fix(
                key, 1, "contracts_register.amount.number", "expectation", "content", "validity", 31.0, 10.3,
                rules, {"en": "Amounts are numbers", "es": "Los importes son números"}, words,
            ),
        )  # fmt: skip
    return found


def verdict(key: str, outcome: Outcome, results: list[ValidationResult]) -> Verdict:
    failed = [it for one in results for it in one.results if it.outcome is Outcome.FAILED]
    critical = sum(it.severity is Severity.CRITICAL for it in failed)
    reason = {
        Outcome.PASSED: "every expectation was met",
        Outcome.FAILED: f"{critical} critical expectations failed",
        Outcome.NOT_APPLICABLE: "there is no expectation suite for this dataset yet",
        Outcome.BLOCKED: "the server answered 403",
        Outcome.NOT_PUBLISHED: "the server answered 404",
        Outcome.PARTLY_READ: "97.3% of the file could be read",
    }[outcome]
    return Verdict(key, outcome, reason, critical, len(failed) - critical)


def row_change(read: ReadReport) -> RowChange:
    """Two rows gone, two come and one amended since the last reading."""
    return RowChange(
        read.distribution,
        read.table,
        read.sha256,
        "0" * 64,
        RowsCompared.BY_KEY,
        key=("contract_id",),
        rows_before=read.rows,
        rows=read.rows,
        added=2,
        removed=2,
        amended=1,
        unchanged=read.rows - 3,
        columns={"value_amount": 1},
    )


def pages(dataset: Dataset, instant: datetime) -> list[PageVisit]:
    """A page that answers; links: a dead one, an unknown one, one not visited yet, one in a personal column."""
    page = PageVisit(dataset.key, PagePurpose.LANDING_PAGE, dataset.landing_page, True, instant, 200)
    gone = Fault(
        FaultKind.GONE, "the server answered 404 Not Found: there is no such file", "Publish it again."
    )
    refused = Fault(FaultKind.BLOCKED, "the server answered 403 Forbidden: it refuses us", "Ask the portal.")
    cell = PageVisit(
        dataset.key,
        PagePurpose.CELL,
        "https://docs.example.org/1.pdf",
        distribution=dataset.distributions[0].key,
        table="datos",
        role="document_url",
        row=4,
        sha256="a" * 64,
    )
    return [
        page,
        replace(cell, answers=False, http_status=404, fault=gone, asked_on=instant),
        replace(
            cell,
            address="https://docs.example.org/2.pdf",
            row=90,
            http_status=403,
            fault=refused,
            asked_on=instant,
        ),
        replace(cell, address="https://docs.example.org/3.pdf", row=180),
        replace(cell, address=None, row=200, answers=True, http_status=200, asked_on=instant),
    ]
