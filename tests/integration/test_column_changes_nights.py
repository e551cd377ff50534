"""Columns that change from one night to the next: recorded, told in the verdict, on the page and to the owner."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.clock import FixedClock
from pipelines.history.asking import columns_and_rows
from pipelines.model import Alert, ColumnChange, ColumnChangeKind, QualityMeasurement, ReadReport, Verdict
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.snapshots.store import store_at
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.portal_server.server import PortalServer

pytestmark = pytest.mark.slow

FIRST = date(2026, 3, 1)
SOURCES = """
version: 1
time_zone: America/Mexico_City
sources:
  - id: files
    portal: direct
    publisher: {name: P}
    owner: {name: O, email: owner@example.org}
    datasets:
      - id: contratos
        title: Contratos
        guide_dataset: contracts_register
        accrual_periodicity: R/P1D
        distributions: [{id: csv, url: "URL/contratos.csv", format: csv}]
"""
HEADER = "contract_id,supplier_name,value_amount,date_signed,supplier_id"
RENAMED = "clave,adjudicatario,value_amount,firma,notas"
ROWS = [f"C-{n},Proveedora Ejemplo {n},{n}.5,2025-01-{n % 28 + 1:02d},AAA{n:09d}" for n in range(60)]
NOTED = [f"{row.rpartition(',')[0]},nota {n}" for n, row in enumerate(ROWS)]
CHANGES = (
    ColumnChange(ColumnChangeKind.RENAMED, "contract_id", "clave"),
    ColumnChange(ColumnChangeKind.RENAMED, "supplier_name", "adjudicatario"),
    ColumnChange(ColumnChangeKind.RENAMED, "date_signed", "firma"),
    ColumnChange(ColumnChangeKind.DROPPED, "supplier_id"),
    ColumnChange(ColumnChangeKind.ADDED, None, "notas"),
)


def _night(settings: Settings, url: str, number: int) -> Path:
    night = FIRST + timedelta(days=number - 1)
    sources = parse(SOURCES.replace("URL", url))
    clock = FixedClock(datetime(night.year, night.month, night.day, 9, tzinfo=UTC))
    with opened_tools(settings, sources, clock=clock) as tools:
        assert run_night(sources, night, tools).failures == ()
    return artifacts.run_folder(settings.runs, night, "files")


def _report(folder: Path) -> ReadReport:
    return artifacts.read_values(folder / artifacts.READS, ReadReport)[0]


def _nights(settings: Settings, *, pruned: bool = False) -> list[Path]:
    published = [(HEADER, ROWS), (RENAMED, NOTED), (RENAMED, NOTED)]
    folders: list[Path] = []
    with PortalServer(validators=False) as portal:
        for number, (header, rows) in enumerate(published, 1):
            portal.files["/contratos.csv"] = "\n".join([header, *rows, ""]).encode()
            if pruned and number == 2:
                store_at(settings.store, settings.snapshots).drop(_report(folders[0]).sha256 or "")
            folders.append(_night(settings, portal.url, number))
            page = settings.public / "es" / "dataset" / "files" / "contratos.html"
            (settings.data / f"contratos-{number}.html").write_bytes(page.read_bytes())
    return folders


def test_a_night_with_other_columns_says_what_became_of_each(settings: Settings) -> None:
    first, second, third = _nights(settings)
    assert _report(first).layout == "roles"
    assert _report(first).column_changes == _report(third).column_changes == ()
    report = _report(second)
    assert report.column_changes == CHANGES
    assert report.kinds["value_amount"] == "number ."
    assert report.kinds["firma"] == "date ymd"
    assert report.layout is None

    measured = artifacts.read_values(second / artifacts.MEASUREMENTS, QualityMeasurement)
    changed = next(item for item in measured if item.metric == "structure.columns_changed")
    assert changed.value == 5
    assert "renamed: contract_id to clave, supplier_name to adjudicatario" in changed.reason
    verdict = artifacts.read_values(second / artifacts.VERDICTS, Verdict)[0]
    assert verdict.reason.endswith("date_signed to firma; dropped: supplier_id; added: notas")
    alerts = artifacts.read_values(
        artifacts.night_folder(settings.runs, FIRST + timedelta(days=1)) / artifacts.ALERTS, Alert
    )
    advice = alerts[0].transitions[0].advice
    assert "renombradas: contract_id a clave" in advice["es"]
    assert "suprimidas: supplier_id" in advice["es"]
    assert "dropped: supplier_id" in advice["en"]

    told = [path.read_text(encoding="utf-8") for path in sorted(settings.data.glob("contratos-*.html"))]
    assert ["Columnas que cambiaron" in page for page in told] == [False, True, False]
    assert "renombradas: contract_id a clave" in told[1]

    _, rows = columns_and_rows(
        "select night, column_changes from read_report where column_changes <> '[]'",
        [],
        public=settings.public,
    )
    assert [(night, [item["kind"] for item in json.loads(str(text))]) for night, text in rows] == [
        (FIRST + timedelta(days=1), ["renamed", "renamed", "renamed", "dropped", "added"])
    ]


def test_without_the_older_bytes_nothing_is_called_a_rename_that_only_looks_like_one(
    settings: Settings,
) -> None:
    report = _report(_nights(settings, pruned=True)[1])
    told = {change.kind for change in report.column_changes}
    assert told == {ColumnChangeKind.DROPPED, ColumnChangeKind.ADDED}
    assert {change.before for change in report.column_changes if change.before} == {
        "contract_id", "supplier_name", "date_signed", "supplier_id"
    }  # fmt: skip
