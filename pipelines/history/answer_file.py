"""Answer file: what `asking` answers, kept as Parquet for Power BI, R, pandas and whatever else reads it.

Belongs here: writing an answer batch after batch, so that it need not fit into memory. DuckDB's own COPY is out of
reach, because the connection on which a stranger's SQL runs may touch no file; so the batches pass through Arrow.
Does not belong here: the Parquet files of the published copy, which are the same for everybody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import artifacts
from pipelines.errors import QueryError
from pipelines.history import asking

if TYPE_CHECKING:
    import pyarrow

BATCH_ROWS = 50_000


def write_parquet(
    sql: str,
    path: Path,
    params: asking.Params = None,
    *,
    public: Path | None = None,
    seconds: float = asking.SECONDS,
    max_rows: int = asking.MAX_ROWS,
    memory_limit: str = asking.MEMORY_LIMIT,
) -> int:
    """Write the answer to `path`, whole or not at all; gives the number of rows.

    Columns keep their types; equal names are made different (`unequal`). Raises like `asking.query`, also for a type
    that Parquet does not know, and `OSError` when the file cannot be written.
    """
    import pyarrow
    import pyarrow.parquet

    count = 0
    with (
        artifacts.replacing(path) as temporary,
        asking.opened(public, memory_limit=memory_limit) as connection,
        asking.limited(connection, seconds),
    ):
        relation = connection.sql(asking.one_select(connection, sql), params=asking.bound(params))
        reader = relation.to_arrow_reader(BATCH_ROWS)
        names = unequal(reader.schema.names)
        schema = pyarrow.schema(
            [field.with_name(name) for field, name in zip(reader.schema, names, strict=True)]
        )
        try:
            with pyarrow.parquet.ParquetWriter(temporary, schema, compression="zstd") as writer:
                for batch in _batches(reader):
                    count += batch.num_rows
                    asking.refuse_beyond(count, max_rows)
                    writer.write_batch(batch.rename_columns(names))
        except pyarrow.ArrowNotImplementedError as error:
            raise QueryError(
                f"Parquet cannot hold the answer: {error}", "Cast that column, for example to VARCHAR."
            ) from error
    return count


def unequal(names: Sequence[str]) -> list[str]:
    """Names of columns, made different where a format has no room for two equal ones: `night`, `night_1`."""
    taken: set[str] = set()
    given = []
    for name in names:
        candidate, number = name, 0
        while candidate in taken:
            number += 1
            candidate = f"{name}_{number}"
        taken.add(candidate)
        given.append(candidate)
    return given


def _batches(reader: pyarrow.RecordBatchReader) -> Iterator[pyarrow.RecordBatch]:
    """The batches; what ends a query in the midst, which Arrow tells as a plain `OSError`, as DuckDB's own error."""
    import duckdb

    kinds = {"INTERRUPT": duckdb.InterruptException, "Out of Memory": duckdb.OutOfMemoryException}
    while True:
        try:
            batch = reader.read_next_batch()
        except StopIteration:
            return
        except OSError as error:
            kind, _, _ = str(error).partition(" Error:")
            raise kinds.get(kind, duckdb.OperationalError)(str(error)) from error
        yield batch
