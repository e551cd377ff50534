"""Run folders as the stages leave them, made from a seed: five nights, two sources, three datasets each.

Belongs here: the artifacts that the history, the alerts and the site are tested with. Institutions and files
are of the test; addresses are under example.org. Night by night something happens that a reader must see:
an outage, a refused visit, a change of rules, a file that could be read in part, a dataset withdrawn.
"""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.model import (
    Catalog,
    ColumnChange,
    ColumnChangeKind,
    ContactPoint,
    Dataset,
    Distribution,
    ExpectationResult,
    Fault,
    FaultKind,
    Fix,
    Outcome,
    PageVisit,
    Publisher,
    QualityMeasurement,
    ReadReport,
    RunIndex,
    ScaleScore,
    Score,
    Severity,
    Snapshot,
    UnexpectedExample,
    ValidationResult,
    Verdict,
)
from tests.unit.history import judgements, night_folders
from tests.unit.history.night_folders import ADDRESS, SUITE

FIRST_NIGHT = date(2026, 2, 26)
NIGHTS = 5

DATASETS = {
    "federal": [
        ("contratos", "Contratos celebrados por la Administración Pública Federal", SUITE),
        ("proveedores-sancionados", "Proveedores y contratistas sancionados", "debarred_suppliers"),
        (
            "declaraciones",
            "Declaraciones patrimoniales y de intereses (versión pública)",
            "asset_declarations",
        ),
    ],
    "estatal": [
        ("padron", "Padrón de proveedores del Estado", "company_register"),
        ("presupuesto", "Presupuesto de egresos, por clave y capítulo", "budget"),
        ("obra", "Obra pública: avance físico y financiero", SUITE),
    ],
}

EXPECTATIONS = [
    (
        "buyer_id.present",
        "expect_column_values_to_not_be_null",
        "completeness",
        Severity.CRITICAL,
        "buyer_id",
    ),
    ("amount.present", "expect_column_values_to_not_be_null", "completeness", Severity.CRITICAL, "amount"),
    ("amount.number", "expect_column_values_to_match_regex", "validity", Severity.CRITICAL, "amount"),
    ("supplier_id.rfc", "veedor_rfc", "validity", Severity.WARNING, "supplier_id"),
    (
        "signed_on.date",
        "expect_column_values_to_match_strftime_format",
        "validity",
        Severity.WARNING,
        "signed_on",
    ),
    (
        "contract_id.unique",
        "expect_column_values_to_be_unique",
        "uniqueness",
        Severity.CRITICAL,
        "contract_id",
    ),
    ("dates.in_order", "veedor_in_order", "consistency", Severity.INFO, "signed_on, ends_on"),
]
COLUMNS = {
    "buyer_id": "Clave de la dependencia",
    "amount": "Importe (MXN)",
    "supplier_id": "RFC del proveedor",
    "signed_on": "Fecha de firma",
    "contract_id": "Código del contrato",
    "signed_on, ends_on": "Fecha de firma, Fecha de fin",
}
TITLES = {
    "buyer_id.present": ("Every contract names its buyer", "Todo contrato dice quién compra"),
    "amount.present": ("Every contract has an amount", "Todo contrato tiene un importe"),
    "amount.number": ("Amounts are numbers", "Los importes son números"),
    "supplier_id.rfc": ("Supplier ids are valid RFCs", "El RFC de cada proveedor es válido"),
    "signed_on.date": ("Dates are ISO 8601 dates", "Las fechas siguen ISO 8601"),
    "contract_id.unique": ("Contract ids are unique", "El código de contrato no se repite"),
    "dates.in_order": ("Contracts end after they begin", "El contrato termina después de empezar"),
}
ADVICE = {
    "en": "Mend the rows listed in the source system, export the file again and publish it under the same address.",
    "es": "Corrija en el sistema de origen las filas indicadas, exporte de nuevo el archivo y publíquelo en la "
    "misma dirección.",
}


def nights() -> list[date]:
    """The nights of the generated folders, oldest first."""
    return [FIRST_NIGHT + timedelta(days=number) for number in range(NIGHTS)]


def write(runs: Path, seed: int = 7, *, titles: dict[str, str] | None = None) -> list[Path]:
    """Write all run folders and night folders under `runs`; gives the folders in the order of the nights.

    `titles` replaces the title of a dataset by its key.
    """
    folders = []
    for number, night in enumerate(nights()):
        for source in sorted(DATASETS):
            folder = artifacts.run_folder(runs, night, source)
            _write_run(folder, source, night, number, _dice(f"{seed}{source}{number}"), titles or {})
            folders.append(folder)
        folders.append(
            night_folders.write(artifacts.night_folder(runs, night), night, number, tuple(DATASETS), ADVICE)
        )
    return folders


