"""Identifiers of no one country: LEI of legal entities, OCID of contracting processes.

Belongs here: how the two are written and checked. Sources: ISO 17442-1 with ISO/IEC 7064 MOD 97-10 for the LEI; the
Open Contracting Data Standard for the OCID, whose prefix of six characters its publisher registers. The list of
registered prefixes is the Open Contracting Partnership's and changes: who wants a prefix judged gives it.
"""

from __future__ import annotations

from pipelines.identifiers.scheme import Scheme, by_pattern

LEI = "[0-9A-Z]{18}[0-9]{2}"
OCID = r"ocds-[a-z0-9]{6}-[^\s](?:.*[^\s])?"


def lei_check(value: str) -> bool:
    """Whether the check digits of a LEI of right form are right."""
    return int("".join(str(int(char, 36)) for char in value)) % 97 == 1


SCHEMES = (
    Scheme(
        code="XI-LEI",
        name={"en": "Legal Entity Identifier (LEI)", "es": "Identificador de Entidad Jurídica (LEI)"},
        country="",
        source="ISO 17442-1",
        example="213800KUD8LAJWSQ9D15",
        form=by_pattern(LEI),
        check=lei_check,
        pattern=LEI,
    ),
    Scheme(
        code="OCID",
        name={"en": "Open Contracting ID (OCID)", "es": "Identificador de Contratación Abierta (OCID)"},
        country="",
        source="Open Contracting Data Standard 1.1",
        example="ocds-213czf-000-00001",
        form=by_pattern(OCID),
        pattern=OCID,
    ),
)
