"""What a cell says, without how it is written: two cells that differ only in form are no amendment.

Belongs here: SQL for the canonical form of a column. Of every cell outer blanks and the composition of accents (NFC)
do not count, and a cell of nothing but blanks is empty. Under a layout its null tokens are empty and its mapped values
are their codes; in columns of numbers, by their role or else by their first cells, a number counts without grouping
marks, plus sign and zeros at the end of its fraction, and in columns of dates a date without its order and a time of
midnight. Without a layout nobody knows whether 1.234 is a thousand, so numbers and dates stay as they are written.
Case, inner blanks and accents themselves always count.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from pipelines import duck
from pipelines.tables.header import BLANKS
from pipelines.tables.layouts import Fit, Locale
from pipelines.tables.profile import DATE, NUMBER, kinds, profiles
from pipelines.tables.table import Table
from pipelines.validation.columns import PLAIN, TIME, canonical_number, columns_of, understood_date
from pipelines.validation.suites import Suite

MIDNIGHT = r"[T ]0?0:00(:00(\.0+)?)?( ?(Z|UTC|GMT|[+-]00:?00))?"


@dataclass(frozen=True)
class Canonical:
    """SQL for one column: `cell` is its value as published, `code` makes of that what a suite sees.

    `form` makes a trimmed text canonical.
    """

    cell: str
    code: Callable[[str], str] = field(default=str)
    form: Callable[[str], str] = field(default=str)


def canonical(table: Table, fit: Fit | None, suite: Suite | None) -> dict[str, Canonical]:
    """The canonical form of each column of `table`, as `fit` lays it out."""
    found = {name: Canonical(duck.quote(name)) for name in table.report.columns}
    if fit is None or suite is None:
        return found
    columns = columns_of(table, fit, suite)
    roles = set(columns.source.values())
    looked_at = {} if roles.issuperset(found) else kinds(profiles(table))
    for name, kind in looked_at.items():
        form = _form(kind.partition(" ")[0], columns.locale, columns.plain)
        found[name] = Canonical(duck.quote(name), form=form)
    for role, name in columns.source.items():
        form = _form(columns.kinds[role], columns.locale, columns.plain)
        found[name] = Canonical(columns.published[role], partial(columns.coded, role), form)
    return found


def trimmed(cell: str) -> str:
    """SQL: `cell` without outer blanks and with composed accents; NULL when nothing is left."""
    # Text that neither begins nor ends with a blank is most of what there is, and soon known; without any character
    # from U+0300 on, where the marks begin, it is composed (Unicode Standard Annex 15).
    beyond = ", ".join(f"chr({ord(character)})" for character in BLANKS if ord(character) >= ord("!"))
    inside = f"{cell} >= '!' AND {cell}[-1] >= '!'"
    whole = f"{cell}[1] NOT IN ({beyond}) AND {cell}[-1] NOT IN ({beyond})"
    blanks = " || ".join(f"chr({ord(character)})" for character in BLANKS)
    return (
        f"CASE WHEN strlen({cell}) = length({cell}) AND {inside} THEN {cell}"
        f" WHEN {inside} AND {whole} THEN CASE WHEN regexp_full_match({cell}, '[\\x{{0}}-\\x{{2ff}}]*') THEN {cell}"
        f" ELSE nfc_normalize({cell}) END"
        f" ELSE nullif(trim(nfc_normalize({cell}), {blanks}), '') END"
    )


def _form(kind: str, locale: Locale, plain: bool) -> Callable[[str], str]:
    if kind == NUMBER:
        return lambda text: _number(text, locale, plain)
    if kind == DATE:
        return lambda text: _date(text, locale)
    return str


def _number(text: str, locale: Locale, plain: bool) -> str:
    number = canonical_number(text, locale)
    if plain:
        number = f"coalesce({canonical_number(text, PLAIN)}, {number})"
    short = f"regexp_replace({number}, '(\\.\\d*?)0+$', '\\1')"
    return f"CASE WHEN regexp_full_match({text}, '-?\\d+') THEN {text} ELSE coalesce(rtrim({short}, '.'), {text}) END"


def _date(text: str, locale: Locale) -> str:
    time = f"regexp_extract({text}, {duck.literal(TIME + '$')})"
    later = f"CASE WHEN regexp_full_match({time}, {duck.literal(MIDNIGHT)}) THEN '' ELSE replace({time}, 'T', ' ') END"
    day = f"{understood_date(text, locale)}::VARCHAR"
    return f"CASE WHEN {text} LIKE '____-__-__' THEN {text} ELSE coalesce({day} || {later}, {text}) END"
