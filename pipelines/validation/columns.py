"""From a published column to SQL of a role: as text in canonical form, and as number or date.

Belongs here: null tokens, mapped values, and understanding numbers and dates written under a layout's locale.
Everything was read as text and stays text; a value that is no number or date keeps its published form, so
that a wrong guess is never a wrong verdict. Plan and reference both look at a table through this SQL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.tables.layouts import Fit, Layout, Locale, fold
from pipelines.tables.table import Table

if TYPE_CHECKING:
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
# Spreadsheets group thousands with blanks that do not break a line.
SPACES = " \u00a0\u202f"
NOT_A_WORD = r"[^\p{L}\p{N}]+"
TIME = r"([T ]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[APap]\.?[Mm]\.?)?( ?(Z|UTC|GMT|[+-]\d{2}:?\d{2}))?)?"


# Rows of a small table.
FEW = 50_000
# A date that is written as we write it ourselves needs no other understanding; beginning with a digit, it has no sign.
ISO = "{0} LIKE '____-__-__' AND {0} >= '0'"


@dataclass(frozen=True)
class Columns:
    """The roles that a suite knows and a table has. `kinds`: what each is judged as; `order`: as published;
    `source`: the published column of each. `bare` is
    SQL for those whose `value` is the cell itself, as long as no cell of theirs is nothing but blanks.

    `published` is SQL for a role's value as published, NULL when it is blank or a null token, and `value` for the
    same with a text's code where the layout has one.
    """

    relation: str
    locale: Locale
    plain: bool
    rows: int
    published: Mapping[str, str]
    value: Mapping[str, str]
    kinds: Mapping[str, str]
    order: tuple[str, ...]
    source: Mapping[str, str]
    bare: Mapping[str, str]

    @property
    def few(self) -> bool:
        """The table has so few rows that planning a query takes longer than answering it."""
        return self.rows <= FEW

    def select(
        self,
        texts: Iterable[str],
        typed: Iterable[str],
        published: Iterable[str] = (),
        *,
        beside: Mapping[str, str] | None = None,
        bare: bool = False,
    ) -> str:
        """A query for `_row`, the roles `texts` as text, `typed` as numbers and dates, others as `published`.

        A typed column is named by `typed_name`, and what is no number or date is NULL there; one as published by
        `published_name`. Beside a number or date as text stands `plain_name`. `beside`: more columns, by
        name, SQL over the published ones. `bare`: no cell is nothing but blanks, which spares a copy of each. Each step
        stands in a query of its own, so that nothing is computed twice.
        """
        texts, typed = sorted(set(texts)), sorted(set(typed))
        more = beside or {}
        steps: list[list[str]] = [
            ['"_row"', *(f"{sql} AS {name}" for name, sql in more.items())],
            *(['"_row"', *more] for _ in range(3)),
        ]
        for role in sorted({*texts, *typed}):
            *earlier, (text, number) = self._steps(
                role, self.bare.get(role, self.value[role]) if bare else self.value[role]
            )
            for step, selected in zip(steps, earlier, strict=False):
                step += selected
            steps[3] += text if role in texts else []
            steps[3] += number if role in typed else []
        for role in sorted(set(published)):
            raw = duck.quote(published_name(role))
            cell = self.bare.get(role, self.published[role]) if bare else self.published[role]
            for step, entry in zip(steps, (f"{cell} AS {raw}", raw, raw, raw), strict=True):
                step += [] if entry in step else [entry]
        query = duck.quote(self.relation)
        for step in steps:
            query = f"(SELECT {', '.join(step)} FROM {query})"
        return query

    def blank(self, roles: Iterable[str]) -> str:
        """SQL: some cell of `roles` is nothing but blanks, so that it must not be taken as it is."""
        cells = [self.bare[role] for role in roles if role in self.bare]
        # CASE trims only what begins with a blank; AND alone would trim every cell
        arms = " ".join(f"WHEN {cell} < '!' AND trim({cell}) = '' THEN true" for cell in cells)
        return f"CASE {arms} ELSE false END" if arms else "false"

    def _steps(
        self, role: str, value: str
    ) -> tuple[list[str], list[str], list[str], tuple[list[str], list[str]]]:
        """What each of the four queries selects for a role; the last for its text, and for it as a number or date.

        A number or date that is written as we write it ourselves is known by its look, and costs no more than that.
        """
        name, typed = duck.quote(role), duck.quote(typed_name(role))
        if self.kinds[role] == "text":
            return [f"{value} AS {name}"], [name], [name], ([name], [f"{name} AS {typed}"])
        raw, plain = duck.quote(published_name(role)), duck.quote(plain_name(role))
        first, value = [f"{value} AS {raw}"], f"trim({raw})"
        if self.kinds[role] == "date":
            look = f"{raw} LIKE '____-__-__' AND {raw} >= '0' AND {raw}[-1] >= '0' AS {plain}"
            day = f"CASE WHEN {plain} THEN try_cast({raw} AS DATE) ELSE {understood_date(value, self.locale)} END"
            text = f"CASE WHEN {plain} THEN {raw} ELSE coalesce({typed}::VARCHAR, {raw}) END"
            last = [f"{text} AS {name}", plain], [f"{typed}::TIMESTAMP AS {typed}"]
            return first, [raw, look], [raw, plain, f"{day} AS {typed}"], last
        look = f"regexp_full_match({raw}, {duck.literal(self._plain_number())}) AS {plain}"
        number = canonical_number(value, self.locale)
        if self.plain:
            number = f"{canonical_number(value, PLAIN)}, {number}"
        text = f"CASE WHEN {plain} THEN {raw} ELSE coalesce({number}, {raw}) END"
        # DuckDB reads the words "nan" and "inf" as numbers, which nobody publishes.
        understood = f"try_cast({name} AS DOUBLE)"
        for word in ("nan", "inf", "-inf"):
            understood = f"nullif({understood}, '{word}'::DOUBLE)"
        understood = f"CASE WHEN {plain} THEN try_cast({name} AS DOUBLE) ELSE {understood} END"
        return first, [raw, look], [plain, f"{text} AS {name}"], ([name, plain], [f"{understood} AS {typed}"])

    def _plain_number(self) -> str:
        """A pattern of numbers that need no understanding under the locale."""
        return r"-?\d+(\.\d+)?" if self.plain or self.locale.decimal == "." else r"-?\d+"


def typed_name(role: str) -> str:
    """The name of a role's typed column; no role can be called so."""
    return f"{role}:typed"


