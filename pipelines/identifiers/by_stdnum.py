"""Schemes whose rule is python-stdnum's: one line each.

Belongs here: the code, the names and the library's module. A number is of right form when the library finds no
other fault in it than its check digit, and when it is written as the library would: without separators, with those
of print, or with the hyphens alone. What the library knows of a scheme is what is judged: see its modules for
their sources.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache, partial
from importlib import import_module
from typing import Any

from pipelines.identifiers.scheme import Rule, Scheme

# code: module, country, example, of people, name (English), name (Spanish)
_TABLE: dict[str, tuple[str, str, str, bool, str, str]] = {
    "AR-CUIT": (
        "ar.cuit",
        "AR",
        "20-05536168-2",
        True,
        "Argentine tax number",
        "clave de identificación tributaria",
    ),
    "BR-CPF": (
        "br.cpf",
        "BR",
        "390.533.447-05",
        True,
        "Brazilian number of persons",
        "registro de personas físicas",
    ),
    "CL-RUT": ("cl.rut", "CL", "76.086.428-5", True, "Chilean tax number", "rol único tributario"),
    "CR-RPJ": (
        "cr.cpj",
        "CR",
        "3-101-999999",
        False,
        "Costa Rican legal entity",
        "cédula de persona jurídica",
    ),
    "DO-RNC": (
        "do.rnc",
        "DO",
        "1-01-85004-3",
        False,
        "Dominican taxpayer",
        "registro nacional del contribuyente",
    ),
    "EC-RUC": (
        "ec.ruc",
        "EC",
        "1792060346-001",
        True,
        "Ecuadorian taxpayer",
        "registro único de contribuyentes",
    ),
    "ES-NIF": ("es.nif", "ES", "B64717838", True, "Spanish tax number", "número de identificación fiscal"),
    "FR-SIREN": ("fr.siren", "FR", "404 833 048", False, "French legal unit", "unidad legal de Francia"),
    "FR-SIRET": (
        "fr.siret",
        "FR",
        "732 829 320 00074",
        False,
        "French establishment",
        "establecimiento de Francia",
    ),
    "GT-NIT": (
        "gt.nit",
        "GT",
        "576937-K",
        True,
        "Guatemalan taxpayer",
        "número de identificación tributaria",
    ),
    "PE-RUC": ("pe.ruc", "PE", "20512333797", True, "Peruvian taxpayer", "registro único de contribuyentes"),
    "PY-RUC": ("py.ruc", "PY", "80028061-0", True, "Paraguayan taxpayer", "registro único de contribuyentes"),
    "SV-NIT": ("sv.nit", "SV", "0614-050707-104-8", True, "Salvadoran taxpayer", "identificación tributaria"),
    "US-EIN": (
        "us.ein",
        "US",
        "91-1144442",
        False,
        "US employer number",
        "número patronal de los Estados Unidos",
    ),
    "UY-RUT": ("uy.rut", "UY", "21-100342-001-7", False, "Uruguayan taxpayer", "registro único tributario"),
    "VE-RIF": ("ve.rif", "VE", "V-11470283-4", True, "Venezuelan taxpayer", "registro de información fiscal"),
}
# Schemes without any check digit.
_UNCHECKED = ("CR-RPJ", "US-EIN")
# Printed forms that the library does not give.
_PRINTED: dict[str, Callable[[str], str]] = {
    "ec.ruc": lambda number: f"{number[:10]}-{number[10:]}",
    "ve.rif": lambda number: f"{number[0]}-{number[1:9]}-{number[9]}",
}


# What may stand between digits in print.
_SEPARATORS = str.maketrans("", "", "-./ ")


@cache
def _library(module: str) -> Any:
    return import_module(f"stdnum.{module}")


# Form and check digit are asked of the same value one after the other, in batches of 2048 by DuckDB.
@lru_cache(maxsize=4096)
def judged(module: str, value: str) -> tuple[bool, bool]:
    """Whether `value` has the form that `stdnum.<module>` knows, and whether its check digit is right, too."""
    from stdnum.exceptions import InvalidChecksum

    library = _library(module)
    number = value.translate(_SEPARATORS)
    try:
        found, right = library.validate(number), True
    except InvalidChecksum:
        found, right = library.compact(number), False
    except (
        ValueError,
        LookupError,
    ):  # its own, or what some modules let out on text that is no number at all
        return False, False
    if number != found or (value != number and value not in _printed(module, number)):
        return False, False
    return True, right


def _printed(module: str, number: str) -> tuple[str, str]:
    printing = _PRINTED.get(module, getattr(_library(module), "format", str))
    printed = printing(number)
    return printed, printed.replace(".", "")


def form(module: str, value: str) -> bool:
    """Whether the library finds no fault in `value` but perhaps its check digit, and would write it so."""
    return judged(module, value)[0]


def check(module: str, value: str) -> bool:
    """Whether the check digit of a `value` of right form is right."""
    return judged(module, value)[1]


def _scheme(code: str) -> Scheme:
    module, country, example, of_people, english, spanish = _TABLE[code]
    letters = code.partition("-")[2]
    asked: Rule | None = None if code in _UNCHECKED else partial(check, module)
    return Scheme(
        code=code,
        name={"en": f"{english} ({letters})", "es": f"{spanish} ({letters})"},
        country=country,
        source=f"python-stdnum {module}",
        example=example,
        form=partial(form, module),
        check=asked,
        of_people=of_people,
    )


SCHEMES = tuple(_scheme(code) for code in _TABLE)
