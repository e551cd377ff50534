"""Generators of persons, RFCs and amounts: everything random starts here, from a named stream.

Belongs here: chance, and the rules by which it turns into names, identifiers and sums of money. Does not
belong here: rows of any dataset. The RFC is built by the rule of the Mexican tax authority as python-stdnum
implements it (letters, date, two characters of homoclave, check digit), so that it is valid and nobody's.
"""

from __future__ import annotations

import math
import random
import unicodedata
from dataclasses import dataclass
from datetime import date

from stdnum.mx import rfc

from pipelines.demo.dates import day_between

GIVEN_NAMES = "María José Guadalupe Juan Sofía Andrés Lucía Ramón Inés Raúl Verónica Óscar Mónica Tomás Iván"
SURNAMES = "Hernández García Martínez López González Pérez Rodríguez Sánchez Ramírez Núñez Gómez Muñoz Ávila"
HOMOCLAVE_FIRST = "123456789ABCDEFGHIJKLMNOPQRSTUV"
HOMOCLAVE_SECOND = "123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True)
class Person:
    """A natural person who never lived: a full name and the RFC that goes with it."""

    name: str
    rfc: str


def stream(seed: int, *what: object) -> random.Random:
    """A source of chance of its own for each purpose, so that one dataset's growth never moves another."""
    return random.Random("/".join(map(str, (seed, *what))))  # noqa: S311 - data, not secrets


def plain(text: str) -> str:
    """`text` without accents, but with its eñes (they are letters of the RFC)."""
    kept = text.replace("ñ", "\0").replace("Ñ", "\1")
    bare = "".join(c for c in unicodedata.normalize("NFD", kept) if not unicodedata.combining(c))
    return bare.replace("\0", "ñ").replace("\1", "Ñ")


def tax_id(letters: str, day: date, rng: random.Random) -> str:
    """A valid RFC: three letters and the day founded for a firm, four and the day of birth for a person."""
    stem = f"{letters}{day:%y%m%d}{rng.choice(HOMOCLAVE_FIRST)}{rng.choice(HOMOCLAVE_SECOND)}"
    return stem + rfc.calc_check_digit(stem)


def person(rng: random.Random) -> Person:
    """A person made of two given names and two surnames."""
    given, second = rng.sample(GIVEN_NAMES.split(), 2)
    father, mother = (rng.choice(SURNAMES.split()) for _ in range(2))
    vowel = next((c for c in plain(father)[1:] if c in "aeiou"), "x")
    letters = f"{plain(father)[0]}{vowel}{plain(mother)[0]}{plain(given)[0]}".upper()
    if not rfc.is_valid(f"{letters}800101"):
        letters = letters[:3] + "X"  # the authority's own way around letters that spell a rude word
    born = day_between(rng, date(1955, 1, 1), date(1999, 12, 31))
    return Person(f"{given} {second} {father} {mother}", tax_id(letters, born, rng))


def cents(rng: random.Random, low: int, high: int) -> int:
    """An amount in cents between `low` and `high` pesos; small amounts are common and large ones rare."""
    return round(low * math.exp(rng.random() * math.log(high / low)) * 100)


def decimal_point(amount: int) -> str:
    """Cents as 1234567.89."""
    return f"{amount // 100}.{amount % 100:02d}"


def decimal_comma(amount: int) -> str:
    """Cents as 1.234.567,89."""
    return f"{amount // 100:,}".replace(",", ".") + f",{amount % 100:02d}"