def plain_name(role: str) -> str:
    """The name of the column that says whether a number or date looks as we write it ourselves; no role is so called.

    Such a number is one; such a date may still be none, as 2025-02-31.
    """
    return f"{role}:plain"


def published_name(role: str) -> str:
    """The name of the column of a role as published; no role can be called so."""
    return f"{role}:published"


def columns_of(table: Table, fit: Fit, suite: Suite) -> Columns:
    """SQL for the roles of `suite` that `fit` found in `table`."""
    wanted = {role: column for role, column in fit.roles.items() if role in suite.roles}
    kinds = {
        role: kind if (kind := suite.roles[role].type) in ("number", "date") else "text" for role in wanted
    }
    places = {column: place for place, column in enumerate(table.report.columns)}
    return Columns(
        relation=table.relation,
        locale=fit.layout.locale,
        plain=table.report.format.startswith(TYPED_FORMATS),
        rows=table.report.rows,
        published={role: _present(column, duck.quote(column), fit.layout) for role, column in wanted.items()},
        value={
            role: _text(column, role, fit.layout)
            if kinds[role] == "text"
            else _present(column, duck.quote(column), fit.layout)
            for role, column in wanted.items()
        },
        kinds=kinds,
        source=wanted,
        bare={
            role: duck.quote(column)
            for role, column in wanted.items()
            if not _tokens(fit.layout) and not (kinds[role] == "text" and fit.layout.values.get(role))
        },
        order=tuple(sorted(wanted, key=lambda role: places[wanted[role]])),
    )


