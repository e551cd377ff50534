"""The data are coherent: one set of firms and bodies, valid identifiers, and the faults of the table only."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any

import pytest
from stdnum.mx import rfc

from pipelines.demo import story
from pipelines.demo.bodies import BODIES
from pipelines.demo.faults import KNOWN_FAULTS

AMOUNT = re.compile(r"^\d{1,3}(\.\d{3})*,\d{2}$")
PLAIN_AMOUNT = re.compile(r"^\d+\.\d{2}$")
PROCEDURE = re.compile(
    r"^(LA|IA|AA)-(?P<ramo>\d{2})-(?P<ur>[0-9A-Z]{3})-(?P<uc>\d{3}[0-9A-Z]{3}\d{3})-N-\d{1,5}-20\d{2}$"
)
CODES = {body.code: body.name for body in BODIES}


def day_of(text: str) -> date:
    """A date written dd/mm/yyyy."""
    day, month, year = map(int, text.split("/"))
    return date(year, month, day)


def faults_found(tables: Any, today: date) -> dict[tuple[str, str], int]:
    """Count, from the published files alone, every row that breaks a rule of its dataset."""
    found: Counter[tuple[str, str]] = Counter()
    codes = Counter(row["Código del contrato"] for row in tables.contratos)
    found["contratos", "duplicated_code"] = sum(count - 1 for count in codes.values())
    for row in tables.contratos:
        supplier = row["RFC del proveedor"]
        start, end = day_of(row["Fecha de inicio"]), day_of(row["Fecha de fin"])
        signed = day_of(row["Fecha de firma"])
        for fault, is_there in {
            "blank_supplier_rfc": supplier == "",
            "misshapen_supplier_rfc": supplier != "" and not rfc.is_valid(supplier, True),
            "ends_before_start": end < start,
            "signed_after_start_or_end": signed > start or signed > end,
            "placeholder_procedure_code": row["Código del expediente"] == "S/N",
            "malformed_procedure_code": row["Código del expediente"] != "S/N"
            and not PROCEDURE.match(row["Código del expediente"]),
            "signed_in_the_future": signed > today,
            "trailing_blank": any(value != value.strip() for value in row.values()),
            "malformed_currency": row["Moneda"] not in ("MXN", "USD"),
            "malformed_amount": not AMOUNT.match(row["Importe"]),
            "unknown_body": CODES.get(row["Clave de la institución"]) != row["Institución"].strip(),
            "unknown_status": row["Estatus"] not in ("Vigente", "Terminado", "Cancelado", "Por iniciar"),
        }.items():
            found["contratos", fault] += is_there
    files = Counter(row["Expediente"] for row in tables.sancionados)
    found["sancionados", "duplicated_file"] = sum(count - 1 for count in files.values())
    for row in tables.sancionados:
        end_text, fined = row["Fecha de término"], row["Tipo de sanción"] == "Multa"
        for fault, is_there in {
            "debarred_without_end": row["Tipo de sanción"] == "Inhabilitación" and end_text == "",
            "other_without_end": row["Tipo de sanción"] != "Inhabilitación" and end_text == "",
            "ends_before_start": bool(end_text) and end_text < row["Fecha de inicio"],
            "starts_before_resolution": row["Fecha de inicio"] < row["Fecha de resolución"],
            "captured_in_the_future": row["Fecha de captura"] > today.isoformat(),
            "invalid_rfc": not rfc.is_valid(row["RFC"], True),
            "wrong_kind": len(row["RFC"]) != {"F": 13, "M": 12}[row["Tipo de persona"]],
            "fine_without_amount": fined != bool(PLAIN_AMOUNT.match(row["Monto de la multa"])),
            "fine_without_currency": bool(row["Monto de la multa"]) != (row["Moneda"] == "MXN"),
            "ended_but_in_force": bool(end_text)
            and (end_text < today.isoformat()) != (row["Estatus"] == "Concluida"),
            "trailing_blank": any(value != value.strip() for value in row.values()),
        }.items():
            found["sancionados", fault] += is_there
    for row in tables.servidores:
        code = row["Clave de la dependencia"]
        mail = row["Correo institucional"]
        for fault, is_there in {
            "missing_body_code": code == "",
            "unknown_body": code != "" and CODES.get(code) != row["Dependencia"],
            "left_before_start": bool(row["Fecha de baja"]) and row["Fecha de baja"] < row["Fecha de alta"],
            "start_in_the_future": row["Fecha de alta"] > today.isoformat(),
            "malformed_salary": not PLAIN_AMOUNT.match(row["Sueldo bruto mensual"]),
            "not_a_reserved_mail": not re.match(r"^[a-z.]+\.\d{6}@[a-z]+\.gob\.example$", mail),
            "trailing_blank": any(value != value.strip() for value in row.values()),
        }.items():
            found["servidores", fault] += is_there
    return {key: count for key, count in found.items() if count}


@pytest.mark.parametrize("seed", [1, 7, 2017])
@pytest.mark.parametrize("night", [1, 5])
def test_a_careful_reader_finds_the_known_faults_and_no_other(tables_of: Any, seed: int, night: int) -> None:
    found = faults_found(tables_of(seed, night), story.night_date(night))
    assert found == {(known.dataset, known.fault): known.count for known in KNOWN_FAULTS}


def test_four_percent_of_the_first_edition_lack_the_suppliers_rfc(nights: Any) -> None:
    blank = sum(row["RFC del proveedor"] == "" for row in nights[1].contratos)
    assert blank / len(nights[1].contratos) == pytest.approx(0.04)


def test_suppliers_are_companies_of_the_register_under_one_name(nights: Any) -> None:
    register = {row["RFC"]: row["Razón social"] for row in nights[5].empresas}
    assert len(register) == 400
    assert all(rfc.is_valid(number, True) and len(number) == 12 for number in register)
    for row in nights[5].contratos:
        number = row["RFC del proveedor"]
        assert register.get(number, row["Proveedor"]) == row["Proveedor"]
    matched = sum(row["RFC del proveedor"] in register for row in nights[5].contratos)
    assert matched == 1248 - 48 - 6
    debarred = {row["RFC"] for row in nights[5].sancionados if row["Tipo de persona"] == "M"}
    assert debarred <= set(register)
    both = debarred & {row["RFC del proveedor"] for row in nights[5].contratos}
    assert 3 <= len(both) <= 10


def test_company_rows_keep_what_spreadsheets_lose(nights: Any) -> None:
    rows = nights[1].empresas
    assert all(isinstance(row["Código postal"], str) for row in rows)
    assert all(re.match(r"^\d{5}$", row["Código postal"]) for row in rows)
    assert any(row["Código postal"].startswith("0") for row in rows)
    for row in rows:
        assert isinstance(row["Fecha de constitución"], date)
        assert f"{row['Fecha de constitución']:%y%m%d}" == row["RFC"][3:9]
    assert {row["Beneficiario controlador declarado"] for row in rows} == {"Sí", "No"}


def test_procedure_codes_repeat_branch_and_unit_consistently(nights: Any) -> None:
    for row in nights[5].contratos:
        parts = PROCEDURE.match(row["Código del expediente"])
        if parts:
            assert parts["uc"][:6] == f"{int(parts['ramo']):03d}{parts['ur']}"
            assert row["Clave de la institución"] == f"{int(parts['ramo']):03d}-{parts['ur']}"


def test_budget_lines_have_one_key_and_one_label_and_the_bodies_of_the_contracts(nights: Any) -> None:
    lines = nights[1].presupuesto
    keys = {(r["Ciclo"], r["Ramo"], r["Unidad responsable"], r["Partida específica"]) for r in lines}
    assert len(keys) == len(lines) == 600
    assert len({(r["Ramo"], r["Descripción del ramo"]) for r in lines}) == len({r["Ramo"] for r in lines})
    assert all(re.match(r"^\d{5}$", row["Partida específica"]) for row in lines)
    for row in lines:
        assert all(
            PLAIN_AMOUNT.match(row[f"Monto {kind}"]) for kind in ("aprobado", "modificado", "ejercido")
        )
        assert float(row["Monto ejercido"]) <= float(row["Monto modificado"])
    codes = {f"{int(row['Ramo']):03d}-{row['Unidad responsable']}" for row in lines}
    assert {row["Clave de la institución"] for row in nights[1].contratos} <= codes


def test_releases_are_whole_and_agree_with_the_register_of_contracts(nights: Any) -> None:
    package = nights[5].licitaciones
    assert package["version"] == "1.1"
    assert {"uri", "publishedDate", "publisher", "license"} <= set(package)
    register = {row["Código del contrato"]: row for row in nights[5].contratos}
    companies = {row["RFC"] for row in nights[5].empresas}
    ocids = [release["ocid"] for release in package["releases"]]
    assert len(set(ocids)) == len(ocids)
    for release in package["releases"]:
        assert re.match(r"^ocds-[a-z0-9]{6}-.+$", release["ocid"])
        assert release["initiationType"] == "tender"
        parties = {party["id"]: party for party in release["parties"]}
        assert len(parties) == len(release["parties"])
        assert all(party["identifier"]["scheme"] == "MX-RFC" for party in parties.values())
        assert all(rfc.is_valid(party["identifier"]["id"], True) for party in parties.values())
        assert "buyer" in parties[release["buyer"]["id"]]["roles"]
        tender, (award,), (contract,) = release["tender"], release["awards"], release["contracts"]
        assert tender["numberOfTenderers"] == len(tender["tenderers"])
        assert all("tenderer" in parties[item["id"]]["roles"] for item in tender["tenderers"])
        (supplier,) = award["suppliers"]
        assert "supplier" in parties[supplier["id"]]["roles"]
        assert supplier["id"] in companies
        assert tender["tenderPeriod"]["startDate"] < tender["tenderPeriod"]["endDate"] < award["date"]
        assert award["date"] <= contract["dateSigned"] <= package["publishedDate"]
        assert contract["awardID"] == award["id"]
        row = register[contract["id"]]
        assert supplier["id"] == row["RFC del proveedor"]
        assert tender["id"] == row["Código del expediente"]
        amount = float(row["Importe"].replace(".", "").replace(",", "."))
        assert contract["value"] == {"amount": amount, "currency": row["Moneda"]}
