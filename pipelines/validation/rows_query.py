"""A suite's own SQL for the rows that fail: GX's `UnexpectedRowsExpectation`, which GX itself cannot run on a frame.

Belongs here: making the query's `{batch}`, running it, and its GX-shaped result. `{batch}` is the table as the suite
sees it: `_row` and one column for each role that the query names, numbers as DOUBLE and dates as TIMESTAMP. Suites
are passed around like any file, so their SQL is a stranger's: it runs on a connection of its own that holds a copy of
these columns and nothing else, without files, network, extensions or settings, one SELECT for a limited time.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from string import Formatter
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.tables.table import ROW, Table
from pipelines.validation.columns import Columns
from pipelines.validation.compiled import EXAMPLES, SEEN, Predicates, Raw, View
from pipelines.validation.results import raised
from pipelines.validation.sql import NotPlanned
from pipelines.validation.suites import ROWS_QUERY, Expectation

if TYPE_CHECKING:
    import duckdb
    import pyarrow

SECONDS = 120.0
BATCH, COPY = "batch", "veedor_copy"
MAX_TEMPORARY = "20GB"
KNOWN = {"unexpected_rows_query", "row_condition", "condition_parser"}


class QueryRefused(Exception):
    """The SQL of a suite is not one SELECT over `{batch}`."""


def run(table: Table, columns: Columns, expectations: Sequence[Expectation]) -> dict[str, Raw]:
    """GX's result JSON by key for those of `expectations` that are queries; the others are left out.

    The observed value is the number of rows that the query gives, examples are told when `_row` is among its
    columns. A query that is refused, fails or takes longer than `SECONDS` has raised. All queries share one copy of
    their columns, so that a file is parsed once for them.
    """
    import duckdb

    asked = [one for item in expectations if (one := _asked(columns, item)) is not None]
    if not asked:
        return {}
    try:
        with _copied(table, columns, asked) as connection:
            return {one.item.key: _answer(connection, one) for one in asked}
    except duckdb.Error as error:
        return {one.item.key: raised(error) for one in asked}


def failing_rows(table: Table, columns: Columns, item: Expectation) -> pyarrow.Table | None:
    """The `_row` of every row that the query gives, once each; None when `_row` is not among its columns.

    Raises like the query itself: `QueryRefused` or `duckdb.Error`; `NotPlanned` when it is no query that could run.
    """
    one = _asked(columns, item)
    if one is None:
        raise NotPlanned(ROWS_QUERY)
    with _copied(table, columns, [one]) as connection, _shown(connection, one) as query:
        if not _has_rows(connection, query):
            return None
        wanted = f"SELECT DISTINCT {ROW} FROM {query} WHERE {ROW} IS NOT NULL"
        return connection.sql(wanted).to_arrow_table()


@dataclass(frozen=True)
class _Asked:
    """A query that can run: `view` knows the roles that it names and, as SQL, which rows it looks at."""

    item: Expectation
    view: View
    roles: tuple[str, ...]

    @property
    def mark(self) -> str:
        """The column of the copy that says which rows are this one's."""
        return duck.quote(f"veedor:{self.item.key}")


def _asked(columns: Columns, item: Expectation) -> _Asked | None:
    """None for what is no query, or has arguments that only GX would know."""
    query = item.kwargs.get("unexpected_rows_query")
    if item.type != ROWS_QUERY or not isinstance(query, str) or not set(item.kwargs) <= KNOWN:
        return None
    view = View(columns, typed=True, predicates=Predicates())
    condition, parser = item.kwargs.get("row_condition"), item.kwargs.get("condition_parser")
    roles = tuple(role for role in columns.order if role in item.needs)
    try:
        if condition:
            view.narrow(condition, parser)
        for role in roles:
            view.column(role)
    except NotPlanned:
        return None
    return _Asked(item, view, roles)


