"""Whether identifiers are well formed and have the right check digits: rules of `pipelines.identifiers` as SQL.

Belongs here: form and check digit as questions to a row. Of many rows, forms that are one pattern and sums that are
weighted by place are SQL, which no thread has to wait for; the rest, and few rows, are asked of Python. Does not belong
here: any rule of a scheme.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache

from pipelines import duck
from pipelines.identifiers import Scheme, brazil, mexico, scheme
from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.regex import matches
from pipelines.validation.sql import NotPlanned, listed, not_null

PARTS = ("both", "form", "check_digit")
# The registered part of an OCID: "ocds-" and six characters.
PREFIX = 11


def valid_identifier(
    value: str,
    scheme: str | Collection[str],
    part: str = "both",
    prefixes: Collection[str] | None = None,
) -> bool:
    """Whether `value` is a valid identifier of (one of) `scheme`, or has the `part` of it that is asked.

    `form`: it is written as one of the schemes demands. `check_digit`: no fault but of the check digit is looked
    for, so that what has no such form meets it. `prefixes`: those that an OCID may have. Raises `KeyError` for an
    unknown scheme, `ValueError` for another part.
    """
    codes = (scheme,) if isinstance(scheme, str) else tuple(scheme)
    return _judge(codes, part, None if prefixes is None else tuple(prefixes))(value)


@cache
def _judge(codes: tuple[str, ...], part: str, prefixes: tuple[str, ...] | None) -> Callable[[str], bool]:
    if part not in PARTS:
        raise ValueError(f"part is one of {', '.join(PARTS)}, not {part!r}")
    schemes = [scheme(code) for code in codes]

    def formed(value: str) -> list[Scheme]:
        return [
            item
            for item in schemes
            if item.form(value) and (prefixes is None or item.code != "OCID" or value[:PREFIX] in prefixes)
        ]

    if part == "form":
        return lambda value: bool(formed(value))

    def judge(value: str) -> bool:
        found = formed(value)
        if not found:
            return part == "check_digit"
        return any(item.check is None or item.check(value) for item in found)

    return judge


@rowwise("expect_column_values_to_be_valid_identifiers")
def valid_identifiers(
    view: View, column: str, scheme: object, part: str = "both", prefixes: object = None
) -> Rows:
    """Every value is an identifier of the scheme, or of one of the schemes."""
    value = view.column(column)
    schemes = _schemes(scheme)
    if part not in PARTS:
        raise NotPlanned("part")
    if view.columns.few:  # Python is as fast as SQL, which takes longer to plan than few rows to judge
        codes = tuple(item.code for item in schemes)
        judge = _judge(codes, part, None if prefixes is None else tuple(_prefixes(prefixes)))
        return Rows(f"NOT {view.test(judge, value)}", over=not_null([value]))
    if part == "both":
        wrong = f"NOT ({_any_valid(view, value, schemes, prefixes)})"
    else:
        formed = " OR ".join(_form(view, value, item, prefixes) for item in schemes)
        wrong = f"NOT ({formed})"
        if part == "check_digit":
            wrong = f"({formed}) AND NOT ({_any_valid(view, value, schemes, prefixes)})"
    return Rows(wrong, over=not_null([value]))


def _schemes(given: object) -> list[Scheme]:
    codes = [given] if isinstance(given, str) else given
    if not isinstance(codes, list) or not codes:
        raise NotPlanned("scheme")
    try:
        return [scheme(code) for code in codes]
    except (KeyError, TypeError):
        raise NotPlanned("scheme") from None


def _any_valid(view: View, value: str, schemes: list[Scheme], prefixes: object) -> str:
    return " OR ".join(
        f"CASE WHEN {_form(view, value, item, prefixes)} THEN {_check(view, value, item)} ELSE false END"
        if item.pattern is not None
        else view.test(item.valid, value)
        for item in schemes
    )


def _form(view: View, value: str, item: Scheme, prefixes: object) -> str:
    if item.pattern is None:
        return view.test(item.form, value)
    form = matches(view, value, rf"\A(?:{item.pattern})\Z")
    if item.refused is not None:
        refused = matches(view, value, rf"\A(?:{item.refused})")
        form += f" AND NOT {refused}"
    if item.code == "OCID" and prefixes is not None:
        form += f" AND substr({value}, 1, {PREFIX}) IN ({listed(_prefixes(prefixes))})"
    return f"({form})"


def _prefixes(given: object) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(prefix, str) for prefix in given):
        raise NotPlanned("prefixes")
    return given


def _check(view: View, value: str, item: Scheme) -> str:
    if item.check is None:
        return "true"
    if item.code in CHECKS:
        return CHECKS[item.code](view, value)
    return view.test(item.check, value)


def _weighted(value: str, alphabet: str, weights: Mapping[int, int]) -> str:
    """SQL: the sum of characters' places in `alphabet`, each times the weight of its own place in `value`.

    Places count from 1, or from -1 backwards. No step of it may be text that is made anew: within a CASE it
    would be made once for each place.
    """
    letters = duck.literal(alphabet)
    return " + ".join(
        f"(strpos({letters}, substr({value}, {place}, 1)) - 1) * {weight}"
        for place, weight in weights.items()
    )


def _rfc(view: View, value: str) -> str:
    """The RFC of a legal entity has 12 characters, and a blank that counts before them."""
    total = _weighted(value, mexico.RFC_ALPHABET, {-place: place for place in range(1, 13)})
    first = _weighted(value, mexico.RFC_ALPHABET, {1: 13})
    blank = 13 * mexico.RFC_ALPHABET.index(" ")
    homoclave = matches(view, value, rf"{mexico.RFC_HOMOCLAVE}[0-9A]\Z")
    special = listed([*mexico.RFC_GENERIC, *mexico.RFC_SUPPRESSED])
    summed = f"({total} + CASE WHEN length({value}) = 13 THEN {first} ELSE {blank} END) % 11 = 0"
    return f"({value} IN ({special}) OR ({homoclave} AND {summed}))"


def _curp(view: View, value: str) -> str:
    weights = {-place: place for place in range(1, 19)}
    return f"(({_weighted(value, mexico.CURP_ALPHABET, weights)}) % 10 = 0)"


def _clabe(view: View, value: str) -> str:
    weights = {place: (1, 3, 7)[place % 3] for place in range(1, 18)} | {18: 1}
    return f"(({_weighted(value, '0123456789', weights)}) % 10 = 0)"


def _lei(view: View, value: str) -> str:
    """Digits are appended as they are, letters as two digits; the rest of 97 is taken before it overflows."""
    alphabet = duck.literal("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    rest = "0::BIGINT"
    for place in range(1, 21):
        char = f"substr({value}, {place}, 1)"
        shift = f"CASE WHEN {char} > '9' THEN 100 ELSE 10 END"
        rest = f"(({rest}) * {shift} + strpos({alphabet}, {char}) - 1)"
        if place % 5 == 0:
            rest = f"{rest} % 97"
    return f"({rest} = 1)"


def _cnpj(view: View, value: str) -> str:
    """Fourteen characters bare, or eighteen with separators at fixed places."""

    def right(places: Sequence[int]) -> str:
        values = [f"(ascii(substr({value}, {place}, 1)) - 48)" for place in places]

        def digit(weights: Collection[int]) -> str:
            total = " + ".join(f"{weight} * {item}" for weight, item in zip(weights, values, strict=False))
            return f"(11 - ({total}) % 11) % 11 % 10"

        return f"{digit(brazil.WEIGHTS[1:])} = {values[12]} AND {digit(brazil.WEIGHTS)} = {values[13]}"

    bare, printed = range(1, 15), (1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 17, 18)
    return f"CASE WHEN length({value}) = 14 THEN {right(bare)} ELSE {right(printed)} END"


CHECKS: dict[str, Callable[[View, str], str]] = {
    "MX-RFC": _rfc,
    "MX-CURP": _curp,
    "MX-CLABE": _clabe,
    "XI-LEI": _lei,
    "BR-CNPJ": _cnpj,
}