def _dice(seed: str) -> random.Random:
    return random.Random(seed)  # noqa: S311


def _write_run(
    folder: Path, source: str, night: date, number: int, dice: random.Random, titles: dict[str, str]
) -> None:
    instant = datetime(night.year, night.month, night.day, 7, 0, tzinfo=UTC)
    outage = source == "estatal" and number == 2
    fault = Fault(FaultKind.TIMED_OUT, "the portal did not answer within 30 seconds", "Try again.", True)
    datasets = tuple(_dataset(source, name, title, guide, titles) for name, title, guide in DATASETS[source])
    if outage:
        datasets = ()
    catalog = Catalog(
        source, "ckan", f"https://datos.{source}.example.org", datasets, instant, fault if outage else None
    )
    snapshots: list[Snapshot] = []
    reads: list[ReadReport] = []
    validations: list[ValidationResult] = []
    measurements: list[QualityMeasurement] = []
    scores: list[Score] = []
    scales: list[ScaleScore] = []
    fixes: list[Fix] = []
    pages: list[PageVisit] = []
    verdicts: list[Verdict] = []
    for position, (name, _, guide) in enumerate(DATASETS[source]):
        key = f"{source}/{name}"
        outcome = _outcome(source, position, number)
        if outage:
            verdicts.append(Verdict(key, Outcome.NOT_RUN, fault.message))
            continue
        results: list[ValidationResult] = []
        for file in datasets[position].distributions:
            snapshot = _snapshot(file, instant, outcome, dice, number)
            snapshots.append(snapshot)
            if snapshot.sha256 is None:
                continue
            reads.append(_read(file, snapshot.sha256, outcome, number, dice))
            if guide != "asset_declarations":
                results.append(_validation(file, guide, snapshot.sha256, outcome, number, dice))
        validations += results
        measurements += judgements.measurements(key, outcome, results, dice)
        scores += judgements.scores(key, outcome, results, number, dice)
        scales += judgements.scale_scores(key, number)
        fixes += judgements.fixes(key, outcome, number)
        pages += judgements.pages(datasets[position], instant)
        verdicts.append(judgements.verdict(key, outcome, results))
    artifacts.write_value(folder / artifacts.CATALOG, catalog)
    artifacts.write_values(folder / artifacts.SNAPSHOTS, snapshots)
    artifacts.write_values(folder / artifacts.READS, reads)
    artifacts.write_values(folder / artifacts.ROW_CHANGES, [judgements.row_change(it) for it in reads])
    artifacts.write_values(folder / artifacts.VALIDATION_RESULTS, validations)
    artifacts.write_values(folder / artifacts.MEASUREMENTS, measurements)
    artifacts.write_values(folder / artifacts.SCORES, scores)
    artifacts.write_values(folder / artifacts.SCALES, scales)
    artifacts.write_values(folder / artifacts.FIXES, fixes)
    artifacts.write_values(folder / artifacts.PAGES, pages)
    artifacts.write_values(folder / artifacts.VERDICTS, verdicts)
    index = RunIndex(
        source,
        night,
        "0.1.0",
        instant,
        instant + timedelta(minutes=4),
        "partial" if outage else "success",
        "r1",
    )
    artifacts.write_value(folder / artifacts.INDEX, index)


def _outcome(source: str, position: int, number: int) -> Outcome:
    story = {
        ("federal", 0): [Outcome.PASSED, Outcome.PASSED, Outcome.FAILED, Outcome.FAILED, Outcome.FAILED],
        ("federal", 1): [Outcome.FAILED, Outcome.FAILED, Outcome.FAILED, Outcome.PASSED, Outcome.PASSED],
        ("federal", 2): [Outcome.NOT_APPLICABLE] * 5,
        ("estatal", 0): [Outcome.PASSED] * 4 + [Outcome.BLOCKED],
        ("estatal", 1): [Outcome.PASSED, Outcome.PASSED, Outcome.PASSED, Outcome.PASSED, Outcome.PARTLY_READ],
        ("estatal", 2): [
            Outcome.PASSED,
            Outcome.PASSED,
            Outcome.PASSED,
            Outcome.PASSED,
            Outcome.NOT_PUBLISHED,
        ],
    }
    return story[(source, position)][number]


