"""Brazil: CNPJ of legal entities, of digits alone or, since July 2026, of letters too.

Belongs here: how the number is written and checked. Source: Receita Federal, Instrução Normativa 2.229/2024: the
value of a character is its place in ASCII less 48, and the two check digits are digits. The CPF of natural persons
is python-stdnum's.
"""

from __future__ import annotations

from pipelines.identifiers.scheme import Scheme, by_pattern

CNPJ = r"[0-9A-Z]{12}[0-9]{2}|[0-9A-Z]{2}\.[0-9A-Z]{3}\.[0-9A-Z]{3}/[0-9A-Z]{4}-[0-9]{2}"
# No root is all zeros.
CNPJ_REFUSED = r"0{12}|00\.000\.000/0000"
WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def cnpj_check(value: str) -> bool:
    """Whether the check digits of a CNPJ of right form are right."""
    values = [ord(char) - 48 for char in value if char.isalnum()]
    first = (11 - sum(w * v for w, v in zip(WEIGHTS[1:], values, strict=False)) % 11) % 11 % 10
    second = (11 - sum(w * v for w, v in zip(WEIGHTS, values, strict=False)) % 11) % 11 % 10
    return values[12:] == [first, second]


SCHEMES = (
    Scheme(
        code="BR-CNPJ",
        name={
            "en": "Brazilian number of legal entities (CNPJ)",
            "es": "Registro de personas jurídicas de Brasil (CNPJ)",
        },
        country="BR",
        source="Receita Federal, Instrução Normativa 2.229/2024",
        example="16.727.230/0001-97",
        form=by_pattern(CNPJ, CNPJ_REFUSED),
        check=cnpj_check,
        pattern=CNPJ,
        refused=CNPJ_REFUSED,
    ),
)
