"""The register of companies (company_register): 400 firms, the same on every night.

Belongs here: what a firm is, how a seed makes one, and the rows of empresas.xlsx. The suppliers, tenderers
and sanctioned contractors of the other datasets are all taken from here. Does not belong here: what a firm
does elsewhere.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from pipelines.demo.dates import day_between
from pipelines.demo.people import plain, stream, tax_id

FIRMS = 400

TITLE = "Registro de empresas (datos ficticios de demostración)"
HEADER = (
    "RFC",
    "Razón social",
    "Tipo de sociedad",
    "Fecha de constitución",
    "Domicilio fiscal (municipio)",
    "Entidad federativa",
    "Código postal",
    "Estatus",
    "Beneficiario controlador declarado",
)

# Three words make a name, and their first letters begin its RFC.
TRADES = (
    "Constructora Edificaciones Suministros Servicios Comercializadora Distribuidora Ingeniería Consultoría "
    "Logística Proveedora Tecnología Laboratorios Mantenimiento Transportes Imprenta Pavimentos"
)
PLACES = ("Río", "Cañada", "Sierra", "Laguna", "Peña", "Bahía", "Cumbre", "Nopalera", "Jícara", "Estación")
COLOURS = ("Verde", "Añil", "Carmesí", "Ámbar", "Índigo", "Gris", "Turquesa", "Marfil")

LEGAL_FORMS = (
    ("S.A. de C.V.", "Sociedad Anónima de Capital Variable"),
    ("S. de R.L. de C.V.", "Sociedad de Responsabilidad Limitada de Capital Variable"),
    ("S.A.P.I. de C.V.", "Sociedad Anónima Promotora de Inversión de Capital Variable"),
    ("S.C.", "Sociedad Civil"),
)

# Municipality, state, and the first two digits of the postcodes there.
TOWNS = (
    ("Álvaro Obregón", "Ciudad de México", "01"),
    ("Benito Juárez", "Ciudad de México", "03"),
    ("Coyoacán", "Ciudad de México", "04"),
    ("Cuauhtémoc", "Ciudad de México", "06"),
    ("León", "Guanajuato", "37"),
    ("Guadalajara", "Jalisco", "44"),
    ("Zapopan", "Jalisco", "45"),
    ("Tlalnepantla de Baz", "Estado de México", "54"),
    ("Morelia", "Michoacán de Ocampo", "58"),
    ("Monterrey", "Nuevo León", "64"),
    ("Oaxaca de Juárez", "Oaxaca", "68"),
    ("Puebla", "Puebla", "72"),
    ("Querétaro", "Querétaro", "76"),
    ("San Luis Potosí", "San Luis Potosí", "78"),
    ("Xalapa", "Veracruz de Ignacio de la Llave", "91"),
    ("Mérida", "Yucatán", "97"),
)


@dataclass(frozen=True)
class Firm:
    """A company of the register; `declares_owner` says whether it named its beneficial owner."""

    rfc: str
    name: str
    legal_form: str
    founded: date
    municipality: str
    state: str
    postcode: str
    status: str
    declares_owner: bool


def firms(seed: int) -> list[Firm]:
    """The register of companies, in the order in which they stand in it; every name and RFC once."""
    rng = stream(seed, "firms")
    names = rng.sample(list(itertools.product(TRADES.split(), PLACES, COLOURS)), FIRMS)
    found: dict[str, Firm] = {}
    for words in names:
        letters = "".join(plain(word)[0] for word in words).upper()
        founded = day_between(rng, date(1986, 1, 1), date(2022, 12, 31))
        number = tax_id(letters, founded, rng)
        while number in found:
            number = tax_id(letters, founded, rng)
        suffix, legal_form = rng.choices(LEGAL_FORMS, (12, 5, 2, 1))[0]
        town, state, postal = rng.choice(TOWNS)
        found[number] = Firm(
            rfc=number,
            name=f"{' '.join(words)}, {suffix}",
            legal_form=legal_form,
            founded=founded,
            municipality=town,
            state=state,
            postcode=f"{postal}{rng.randrange(1000):03d}",
            status=rng.choices(("Activa", "Suspendida", "En liquidación", "Cancelada"), (92, 4, 3, 1))[0],
            declares_owner=rng.random() < 0.7,
        )
    return list(found.values())


def rows(firms: Sequence[Firm]) -> list[list[str | date]]:
    """The companies as empresas.xlsx writes them; dates are dates, postcodes are text."""
    return [
        [
            firm.rfc,
            firm.name,
            firm.legal_form,
            firm.founded,
            firm.municipality,
            firm.state,
            firm.postcode,
            firm.status,
            "Sí" if firm.declares_owner else "No",
        ]
        for firm in firms
    ]
