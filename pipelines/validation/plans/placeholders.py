"""Values that stand where a value should be: N/A, S/N, SIN DATO, XXX, 1900-01-01.

Belongs here: the words for "there is nothing here" in English, Spanish, Portuguese and French, and how a text is
folded before it is compared: case, accents and punctuation do not count. Only whole values are judged, and only what
says nothing else in any column: "none", "ninguno", "pending", "SD" and [], an empty list, are answers somewhere, so
they are not here. What a zero or a row of nines is depends on what the column holds: that is the argument `kind`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from functools import cache
from string import ascii_lowercase, digits

from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.regex import matches
from pipelines.validation.sql import NotPlanned, both, not_null

KINDS = ("text", "identifier", "number", "date")
# The longest placeholder is shorter; a longer text is not folded.
LONGEST = 40

_WORDS = """
    na, n a, #n a, n d, s n, s d, s i, s c, n c, n r, nan, nat, null, undefined, void, #ref, #value, #div 0, #name,
    #num, #null, # ref, # valor, #valor, # nombre, #nombre, # div 0, # num, # nulo,
    not applicable, not available, not specified, not provided, not stated, not known, not recorded, not reported,
    no data, no information, no value, unknown, unspecified, missing, tbd, tba, tbc, to be determined,
    to be confirmed, to be defined, test, testing, test test, dummy, lorem ipsum, asdf, qwerty,
    no aplica, no aplicable, no disponible, no especificado, no especificada, no especifica, no identificado,
    no identificada, no informado, no informada, no informa, no registra, no registrado, no registrada, no reporta,
    no reportado, no reportada, no consta, no corresponde, no definido, no definida, no existe dato, no hay dato,
    no hay datos, no se cuenta con informacion, no se tiene dato, no se especifica, no determinado, no determinada,
    sin dato, sin datos, sin informacion, sin nombre, sin especificar, sin definir, sin asignar, sin valor,
    sin identificar, dato no disponible, informacion no disponible, por definir, por asignar, por confirmar,
    por determinar, desconocido, desconocida, se desconoce, prueba, pruebas, prueba prueba, registro de prueba,
    nao aplicavel, nao se aplica, nao disponivel, nao informado, nao informada, nao especificado, nao especificada,
    nao identificado, nao identificada, nao consta, nao definido, sem informacao, sem informacoes, sem dado, sem dados,
    sem nome, sem valor, a definir, desconhecido, desconhecida, ignorado, teste, testes,
    non applicable, sans objet, non renseigne, non renseignee, non disponible, non precise, non precisee,
    non communique, non communiquee, non determine, non defini, non specifie, pas de donnees, inconnu, inconnue,
    a completer, a renseigner
