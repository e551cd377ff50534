"""The run folders of one more night of the generated history, as the stages leave them.

Belongs here: what a night leaves of 3,000 datasets, 60 measurements each. As everywhere in this history, the bytes of
one dataset in eight have changed since the night before, and with them results, scores, scales and fixes. Does not
belong here: any measuring.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from benchmarks.history_data import DIMENSIONS, FIRST, FIXES, METRIC_NAMES, RESULTS, SCALE_ITEMS, macros
from pipelines import artifacts, duck
from pipelines.model import (
    Catalog,
    ContactPoint,
    Dataset,
    Distribution,
    EvidenceKind,
    ExpectationResult,
    Fix,
    Outcome,
    Publisher,
    QualityMeasurement,
    ReadReport,
    RunIndex,
    ScaleScore,
    Score,
    Severity,
    Snapshot,
    ValidationResult,
    Verdict,
)

ADVICE = {
    "en": "Mend the rows in the source system. " * 10,
    "es": "Corrija las filas en el sistema de origen. " * 10,
}


def write(runs: Path, seed: int, datasets: int, night: date) -> list[Path]:
    """Write the run folders of `night`, three datasets a source; gives them."""
    n = (night - FIRST).days
    connection = duck.connect()
    connection.execute(macros(seed))
    facts = connection.execute(
        f"SELECT d, sha_of(d, version_of(d, {n})) FROM range({datasets}) a(d) ORDER BY d"
    ).fetchall()
    connection.close()
    return [_source(runs, night, facts[first : first + 3]) for first in range(0, datasets, 3)]


def _source(runs: Path, night: date, facts: list[tuple[int, str]]) -> Path:
    source = f"fuente-{facts[0][0] // 3:04}"
    folder = artifacts.run_folder(runs, night, source)
    instant = datetime(night.year, night.month, night.day, 3, tzinfo=UTC)
    keys = [f"{source}/conjunto-{d}" for d, _ in facts]
    hashes = [sha for _, sha in facts]
    both = list(zip(keys, hashes, strict=True))
    catalog = Catalog(source, "direct", "https://datos.example.org", tuple(map(_dataset, keys)), instant)
    artifacts.write_value(folder / artifacts.CATALOG, catalog)
    for name, values in (
        (artifacts.SNAPSHOTS, [_snapshot(key, sha, instant) for key, sha in both]),
        (artifacts.READS, [_read(key, sha) for key, sha in both]),
        (artifacts.VALIDATION_RESULTS, [_validation(key, sha) for key, sha in both]),
        (artifacts.MEASUREMENTS, [it for key, sha in both for it in _measurements(key, sha)]),
        (artifacts.SCORES, [it for key, sha in both for it in _scores(key, sha)]),
        (artifacts.SCALES, [it for key, sha in both for it in _scales(key, sha)]),
        (artifacts.FIXES, [it for key, sha in both for it in _fixes(key, sha)]),
        (
            artifacts.VERDICTS,
            [Verdict(key, Outcome.FAILED, "1 critical expectation failed", 1, 2) for key in keys],
        ),
    ):
        artifacts.write_values(folder / name, values)
    index = RunIndex(source, night, "veedor 0.1.0", instant, instant, "success", "r1")
    artifacts.write_value(folder / artifacts.INDEX, index)
    return folder


def _dataset(key: str) -> Dataset:
    file = Distribution(f"{key}/csv", "Archivo CSV", f"https://datos.example.org/{key}.csv", "csv")
    return Dataset(
        key,
        f"Conjunto de datos {key}",
        Publisher("Secretaría de Prueba", "MX"),
        ContactPoint("Unidad de Transparencia", "unidad@example.org"),
        (file,),
        guide_dataset="contracts_register",
        keywords=("contratos", "transparencia"),
    )


def _snapshot(key: str, sha: str, instant: datetime) -> Snapshot:
    url = f"https://datos.example.org/{key}.csv"
    return Snapshot(
        f"{key}/csv", url, instant, sha, 100_000, False, http_status=200, final_url=url, seconds=0.7
    )


def _read(key: str, sha: str) -> ReadReport:
    roles = {"contract_id": "id", "amount": "importe", "date_signed": "fecha"}
    return ReadReport(
        f"{key}/csv",
        "datos",
        "csv",
        encoding="utf-8",
        delimiter=",",
        header_row=1,
        columns=tuple(roles.values()),
        rows=1000,
        layout="v4",
        roles=roles,
        sha256=sha,
    )


def _validation(key: str, sha: str) -> ValidationResult:
    results = tuple(
        ExpectationResult(
            key=f"rule_{k}",
            type="expect_column_values_to_match_regex",
            outcome=Outcome.FAILED if k % 10 == 0 else Outcome.PASSED,
            severity=Severity.CRITICAL if k < 5 else Severity.WARNING,
            dimension=DIMENSIONS[k % 8],
            principle="P2",
            role=f"role_{k}",
            column=f"columna {k}",
            element_count=1000,
            unexpected_count=k,
            unexpected_percent=k / 10,
            title={"en": f"Rule {k}", "es": f"Regla {k}"},
            advice=ADVICE,
        )
        for k in range(RESULTS)
    )
    return ValidationResult(
        distribution=f"{key}/csv",
        table="datos",
        suite="contracts_register",
        suite_version="1",
        layout="v4",
        sha256=sha,
        rows=1000,
        results=results,
    )


def _measurements(key: str, sha: str) -> list[QualityMeasurement]:
    return [
        QualityMeasurement(f"{key}/csv", key, metric, "1", round(1 / (k + 1), 4), sha256=sha)
        if k < 40
        else QualityMeasurement(key, key, metric, "1", 1.0)
        for k, metric in enumerate(METRIC_NAMES)
    ]


def _points(sha: str) -> float:
    """Points that change when the bytes do."""
    return int(sha[:3], 16) / 41


def _scores(key: str, sha: str) -> list[Score]:
    explained = {"en": "Rule 3 −12.5", "es": "Regla 3 −12.5"}
    return [
        Score(key, "content", name, _points(sha), "weights 2", explained)
        for name in (*DIMENSIONS, "content", "access")
    ]


def _scales(key: str, sha: str) -> list[ScaleScore]:
    return [
        ScaleScore(
            key,
            "mqa",
            f"part {k % 5}",
            f"item {k}",
            _points(sha) / 10,
            10.0,
            10.0,
            EvidenceKind.MEASURED,
            None,
            "weights 2",
            {"en": f"Item {k}", "es": f"Punto {k}"},
        )
        for k in range(SCALE_ITEMS)
    ]


def _fixes(key: str, sha: str) -> list[Fix]:
    return [
        Fix(
            key,
            k,
            f"rule_{k}",
            "expectation",
            "content",
            "validity",
            _points(sha) / k,
            _points(sha) / k / 2,
            "weights 2",
            {"en": f"Rule {k}", "es": f"Regla {k}"},
            ADVICE,
        )
        for k in range(1, FIXES + 1)
    ]
