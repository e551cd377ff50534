"""Evidence for tests, by small changes from one healthy dataset."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pipelines.measurement.evidence import Evidence
from pipelines.model import (
    ContactPoint,
    Dataset,
    Distribution,
    ExpectationResult,
    Fault,
    FaultKind,
    Outcome,
    Publisher,
    ReadReport,
    Severity,
    Snapshot,
    ValidationResult,
)

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
FILE = Distribution("s/d/csv", "csv", "https://datos.example/a.csv", format="csv")


def fault(kind: FaultKind = FaultKind.NOT_REACHABLE) -> Fault:
    return Fault(kind, f"it was {kind}", "look")


def dataset(**changes: Any) -> Dataset:
    values = {
        "key": "s/d",
        "title": "D",
        "publisher": Publisher("P"),
        "contact_point": ContactPoint("O"),
        "distributions": (FILE,),
        "accrual_periodicity": "R/P1D",
        "accrual_periodicity_days": 1.0,
        "guide_dataset": "contracts_register",
    }
    return Dataset(**{**values, **changes})


def snapshot(**changes: Any) -> Snapshot:
    values = {
        "distribution": "s/d/csv",
        "url": FILE.download_url,
        "visited_on": NOW,
        "sha256": "a",
        "bytes": 10,
    }
    return Snapshot(**{**values, **changes})


def read(**changes: Any) -> ReadReport:
    values = {
        "distribution": "s/d/csv",
        "table": "t",
        "format": "csv",
        "encoding": "utf-8",
        "columns": ("a", "b"),
        "rows": 10,
        "layout": "l",
    }
    return ReadReport(**{**values, **changes})


def result(
    outcome: Outcome = Outcome.PASSED, percent: float | None = 0.0, **changes: Any
) -> ExpectationResult:
    values = {
        "key": "k",
        "type": "expect_column_values_to_not_be_null",
        "severity": Severity.CRITICAL,
        "dimension": "completeness",
        "principle": "P2",
        "role": "amount",
    }
    return ExpectationResult(outcome=outcome, unexpected_percent=percent, **{**values, **changes})


def validation(*results: ExpectationResult) -> ValidationResult:
    return ValidationResult("s/d/csv", "t", "contracts_register", "1.0.0", "a", "l@1", 10, results)


def evidence(**changes: Any) -> Evidence:
    values = {
        "dataset": dataset(),
        "snapshots": (snapshot(),),
        "reads": (read(),),
        "validations": (validation(result()),),
        "now": NOW,
        "last_change": {},
        "has_suite": True,
        "has_layouts": True,
    }
    return Evidence(**{**values, **changes})
