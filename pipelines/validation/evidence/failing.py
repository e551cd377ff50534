"""Every row that fails, with the value as published: one more scan of the table for all expectations together.

Belongs here: the query, and where each expectation's failing rows come from (the plan's own condition, a query of
the suite, or what Great Expectations tells). Does not belong here: words, or how a file is written.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pipelines import duck
from pipelines.model import ExpectationResult, Outcome, ValidationResult
from pipelines.tables.layouts import Fit
from pipelines.tables.table import ROW, Table
from pipelines.validation import rows_query
from pipelines.validation.columns import columns_of
from pipelines.validation.compiled import PUBLISHED, SEEN, Predicates, Value, View
from pipelines.validation.plan import compile_one
from pipelines.validation.sql import NotPlanned
from pipelines.validation.suites import ROWS_QUERY, Expectation, Suite
from pipelines.validation.validate import MASK, REFERENCE, by_reference, parameters_of, personal_roles

if TYPE_CHECKING:
    import pyarrow

TOLD = "veedor_told_"
BATCH_ROWS = 10_000


@dataclass(frozen=True)
class Failing:
    """`expectations` some of whose rows fail, and `batches` of those rows: `row`, `place`, `value`.

    `place` is the expectation's in `expectations`. Rows come in the order of the file. With `records` a fourth column,
    `record`, tells a row from others by the values of the suite's key, masked where the value is. `silent` are the keys
    of expectations that failed without any row that could be named: they judge a column or the table as a whole.
    """

    expectations: tuple[ExpectationResult, ...]
    silent: frozenset[str]
    batches: Iterator[pyarrow.RecordBatch]


@dataclass(frozen=True)
class _Asked:
    """One expectation's failing rows as SQL: a condition on a row of `SEEN`, never NULL."""

    result: ExpectationResult
    condition: str
    value: str
    record: str


@contextmanager
def failing(
    table: Table,
    fit: Fit,
    suite: Suite,
    result: ValidationResult,
    today: datetime,
    *,
    records: bool = False,
) -> Iterator[Failing]:
    """Find the failing rows of `result`, which `validate` gave for the same table and day.

    `batches` is read while the context is open; it holds no more than a batch in memory. Raises DuckDB's
    exceptions, and `KeyboardInterrupt` when it is interrupted.
    """
    search = _Search(table, fit, suite, today, records)
    try:
        asked = [one for item in result.results if (one := search.asked(item)) is not None]
        silent = {item.key for item in result.results if item.outcome is Outcome.FAILED}
        silent -= {one.result.key for one in asked}
        # Closed before anything else, however far it was read: it keeps the connection busy.
        with duck.interruptible(table.connection), closing(search.batches(asked)) as batches:
            yield Failing(tuple(one.result for one in asked), frozenset(silent), batches)
    finally:
        search.close()


