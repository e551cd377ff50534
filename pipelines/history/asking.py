"""Asking: anybody's SQL over the published history, on a connection that can do nothing else.

Belongs here: opening `quality.duckdb` locked down, the limits on one statement, and an answer as a frame or as
rows. The SQL is a stranger's: it may read the published tables and views, and no file, network, setting or variable of
ours. Does not belong here: how an answer is shown (`pipelines.cli`) or kept (`answer_file`).
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import duck
from pipelines.errors import HistoryMissing, QueryError
from pipelines.history.publish import QUALITY
from pipelines.settings import Settings

if TYPE_CHECKING:
    import pandas
    from duckdb import DuckDBPyConnection, Statement

SECONDS = 30.0
MAX_ROWS = 1_000_000
MEMORY_LIMIT = "1GB"
Params = Sequence[object] | Mapping[str, object] | None

PUBLISH_AGAIN = "Run the night again: `veedor run`."


def query(
    sql: str,
    params: Params = None,
    *,
    public: Path | None = None,
    seconds: float = SECONDS,
    max_rows: int = MAX_ROWS,
    memory_limit: str = MEMORY_LIMIT,
) -> pandas.DataFrame:
    """Answer one SELECT over the published history as a data frame.

    `public` is the public folder (default: this installation's). `params` fill the `?` of the statement, or with a
    mapping its `$name`s.
    Raises `QueryError` when the statement is not one SELECT, fails, runs longer than `seconds` or gives more
    than `max_rows` rows, and `HistoryMissing` before anything was published.
    """
    import pandas

    with opened(public, memory_limit=memory_limit) as connection, limited(connection, seconds):
        connection.execute(one_select(connection, sql), bound(params))
        chunks, count = [], 0
        while True:
            chunk = connection.fetch_df_chunk(8)
            if len(chunk) == 0:
                break
            chunks.append(chunk)
            count += len(chunk)
            refuse_beyond(count, max_rows)
        return pandas.concat(chunks, ignore_index=True) if chunks else chunk


def columns_and_rows(
    sql: str,
    params: Params = None,
    *,
    public: Path | None = None,
    seconds: float = SECONDS,
    max_rows: int = MAX_ROWS,
    memory_limit: str = MEMORY_LIMIT,
) -> tuple[list[str], list[tuple[object, ...]]]:
    """The same as `query`, as column names and rows of Python values. Raises like `query`."""
    with opened(public, memory_limit=memory_limit) as connection:
        return ask(connection, sql, params, seconds=seconds, max_rows=max_rows)


def ask(
    connection: DuckDBPyConnection,
    sql: str,
    params: Params = None,
    *,
    seconds: float = SECONDS,
    max_rows: int = MAX_ROWS,
) -> tuple[list[str], list[tuple[object, ...]]]:
    """`columns_and_rows` on a connection that `opened` gave, for many questions about one moment."""
    with duck.interruptible(connection), limited(connection, seconds):
        connection.execute(one_select(connection, sql), bound(params))
        columns = [item[0] for item in connection.description or []]
        rows: list[tuple[object, ...]] = []
        while batch := connection.fetchmany(10_000):
            rows += batch
            refuse_beyond(len(rows), max_rows)
        return columns, rows


@contextmanager
def opened(public: Path | None = None, *, memory_limit: str = MEMORY_LIMIT) -> Iterator[DuckDBPyConnection]:
    """Open the published database, locked down for good. Raises `HistoryMissing`.

    The file is attached to a database in memory of its own, so that readers of one process neither share
    limits nor an old copy that was replaced meanwhile.
    """
    import duckdb

    path = (public or Settings.from_env().public) / QUALITY
    if not path.is_file():
        raise HistoryMissing(f"There is no published history at {path}.")
    connection = duck.connect(memory_limit=memory_limit)
    try:
        try:
            connection.execute(f"ATTACH {duck.literal(str(path))} AS quality (READ_ONLY)")
        except duckdb.Error as error:
            raise QueryError(
                f"{path} cannot be opened, it may be damaged: {_first_line(error)}", PUBLISH_AGAIN
            ) from error
        connection.execute("USE quality")
        connection.execute("SET enable_progress_bar = false")
        connection.execute("SET python_enable_replacements = false")  # no reading of our own variables
        connection.execute("SET max_temp_directory_size = '0KiB'")  # no filling of our disk
        duck.lock_down(connection)
        yield connection
    finally:
        connection.close()


def one_select(connection: DuckDBPyConnection, sql: str) -> Statement:
    """The one statement in `sql`, parsed. Raises `QueryError` unless it only reads."""
    import duckdb

    statements = connection.extract_statements(sql)
    if len(statements) != 1:
        raise QueryError(
            f"Ask one statement at a time; this is {len(statements)}.", "Write one SELECT and no more."
        )
    kinds = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
    if statements[0].type not in kinds:
        raise QueryError(
            f"Only SELECT is answered, not {statements[0].type.name}.",
            "The published history is for reading: write a SELECT.",
        )
    return statements[0]


def bound(params: Params) -> list[object] | dict[str, object] | None:
    """Parameters as DuckDB takes them: in order for `?`, by name for `$name`."""
    if params is None:
        return None
    return dict(params) if isinstance(params, Mapping) else list(params)


@contextmanager
def limited(connection: DuckDBPyConnection, seconds: float) -> Iterator[None]:
    """Interrupt what runs in the block after `seconds`, and tell DuckDB's complaints in our words."""
    import duckdb

    timer = threading.Timer(seconds, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except duckdb.InterruptException as error:
        raise QueryError(
            f"The query ran longer than {seconds:g} seconds.", "Ask for fewer nights or datasets."
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise QueryError(
            "The query needs more memory than it may have.", "Ask for fewer nights or datasets."
        ) from error
    except duckdb.Error as error:
        # A broken block is told as a bare `duckdb.Error`, a cut-off file as `IOException`; SQL causes neither.
        if type(error) is duckdb.Error or isinstance(error, duckdb.IOException):
            raise QueryError(
                f"The published history is damaged: {_first_line(error)}", PUBLISH_AGAIN
            ) from error
        raise QueryError(str(error)) from error
    finally:
        timer.cancel()


def refuse_beyond(count: int, max_rows: int) -> None:
    """Raise `QueryError` when an answer has grown to more than `max_rows` rows."""
    if count > max_rows:
        raise QueryError(f"The answer has more than {max_rows:,} rows.", "Add a LIMIT or aggregate.")


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