def _answer(connection: duckdb.DuckDBPyConnection, one: _Asked) -> Raw:
    import duckdb

    try:
        with _shown(connection, one) as query:
            numbered = _has_rows(connection, query)
            first = f"min({ROW}, {EXAMPLES})" if numbered else "NULL"
            ((count, rows),) = connection.execute(f"SELECT count(*), {first} FROM {query}").fetchall()
    except (QueryRefused, duckdb.Error) as error:
        return raised(error)
    examples = [{ROW: row} for row in rows or ()]
    return {
        "success": count == 0,
        "result": {"observed_value": count, "partial_unexpected_index_list": examples},
    }


@contextmanager
def _copied(table: Table, columns: Columns, asked: Sequence[_Asked]) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that holds what the queries are about, and can do nothing but read it."""
    limits = table.connection.execute(
        "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('temp_directory')"
    ).fetchall()[0]
    connection = duck.connect(memory_limit=limits[0], threads=limits[1], temp_directory=limits[2] or None)
    try:
        with duck.interruptible(table.connection):
            table.settle()
            _copy(table, _all(columns, asked), connection)
        connection.execute(f"SET max_temp_directory_size = '{MAX_TEMPORARY}'")
        connection.execute("SET python_enable_replacements = false")
        duck.lock_down(connection)
        with duck.interruptible(connection):
            yield connection
    finally:
        connection.close()


@contextmanager
def _shown(connection: duckdb.DuckDBPyConnection, one: _Asked) -> Iterator[str]:
    """The query for a FROM clause, while its `{batch}` is there; interrupted when it takes too long."""
    text = _filled(str(one.item.kwargs["unexpected_rows_query"]))
    _refuse_other(connection, text)
    named = ", ".join((ROW, *map(duck.quote, one.roles)))
    connection.execute(f"CREATE OR REPLACE VIEW {BATCH} AS SELECT {named} FROM {COPY} WHERE {one.mark}")
    timer = threading.Timer(SECONDS, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield f"(\n{text}\n)"
    finally:
        timer.cancel()


def _all(columns: Columns, asked: Sequence[_Asked]) -> str:
    """What all queries are about, in SQL of the table's connection: roles, and a mark for each query's rows."""
    roles = [role for role in columns.order if any(role in one.roles for one in asked)]
    texts = set().union(*(one.view.texts for one in asked))
    typed = set().union(*(one.view.typed_roles for one in asked))
    whole = View(columns, typed=True, predicates=Predicates())
    named = [f"{whole.column(role)} AS {duck.quote(role)}" for role in roles]
    marks = [f"coalesce({one.view.condition or 'true'}, false) AS {one.mark}" for one in asked]
    seen = columns.select({*roles, *texts}, {*roles, *typed})
    return f"SELECT {', '.join([ROW, *named, *marks])} FROM {seen} AS {SEEN}"


def _copy(table: Table, batch: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the rows over, a batch of them at a time; what does not fit into memory is spilled."""
    reader = table.connection.sql(batch).to_arrow_reader()
    connection.register("coming", reader)
    connection.execute(f"CREATE TABLE {COPY} AS FROM coming")
    connection.unregister("coming")


def _filled(query: str) -> str:
    """The query with its `{batch}`; nothing else may stand in braces, unless these are doubled."""
    try:
        parts = list(Formatter().parse(query.rstrip("; \t\r\n\v\f")))
    except ValueError as error:
        raise QueryRefused(f"the braces of the query do not match: {error}") from None
    if any(field not in (None, BATCH) or form or conversion for _, field, form, conversion in parts):
        raise QueryRefused("nothing but {batch} may stand in braces")
    return "".join(literal + ("" if field is None else BATCH) for literal, field, _, _ in parts)


def _refuse_other(connection: duckdb.DuckDBPyConnection, text: str) -> None:
    import duckdb

    statements = connection.extract_statements(text)
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise QueryRefused("the query is not one SELECT")


def _has_rows(connection: duckdb.DuckDBPyConnection, query: str) -> bool:
    """Whether `_row` is a column of the query's result."""
    described = connection.execute(f"DESCRIBE SELECT * FROM {query}").fetchall()
    return ROW in [column[0] for column in described]
