"""From a published column to SQL of a role: as text in canonical form, and as number or date.

Belongs here: null tokens, mapped values, and understanding numbers and dates written under a layout's locale.
Everything was read as text and stays text; a value that is no number or date keeps its published form, so
that a wrong guess is never a wrong verdict. Plan and reference both look at a table through this SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines import duck
from pipelines.tables.layouts import Fit, Layout, Locale, fold
from pipelines.tables.table import Table
from pipelines.validation.suites import Suite

# In these formats a number is a number, whatever the country: the reader writes it with a decimal point.
TYPED_FORMATS = ("xlsx", "xls", "xlsb", "ods", "json", "ndjson", "ocds")
PLAIN = Locale(decimal=".", group="")
# Formats of a numeric date, by the order of its parts. Two digits of year are not understood: the century
# would be a guess.
DATE_FORMATS = {
    "ymd": ("%Y/%m/%d", "%Y.%m.%d", "%Y%m%d"),
    "dmy": ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y"),
    "mdy": ("%m/%d/%Y", "%m-%d-%Y"),
}
NOT_A_WORD = r"[^\p{L}\p{N}]+"
TIME = r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[APap]\.?[Mm]\.?)?( ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"


@dataclass(frozen=True)
class Columns:
    """The roles that a suite knows and a table has. `kinds`: what each is judged as; `order`: as published."""

    relation: str
    text: Mapping[str, str]
    kinds: Mapping[str, str]
    order: tuple[str, ...]

    def select(self, texts: Iterable[str], typed: Iterable[str]) -> str:
        """A query for `_row`, the roles `texts` as text, and the roles `typed` as numbers and dates.

        A typed column is named by `typed_name`. What is no number or date is NULL there.
        """
        typed = sorted(set(typed))
        inner = sorted({*texts, *typed})
        columns = ['"_row"', *(f"{self.text[role]} AS {duck.quote(role)}" for role in inner)]
        query = f"SELECT {', '.join(columns)} FROM {duck.quote(self.relation)}"
        values = [f"{_typed(role, self.kinds[role])} AS {duck.quote(typed_name(role))}" for role in typed]
        return f"SELECT *, {', '.join(values)} FROM ({query})" if values else query


def typed_name(role: str) -> str:
    """The name of a role's typed column; no role can be called so."""
    return f"{role}:typed"


def columns_of(table: Table, fit: Fit, suite: Suite) -> Columns:
    """SQL for the roles of `suite` that `fit` found in `table`."""
    wanted = {role: column for role, column in fit.roles.items() if role in suite.roles}
    plain = table.report.format.startswith(TYPED_FORMATS)
    kinds = {role: suite.roles[role].type for role in wanted}
    places = {column: place for place, column in enumerate(table.report.columns)}
    return Columns(
        relation=table.relation,
        text={role: _text(column, role, kinds[role], fit.layout, plain) for role, column in wanted.items()},
        kinds={role: kind if kind in ("number", "date") else "text" for role, kind in kinds.items()},
        order=tuple(sorted(wanted, key=lambda role: places[wanted[role]])),
    )


def _text(column: str, role: str, kind: str, layout: Layout, plain: bool) -> str:
    """SQL for one role as text: blanks and null tokens missing, values mapped, canonical where understood.

    `plain`: the format has numbers of its own, so a plain number is believed before the layout's locale.
    """
    name = duck.quote(column)
    expression = f"nullif(trim({name}), '')"
    tokens = sorted({token.strip().lower() for token in layout.null_tokens if token.strip()})
    if tokens:
        expression = f"CASE WHEN lower({expression}) IN ({_list(tokens)}) THEN NULL ELSE {expression} END"
    raw = f"CASE WHEN {expression} IS NULL THEN NULL ELSE {name} END"
    if kind == "number":
        number = canonical_number(expression, layout.locale)
        if plain:
            number = f"{canonical_number(expression, PLAIN)}, {number}"
        return f"coalesce({number}, {raw})"
    if kind == "date":
        return f"coalesce({canonical_date(expression, layout.locale)}, {raw})"
    mapping = layout.values.get(role)
    if mapping:
        arms = " ".join(
            f"WHEN {duck.literal(fold(value))} THEN {duck.literal(code)}" for value, code in mapping.items()
        )
        folded = f"regexp_replace(strip_accents(lower({expression})), {duck.literal(NOT_A_WORD)}, ' ', 'g')"
        return f"CASE trim({folded}) {arms} ELSE {raw} END"
    return raw


def canonical_number(expression: str, locale: Locale) -> str:
    """SQL: `expression` as a plain decimal number ("1234.56"), NULL when it is none under `locale`.

    Grouping marks must stand where they belong: "1.234" is 1234 only where the point groups thousands.
    Units and currency signs are not understood on purpose: a number with "$" in it is a fault to be told.
    """
    decimal, group = re.escape(locale.decimal), re.escape(locale.group)
    grouped = rf"|\d{{1,3}}({group}\d{{3}})+" if locale.group else ""
    pattern = rf"[-+]?(\d+{grouped})({decimal}\d+)?"
    plain = expression
    if locale.group:
        plain = f"replace({plain}, {duck.literal(locale.group)}, '')"
    plain = f"ltrim(replace({plain}, {duck.literal(locale.decimal)}, '.'), '+')"
    return f"CASE WHEN regexp_full_match({expression}, {duck.literal(pattern)}) THEN {plain} END"


def canonical_date(expression: str, locale: Locale) -> str:
    """SQL: `expression` as ISO 8601 calendar date, NULL when it is no real date. A time of day is dropped.

    ISO dates are always understood; numeric dates in the layout's order of day, month and year.
    """
    day = f"regexp_replace({expression}, {duck.literal(TIME + '$')}, '')"
    formats = ", ".join(duck.literal(item) for item in ("%Y-%m-%d", *DATE_FORMATS[locale.date]))
    parsed = f"try_strptime({day}, [{formats}])"
    # strptime takes "5" for a year; a date has four digits of year somewhere.
    return f"CASE WHEN regexp_matches({day}, '\\d{{4}}') THEN strftime({parsed}, '%Y-%m-%d') END"


def _typed(role: str, kind: str) -> str:
    name = duck.quote(role)
    if kind == "number":
        # "nan" reads as a number that is none; Great Expectations counts it as missing, as we do.
        return f"nullif(try_cast({name} AS DOUBLE), 'nan'::DOUBLE)"
    if kind == "date":
        return f"try_strptime({name}, '%Y-%m-%d')"
    return name


def _list(values: Iterable[str]) -> str:
    return ", ".join(duck.literal(value) for value in values)
