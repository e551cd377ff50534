"""From a table of published columns to the two frames that a suite sees.

Belongs here: renaming columns to roles, null tokens, and understanding numbers and dates written under a
layout's locale. Everything was read as text and stays text; a value that is no number or date keeps its
published form, so that a wrong guess is never a wrong verdict.

The *text* frame holds every role as text, numbers and dates in canonical form ("1234.56", "2025-12-31")
where they could be understood. The *typed* frame holds number roles as float and date roles as timestamps;
what could not be understood is missing there, and is reported by the expectations on the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.tables.layouts import Fit, Layout, Locale, fold
from pipelines.tables.table import Table
from pipelines.validation.suites import Suite

if TYPE_CHECKING:
    import pandas

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
class Frames:
    """What a suite sees. Both have `_row` (as a spreadsheet shows it) and one column a role."""

    text: pandas.DataFrame
    typed: pandas.DataFrame


def frames(table: Table, fit: Fit, suite: Suite) -> Frames:
    """Prepare the roles of `suite` that `fit` found in `table`; no other column leaves the table."""
    wanted = {role: column for role, column in fit.roles.items() if role in suite.roles}
    plain = table.report.format.startswith(TYPED_FORMATS)
    text = {role: _text(column, role, suite, fit.layout, plain) for role, column in wanted.items()}
    inner = ", ".join(
        ['"_row"', *(f"{expression} AS {duck.quote(role)}" for role, expression in text.items())]
    )
    relation = duck.quote(table.relation)
    query = f'SELECT {inner} FROM {relation} ORDER BY "_row"'
    outer = ", ".join(
        ['"_row"', *(f"{_typed(role, suite.roles[role].type)} AS {duck.quote(role)}" for role in wanted)]
    )
    return Frames(
        text=table.connection.execute(query).df(),
        typed=table.connection.execute(f'SELECT {outer} FROM ({query}) ORDER BY "_row"').df(),
    )


def published(
    table: Table, fit: Fit, rows: Iterable[int], roles: Iterable[str]
) -> Mapping[int, Mapping[str, str | None]]:
    """The values of `roles` in `rows` exactly as published, for evidence: {row: {role: value}}."""
    columns = {role: fit.roles[role] for role in roles if role in fit.roles}
    numbers = sorted(set(rows))
    if not numbers or not columns:
        return {}
    names = ", ".join(duck.quote(column) for column in columns.values())
    found = table.connection.execute(
        f'SELECT "_row", {names} FROM {duck.quote(table.relation)} WHERE "_row" IN (SELECT unnest(?))',
        [numbers],
    ).fetchall()
    return {row[0]: dict(zip(columns, row[1:], strict=True)) for row in found}


def _text(column: str, role: str, suite: Suite, layout: Layout, plain: bool) -> str:
    """SQL for one role as text: blanks and null tokens missing, values mapped, canonical where understood.

    `plain`: the format has numbers of its own, so a plain number is believed before the layout's locale.
    """
    name = duck.quote(column)
    expression = f"nullif(trim({name}), '')"
    tokens = sorted({token.strip().lower() for token in layout.null_tokens if token.strip()})
    if tokens:
        expression = f"CASE WHEN lower({expression}) IN ({_list(tokens)}) THEN NULL ELSE {expression} END"
    raw = f"CASE WHEN {expression} IS NULL THEN NULL ELSE {name} END"
    kind = suite.roles[role].type
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
        return f"try_cast({name} AS DOUBLE)"
    if kind == "date":
        return f"try_strptime({name}, '%Y-%m-%d')"
    return name


def _list(values: Iterable[str]) -> str:
    return ", ".join(duck.literal(value) for value in values)
