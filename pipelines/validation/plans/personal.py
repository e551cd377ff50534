"""Personal data where none is meant to be: e-mail, telephone, CURP, a person's RFC, bank account, payment card.

Belongs here: what a value must show to be taken for one of these, wherever in it. Precise rather than complete: a
number alone is no telephone, account or card, since contract numbers look the same, so a check digit, a word before
it, or the usual grouping must say so. Street addresses have no form that could be told from other text. What fails is
masked by its type, in plain GX as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from functools import cache

from pipelines.identifiers import mexico, scheme
from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.regex import matches
from pipelines.validation.sql import NotPlanned, not_null

# Nothing personal is without one of these; what has none is not looked at further.
SUSPECT = r"@|[0-9](?:[ ().-]{0,2}[0-9]){6}|[A-Za-zÑñ&]{4}[0-9]{6}[0-9A-Za-z]{3}"

_SUSPECT = re.compile(SUSPECT)
_EMAIL = re.compile(r"[A-Za-z0-9._%+'-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_CURP = re.compile(r"(?<![0-9A-Za-zÑñ])[A-Za-z]{4}[0-9]{6}[HMXhmx][A-Za-z]{5}[0-9A-Za-z][0-9](?![0-9A-Za-z])")
_RFC = re.compile(r"(?<![0-9A-Za-zÑñ&])[A-Za-zÑñ&]{4}[0-9]{6}[0-9A-Za-z]{2}[0-9Aa](?![0-9A-Za-z])")
_CLABE = re.compile(r"(?<![0-9.,-])[0-9]{18}(?![0-9]|[.,-][0-9])")
_IBAN = re.compile(
    r"(?<![0-9A-Za-z])[A-Z]{2}[0-9]{2}(?: ?[0-9A-Z]{4}){2,7}(?: ?[0-9A-Z]{1,3})?(?![0-9A-Za-z])"
)
_CARD = re.compile(
    r"(?<![0-9-])(?:[3-6][0-9]{3}([ -])[0-9]{4}\1[0-9]{4}\1[0-9]{4}|3[47][0-9]{2}([ -])[0-9]{6}\2[0-9]{5})(?![0-9-])"
)
_PHONE = re.compile(
    r"(?<![0-9A-Za-z+])\+[1-9][0-9]{0,2}[ .-]?(?:\([0-9]{1,4}\)[ .-]?)?[0-9]{1,4}(?:[ .-]?[0-9]{2,4}){1,4}(?![0-9])"
    r"|(?<![0-9])\([0-9]{2,4}\) ?[0-9]{3,4}[ .-]?[0-9]{4}(?![0-9-])"
    r"|(?<![0-9A-Za-z/-])(?:[0-9]{2} [0-9]{4} [0-9]{4}|[0-9]{3} [0-9]{3} [0-9]{4})(?![0-9/-]| [0-9])"
    r"|\b(?:tel[eé]?fonos?|tels?|cel|celular(?:es)?|m[oó]vil|whats?app|phone|mobile|fax)\b[.:º°#/ ]{0,4}"
    r"(?:\(?\+?[0-9]{1,4}\)?[ .-]?)?[0-9]{2,5}(?:[ .-]?[0-9]{2,5}){1,3}",
    re.IGNORECASE,
)
_COORDINATE = re.compile(r"\+[0-9]{1,3}\.[0-9]+")
# The banks whose number a CLABE may begin with, of the list of the Asociación de Bancos de México.
_NUMBERS = """
    002 006 009 012 014 019 021 030 032 036 037 042 044 058 059 060 062 072 102 103 106 108 110 112 113 116 124 126
    127 128 129 130 131 132 133 134 135 136 137 138 139 140 141 143 145 147 148 150 151 152 154 155 156 157 158 159 160
    166 167 168 638 646 661 684 706 710 722 723 728