class _Search:
    """What has to be put into the connection for the query, and taken out of it again."""

    def __init__(self, table: Table, fit: Fit, suite: Suite, today: datetime, records: bool) -> None:
        self._table, self._fit = table, fit
        self._key = suite.key if records else None
        self._expectations = {item.key: item for item in suite.expectations}
        self._personal = personal_roles(fit, suite)
        self._parameters = parameters_of(today)
        self._columns = columns_of(table, fit, suite)
        self._predicates = Predicates()
        self._views: list[View] = []
        self._registered: list[str] = []

    def asked(self, result: ExpectationResult) -> _Asked | None:
        if result.outcome not in (Outcome.FAILED, Outcome.PASSED) or result.unexpected_count == 0:
            return None
        item = self._expectations[result.key]
        condition = self._condition(item, result)
        if condition is None:
            return None
        return _Asked(result, condition, self._value(item), self._record(item))

    def _condition(self, item: Expectation, result: ExpectationResult) -> str | None:
        if item.type == ROWS_QUERY or result.executed_by == REFERENCE:
            return self._told(item, result)
        view = View(self._columns, item.typed, self._predicates, published=item.published)
        try:
            found = compile_one(view, item.type, item.kwargs, self._parameters).failing
        except NotPlanned:
            return None
        if found is None:
            return None
        self._views.append(view)
        return _sql(found)

    def _told(self, item: Expectation, result: ExpectationResult) -> str | None:
        """A condition on the rows that somebody else names."""
        import pyarrow

        if result.outcome is Outcome.PASSED and not result.unexpected_count:
            return None
        if item.type == ROWS_QUERY:
            rows = rows_query.failing_rows(self._table, self._columns, item)
        else:
            raw = by_reference(self._table, self._columns, [item], self._parameters, every_row=True)
            named = _named(raw.get(item.key, {}))
            rows = None if named is None else pyarrow.table({ROW: pyarrow.array(named, pyarrow.int64())})
        if rows is None:
            return None
        name = f"{TOLD}{len(self._registered)}"
        self._table.connection.register(name, rows)
        self._registered.append(name)
        return f'"{ROW}" IN (SELECT "{ROW}" FROM {name})'

    def _value(self, item: Expectation) -> str:
        if self._masked(item):
            return duck.literal(MASK)
        kept = [_kept(role) for role in item.roles if role in self._fit.roles]
        if len(kept) == 1:
            return kept[0]
        parts = ", ".join(f"coalesce({name}, '')" for name in kept)
        return f"concat_ws(' · ', {parts})" if kept else "NULL"

    def _masked(self, item: Expectation) -> bool:
        return item.masked or bool(self._personal & {*item.needs, *item.roles})

    def _record(self, item: Expectation) -> str:
        hidden = self._personal | ({*item.roles, *item.needs} if self._masked(item) else set())
        parts = [
            duck.literal(MASK) if role in hidden else f"coalesce({_kept(role)}, '')"
            for role in self._key or ()
            if role in self._fit.roles
        ]
        return f"concat_ws(' · ', {', '.join(parts)})" if parts else "NULL"

    def batches(self, asked: Sequence[_Asked]) -> Generator[pyarrow.RecordBatch]:
        if not asked:
            return
        texts = set().union(*(view.texts for view in self._views))
        typed = set().union(*(view.typed_roles for view in self._views))
        published = set().union(*(view.published_roles for view in self._views))
        record = ""
        if self._key is not None:
            told = " ".join(f"WHEN {place} THEN {one.record}" for place, one in enumerate(asked))
            record = f", CASE place {told} END AS record"
        values = " ".join(f"WHEN {place} THEN {one.value}" for place, one in enumerate(asked))
        # As published stands beside each role, under a name that no role can have.
        kept = {
            _kept(role): duck.quote(column)
            for role, column in self._fit.roles.items()
            if _kept(role) in values + record
        }
        seen = self._columns.select(texts, typed, published, beside=kept)
        places = ", ".join(f"CASE WHEN {one.condition} THEN {place} END" for place, one in enumerate(asked))
        names = "".join(f", {name}" for name in kept)
        listed = f"list_filter([{places}], lambda place: place IS NOT NULL)"
        query = (
            f"WITH {SEEN} AS NOT MATERIALIZED (FROM {seen}), "
            f"{PUBLISHED} AS NOT MATERIALIZED (FROM {duck.quote(self._table.relation)}), "
            f'flagged AS (SELECT "{ROW}"{names}, {listed} AS places FROM {SEEN}), '
            f'told AS (SELECT "{ROW}"{names}, unnest(places) AS place FROM flagged) '
            f'SELECT "{ROW}" AS row, place, CASE place {values} END AS value{record} FROM told ORDER BY row, place'
        )
        with duck.calling(self._table.connection, self._predicates.arrow()):
            reader = self._table.connection.sql(query).to_arrow_reader(BATCH_ROWS)
            try:
                yield from reader
            finally:
                reader.close()

    def close(self) -> None:
        for name in self._registered:
            self._table.connection.unregister(name)


def _kept(role: str) -> str:
    return duck.quote(f"{role}:kept")


def _sql(found: Value) -> str:
    if found.source == SEEN:
        return found.where or "true"
    where = f" WHERE {found.where}" if found.where else ""
    return f'"{ROW}" IN (SELECT "{ROW}" FROM {found.source}{where})'


def _named(raw: Mapping[str, Any]) -> list[int] | None:
    """The rows in GX's own result; None when it names none."""
    entries = (raw.get("result") or {}).get("unexpected_index_list")
    if not entries:
        return None
    return [int(entry[ROW]) for entry in entries if isinstance(entry, dict) and entry.get(ROW) is not None]
