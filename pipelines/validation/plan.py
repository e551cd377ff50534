"""A suite as a plan: what one scan of the table computes for all of its expectations at once.

Belongs here: compiling expectations by the registry of `plans/`, having `scan` compute what they ask, and giving
each expectation its GX-shaped result. An expectation that the plan does not know is left out; who called decides
what then.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar

from pipelines import duck
from pipelines.tables.asking import Asking, asking
from pipelines.tables.table import Table, Unproven
from pipelines.validation.columns import Columns
from pipelines.validation.compiled import Compiled, Predicates, Raw, Value, View
from pipelines.validation.plans import AGGREGATES, ROWWISE
from pipelines.validation.results import raised, rows_result
from pipelines.validation.scan import scanned
from pipelines.validation.sql import NotPlanned
from pipelines.validation.suites import Expectation

T = TypeVar("T")

# No expectation has such a key.
NEWEST = "newest:"
# Share of dates in the future that are taken for slips of the pen.
SLIPS = 0.01


class Plan:
    """The expectations of one suite that can be computed over one table, and how."""

    def __init__(
        self, columns: Columns, expectations: Iterable[Expectation], parameters: Mapping[str, object]
    ) -> None:
        self._columns = columns
        self._predicates = Predicates()
        self._compiled: dict[str, tuple[View, Compiled]] = {}
        self._faults: dict[str, Raw] = {}
        for item in expectations:
            view = View(columns, item.typed, self._predicates, published=item.published)
            try:
                self._compiled[item.key] = (view, compile_one(view, item.type, item.kwargs, parameters))
            except NotPlanned:
                continue
            except re.error as error:
                self._faults[item.key] = raised(error)

    def ask_newest(self, roles: Iterable[str], before: datetime) -> None:
        """Have the same scan find the newest date of each of `roles` that lies before an instant; see `newest`.

        A column with more than a few dates behind that instant is of plans, and the newest of them before it tells
        nothing: a file that was left alone years ago would look as if it were of today.
        """
        for role in roles:
            view = View(self._columns, True, self._predicates)
            if view.kind(role) == "date":
                column = view.column(role)
                past, later = (f"{column} {it} TIMESTAMP '{before}'" for it in ("<", ">="))
                # Of what was kept, so that the scan has no more conditions to look at
                values = (
                    Value(f"max({column}) FILTER (WHERE {past})"),
                    Value(f"coalesce(count_if({past}), 0)"),
                    Value(f"coalesce(count_if({later}), 0)"),
                )
                self._compiled[f"{NEWEST}{role}"] = (view, Compiled(values, _told))

    def run(self, table: Table) -> dict[str, Raw]:
        """GX's result JSON by key. Raises DuckDB's exceptions for want of memory and for an interrupt.

        Raises `Unproven` when the scan shows that the table is not what it was presumed to be. In the main thread an
        interrupt is what it always is, a `KeyboardInterrupt`.
        """
        import duckdb

        with asking(table, self._predicates.arrow()) as asked:
            try:
                found = self._computed(table, asked, self._compiled)
            except duckdb.InterruptException:
                raise
            except duckdb.Error as error:
                if table.unsettled:
                    if isinstance(error, duckdb.OutOfMemoryException):
                        raise
                    raise Unproven(str(error)) from error
                # One of them cannot be computed, or not beside the others in this much memory; alone, each shows
                # whether it is the one.
                found = {}
                for key in self._compiled:
                    try:
                        found |= self._computed(table, asked, [key])
                    except (duckdb.OutOfMemoryException, duckdb.InterruptException):
                        raise
                    except duckdb.Error as error:
                        found[key] = raised(error)
        return found | self._faults

    def _computed(self, table: Table, asked: Asking, keys: Iterable[str]) -> dict[str, Raw]:
        wanted = {key: self._compiled[key] for key in keys}
        views = [view for view, _ in wanted.values()]
        values = [value for _, compiled in wanted.values() for value in compiled.values]
        with duck.interruptible(asked.connection):
            found = scanned(table, asked, self._columns, views, values)
        return {key: self._finished(view, compiled, found) for key, (view, compiled) in wanted.items()}

    def _finished(self, view: View, compiled: Compiled, results: Mapping[Value, Any]) -> Raw:
        for name in view.tests:
            if name in self._predicates.raised:
                return raised(self._predicates.raised[name])
        return compiled.finish(*(results[value] for value in compiled.values))


def newest(results: dict[str, Raw]) -> dict[str, date]:
    """Take the newest dates, by role, out of what `Plan.run` gave; without those that are unknown."""
    found = {key: results.pop(key).get("value") for key in list(results) if key.startswith(NEWEST)}
    return {key.removeprefix(NEWEST): value.date() for key, value in found.items() if value is not None}


def _told(value: datetime | None, past: int, later: int) -> Raw:
    return {"value": value if later <= SLIPS * (past + later) else None}


def compile_one(
    view: View, kind: str, kwargs: Mapping[str, Any], parameters: Mapping[str, object]
) -> Compiled:
    """Compile one expectation; GX's own argument names are those of the functions in `plans/`.

    Raises `NotPlanned` for a type, an option or a value that the plan does not know, and `re.error`.
    """
    given: dict[str, Any] = {name: _filled(value, parameters) for name, value in kwargs.items()}
    condition, parser = given.pop("row_condition", None), given.pop("condition_parser", None)
    if condition:
        view.narrow(condition, parser)
    if kind in AGGREGATES:
        return _called(AGGREGATES[kind], view, given)
    if kind not in ROWWISE:
        raise NotPlanned(kind)
    mostly = given.pop("mostly", 1.0)
    if isinstance(mostly, bool) or not isinstance(mostly, int | float) or not 0 <= mostly <= 1:
        raise NotPlanned("mostly")
    view.mostly = float(mostly)
    return rows_result(view, _called(ROWWISE[kind], view, given))


@cache  # the same functions for every table
def _signature(function: Callable[..., object]) -> inspect.Signature:
    return inspect.signature(function)


def _called(function: Callable[..., T], view: View, given: Mapping[str, Any]) -> T:
    try:
        bound = _signature(function).bind(view, **given)
    except TypeError as error:
        raise NotPlanned(str(error)) from None
    return function(*bound.args, **bound.kwargs)


def _filled(value: object, parameters: Mapping[str, object]) -> object:
    """`value` with `{"$PARAMETER": name}` replaced, as GX does when it validates."""
    if isinstance(value, Mapping):
        if set(value) == {"$PARAMETER"}:
            name = value["$PARAMETER"]
            if name not in parameters:
                raise NotPlanned(str(name))
            return parameters[name]
        return {key: _filled(item, parameters) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, parameters) for item in value]
    return value