"""
_BANKS = frozenset(_NUMBERS.split())


def _emails(value: str) -> Iterator[str]:
    if "@" in value:
        yield from (found.group() for found in _EMAIL.finditer(value))


def _phones(value: str) -> Iterator[str]:
    for found in _PHONE.finditer(value):
        digits = re.sub(r"[^0-9]", "", found.group())
        if 7 <= len(digits) <= 15 and not _COORDINATE.fullmatch(found.group()):
            yield found.group()


def _curps(value: str) -> Iterator[str]:
    found = (match.group() for match in _CURP.finditer(value))
    return (text for text in found if scheme("MX-CURP").valid(text.upper()))


def _rfcs(value: str) -> Iterator[str]:
    """Of natural persons, which have thirteen characters; the generic ones are nobody's."""
    for match in _RFC.finditer(value):
        number = match.group().upper()
        if number not in mexico.RFC_GENERIC and scheme("MX-RFC").valid(number):
            yield match.group()


def _accounts(value: str) -> Iterator[str]:
    from stdnum import iban

    for match in _CLABE.finditer(value):
        if match.group()[:3] in _BANKS and mexico.clabe_check(match.group()):
            yield match.group()
    for match in _IBAN.finditer(value):
        if iban.is_valid(match.group()):
            yield match.group()


def _cards(value: str) -> Iterator[str]:
    from stdnum import luhn

    found = (match.group() for match in _CARD.finditer(value))
    return (text for text in found if luhn.is_valid(re.sub("[ -]", "", text)))


FINDERS: dict[str, Callable[[str], Iterator[str]]] = {
    "email": _emails,
    "phone": _phones,
    "curp": _curps,
    "rfc": _rfcs,
    "bank_account": _accounts,
    "card": _cards,
}
KINDS = tuple(FINDERS)


def no_personal_data(value: str, kinds: Collection[str] = KINDS, allow: Collection[str] = ()) -> bool:
    """Whether nothing in `value` is personal data of these `kinds`, but what is allowed.

    `allow` has e-mail addresses, whole domains of them ("@example.org", those below it included) and numbers, written
    anyhow. Raises `ValueError` for a kind that there is not.
    """
    return _judge(tuple(kinds), tuple(allow))(value)


@cache
def _judge(kinds: tuple[str, ...], allow: tuple[str, ...]) -> Callable[[str], bool]:
    unknown = set(kinds) - set(KINDS)
    if unknown:
        raise ValueError(f"kinds are {', '.join(KINDS)}, not {', '.join(sorted(unknown))}")
    finders = [FINDERS[kind] for kind in kinds]
    allowed = {_bare(text) for text in allow}
    domains = tuple(text.lower() for text in allow if text.startswith("@"))

    def harmless(found: str) -> bool:
        if _bare(found) in allowed:
            return True
        domain = "@" + found.lower().rpartition("@")[2]
        return any(domain == known or domain.endswith(f".{known[1:]}") for known in domains)

    def judge(value: str) -> bool:
        if _SUSPECT.search(value) is None:
            return True
        return all(harmless(found) for finder in finders for found in finder(value))

    return judge


def _bare(text: str) -> str:
    return text.lower() if "@" in text else re.sub(r"[^0-9A-ZÑ&]", "", text.upper())


@rowwise("expect_column_values_to_hold_no_personal_data", masked=True)
def hold_no_personal_data(view: View, column: str, kinds: object = None, allow: object = None) -> Rows:
    """No value holds personal data that is not allowed."""
    value = view.column(column)
    try:
        judge = _judge(KINDS if kinds is None else _listed(kinds), () if allow is None else _listed(allow))
    except ValueError:
        raise NotPlanned("kinds") from None
    suspect = matches(view, value, SUSPECT)
    return Rows(
        f"CASE WHEN {suspect} THEN NOT {view.test(judge, value)} ELSE false END", over=not_null([value])
    )


def _listed(given: object) -> tuple[str, ...]:
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise NotPlanned("kinds or allow")
    return tuple(given)
