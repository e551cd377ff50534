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
BATCH = "batch"
MAX_TEMPORARY = "20GB"
KNOWN = {"unexpected_rows_query", "row_condition", "condition_parser"}


class QueryRefused(Exception):
    """The SQL of a suite is not one SELECT over `{batch}`."""


def run(table: Table, columns: Columns, expectations: Sequence[Expectation]) -> dict[str, Raw]:
    """GX's result JSON by key for those of `expectations` that are queries; the others are left out.

    The observed value is the number of rows that the query gives, examples are told when `_row` is among its
    columns. A query that is refused, fails or takes longer than `SECONDS` has raised.
    """
    import duckdb

    found: dict[str, Raw] = {}
    for item in expectations:
        if item.type != ROWS_QUERY:
            continue
        try:
            with _prepared(table, columns, item) as (connection, query):
                numbered = _has_rows(connection, query)
                first = f"min({ROW}, {EXAMPLES})" if numbered else "NULL"
                ((count, rows),) = connection.execute(f"SELECT count(*), {first} FROM {query}").fetchall()
        except NotPlanned:
            continue
        except (QueryRefused, duckdb.Error) as error:
            found[item.key] = raised(error)
            continue
        examples = [{ROW: row} for row in rows or ()]
        result = {"observed_value": count, "partial_unexpected_index_list": examples}
        found[item.key] = {"success": count == 0, "result": result}
    return found


def failing_rows(table: Table, columns: Columns, item: Expectation) -> pyarrow.Table | None:
    """The `_row` of every row that the query gives, once each; None when `_row` is not among its columns.

    Raises like the query itself: `QueryRefused` or `duckdb.Error`.
    """
    with _prepared(table, columns, item) as (connection, query):
        if not _has_rows(connection, query):
            return None
        wanted = f"SELECT DISTINCT {ROW} FROM {query} WHERE {ROW} IS NOT NULL"
        return connection.sql(wanted).to_arrow_table()


@contextmanager
def _prepared(
    table: Table, columns: Columns, item: Expectation
) -> Iterator[tuple[duckdb.DuckDBPyConnection, str]]:
    """A connection that holds the batch and can do nothing but read it, and the query for a FROM clause."""
    query = item.kwargs.get("unexpected_rows_query")
    if not isinstance(query, str) or not set(item.kwargs) <= KNOWN:
        raise NotPlanned(ROWS_QUERY)
    text = _filled(query)
    limits = table.connection.execute(
        "SELECT current_setting('memory_limit'), current_setting('threads'), current_setting('temp_directory')"
    ).fetchall()[0]
    connection = duck.connect(memory_limit=limits[0], threads=limits[1], temp_directory=limits[2] or None)
    timer = threading.Timer(SECONDS, connection.interrupt)
    timer.daemon = True
    try:
        with duck.interruptible(table.connection):
            table.settle()
            _copy(table, _batch(columns, item), connection)
        connection.execute(f"SET max_temp_directory_size = '{MAX_TEMPORARY}'")
        connection.execute("SET python_enable_replacements = false")
        duck.lock_down(connection)
        _refuse_other(connection, text)
        timer.start()
        with duck.interruptible(connection):
            yield connection, f"(\n{text}\n)"
    finally:
        timer.cancel()
        connection.close()


def _batch(columns: Columns, item: Expectation) -> str:
    """The query's `{batch}` in SQL of the table's connection."""
    view = View(columns, typed=True, predicates=Predicates())
    condition, parser = item.kwargs.get("row_condition"), item.kwargs.get("condition_parser")
    if condition:
        view.narrow(condition, parser)
    roles = [role for role in columns.order if role in item.needs]
    named = [f"{view.column(role)} AS {duck.quote(role)}" for role in roles]
    seen = columns.select({*roles, *view.texts}, {*roles, *view.typed_roles})
    where = f" WHERE {view.condition}" if view.condition else ""
    return f"SELECT {', '.join([ROW, *named])} FROM {seen} AS {SEEN}{where}"


def _copy(table: Table, batch: str, connection: duckdb.DuckDBPyConnection) -> None:
    """Bring the rows over, a batch of them at a time; what does not fit into memory is spilled."""
    reader = table.connection.sql(batch).to_arrow_reader()
    connection.register("coming", reader)
    connection.execute(f"CREATE TABLE {BATCH} AS FROM coming")
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