def _dataset(source: str, name: str, title: str, guide: str, titles: dict[str, str]) -> Dataset:
    key = f"{source}/{name}"
    files = ["csv"] if name != "contratos" else ["2025", "2026"]
    return Dataset(
        key=key,
        title=titles.get(key, title),
        publisher=Publisher(f"Secretaría de Prueba ({source})", "MX"),
        contact_point=ContactPoint(f"Unidad de Transparencia <{ADDRESS}>", ADDRESS),
        distributions=tuple(
            Distribution(
                key=f"{key}/{file}",
                title=f"{title} ({file})",
                download_url=f"https://datos.{source}.example.org/{name}/{file}.csv",
                format="csv",
                media_type="text/csv",
                byte_size=10**30,  # a declared size need not be a possible one
            )
            for file in files
        ),
        guide_dataset=guide,
        guide_title={"en": guide.replace("_", " "), "es": f"{title} de la guía"},
        license="CC-BY-4.0",
        accrual_periodicity="R/P1M",
        accrual_periodicity_days=30.4,
        modified="2026-02-20",
        landing_page=f"https://datos.{source}.example.org/dataset/{name}",
        keywords=("transparencia", "anticorrupción"),
    )


def _snapshot(
    file: Distribution, instant: datetime, outcome: Outcome, dice: random.Random, number: int
) -> Snapshot:
    if outcome in (Outcome.BLOCKED, Outcome.NOT_PUBLISHED):
        kind, status = (FaultKind.BLOCKED, 403) if outcome is Outcome.BLOCKED else (FaultKind.GONE, 404)
        fault = Fault(kind, f"the server answered {status}", "Publish the file again under this address.")
        return Snapshot(file.key, file.download_url, instant, http_status=status, seconds=0.4, fault=fault)
    sha256 = f"{_dice(f'{file.key}{number // 2}').getrandbits(256):064x}"
    return Snapshot(
        distribution=file.key,
        url=file.download_url,
        visited_on=instant,
        sha256=sha256,
        bytes=1_204_300 + dice.randrange(90_000),
        changed=None if number == 0 else number % 2 == 0,
        http_status=200,
        final_url=file.download_url,
        last_modified="Fri, 20 Feb 2026 18:00:00 GMT",
        media_type="text/csv",
        file_name="datos.csv",
        seconds=1.7,
    )


def _read(file: Distribution, sha256: str, outcome: Outcome, number: int, dice: random.Random) -> ReadReport:
    partly = outcome is Outcome.PARTLY_READ
    renamed = ColumnChange(ColumnChangeKind.RENAMED, "Monto", "Importe (MXN)")
    return ReadReport(
        distribution=file.key,
        table="datos",
        format="csv",
        encoding="cp1252",
        delimiter=",",
        header_row=3,
        columns=tuple(COLUMNS.values()),
        rows=48_211 + dice.randrange(900),
        lost=1_310 if partly else 0,
        share_read=0.973 if partly else 1.0,
        layout="v4",
        roles={role: column for role, column in COLUMNS.items() if "," not in role},
        missing_roles=("ends_on",),
        sha256=sha256,
        column_changes=(renamed,) if number == 2 else (),
    )


def _validation(
    file: Distribution, suite: str, sha256: str, outcome: Outcome, number: int, dice: random.Random
) -> ValidationResult:
    rows = 48_211
    results = []
    for name, kind, dimension, severity, role in EXPECTATIONS:
        failing = outcome is Outcome.FAILED and name in ("amount.number", "supplier_id.rfc")
        came = Outcome.FAILED if failing else Outcome.PASSED
        if name == "dates.in_order":
            came = Outcome.NOT_APPLICABLE
        if name == "contract_id.unique" and outcome is Outcome.PARTLY_READ:
            came = Outcome.ERROR
        bad = dice.randrange(200, 4_000) if failing else 0
        values = ["***", "***"] if name == "supplier_id.rfc" else ["1.234,56", "s/d", "N/A"]
        title = TITLES[name]
        known = came in (Outcome.PASSED, Outcome.FAILED)
        results.append(
            ExpectationResult(
                key=f"{suite}.{name}",
                type=kind,
                outcome=came,
                severity=severity,
                dimension=dimension,
                principle="P2",
                role=role,
                column=COLUMNS[role],
                reason={
                    Outcome.FAILED: f"{bad} of {rows} values are not as expected",
                    Outcome.NOT_APPLICABLE: "the layout has no column for ends_on",
                    Outcome.ERROR: "the expectation could not be computed",
                }.get(came, ""),
                element_count=rows if known else None,
                missing_count=12 if known else None,
                unexpected_count=bad if known else None,
                unexpected_percent=100 * bad / (rows - 12) if known else None,
                examples=tuple(
                    UnexpectedExample(dice.randrange(4, rows), value) for value in values if failing
                ),
                title={"en": title[0], "es": title[1]},
                advice=ADVICE,
                basis="adapted: OCDS 1.1",
            )
        )
    version = "1.1.0" if suite == "debarred_suppliers" and number >= 3 else "1.0.0"
    reused = None if number % 2 == 0 else (FIRST_NIGHT + timedelta(days=number - 1)).isoformat()
    return ValidationResult(
        file.key, "datos", suite, version, sha256, "v4", rows, tuple(results), reused_from=reused
    )
