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
from pipelines.alike import Alike, alike
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


# What a query selects: SQL, by the name that it gives it.
Step = dict[str, str]
# Rows of a small table.
FEW = 50_000
# A date that is written as we write it ourselves needs no other understanding; beginning with a digit, it has no sign.
ISO = "{0} LIKE '____-__-__' AND {0} >= '0'"


@dataclass(frozen=True)
class Columns:
    """The roles that a suite knows and a table has. `kinds`: what each is judged as; `order`: as published;
    `source`: the published column of each.

    `published` is SQL for a role's value as published, NULL when it is blank or a null token; `bare` for those that
    are the cell itself, as long as no cell of theirs is nothing but blanks. `codes` of a role of text are what the
    layout has for its values.
    """

    relation: str
    locale: Locale
    plain: bool
    rows: int
    published: Mapping[str, str]
    codes: Mapping[str, Mapping[str, str]]
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
        steps: list[dict[str, str]] = [dict(more), *(dict(zip(more, more, strict=True)) for _ in range(3))]
        for role in sorted({*texts, *typed, *published}):
            raw = duck.quote(published_name(role))
            steps[0][raw] = self.bare.get(role, self.published[role]) if bare else self.published[role]
            *between, (text, number) = self._steps(role)
            chosen = {**(text if role in texts else {}), **(number if role in typed else {})}
            for step, selected in zip(steps[1:], (*between, chosen), strict=True):
                step |= selected if chosen else {}
                step |= {raw: raw} if role in published else {}
        query = duck.quote(self.relation)
        for step in steps:
            shared = alike(step.values(), self.no_text()) if self.few else Alike()
            entries = ["_row", *(f"{shared.said(sql)} AS {name}" for name, sql in step.items())]
            query = f"(SELECT {', '.join(entries)} FROM {shared.source(query)})"
        return query

    def blank(self, roles: Iterable[str]) -> str:
        """SQL: some cell of `roles` is nothing but blanks, so that it must not be taken as it is."""
        cells = [self.bare[role] for role in roles if role in self.bare]
        # CASE trims only what begins with a blank; AND alone would trim every cell
        arms = " ".join(f"WHEN {cell} < '!' AND trim({cell}) = '' THEN true" for cell in cells)
        return f"CASE {arms} ELSE false END" if arms else "false"

    def no_text(self) -> set[str]:
        """The names of the columns of `select` that hold something else than texts."""
        return {duck.quote(name(role)) for role in self.kinds for name in (typed_name, plain_name)}

    def _steps(self, role: str) -> tuple[Step, Step, tuple[Step, Step]]:
        """What each later query selects for a role, of which the first has the value as published.

        The last for its text, and for it as a number or date. A number or date that is written as we write it
        ourselves is known by its look, and costs no more than that.
        """
        name, typed = duck.quote(role), duck.quote(typed_name(role))
        raw, plain = duck.quote(published_name(role)), duck.quote(plain_name(role))
        if self.kinds[role] == "text":
            return {name: self.coded(role, raw)}, {name: name}, ({name: name}, {typed: name})
        value = f"trim({raw})"
        if self.kinds[role] == "date":
            look = f"{raw} LIKE '____-__-__' AND {raw} >= '0' AND {raw}[-1] >= '0'"
            # Of a few rows the look is asked once more, for the sake of asking one column only (`alike`)
            known = look if self.few else plain
            day = f"CASE WHEN {known} THEN try_cast({raw} AS DATE) ELSE {understood_date(value, self.locale)} END"
            text = f"CASE WHEN {plain} THEN {raw} ELSE coalesce({typed}::VARCHAR, {raw}) END"
            last = {name: text, plain: plain}, {typed: f"{typed}::TIMESTAMP"}
            return {raw: raw, plain: look}, {raw: raw, plain: plain, typed: day}, last
        look = f"regexp_full_match({raw}, {duck.literal(self._plain_number())})"
        number = canonical_number(value, self.locale)
        if self.plain:
            number = f"{canonical_number(value, PLAIN)}, {number}"
        text = f"CASE WHEN {plain} THEN {raw} ELSE coalesce({number}, {raw}) END"
        # DuckDB reads the words "nan" and "inf" as numbers, which nobody publishes.
        understood = f"try_cast({name} AS DOUBLE)"
        for word in ("nan", "inf", "-inf"):
            understood = f"nullif({understood}, '{word}'::DOUBLE)"
        understood = f"CASE WHEN {plain} THEN try_cast({name} AS DOUBLE) ELSE {understood} END"
        last = {name: name, plain: plain}, {typed: understood}
        return {raw: raw, plain: look}, {plain: plain, name: text}, last

    def coded(self, role: str, cell: str) -> str:
        """SQL: the code of the text `cell` of a role, or the text itself where the layout has none for it."""
        codes = self.codes.get(role)
        if not codes:
            return cell
        folded: dict[str, str] = {}
        for value, code in codes.items():
            folded.setdefault(fold(value), code)
        # A value as the layout has it, and that is nearly every one, is known without folding it.
        arms = (f"WHEN {duck.literal(value)} THEN {duck.literal(folded[fold(value)])}" for value in codes)
        plain = f"trim(regexp_replace(strip_accents(lower({cell})), {duck.literal(NOT_A_WORD)}, ' ', 'g'))"
        # In a CASE the pattern would stand once an arm, and each of them takes a millisecond to compile.
        found = f"[{_list(folded.values())}][list_position([{_list(folded)}], {plain})]"
        return f"CASE {cell} {' '.join(arms)} ELSE coalesce({found}, {cell}) END"

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
        published={role: _present(duck.quote(column), fit.layout) for role, column in wanted.items()},
        codes={role: dict(fit.layout.values.get(role, {})) for role in wanted if kinds[role] == "text"},
        kinds=kinds,
        source=wanted,
        bare={} if _tokens(fit.layout) else {role: duck.quote(column) for role, column in wanted.items()},
        order=tuple(sorted(wanted, key=lambda role: places[wanted[role]])),
    )


def _present(cell: str, layout: Layout) -> str:
    """SQL: `cell`, or NULL when it is blank or a null token."""
    tokens = _tokens(layout)
    # What begins with a character beyond the blank is not blank, which is sooner known than by trimming.
    present = f"({cell} >= '!' OR trim({cell}) <> '')"
    if not tokens:
        return f"CASE WHEN {present} THEN {cell} END"
    # What has no outer blanks and is longer than every token is none; in lower case it may have a third of its bytes.
    longer = 3 * max(len(token.encode()) for token in tokens)
    clear = f"{cell} >= '!' AND strlen({cell}) > {longer} AND {cell}[-1] >= '!'"
    other = f"{present} AND lower(trim({cell})) NOT IN ({_list(tokens)})"
    return f"CASE WHEN {clear} THEN {cell} WHEN {other} THEN {cell} END"


def _tokens(layout: Layout) -> list[str]:
    return sorted({token.strip().lower() for token in layout.null_tokens if token.strip()})


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
