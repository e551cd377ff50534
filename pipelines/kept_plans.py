"""What is asked of many small tables in the same words, planned once.

Belongs here: the connections that keep plans, and the places in these plans where one table after the other stands.
Does not belong here: any query, or which tables are small (`tables.asking`).

DuckDB takes longer to parse and plan what a suite asks than to answer it for 2,000 rows, and tables of one layout are
asked the same. A prepared statement that reads a table of DuckDB is planned anew each time (2.0: whatever the optimiser
may have looked at could have changed); one that reads Arrow's stream is not, and whose stream it is shows when it runs.
"""

from __future__ import annotations

import atexit
import os
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from pipelines import duck
from pipelines.alike import TOKEN
from pipelines.duck import Function

if TYPE_CHECKING:
    import duckdb
    import pyarrow

T = TypeVar("T")

# Of so many characters are the queries whose plans a connection keeps, the last that were asked. A character takes
# some 35 bytes; a plan takes as much as `EACH` characters besides, and a column that it may read as much as `COLUMN`.
# What is asked of a table of 20 columns comes to some 100,000.
MOST, EACH, COLUMN = 2_000_000, 2_300, 60
# So many connections at the most, each with plans of its own: about as many threads as compute at a time anyway.
CONNECTIONS = min(4, max(2, os.cpu_count() or 2))


class Stream:
    """A table as DuckDB is to read it: by Arrow's PyCapsule interface, so that all filtering is DuckDB's own.

    Another of the same columns may be put in its place.
    """

    def __init__(self, table: pyarrow.Table) -> None:
        self.table = table
        self._empty = table.schema.empty_table()

    def clear(self) -> None:
        """Put a table without rows in its place."""
        self.table = self._empty

    def __arrow_c_schema__(self) -> object:
        return self.table.schema.__arrow_c_schema__()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


@dataclass(frozen=True)
class _Plan:
    name: str
    size: int
    places: Mapping[str, Stream]

    def own(self, name: str) -> str:
        """What the plan calls the table `name`."""
        return f"{name}:{self.name}"


@dataclass
class Plans:
    """A connection with what it has planned. `whole`: no query has failed on it."""

    connection: duckdb.DuckDBPyConnection
    whole: bool = True
    _plans: OrderedDict[object, _Plan] = field(default_factory=OrderedDict)
    _made: int = 0
    _size: int = 0
    _known: set[str] = field(default_factory=set)
    _functions: dict[str, Callable[[Any], Any]] = field(default_factory=dict)

    def rows(self, query: str, tables: Mapping[str, pyarrow.Table]) -> list[tuple[Any, ...]]:
        """The rows that `query` gives, which may name `tables`. Raises DuckDB's exceptions."""
        return self._asked(query, tables, lambda it: self.connection.execute(it).fetchall())

    def columns(self, query: str, tables: Mapping[str, pyarrow.Table]) -> dict[str, Any]:
        """The same, as an array of NumPy for each column."""
        return self._asked(query, tables, lambda it: self.connection.execute(it).fetchnumpy())

    def table(self, query: str, tables: Mapping[str, pyarrow.Table]) -> pyarrow.Table:
        """The same, as a table that later queries may name."""
        return self._asked(query, tables, lambda it: self.connection.sql(it).to_arrow_table())

    @contextmanager
    def calling(self, functions: Mapping[str, Function]) -> Iterator[None]:
        """Let queries call `functions` by their names while the context is open."""
        for name, (function, kind) in functions.items():
            self._functions[name] = function
            if name not in self._known:
                duck.add_function(self.connection, name, (self._called(name), kind))
                self._known.add(name)
        try:
            yield
        finally:
            for name in functions:
                del self._functions[name]

    def _called(self, name: str) -> Callable[[Any], Any]:
        """A plan goes on to call the function that it was planned with, which has to ask for the one of today."""
        return lambda values: self._functions[name](values)

    def _asked(self, query: str, tables: Mapping[str, pyarrow.Table], told: Callable[[str], T]) -> T:
        named = {name: table for name, table in tables.items() if duck.quote(name) in query}
        key = (query, *((name, table.schema) for name, table in named.items()))
        was, self.whole = self.whole, False
        plan = self._plans.pop(key, None) or self._planned(query, named)
        self._plans[key] = plan
        try:
            for name, place in plan.places.items():
                place.table = named[name]
            found = told(f"EXECUTE {plan.name}")
        finally:
            for place in plan.places.values():
                place.clear()
        while self._size > MOST:
            self._forget(self._plans.popitem(last=False)[1])
        self.whole = was
        return found

    def _planned(self, query: str, named: Mapping[str, pyarrow.Table]) -> _Plan:
        self._made += 1
        places = {name: Stream(table) for name, table in named.items()}
        columns = sum(table.num_columns for table in named.values())
        plan = _Plan(f"plan_{self._made}", len(query) + EACH + COLUMN * columns, places)
        self._size += plan.size
        # Names of its own: a plan that reads files besides is made anew each time, and has to find its places then
        own = {duck.quote(name): duck.quote(plan.own(name)) for name in named}
        for name, place in plan.places.items():
            self.connection.register(plan.own(name), place)
        renamed = TOKEN.sub(lambda token: own.get(token["name"], token[0]), query)
        self.connection.execute(f"PREPARE {plan.name} AS {renamed}")
        return plan

    def _forget(self, plan: _Plan) -> None:
        self._size -= plan.size
        self.connection.execute(f"DEALLOCATE {plan.name}")
        for name in plan.places:
            self.connection.unregister(plan.own(name))


class _Pool:
    def __init__(self) -> None:
        self.free = threading.BoundedSemaphore(CONNECTIONS)
        self.idle: list[Plans] = []

    def take(self) -> Plans:
        try:
            return self.idle.pop()
        except IndexError:
            connection = duck.connect(threads=1)
            connection.execute("SET temp_directory = ''")  # what is small needs no room on a disk
            return Plans(connection)


_POOL = _Pool()
_THREAD = threading.local()
# Of the process that this one was forked from. To close them would wait for threads that are not here.
_FOREIGN: list[_Pool] = []


@contextmanager
def lent(functions: Mapping[str, Function] = MappingProxyType({})) -> Iterator[Plans]:
    """A connection with its plans, for nobody else meanwhile; its queries may call `functions`.

    Waits while all are lent, and raises `RuntimeError` in a thread that has one: it might wait for itself. One on which
    a query failed serves nobody else.
    """
    if getattr(_THREAD, "has_one", False):
        raise RuntimeError("a connection with kept plans is asked for by whoever has one")
    pool = _POOL
    with pool.free:
        _THREAD.has_one = True
        try:
            plans = pool.take()
            try:
                with plans.calling(functions):
                    yield plans
            finally:
                if plans.whole:
                    pool.idle.append(plans)
                else:
                    plans.connection.close()
        finally:
            _THREAD.has_one = False


def _forked() -> None:
    global _POOL, _THREAD
    _FOREIGN.append(_POOL)
    _POOL, _THREAD = _Pool(), threading.local()


os.register_at_fork(after_in_child=_forked)


@atexit.register
def _close() -> None:
    """Connections with functions of Python that are still open when Python ends make DuckDB complain."""
    while _POOL.idle:
        _POOL.idle.pop().connection.close()
