"""Mexico: RFC of taxpayers, CURP of persons, CLABE of bank accounts.

Belongs here: how the three are written and checked. Sources: for the RFC, the tax authority's rules on how the key
is made (annexes on inconvenient words, homoclave and verifying digit); for the CURP, the instructive on how it is
assigned (Diario Oficial, 18 October 2021, and its forerunners); for the CLABE, the standard of the Asociación de
Bancos de México. The RFC of the public at large and of foreigners without one, and the rows of X that stand where
a court had an RFC suppressed, are of right form and have no check digit to judge.
"""

from __future__ import annotations

from operator import mul

from pipelines.identifiers.scheme import YYMMDD, Scheme, by_pattern

# The value of a character is its place; position 13 counts once, position 1 thirteen times.
RFC_ALPHABET = "0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ Ñ"
CURP_ALPHABET = "0123456789ABCDEFGHIJKLMNÑOPQRSTUVWXYZ"
_RFC_VALUES = {char: value for value, char in enumerate(RFC_ALPHABET)}
RFC_GENERIC = ("XAXX010101000", "XEXX010101000")
RFC_SUPPRESSED = ("X" * 12, "X" * 13)
# Digits and letters that a homoclave has, before its check digit: as this says, 0 and O are not among them.
RFC_HOMOCLAVE = "[1-9A-V][1-9A-Z]"

RFC = rf"[A-ZÑ&]{{3,4}}{YYMMDD}[0-9A-Z]{{2}}[0-9A]|X{{12,13}}"
# The authority replaces a letter of these beginnings, so no person's RFC has one.
RFC_REFUSED = (
    "(?:BUEI|BUEY|CACA|CACO|CAGA|CAGO|CAKA|CAKO|COGE|COJA|COJE|COJI|COJO|CULO|FETO|GUEY|JOTO|KACA|KACO|KAGA|KAGO"
    "|KAKA|KAKO|KOGE|KOJO|KULO|MAME|MAMO|MEAR|MEAS|MEON|MION|MOCO|MULA|PEDA|PEDO|PENE|PUTA|PUTO|QULO|RATA|RUIN)"
)
CURP_REFUSED = (
    "(?:BACA|BAKA|BUEI|BUEY|CACA|CACO|CAGA|CAGO|CAKA|CAKO|COGE|COGI|COJA|COJE|COJI|COJO|COLA|CULO|FALO|FETO|GETA"
    "|GUEI|GUEY|JETA|JOTO|KACA|KACO|KAGA|KAGO|KAKA|KAKO|KOGE|KOGI|KOJA|KOJE|KOJI|KOJO|KOLA|KULO|LILO|LOCA|LOCO"
    "|LOKA|LOKO|MAME|MAMO|MEAR|MEAS|MEON|MIAR|MION|MOCO|MOKO|MULA|MULO|NACA|NACO|PEDA|PEDO|PENE|PIPI|PITO|POPO"
    "|PUTA|PUTO|QULO|RATA|ROBA|ROBE|ROBO|RUIN|SENO|TETA|VACA|VAGA|VAGO|VAKA|VUEI|VUEY|WUEI|WUEY)"
)
# A digit in place 17 is of the 1900s, a letter of the 2000s; 1900 was no leap year. X: neither woman nor man.
_STATES = (
    "(?:AS|BC|BS|CC|CH|CL|CM|CS|DF|DG|GR|GT|HG|JC|MC|MN|MS|NE|NL|NT|OC|PL|QR|QT|SL|SP|SR|TC|TL|TS|VZ|YN|ZS)"
)
_REST = f"[HMX]{_STATES}[B-DF-HJ-NP-TV-Z]{{3}}"
CURP = (
    rf"[A-Z]{{4}}(?:{YYMMDD}{_REST}[A-Z]"
    rf"|{YYMMDD.replace('[02468][048]', '(?:0[48]|[2468][048])')}{_REST}[0-9])[0-9]"
)
CLABE = "[0-9]{18}"


def rfc_check(value: str) -> bool:
    """Whether the homoclave of an RFC of right form can be one, and the check digit is right."""
    if value in RFC_GENERIC or value in RFC_SUPPRESSED:
        return True
    weighted = sum(map(mul, map(_RFC_VALUES.__getitem__, value.rjust(13)), range(13, 0, -1)))
    return _homoclave(value[-3:-1]) and weighted % 11 == 0


def curp_check(value: str) -> bool:
    """Whether the check digit of a CURP of right form is right."""
    return sum(CURP_ALPHABET.index(char) * (18 - place) for place, char in enumerate(value)) % 10 == 0


def clabe_check(value: str) -> bool:
    """Whether the check digit of a CLABE of right form is right."""
    weights = (3, 7, 1)
    first = sum(int(char) * weights[place % 3] for place, char in enumerate(value[:17]))
    return (first + int(value[17])) % 10 == 0


_homoclave = by_pattern(RFC_HOMOCLAVE)

SCHEMES = (
    Scheme(
        code="MX-RFC",
        name={
            "en": "Mexican taxpayer's number (RFC)",
            "es": "Registro Federal de Contribuyentes (RFC), México",
        },
        country="MX",
        source="Servicio de Administración Tributaria",
        example="GODE561231GR8",
        form=by_pattern(RFC, RFC_REFUSED),
        check=rfc_check,
        pattern=RFC,
        refused=RFC_REFUSED,
        of_people=True,
    ),
    Scheme(
        code="MX-CURP",
        name={
            "en": "Mexican population register key (CURP)",
            "es": "Clave Única de Registro de Población (CURP)",
        },
        country="MX",
        source="Registro Nacional de Población",
        example="BOXW310820HNERXN09",
        form=by_pattern(CURP, CURP_REFUSED),
        check=curp_check,
        pattern=CURP,
        refused=CURP_REFUSED,
        of_people=True,
    ),
    Scheme(
        code="MX-CLABE",
        name={"en": "Mexican bank account (CLABE)", "es": "Clave Bancaria Estandarizada (CLABE), México"},
        country="MX",
        source="Asociación de Bancos de México",
        example="002010077777777771",
        form=by_pattern(CLABE),
        check=clabe_check,
        pattern=CLABE,
        of_people=True,
    ),
)
