"""What is published on which night, and that it is always the same."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines import sources
from pipelines.demo import contracts, story
from pipelines.demo.packages import PACKAGES

ROOT = Path(__file__).resolve().parents[3]
FILES = {
    "contratos.csv",
    "licitaciones.json",
    "sancionados.csv",
    "empresas.xlsx",
    "servidores.zip",
    "presupuesto.csv",
}


def test_the_first_night_is_a_monday_and_there_are_five() -> None:
    assert story.FIRST_NIGHT.strftime("%A") == "Monday"
    assert [story.night_date(night).day for night in range(1, 6)] == [2, 3, 4, 5, 6]
    for night in (0, 6, -1):
        with pytest.raises(ValueError, match="nights 1 to 5"):
            story.edition(7, night)


def test_another_process_makes_the_same_bytes_and_another_seed_makes_others(nights: Any) -> None:
    script = (
        "import hashlib, json; from pipelines.demo import story;"
        "print(json.dumps({n: hashlib.sha256(b).hexdigest() for n, b in story.edition(7, 4).items()}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Asia/Tokyo"},
        capture_output=True,
        check=True,
        timeout=60,
    )
    here = {name: hashlib.sha256(content).hexdigest() for name, content in nights[4].files.items()}
    assert set(here) == FILES
    assert json.loads(answer.stdout) == here
    other = story.edition(8, 4)
    assert all(other[name] != content for name, content in nights[4].files.items())


@pytest.mark.parametrize("name", ["empresas.xlsx", "servidores.zip"])
def test_containers_carry_no_time_of_their_making(nights: Any, name: str) -> None:
    with zipfile.ZipFile(io.BytesIO(nights[1].files[name])) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        if name.endswith(".xlsx"):
            properties = archive.read("docProps/core.xml").decode()
            assert set(re.findall(r"\d{4}-\d\d-\d\dT[\d:]+Z", properties)) == {"2026-01-01T00:00:00Z"}


def test_companies_and_budget_never_change_and_everything_else_does_every_night(nights: Any) -> None:
    for name in FILES:
        distinct = {nights[night].files[name] for night in nights}
        assert len(distinct) == (1 if name in ("empresas.xlsx", "presupuesto.csv") else 5), name


def test_each_night_holds_the_rows_of_the_night_before_and_a_few_more(nights: Any) -> None:
    counts = [
        (
            len(nights[night].contratos),
            len(nights[night].licitaciones["releases"]),
            len(nights[night].sancionados),
            len(nights[night].servidores),
            len(nights[night].empresas),
            len(nights[night].presupuesto),
        )
        for night in nights
    ]
    assert counts == [(1200 + 12 * n, 150 + 2 * n, 220 + 2 * n, 500 + 2 * n, 400, 600) for n in range(5)]
    for night in range(2, 6):
        before, now = nights[night - 1], nights[night]
        assert now.servidores[: len(before.servidores)] == before.servidores
        releases = now.licitaciones["releases"]
        assert releases[: len(before.licitaciones["releases"])] == before.licitaciones["releases"]
        for old, new in zip(before.sancionados, now.sancionados, strict=False):
            # Time passes, so a sanction may have ended; nothing else about it changes.
            assert {**old, "Estatus": ""} == {**new, "Estatus": ""}
    for old, new in zip(nights[1].contratos, nights[5].contratos, strict=False):
        assert {**old, "Estatus": ""} == {**new, "Estatus": ""}


def test_the_newest_dates_are_those_of_the_night(nights: Any) -> None:
    for night in range(2, 6):
        day: date = story.night_date(night)
        assert nights[night].contratos[-1]["Fecha de firma"] == day.strftime("%d/%m/%Y")
        assert max(row["Fecha de captura"] for row in nights[night].sancionados) == day.isoformat()
        assert max(row["Fecha de alta"] for row in nights[night].servidores) == day.isoformat()
        assert nights[night].licitaciones["publishedDate"].startswith(day.isoformat())


def test_night_four_loses_the_suppliers_and_exactly_a_third_of_the_amounts(nights: Any) -> None:
    broken = nights[4].contratos
    assert list(broken[0]) == [name for name in contracts.HEADER if name != "Proveedor"]
    blank = [place for place, row in enumerate(broken, 1) if row["Importe"] == ""]
    assert len(broken) == 1236
    assert blank == list(range(3, 1237, 3))
    for before, now in zip(nights[3].contratos, broken, strict=False):
        gone = {"Proveedor", "Importe", "Estatus"}
        assert {name: now[name] for name in now if name not in gone} == {
            name: before[name] for name in before if name not in gone
        }
        assert now["Importe"] in ("", before["Importe"])


def test_night_five_is_mended(nights: Any) -> None:
    for night in (1, 2, 3, 5):
        table = nights[night].contratos
        assert tuple(table[0]) == contracts.HEADER
        assert all(row["Proveedor"] and row["Importe"] for row in table)
    for before, now in zip(nights[3].contratos, nights[5].contratos, strict=False):
        assert (before["Proveedor"], before["Importe"]) == (now["Proveedor"], now["Importe"])


def test_the_formats_are_as_published(nights: Any) -> None:
    files = nights[1].files
    assert files["contratos.csv"].startswith("Código del contrato;".encode("latin-1"))
    with pytest.raises(UnicodeDecodeError):
        files["contratos.csv"].decode("utf-8")
    assert files["sancionados.csv"].startswith(b"\xef\xbb\xbfExpediente,")
    assert files["presupuesto.csv"].startswith(b"\xef\xbb\xbfCiclo,Ramo,")
    assert nights[1].members == ["servidores.csv"]
    title, header = nights[1].workbook[:2]
    assert "ficticios" in title[0]
    assert not any(title[1:])
    assert header[0] == "RFC"
    width = len(header)
    text = files["contratos.csv"].decode("latin-1")
    assert {len(row) for row in csv.reader(io.StringIO(text), delimiter=";")} == {14}
    assert {len(row) for row in nights[1].workbook} == {width}


def test_the_sources_file_is_valid_and_names_every_dataset_of_the_portal() -> None:
    declared = sources.parse(story.sources("http://127.0.0.1:8000"))
    assert [source.id for source in declared.enabled] == ["demo-compras", "demo-registros", "demo-hacienda"]
    assert {source.url for source in declared.sources} == {"http://127.0.0.1:8000"}
    assert {source.owner.email for source in declared.sources} == {
        "contrataciones@dependencia.example",
        "registros@dependencia.example",
        "presupuesto@dependencia.example",
    }
    watched = {item.identifier: item for source in declared.sources for item in source.datasets}
    assert set(watched) == {package.name for package in PACKAGES}
    assert {package.file for package in PACKAGES} == FILES
    for package in PACKAGES:
        assert watched[package.name].accrual_periodicity == package.frequency
    assert {item.guide_dataset for item in watched.values()} == {
        "contracts_register",
        "tenders_awards",
        "debarred_contractors",
        "company_register",
        "public_officials_register",
        "budgets",
    }
