"""The tenders and awards (tenders_awards): an OCDS 1.1 release package made from the contracts.

Belongs here: the mapping of a contract to a release of the Open Contracting Data Standard 1.1
(https://standard.open-contracting.org/1.1/). One release a process: an OCDS release never changes, so each
edition holds those of the night before and two more. The prefix `ocds-demo00` is nobody's in the registry.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from pipelines.demo.bodies import Body
from pipelines.demo.companies import Firm
from pipelines.demo.contracts import A_NIGHT, DIRECT, FIRST_EDITION, INVITED, OPEN, SUPPLIERS, Contract
from pipelines.demo.people import plain, stream, tax_id

FIRST_RELEASES = 150
RELEASES_A_NIGHT = 2
PREFIX = "ocds-demo00"
METHODS = {OPEN: "open", INVITED: "limited", DIRECT: "direct"}
# First word of a contract's title -> procurement category, UNSPSC class of what is bought.
CATEGORIES = {
    "Adquisición": ("goods", "42000000"),
    "Suministro": ("goods", "44120000"),
    "Construcción": ("works", "72140000"),
    "Rehabilitación": ("works", "72141000"),
    "Servicio": ("services", "76110000"),
    "Mantenimiento": ("services", "81110000"),
    "Arrendamiento": ("services", "78110000"),
    "Supervisión": ("services", "81100000"),
    "Impresión": ("services", "82120000"),
}


def package(seed: int, contracts: Sequence[Contract], firms: Sequence[Firm], day: date) -> dict[str, Any]:
    """The release package of `day`: 150 processes of the first edition and two of each later night."""
    chosen = list(contracts[FIRST_EDITION - FIRST_RELEASES : FIRST_EDITION])
    for first in range(FIRST_EDITION, len(contracts), A_NIGHT):
        chosen.extend(contracts[first : first + RELEASES_A_NIGHT])
    return {
        "uri": "https://datos.example/licitaciones.json",
        "version": "1.1",
        "publishedDate": _instant(day, 6),
        "publisher": {"name": "Dirección de Contrataciones (demostración)", "uri": "https://datos.example"},
        "license": "https://creativecommons.org/licenses/by/4.0/",
        "publicationPolicy": "https://datos.example/politica",
        "releases": [_release(seed, contract, firms) for contract in chosen],
    }


def _release(seed: int, contract: Contract, firms: Sequence[Firm]) -> dict[str, Any]:
    rng = stream(seed, "tender", contract.code)
    awarded = contract.signed - timedelta(days=rng.randrange(3, 15))
    closed = awarded - timedelta(days=rng.randrange(5, 20))
    opened = closed - timedelta(days=rng.randrange(15, 40))
    others = 0 if contract.procedure == DIRECT else rng.randrange(2, 5)
    rivals = rng.sample([firm for firm in firms[:SUPPLIERS] if firm.rfc != contract.supplier.rfc], others)
    tenderers = [_reference(firm) for firm in (contract.supplier, *rivals)]
    rng.shuffle(tenderers)
    ocid = f"{PREFIX}-{contract.procedure_code}"
    category, classification = CATEGORIES[contract.title.split()[0]]
    buyer = {"id": contract.body.code, "name": contract.body.name}
    item = {
        "id": "1",
        "description": contract.title,
        "classification": {"scheme": "UNSPSC", "id": classification},
        "quantity": rng.randrange(1, 200),
        "unit": {"name": "Pieza" if category == "goods" else "Servicio"},
    }
    tender: dict[str, Any] = {
        "id": contract.procedure_code,
        "title": contract.title,
        "status": "complete",
        "procuringEntity": buyer,
        "items": [item],
        "value": _value(round(contract.amount * rng.uniform(0.95, 1.25)), contract.currency),
        "procurementMethod": METHODS[contract.procedure],
        "procurementMethodDetails": contract.procedure,
        "mainProcurementCategory": category,
        "tenderPeriod": _period(opened, closed),
        "numberOfTenderers": len(tenderers),
        "tenderers": tenderers,
    }
    if contract.procedure == DIRECT:
        tender["procurementMethodRationale"] = "Monto menor al umbral de licitación"
    value = _value(contract.amount, contract.currency)
    award = f"{contract.procedure_code}-A1"
    return {
        "ocid": ocid,
        "id": f"{ocid}-{contract.signed.isoformat()}",
        "date": _instant(contract.signed),
        "tag": ["tender", "award", "contract"],
        "initiationType": "tender",
        "language": "es",
        "parties": [
            _body(contract.body),
            _firm(contract.supplier, ["supplier", "tenderer"]),
            *(_firm(firm, ["tenderer"]) for firm in rivals),
        ],
        "buyer": buyer,
        "tender": tender,
        "awards": [
            {
                "id": award,
                "title": contract.title,
                "status": "active",
                "date": _instant(awarded),
                "value": value,
                "suppliers": [_reference(contract.supplier)],
            }
        ],
        "contracts": [
            {
                "id": contract.code,
                "awardID": award,
                "title": contract.title,
                "status": "active",
                "period": _period(contract.start, contract.end),
                "value": value,
                "dateSigned": _instant(contract.signed),
            }
        ],
    }


def _instant(day: date, hour: int = 0) -> str:
    return f"{day.isoformat()}T{hour:02d}:00:00Z"


def _period(first: date, last: date) -> dict[str, str]:
    return {"startDate": _instant(first), "endDate": _instant(last)}


def _value(amount: int, currency: str) -> dict[str, Any]:
    return {"amount": amount / 100, "currency": currency}


def _reference(firm: Firm) -> dict[str, str]:
    return {"id": firm.rfc, "name": firm.name}


def _firm(firm: Firm, roles: list[str]) -> dict[str, Any]:
    identifier = {"scheme": "MX-RFC", "id": firm.rfc, "legalName": firm.name}
    address = {
        "locality": firm.municipality,
        "region": firm.state,
        "postalCode": firm.postcode,
        "countryName": "México",
    }
    return {**_reference(firm), "identifier": identifier, "address": address, "roles": roles}


def _body(body: Body) -> dict[str, Any]:
    letters = "".join(plain(word)[0] for word in body.name.split() if word[0].isupper()).upper()
    number = tax_id((letters + "XXX")[:3], date(1998, 1, 1), stream(0, "body", body.code))
    return {
        "id": body.code,
        "name": body.name,
        "identifier": {"scheme": "MX-RFC", "id": number, "legalName": body.name},
        "additionalIdentifiers": [{"scheme": "MX-CPA", "id": f"{body.branch}-{body.unit}"}],
        "roles": ["buyer", "procuringEntity"],
    }
