"""The register of contracts (contracts_register): records that grow by twelve a night, and their rows.

Belongs here: what a contract is and how contratos.csv writes it. Does not belong here: its standing faults
(`faults.py`) or what breaks on the fourth night (`story.py`). Procedure numbers follow the form in use since
2023, `LA-12-NBV-012NBV001-N-89-2026`, in which the branch and the unit stand twice and must agree.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.demo.bodies import FEDERAL, Body
from pipelines.demo.companies import Firm
from pipelines.demo.dates import FIRST_NIGHT, day_between, night_date, spanish, working_day
from pipelines.demo.people import cents, decimal_comma, stream

FIRST_EDITION = 1200
A_NIGHT = 12
SUPPLIERS = 260  # the first firms of the register sell to the state

HEADER = (
    "Código del contrato",
    "Código del expediente",
    "Título del contrato",
    "Estatus",
    "Institución",
    "Clave de la institución",
    "Proveedor",
    "RFC del proveedor",
    "Importe",
    "Moneda",
    "Fecha de firma",
    "Fecha de inicio",
    "Fecha de fin",
    "Tipo de procedimiento",
)

OPEN, INVITED, DIRECT = "Licitación pública", "Invitación a cuando menos tres", "Adjudicación directa"
TYPE_LETTERS = {OPEN: "LA", INVITED: "IA", DIRECT: "AA"}

SUBJECTS = (
    "Adquisición de medicamentos y material de curación",
    "Servicio de limpieza, jardinería y fumigación",
    "Construcción del puente vehicular «El Ciruelo»",
    "Mantenimiento preventivo a equipo de cómputo; incluye refacciones",
    "Suministro de papelería y artículos de oficina",
    'Rehabilitación del camino rural "La Peñuela"',
    "Servicio de vigilancia y protección civil",
    "Arrendamiento de vehículos terrestres",
    "Adquisición de mobiliario para aulas y bibliotecas",
    "Servicio de alimentación para comedores comunitarios",
    "Supervisión técnica de obra pública",
    "Impresión de libros de texto y material didáctico",
)
STAGES = ("", "", "", ", primera etapa", ", segunda etapa", ", zona norte", ", región centro")


@dataclass(frozen=True)
class Contract:
    """One contract. `amount` is in cents; what is written may differ from what is true (`faults.py`)."""

    code: str
    procedure_code: str
    title: str
    cancelled: bool
    body: Body
    body_name: str
    supplier: Firm
    supplier_rfc: str
    amount: int
    currency: str
    signed: date
    start: date
    end: date
    procedure: str

    def status(self, day: date) -> str:
        """How the register describes the contract on `day`."""
        if self.cancelled:
            return "Cancelado"
        if self.start > day:
            return "Por iniciar"
        return "Terminado" if self.end < day else "Vigente"


def contracts(seed: int, night: int, firms: Sequence[Firm]) -> list[Contract]:
    """All contracts signed up to `night`, oldest first: those of the night before and twelve more."""
    rng = stream(seed, "contracts")
    last = FIRST_NIGHT - timedelta(days=1)
    days = [working_day(day_between(rng, date(2025, 1, 3), last)) for _ in range(FIRST_EDITION)]
    found = [_contract(rng, number, day, firms) for number, day in enumerate(sorted(days), 1)]
    for later in range(2, night + 1):
        rng = stream(seed, "contracts", later)
        day = night_date(later)
        for number in range(A_NIGHT):
            signed = day if number >= A_NIGHT // 2 else day - timedelta(days=1)
            found.append(_contract(rng, len(found) + 1, signed, firms))
    return found


def _contract(rng: random.Random, number: int, signed: date, firms: Sequence[Firm]) -> Contract:
    body = rng.choice(FEDERAL)
    procedure = rng.choices((OPEN, INVITED, DIRECT), (35, 20, 45))[0]
    letters, branch = TYPE_LETTERS[procedure], int(body.branch)
    unit = f"{branch:03d}{body.unit}{rng.randrange(1, 60):03d}"
    supplier = firms[rng.randrange(SUPPLIERS)]
    start = signed + timedelta(days=rng.randrange(31))
    return Contract(
        code=f"C-{signed.year}-{number:06d}",
        procedure_code=f"{letters}-{branch:02d}-{body.unit}-{unit}-N-{number}-{signed.year}",
        title=rng.choice(SUBJECTS) + rng.choice(STAGES),
        cancelled=rng.random() < 0.03,
        body=body,
        body_name=body.name,
        supplier=supplier,
        supplier_rfc=supplier.rfc,
        amount=cents(rng, 40_000, 90_000_000 if procedure == OPEN else 2_500_000),
        currency="USD" if rng.random() < 0.03 else "MXN",
        signed=signed,
        start=start,
        end=start + timedelta(days=rng.randrange(30, 540)),
        procedure=procedure,
    )


def rows(found: Sequence[Contract], day: date) -> list[list[str]]:
    """The contracts as contratos.csv of `day` writes them, in the order of `HEADER`."""
    return [
        [
            item.code,
            item.procedure_code,
            item.title,
            item.status(day),
            item.body_name,
            item.body.code,
            item.supplier.name,
            item.supplier_rfc,
            decimal_comma(item.amount),
            item.currency,
            spanish(item.signed),
            spanish(item.start),
            spanish(item.end),
            item.procedure,
        ]
        for item in found
    ]