"""
# As folded: "s n" is S/N, S.N. and s-n, but not SN.
WORDS = frozenset(word.strip() for word in _WORDS.split(","))
# What is folded to these is one, too: nothing (a text of punctuation), rows of X.
NOTHING = r"(?:x{3,}(?: x+)*)?"
# Dates that systems write where there is none, with midnight or without.
NO_DATES = (
    r"(?:(?:1900 0?1 0[01]|0?1 0?1 1900|19000101|1899 12 3[01]|12 3[01] 1899|3[01] 12 1899|9999 12 31|12 31 9999"
    r"|31 12 9999|99991231|0000 00 00|00 00 0000|0001 01 01|0?1 0?1 0001|1111 11 11|11 11 1111)"
    r"(?:(?:t| )0?0 00(?: 00(?: 0+)?)?(?: ?z)?)?)"
)
OF_KIND = {
    "text": rf"{NOTHING}|{NO_DATES}",
    "date": rf"{NOTHING}|{NO_DATES}|0",
    "identifier": (
        rf"{NOTHING}|0(?: ?0)*|{'|'.join(f'{digit}{{6,}}' for digit in range(1, 10))}|12345678(?:9|90)?"
    ),
    "number": rf"{NOTHING}|9(?: ?9){{6,}}",
}

_LETTERS = {
    "a": "áàâãäåā",
    "c": "ç",
    "e": "éèêëē",
    "i": "íìîïī",
    "n": "ñ",
    "o": "óòôõöō",
    "u": "úùûüū",
    " ": "\t\n\r\u00a0.,;:-–—−_*?¿¡!/\\|()'\"`´‘’“”«»·•…~=<>",
}
_FOLDED = {
    ord(like): plain
    for plain in (*ascii_lowercase, " ")
    for like in _LETTERS.get(plain, "") + (plain + _LETTERS.get(plain, "")).upper()
    if like != plain
}


_SEVERAL = re.compile("  +")
_DIGIT = re.compile("[0-9]")
# Of the placeholders with a digit, dates and #DIV/0, none has such a letter.
_LETTER = re.compile("[a-ce-hj-suw-yA-CE-HJ-SUW-Y]")
# One of nothing but digits repeats one, or is 12345678, 19000101 or 99991231: its first other digit tells.
_OTHER_DIGIT = "|".join(
    f"{first}+[{''.join(it for it in digits if it != first and first + it not in ('12', '19', '91'))}]"
    for first in digits
)
# The same as one pattern, for Arrow to find.
SAYS_SOMETHING = f"(?s)[0-9].*{_LETTER.pattern}|{_LETTER.pattern}.*[0-9]|^(?:{_OTHER_DIGIT})[0-9]*$"
# Nor has one of nothing but digits more than four different ones, as 9999 12 31 has, unless it counts up.
_DIFFERENT, _COUNTING = 4, "12345678"


def no_placeholder(value: str, kind: str = "text", allow: Collection[str] = ()) -> bool:
    """Whether `value` says something in a column of this `kind`. `allow`: what does say something there.

    Raises `ValueError` for a kind that there is not.
    """
    return _judge(kind, tuple(allow))(value)


def fold(value: str) -> str:
    """`value` in small letters of ASCII where it has their like, with a single blank for punctuation."""
    return _SEVERAL.sub(" ", value.translate(_FOLDED)).strip(" ")


def _says_something(value: str) -> bool:
    """Whether `value` is no placeholder of any kind as its look tells, which is sooner known than by folding it."""
    if value.isascii() and value.isdigit():
        return len(set(value)) > _DIFFERENT and not value.startswith(_COUNTING)
    return _DIGIT.search(value) is not None and _LETTER.search(value) is not None


@cache
def _judge(kind: str, allow: tuple[str, ...]) -> Callable[[str], bool]:
    if kind not in KINDS:
        raise ValueError(f"kind is one of {', '.join(KINDS)}, not {kind!r}")
    pattern = re.compile(OF_KIND[kind])
    allowed = {fold(text) for text in allow}

    def judge(value: str) -> bool:
        if len(value) > LONGEST or _says_something(value):
            return True
        folded = fold(value)
        return folded in allowed or (folded not in WORDS and pattern.fullmatch(folded) is None)

    return judge


@rowwise("expect_column_values_to_not_be_placeholders")
def not_placeholders(view: View, column: str, kind: str = "text", allow: object = None) -> Rows:
    """No value is a placeholder."""
    value = view.column(column)
    if kind not in KINDS:
        raise NotPlanned("kind")
    allowed = [] if allow is None else allow
    if not isinstance(allowed, list) or not all(isinstance(text, str) for text in allowed):
        raise NotPlanned("allow")
    short = f"length({value}) <= {LONGEST}"
    if view.columns.few:  # the pattern takes longer to compile than a small table to judge
        said = view.test(_judge(kind, tuple(allowed)), value, SAYS_SOMETHING)
        return Rows(str(both(short, f"NOT {said}")), over=not_null([value]))
    found = matches(view, value, _pattern(tuple(WORDS), OF_KIND[kind]))
    kept = matches(view, value, _pattern(tuple(map(fold, allowed)))) if allowed else None
    wrong = both(short, found, None if kept is None else f"NOT {kept}")
    return Rows(str(wrong), over=not_null([value]))


# Folding each value in SQL takes fifty times as long as one pattern of all texts that are folded to the words.
_BLANKS = f"[ {re.escape(_LETTERS[' '])}]"


@cache
def _pattern(folded: tuple[str, ...], pattern: str | None = None) -> str:
    """What matches the texts that fold to any of `folded`, or to what `pattern` matches: x, t, z are its letters."""
    several = [_any_of(folded)] if folded else []
    if pattern is not None:
        several.append(re.sub(r" \?| |[xtz]", lambda found: _one(found.group()), pattern))
    return rf"\A{_BLANKS}*(?:{'|'.join(several)}){_BLANKS}*\Z"


def _any_of(words: Iterable[str]) -> str:
    """One beginning is written once, which makes the pattern a third as long."""
    rests: dict[str, list[str]] = {}
    for word in sorted(words):
        rests.setdefault(word[:1], []).append(word[1:])
    found = "|".join(_one(first) + _any_of(after) for first, after in rests.items() if first)
    if not found:
        return ""
    return f"(?:{found}){'?' if '' in rests else ''}"


@cache
def _one(char: str) -> str:
    """What folds to a character; to a blank, any punctuation; to a blank with a question mark, that or nothing."""
    if char in (" ", " ?"):
        return f"{_BLANKS}{'+' if char == ' ' else '*'}"
    like = [chr(other) for other, plain in _FOLDED.items() if plain == char]
    return f"[{char}{''.join(like)}]" if like else re.escape(char)
