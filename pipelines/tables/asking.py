"""Asking a table with SQL: a large one by its connection, a small one by plans that other tables have used as well.

Belongs here: the two ways, which answer alike. Does not belong here: any question, or the plans (`kept_plans`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from pipelines import duck, kept_plans
from pipelines.duck import Function
from pipelines.kept_plans import Plans
from pipelines.tables.table import Table

if TYPE_CHECKING:
    import duckdb
    import pyarrow

CELLS = "veedor:cells"


class Asking(Protocol):
    """Tables that may be asked; all raise DuckDB's exceptions. `relation` is what one is called, without quotes.

    `small`: plans are kept, so that the same question should be put in the same words.
    """

    connection: duckdb.DuckDBPyConnection
    relation: str
    small: bool

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows that `query` gives."""

    def numbers(self, query: str) -> Any:
        """The only column that `query` gives, as an array of NumPy."""

    def keep(self, name: str, query: str) -> None:
        """Keep what `query` gives as a table that later queries may name; `name` stands in quotes, as it does there."""

    def kept(self, name: str) -> pyarrow.Table | None:
        """What is kept, as Arrow has it; None for what is not, or not in the memory of this process."""

    def put(self, name: str, column: str, numbers: Sequence[int]) -> None:
        """Keep a table of one column of UBIGINT."""

    def forget(self, name: str) -> None:
        """Keep it no longer."""

    def write(self, query: str, path: Path, said: Mapping[str, str]) -> None:
        """Write what `query` gives to a Parquet file, in whatever order; `said` are the file's own key-value pairs."""


@dataclass
class _Large:
    connection: duckdb.DuckDBPyConnection
    relation: str
    small: bool = False

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.connection.execute(query).fetchall()

    def numbers(self, query: str) -> Any:
        (found,) = self.connection.execute(query).fetchnumpy().values()
        return found

    def keep(self, name: str, query: str) -> None:
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def kept(self, name: str) -> None:
        return None

    def put(self, name: str, column: str, numbers: Sequence[int]) -> None:
        once = f"SELECT unnest(?::UBIGINT[]) AS {duck.quote(column)}"
        self.connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {once}", [list(numbers)])

    def forget(self, name: str) -> None:
        self.connection.execute(f"DROP TABLE IF EXISTS {name}")

    def write(self, query: str, path: Path, said: Mapping[str, str]) -> None:
        pairs = ", ".join(f"{duck.quote(key)}: {duck.literal(value)}" for key, value in said.items())
        self.connection.execute("SET preserve_insertion_order = false")
        try:
            self.connection.execute(
                f"COPY ({query}) TO {duck.literal(str(path))} (FORMAT parquet, COMPRESSION uncompressed, "
                f"KV_METADATA {{{pairs}}})"
            )
        finally:
            self.connection.execute("SET preserve_insertion_order = true")


@dataclass
class _Small:
    plans: Plans
    connection: duckdb.DuckDBPyConnection
    tables: dict[str, pyarrow.Table] = field(default_factory=dict)
    relation: str = CELLS
    small: bool = True

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        return self.plans.rows(query, self.tables)

    def numbers(self, query: str) -> Any:
        (found,) = self.plans.columns(query, self.tables).values()
        return found

    def keep(self, name: str, query: str) -> None:
        self.tables[name[1:-1]] = self.plans.table(query, self.tables)

    def kept(self, name: str) -> pyarrow.Table | None:
        return self.tables.get(name[1:-1])

    def put(self, name: str, column: str, numbers: Sequence[int]) -> None:
        import pyarrow

        self.tables[name[1:-1]] = pyarrow.table({column: pyarrow.array(numbers, pyarrow.uint64())})

    def forget(self, name: str) -> None:
        self.tables.pop(name[1:-1], None)

    def write(self, query: str, path: Path, said: Mapping[str, str]) -> None:
        import pyarrow.parquet

        found = self.plans.table(query, self.tables).replace_schema_metadata(dict(said))
        pyarrow.parquet.write_table(found, path, compression="none", use_dictionary=False)


def of_connection(connection: duckdb.DuckDBPyConnection, relation: str = "") -> Asking:
    """Whatever `connection` has."""
    return _Large(connection, relation)


@contextmanager
def of_tables(
    tables: Mapping[str, pyarrow.Table], functions: Mapping[str, Function] = MappingProxyType({})
) -> Iterator[Asking]:
    """`tables` by their names without quotes, small all of them. Nobody may begin to ask others before the end."""
    with kept_plans.lent(functions) as plans:
        yield _Small(plans, plans.connection, dict(tables))


@contextmanager
def asking(table: Table, functions: Mapping[str, Function] = MappingProxyType({})) -> Iterator[Asking]:
    """`table` to be asked in SQL that may call `functions`. Nobody may begin to ask another before the end."""
    if (cells := table.cells()) is not None:
        with of_tables({CELLS: cells}, functions) as asked:
            yield asked
        return
    with duck.calling(table.connection, functions):
        yield of_connection(table.connection, table.relation)
