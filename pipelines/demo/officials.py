"""The register of officials (public_officials_register): 500 posts and two more a night.

Belongs here: what an official's record is and the rows of servidores.csv. Does not belong here: its standing
faults (`faults.py`). Orders of government and powers are words of Mexico's national digital platform (S1).
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from pipelines.demo.bodies import BODIES, Body
from pipelines.demo.dates import FIRST_NIGHT, day_between, night_date
from pipelines.demo.people import decimal_point, person, plain, stream

FIRST_EDITION, A_NIGHT = 500, 2

HEADER = (
    "Id de servidor",
    "Nombre completo",
    "Puesto",
    "Nivel",
    "Dependencia",
    "Clave de la dependencia",
    "Orden de gobierno",
    "Ámbito",
    "Fecha de alta",
    "Fecha de baja",
    "Sueldo bruto mensual",
    "Moneda",
    "Periodicidad",
    "Correo institucional",
)
# Post, salary level, gross monthly salary in pesos.
POSTS = (
    ("Enlace administrativo", "P13", 14_500),
    ("Analista técnica", "P23", 18_200),
    ("Jefatura de departamento", "O23", 26_900),
    ("Subdirección de área", "N22", 41_300),
    ("Dirección de área", "M23", 71_800),
    ("Dirección general", "K12", 132_400),
)


@dataclass(frozen=True)
class Official:
    """One official in one post. `salary` is in cents of MXN a month; `body_code` may be blank by fault."""

    id: str
    name: str
    post: str
    level: str
    body: Body
    body_code: str
    start: date
    end: date | None
    salary: int

    @property
    def mail(self) -> str:
        """The institutional address: post and number at the body's own (reserved) domain."""
        post = plain(self.post).lower().split()
        return f"{'.'.join(post)}.{self.id.removeprefix('SP-')}@{self.body.short}.gob.example"


def officials(seed: int, night: int) -> list[Official]:
    """All officials registered up to `night`, in the order in which they were."""
    rng = stream(seed, "officials")
    last = FIRST_NIGHT - timedelta(days=1)
    found = [_official(rng, number, date(2012, 1, 2), last) for number in range(1, FIRST_EDITION + 1)]
    for later in range(2, night + 1):
        rng, day = stream(seed, "officials", later), night_date(later)
        for _ in range(A_NIGHT):
            found.append(_official(rng, len(found) + 1, day, day))
    return found


def _official(rng: random.Random, number: int, first: date, last: date) -> Official:
    post, level, salary = rng.choices(POSTS, (30, 25, 20, 12, 9, 4))[0]
    body, start = rng.choice(BODIES), day_between(rng, first, last)
    left = day_between(rng, start, last) if rng.random() < 0.12 and start < last else None
    return Official(
        id=f"SP-{number:06d}",
        name=person(rng).name,
        post=post,
        level=level,
        body=body,
        body_code=body.code,
        start=start,
        end=left,
        salary=salary * 100 + rng.randrange(200_000),
    )


def rows(found: Sequence[Official]) -> list[list[str]]:
    """The officials as servidores.csv writes them, in the order of `HEADER`."""
    return [
        [
            item.id,
            item.name,
            item.post,
            item.level,
            item.body.name,
            item.body_code,
            item.body.level,
            item.body.power,
            item.start.isoformat(),
            item.end.isoformat() if item.end else "",
            decimal_point(item.salary),
            "MXN",
            "Mensual",
            item.mail,
        ]
        for item in found
    ]
