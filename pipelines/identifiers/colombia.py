"""Colombia: NIT of taxpayers, which is published with its verifying digit, without it, or with it apart.

Belongs here: how the number is written and when it has a verifying digit. Source: DIAN (the digit's rule: Orden
Administrativa 4 of 1989, here python-stdnum's); org-id.guide asks to leave the digit out. Told apart by form: a
digit after a hyphen is one, and so is the tenth digit of a number that begins with 8 or 9, as those of legal
entities do. Numbers of persons have six to ten digits and often no verifying digit, which then cannot be judged.
"""

from __future__ import annotations

from pipelines.identifiers.scheme import Scheme, by_pattern

NIT = r"[1-9][0-9]{5,9}(?:-[0-9])?|[1-9][0-9]{0,2}(?:\.[0-9]{3}){1,3}(?:-[0-9])?"


def nit_check(value: str) -> bool:
    """Whether the verifying digit of a NIT of right form is right, where there is one."""
    from stdnum.co import nit

    number, _, digit = value.replace(".", "").partition("-")
    if not digit:
        if len(number) != 10 or number[0] not in "89":
            return True
        number, digit = number[:9], number[9]
    return bool(nit.calc_check_digit(number) == digit)


SCHEMES = (
    Scheme(
        code="CO-NIT",
        name={
            "en": "Colombian taxpayer's number (NIT)",
            "es": "Número de Identificación Tributaria (NIT), Colombia",
        },
        country="CO",
        source="DIAN; python-stdnum co.nit",
        example="213.123.432-1",
        form=by_pattern(NIT),
        check=nit_check,
        of_people=True,
    ),
)
