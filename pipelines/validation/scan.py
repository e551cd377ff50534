"""One scan of a table for everything that is asked of it.

Belongs here: what is computed while the rows stream by (marks), what of each row is kept for whatever has to look at
all rows at once (uniqueness, medians, order), and the queries over what was kept. Does not belong here: what any
expectation means.

Kept is a temporary table of the columns that later queries name: numbers, dates, hashes and marks; a text only where
its hash does not do. It is spilled when it does not fit into memory, so that no file is parsed twice and none is too
large.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from pipelines import duck
from pipelines.alike import Alike, alike, shape_of
from pipelines.tables.asking import Asking
from pipelines.tables.table import Table
from pipelines.validation.columns import FEW, Columns, published_name, typed_name
from pipelines.validation.compiled import COUNT, FIRST, PUBLISHED, SEEN, Value, View, hashes
from pipelines.validation.marks import Counted, Marks

KEPT = '"veedor:kept"'
NEVER, BLANK = '"veedor:never"', '"veedor:blank"'
EMPTY = "veedor:empty"
NEEDLESS = (
    "expression_rewriter,filter_pullup,filter_pushdown,regex_range,in_clause,statistics_propagation,"
    "common_subexpressions,column_lifetime,reorder_filter,compressed_materialization"
)
# What may follow a whole condition in the SQL of `plans/`.
AFTER = r"(?=\)| AND | GROUP BY| ORDER BY|$)"
PRESENT = re.compile(r'^\(("(?:[^"]|"")+") IS NOT NULL\)$')
# What is asked of the rows that have a value in a column, as `compiled.both` writes it.
GUARDED = re.compile(r'^\(\("(?P<role>[a-z0-9_]+)" IS NOT NULL\) AND (?P<asked>\(.+\))\)$', re.DOTALL)
# So many hashes are sorted in memory at a time (8 bytes each, twice), and so many of them are listed
SORTED, LISTED = 4_000_000, 100_000
# `compiled.repeated` over all rows, which the uniqueness of a column and of compounds with it share.
REPEATED = re.compile(
    rf"SELECT (?P<key>(?:(?!SELECT).)+?) AS twice FROM (?P<source>{SEEN}(?: WHERE (?:(?!SELECT).)+?)?) "
    r"GROUP BY twice HAVING count\(\*\) > 1"
)


def scanned(
    table: Table, asked: Asking, columns: Columns, views: Sequence[View], values: Iterable[Value]
) -> dict[Value, Any]:
    """What each of `values` is in `table`, which `asked` is of, seen through `views`.

    Raises `Unproven` when the table is not what it was presumed to be, and DuckDB's exceptions.
    """
    values = list(dict.fromkeys(values))
    columns = replace(columns, relation=asked.relation)
    found = _scanned(table, asked, columns, views, values, bare=True) if columns.rows > FEW else None
    if found is None:
        for view in views:
            view.predicates.raised.clear()  # perhaps by a blank cell, which is none of theirs
        found = _scanned(table, asked, columns, views, values, bare=False)
    return found or {}


def _scanned(
    table: Table, asked: Asking, columns: Columns, views: Sequence[View], values: list[Value], *, bare: bool
) -> dict[Value, Any] | None:
    """None when the table has a cell that must not be taken as it is, unlike `bare` says."""
    presumed = table.unsettled
    wheres = dict.fromkeys(it.where for it in values if it.source == SEEN and it.where)
    told = {it.where for it in values if it.aggregate != COUNT}
    opposites = {
        it: missing
        for it in wheres
        if it not in told and (missing := _missing(it)) != it and missing in wheres
    }
    kept = (it for it in wheres if it not in opposites)
    conditions = (
        tuple(sorted(kept, key=lambda it: (shape_of(it) or ("",))[0])) if columns.few else tuple(kept)
    )
    shorter = _shorter(table, asked, columns, views, conditions) if bare else {}
    marks = Marks((*conditions, NEVER, BLANK), opposites, shorter)
    counts = [it for it in values if _is_count(it)]
    queries = dict(_queries(columns, marks, [it for it in values if not _is_count(it)]))
    with _kept(table, asked, columns, views, marks, " ".join(queries), bare=bare) as (source, names):
        rows = asked.kept(KEPT)
        counted = marks.counted(asked.rows(marks.query(source))) if rows is None else marks.counted_in(rows)
        if presumed:
            presumed.settle(counted.total, counted.counts[NEVER])
        if counted.counts[BLANK]:
            return None
        found = {value: _counted(counted, value) for value in counts}
        with _shared(asked, [_renamed(query, names) for query in queries], counted.total) as texts:
            for query, of in zip(texts, queries.values(), strict=True):
                (row,) = asked.rows(query)
                found |= dict(zip(of, row, strict=True))
    return found


def _repeated(asked: Asking, key: str, source: str, rows: int) -> list[int] | None:
    """The hashes that stand more than once, by sorting them, which is four times as fast as grouping by them.

    Of a large table a part of the hashes is sorted at a time: those with the same remainder. None when so many stand
    more than once that a list of them would need much memory.
    """
    import numpy as np

    found: list[int] = []
    parts = max(1, -(-rows // SORTED))
    for part in range(parts):
        values = asked.numbers(
            f"SELECT key FROM (SELECT {key} AS key FROM {source}) WHERE {parts} = 1 OR key % {parts} = {part}"
        )
        values.sort()
        twice = np.unique(values[1:][values[1:] == values[:-1]])
        found += (int(value) for value in twice[: LISTED + 1])
        if len(found) > LISTED:
            return None
    return found


@contextmanager
def _shared(asked: Asking, queries: Sequence[str], rows: int) -> Iterator[list[str]]:
    """`queries` over `rows` rows, with the repeated values that they ask for computed once."""
    texts = dict.fromkeys(found[0] for query in queries for found in REPEATED.finditer(query))
    names = {text: f'"veedor:repeated{place}"' for place, text in enumerate(texts)}
    try:
        for text, name in names.items():
            key, source = REPEATED.fullmatch(text).group("key", "source")  # type: ignore[union-attr]
            repeated = _repeated(asked, key, source.replace(SEEN, KEPT, 1), rows)
            if repeated is None:
                asked.keep(name, f"WITH {SEEN} AS NOT MATERIALIZED (FROM {KEPT}) {text}")
            else:
                asked.put(name, "twice", repeated)
        shorter = {text: f"FROM {name}" for text, name in names.items()}
        yield [_renamed(query, shorter) for query in queries]
    finally:
        for name in names.values():
            asked.forget(name)


def _shorter(
    table: Table, asked: Asking, columns: Columns, views: Sequence[View], conditions: Sequence[str]
) -> dict[str, str]:
    """Conditions that need not ask first whether their column has a value: without one, the rest is not true anyway.

    Which these are DuckDB says itself, of a row in which every column is empty.
    """
    guarded = {it: found for it in conditions if (found := GUARDED.match(it))}
    own = {
        it: found["asked"]
        for it, found in guarded.items()
        if {name.partition(":")[0] for name in re.findall(r'"([^"]*)"', found["asked"])} == {found["role"]}
    }
    if not own:
        return {}
    empty = ", ".join(f"NULL::VARCHAR AS {duck.quote(name)}" for name in table.report.columns)
    row = replace(columns, relation=EMPTY).select(*_asked_for(views), bare=True)
    wanted = ", ".join(f"coalesce({it}, false)" for it in own.values())
    asked.keep(duck.quote(EMPTY), f"SELECT 0 AS _row, {empty}")
    try:
        (met,) = asked.rows(f"SELECT {wanted} FROM {row}")
    finally:
        asked.forget(duck.quote(EMPTY))
    return {it: rest for (it, rest), yes in zip(own.items(), met, strict=True) if not yes}


def _is_count(value: Value) -> bool:
    """Whether the marks tell it."""
    return value.source == SEEN and value.aggregate in (COUNT, FIRST)


def _missing(condition: str) -> str:
    """What `expect_column_values_to_not_be_null` asks of the same column as the usual question for a value."""
    return PRESENT.sub(r"((\1 IS NULL))", condition)


def _counted(counted: Counted, value: Value) -> Any:
    if value.where is None:
        return counted.total if value.aggregate == COUNT else counted.first
    return (counted.counts if value.aggregate == COUNT else counted.rows)[value.where]


def _queries(columns: Columns, marks: Marks, values: Iterable[Value]) -> Iterator[tuple[str, list[Value]]]:
    """A query for each source, and what the columns of its one row are."""
    by_source: dict[str, list[Value]] = {}
    for value in values:
        by_source.setdefault(value.source, []).append(value)
    for source, of in by_source.items():
        if source == SEEN:
            selected = ", ".join(it.sql(marks.test(it.where) if it.where else None) for it in of)
            yield f"SELECT {selected} FROM {KEPT}", of
        else:
            yield _of_source(columns, marks, source, of), of


def _of_source(columns: Columns, marks: Marks, source: str, values: Sequence[Value]) -> str:
    """Where `source` asks for a condition that has a bit, the bit is asked. Each other condition is computed once."""
    for condition in (*marks.conditions, *marks.opposites):
        if condition not in source:
            continue
        whole = re.compile("WHERE " + re.escape(condition) + AFTER)
        source = whole.sub(f"WHERE {marks.test(condition)}", source)
    flags = {it.where: f"asked_{place}" for place, it in enumerate(values) if it.where}
    selected = ", ".join(it.sql(flags.get(it.where or "")) for it in values)
    if flags:
        source = (
            f"(SELECT *, {', '.join(f'{where} AS {flag}' for where, flag in flags.items())} FROM {source})"
        )
    published = f", {PUBLISHED} AS NOT MATERIALIZED (FROM {duck.quote(columns.relation)})"
    tables = f"{SEEN} AS NOT MATERIALIZED (FROM {KEPT}){published if PUBLISHED in source else ''}"
    return f"WITH {tables} SELECT {selected} FROM {source}"


@contextmanager
def _kept(
    table: Table,
    asked: Asking,
    columns: Columns,
    views: Sequence[View],
    marks: Marks,
    text: str,
    *,
    bare: bool,
) -> Iterator[tuple[str, Mapping[str, str]]]:
    """A FROM clause of the marks and of what `text` names; and the columns in which its hashes are kept."""
    roles, typed, published = _asked_for(views)
    names = {
        expression: duck.quote(f"{role}:hash{place}")
        for role in roles
        for place, expression in enumerate(hashes(duck.quote(role)))
        if expression in text
    }
    rest = _renamed(text, names)
    columned = (*roles, *map(typed_name, typed), *map(published_name, published))
    plain = [duck.quote(name) for name in columned if duck.quote(name) in rest]
    other = {NEVER, BLANK, *columns.no_text()}
    shared = alike(names, other) if columns.few else Alike()
    marked = marks.planned_once(other) if columns.few else marks.columns()
    hashed = [f"{shared.said(expression)} AS {name}" for expression, name in names.items()]
    selected = ", ".join(['"_row"', *marked, *plain, *hashed])
    used_in = f"{selected} {' '.join(shared.lists.values())}"
    texts = [role for role in roles if duck.quote(role) in used_in]
    numbers = [role for role in typed if duck.quote(typed_name(role)) in used_in]
    raw = [role for role in published if duck.quote(published_name(role)) in used_in]
    used = {*texts, *numbers, *raw}
    never = table.unsettled.never([columns.source[role] for role in used]) if table.unsettled else "false"
    beside = {NEVER: never, BLANK: columns.blank(used) if bare else "false"}
    seen = columns.select(texts, numbers, raw, beside=beside, bare=bare)
    scan = f"SELECT {selected} FROM {shared.source(seen)}"
    if not text:
        yield f"({scan})", names
        return
    with _in_any_order(asked), _planned_as_written(asked, columns):
        asked.keep(KEPT, scan)
    try:
        yield KEPT, names
    finally:
        asked.forget(KEPT)


def _asked_for(views: Sequence[View]) -> tuple[list[str], list[str], list[str]]:
    """The roles that `views` see as text, as numbers and dates, and as published."""
    return (
        sorted(set().union(*(view.texts for view in views))),
        sorted(set().union(*(view.typed_roles for view in views))),
        sorted(set().union(*(view.published_roles for view in views))),
    )


@contextmanager
def _planned_as_written(asked: Asking, columns: Columns) -> Iterator[None]:
    """The scan of few rows as it stands: it has no joins, and to look for a better plan takes longer than it.

    A plan that is kept is worth it.
    """
    if asked.small or not columns.few:
        yield
        return
    asked.connection.execute(f"SET disabled_optimizers = '{NEEDLESS}'")
    try:
        yield
    finally:
        asked.connection.execute("SET disabled_optimizers = ''")


@contextmanager
def _in_any_order(asked: Asking) -> Iterator[None]:
    """Rows may be stored in any order meanwhile: each has its number, and threads do not wait for each other."""
    if asked.small:  # with one thread
        yield
        return
    asked.connection.execute("SET preserve_insertion_order = false")
    try:
        yield
    finally:
        asked.connection.execute("SET preserve_insertion_order = true")


def _renamed(text: str, names: Mapping[str, str]) -> str:
    for expression, name in names.items():
        text = text.replace(expression, name)
    return text
