"""The sanctioned contractors (debarred_contractors): 220 sanctions and two more a night.

Belongs here: what a sanction is and the rows of sancionados.csv. Does not belong here: its standing faults
(`faults.py`). Persons are F or M as in the sanctions standard (S3) of Mexico's national digital platform.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.demo.bodies import FEDERAL, Body
from pipelines.demo.companies import Firm
from pipelines.demo.dates import FIRST_NIGHT, day_between, night_date
from pipelines.demo.people import cents, decimal_point, person, stream

FIRST_EDITION, A_NIGHT = 220, 2
SANCTIONED = slice(250, 390)  # of the register of companies; the first ten of them have contracts

HEADER = (
    "Expediente",
    "Proveedor o contratista",
    "RFC",
    "Tipo de persona",
    "Autoridad sancionadora",
    "Dependencia",
    "Tipo de sanción",
    "Causa",
    "Fecha de inicio",
    "Fecha de término",
    "Monto de la multa",
    "Moneda",
    "Fecha de resolución",
    "Fecha de captura",
    "Estatus",
)
DEBARRED, FINED, WARNED = "Inhabilitación", "Multa", "Amonestación"
CAUSES = (
    "Presentó información falsa en el procedimiento",
    "No formalizó el contrato adjudicado",
    "Incumplimiento de las obligaciones contractuales, con daño al área requirente",
    "Omitió entregar la garantía de cumplimiento",
)


@dataclass(frozen=True)
class Sanction:
    """One sanction. `fine` is in cents of MXN, 0 when there is none; `end` None is a standing fault."""

    file: str
    name: str
    rfc: str
    kind: str
    body: Body
    sanction: str
    cause: str
    start: date
    end: date | None
    fine: int
    resolved: date
    captured: date
    suspended: bool

    def status(self, day: date) -> str:
        """How the register describes the sanction on `day`."""
        if self.end is not None and self.end < day:
            return "Concluida"
        return "Suspendida" if self.suspended else "Vigente"


def sanctions(seed: int, night: int, firms: Sequence[Firm]) -> list[Sanction]:
    """All sanctions captured up to `night`, in the order of their resolution."""
    rng = stream(seed, "sanctions")
    last = FIRST_NIGHT - timedelta(days=25)
    days = sorted(day_between(rng, date(2021, 1, 4), last) for _ in range(FIRST_EDITION))
    found = [_sanction(rng, number, day, firms) for number, day in enumerate(days, 1)]
    for later in range(2, night + 1):
        rng, day = stream(seed, "sanctions", later), night_date(later) - timedelta(days=20)
        for _ in range(A_NIGHT):
            found.append(_sanction(rng, len(found) + 1, day, firms))
    return found


def _sanction(rng: random.Random, number: int, resolved: date, firms: Sequence[Firm]) -> Sanction:
    if rng.random() < 0.1:
        someone = person(rng)
        name, rfc, kind = someone.name, someone.rfc, "F"
    else:
        firm = rng.choice(firms[SANCTIONED])
        name, rfc, kind = firm.name, firm.rfc, "M"
    sanction = rng.choices((DEBARRED, FINED, WARNED), (60, 30, 10))[0]
    start = resolved + timedelta(days=rng.randrange(1, 20))
    length = {DEBARRED: rng.randrange(90, 1800), FINED: rng.randrange(30, 90), WARNED: 365}[sanction]
    return Sanction(
        file=f"PSC-{number:04d}/{resolved.year}",
        name=name,
        rfc=rfc,
        kind=kind,
        body=rng.choice(FEDERAL),
        sanction=sanction,
        cause=rng.choice(CAUSES),
        start=start,
        end=start + timedelta(days=length),
        fine=cents(rng, 15_000, 4_000_000) if sanction == FINED else 0,
        resolved=resolved,
        captured=resolved + timedelta(days=20),
        suspended=rng.random() < 0.05,
    )


def rows(found: Sequence[Sanction], day: date) -> list[list[str]]:
    """The sanctions as sancionados.csv of `day` writes them, in the order of `HEADER`."""
    return [
        [
            item.file,
            item.name,
            item.rfc,
            item.kind,
            f"Órgano Interno de Control en: {item.body.name}",
            item.body.name,
            item.sanction,
            item.cause,
            item.start.isoformat(),
            item.end.isoformat() if item.end else "",
            decimal_point(item.fine) if item.fine else "",
            "MXN" if item.fine else "",
            item.resolved.isoformat(),
            item.captured.isoformat(),
            item.status(day),
        ]
        for item in found
    ]