def _present(column: str, value: str, layout: Layout) -> str:
    """SQL: `value`, or NULL when the column is blank or holds a null token."""
    cell, tokens = duck.quote(column), _tokens(layout)
    # What begins with a character beyond the blank is not blank, which is sooner known than by trimming.
    present = f"({cell} >= '!' OR trim({cell}) <> '')"
    if not tokens:
        return f"CASE WHEN {present} THEN {value} END"
    # What has no outer blanks and is longer than every token is none; in lower case it may have a third of its bytes.
    longer = 3 * max(len(token.encode()) for token in tokens)
    clear = f"{cell} >= '!' AND strlen({cell}) > {longer} AND {cell}[-1] >= '!'"
    other = f"{present} AND lower(trim({cell})) NOT IN ({_list(tokens)})"
    return f"CASE WHEN {clear} THEN {value} WHEN {other} THEN {value} END"


def _tokens(layout: Layout) -> list[str]:
    return sorted({token.strip().lower() for token in layout.null_tokens if token.strip()})


def _text(column: str, role: str, layout: Layout) -> str:
    """SQL for a role of text: as published, or the suite's code for it where the layout maps its values."""
    raw = _present(column, duck.quote(column), layout)
    mapping = layout.values.get(role)
    if not mapping:
        return raw
    arms = " ".join(
        f"WHEN {duck.literal(fold(value))} THEN {duck.literal(code)}" for value, code in mapping.items()
    )
    folded = f"regexp_replace(strip_accents(lower({raw})), {duck.literal(NOT_A_WORD)}, ' ', 'g')"
    return f"CASE trim({folded}) {arms} ELSE {raw} END"


def canonical_number(expression: str, locale: Locale) -> str:
    """SQL: `expression` as a plain decimal number ("1234.56"), NULL when it is none under `locale`.

    Grouping marks must stand where they belong: "1.234" is 1234 only where the point groups thousands.
    Units and currency signs are not understood on purpose: a number with "$" in it is a fault to be told.
    """
    decimal, marks = re.escape(locale.decimal), SPACES if locale.group == " " else locale.group
    grouped = rf"|\d{{1,3}}([{re.escape(marks)}]\d{{3}})+" if marks else ""
    pattern = rf"[-+]?(\d+{grouped})({decimal}\d+)?"
    plain = expression
    if marks:
        plain = f"translate({plain}, {duck.literal(marks)}, '')"
    if locale.decimal != ".":
        plain = f"replace({plain}, {duck.literal(locale.decimal)}, '.')"
    plain = f"CASE WHEN regexp_full_match({expression}, {duck.literal(pattern)}) THEN ltrim({plain}, '+') END"
    if locale.decimal != ".":
        return plain
    return f"CASE WHEN regexp_full_match({expression}, '-?\\d+(\\.\\d+)?') THEN {expression} ELSE {plain} END"


def understood_date(expression: str, locale: Locale) -> str:
    """SQL: `expression` as a date, NULL when it is no real one. A time of day is dropped.

    ISO dates are always understood; numeric dates in the layout's order of day, month and year.
    """
    day = f"regexp_replace({expression}, {duck.literal(TIME + '$')}, '')"
    formats = ", ".join(duck.literal(item) for item in ("%Y-%m-%d", *DATE_FORMATS[locale.date]))
    # strptime takes "5" for a year; a date has four digits of year somewhere.
    return (
        f"CASE WHEN {ISO.format(expression)} THEN try_cast({expression} AS DATE) "
        f"WHEN regexp_matches({day}, '\\d{{4}}') THEN CAST(try_strptime({day}, [{formats}]) AS DATE) END"
    )


def _list(values: Iterable[str]) -> str:
    return ", ".join(duck.literal(value) for value in values)
