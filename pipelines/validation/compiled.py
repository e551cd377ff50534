"""What an expectation is compiled into, and what it may ask of the table while it is compiled.

Belongs here: the values that pass between the plan and the families of expectation types in `plans/`. Does
not belong here: any expectation type, or running anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipelines import duck
from pipelines.validation import conditions
from pipelines.validation.columns import Columns, typed_name

EXAMPLES = 10
# The place in a FROM clause where the table stands, as the plan has prepared it.
SEEN = "seen"
COUNT = "count(*)"
FIRST = f'min("_row", {EXAMPLES})'

Raw = dict[str, Any]


class NotPlanned(Exception):
    """The plan does not know this type or option: Great Expectations itself has to judge it."""


@dataclass(frozen=True)
class Value:
    """One aggregate over the rows `where` a condition holds (None: all), and what it is selected from.

    All three are SQL. Equal values are computed once.
    """

    aggregate: str
    where: str | None = None
    source: str = SEEN

    def sql(self, flag: str | None) -> str:
        """The select list's entry, `flag` being the column that holds `where`.

        DuckDB copies every column of the rows that a FILTER leaves, so the two aggregates that nearly every
        expectation has do without one.
        """
        if flag is None:
            return self.aggregate
        if self.aggregate == COUNT:
            return f"count_if({flag})"
        if self.aggregate == FIRST:
            return f'min(CASE WHEN {flag} THEN "_row" END, {EXAMPLES})'
        return f"{self.aggregate} FILTER (WHERE {flag})"


@dataclass(frozen=True)
class Compiled:
    """An expectation as `values` to compute, and `finish`: from their results to GX's result JSON."""

    values: tuple[Value, ...]
    finish: Callable[..., Raw]


@dataclass(frozen=True)
class Rows:
    """A question to each row: `over` selects the rows that are asked, `unexpected` those that fail; both SQL.

    Neither may be NULL on a row that is asked. `over` None: every row. `source`, when the question needs
    more than its own row: the FROM clause of the failing rows' `_row`, over the rows that meet `over`.
    """

    unexpected: str
    over: str | None = None
    missing: bool = True
    source: str | None = None


Test = Callable[[str], object]


@dataclass
class Predicates:
    """Python functions that the scan calls for values that SQL cannot judge; what they raised is kept."""

    functions: dict[str, Test] = field(default_factory=dict)
    raised: dict[str, Exception] = field(default_factory=dict)
    _names: dict[Test, str] = field(default_factory=dict)

    def add(self, test: Test) -> str:
        """Name `test` for SQL. It is called with text, never with NULL."""
        if test in self._names:
            return self._names[test]
        name = self._names[test] = f"veedor_test_{len(self.functions)}"

        def guarded(value: str) -> bool:
            try:
                return bool(test(value))
            except Exception as error:
                self.raised.setdefault(name, error)
                return False

        self.functions[name] = guarded
        return name


@dataclass
class View:
    """The table as one expectation sees it: its roles as text, or as numbers and dates when it compares them.

    `condition` is SQL for GX's `row_condition`, None without one. `texts` and `typed_roles` collect the
    columns that were asked for.
    """

    columns: Columns
    typed: bool
    predicates: Predicates
    mostly: float = 1.0
    condition: str | None = None
    texts: set[str] = field(default_factory=set)
    typed_roles: set[str] = field(default_factory=set)
    tests: list[str] = field(default_factory=list)

    def kind(self, role: str) -> str:
        """`text`, `number` or `date`: what `column(role)` holds."""
        if role not in self.columns.kinds:
            raise NotPlanned(role)
        return self.columns.kinds[role] if self.typed else "text"

    def column(self, role: str) -> str:
        """SQL for a role's value. Raises `NotPlanned` for a column that is no role of the table."""
        if self.kind(role) == "text":
            self.texts.add(role)
            return duck.quote(role)
        self.typed_roles.add(role)
        return duck.quote(typed_name(role))

    def narrow(self, row_condition: object, parser: object) -> None:
        """Look only at the rows that meet GX's `row_condition`. Raises `NotPlanned`."""
        self.condition = conditions.sql(row_condition, parser, self.kind, self.column)
        if self.condition is None:
            raise NotPlanned("row_condition")

    def test(self, function: Test, column: str) -> str:
        """SQL that calls `function` with each text of `column`."""
        name = self.predicates.add(function)
        self.tests.append(name)
        return f"{name}({column})"

    def value(self, aggregate: str, *others: str | None) -> Value:
        """`aggregate` over the rows that meet the row condition and all of `others`."""
        return Value(aggregate, both(self.condition, *others))


def both(*conditions: str | None) -> str | None:
    """The conjunction of SQL conditions; None when there is none."""
    given = [item for item in conditions if item]
    return " AND ".join(f"({item})" for item in given) if given else None


def not_null(columns: Iterable[str]) -> str:
    """SQL: all of `columns` have a value."""
    return " AND ".join(f"{column} IS NOT NULL" for column in columns)


def listed(values: Iterable[str]) -> str:
    """Strings as a list of SQL literals; never empty."""
    return ", ".join([duck.literal(value) for value in values] or ["NULL"])


def number(value: object) -> str:
    """A number as SQL. Raises `NotPlanned` for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotPlanned(repr(value))
    return f"'{float(value)!r}'::DOUBLE"


def instant(value: object) -> str:
    """A point in time without zone as SQL, from a `datetime` or ISO 8601 text with time. Raises `NotPlanned`.

    GX itself refuses a bare date as a bound of a column of instants.
    """
    if isinstance(value, str) and "T" in value:
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            raise NotPlanned(value) from None
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise NotPlanned(repr(value))
    return f"TIMESTAMP {duck.literal(value.isoformat(sep=' '))}"


def between(value: str, low: str | None, high: str | None, strict_min: bool, strict_max: bool) -> str:
    """SQL: `value` is within the bounds that there are, themselves included unless strict."""
    above = f"{value} {'>' if strict_min else '>='} {low}" if low is not None else None
    below = f"{value} {'<' if strict_max else '<='} {high}" if high is not None else None
    return both(above, below) or "true"


def within_bounds(bounds: Mapping[str, Any]) -> Callable[[float | None], Raw]:
    """The judge of one observed number under GX's bounds; without a number there is no success.

    Raises `NotPlanned` for other options than bounds, and for bounds that are no numbers.
    """
    if not set(bounds) <= {"min_value", "max_value", "strict_min", "strict_max"}:
        raise NotPlanned(str(set(bounds)))
    low, high = bounds.get("min_value"), bounds.get("max_value")
    for bound in (low, high):
        if bound is not None:
            number(bound)

    def judge(observed: float | None) -> Raw:
        above = low is None or (
            observed is not None and (observed > low if bounds.get("strict_min") else observed >= low)
        )
        below = high is None or (
            observed is not None and (observed < high if bounds.get("strict_max") else observed <= high)
        )
        success = observed is not None and above and below
        return {"success": success, "result": {"observed_value": observed}}

    return judge


def rows_result(view: View, rows: Rows) -> Compiled:
    """Counts, percents and the first failing rows, as GX gives them for its map expectations."""
    element, asked = view.value(COUNT), view.value(COUNT, rows.over)
    if rows.source is None:
        failing = both(rows.over, rows.unexpected)
        found = (view.value(COUNT, failing), view.value(FIRST, failing))
    else:
        found = (Value(COUNT, source=rows.source), Value(FIRST, source=rows.source))

    def finish(elements: int, considered: int, unexpected: int, examples: list[int] | None) -> Raw:
        vacuous = not elements or not considered
        percent = unexpected / considered * 100 if considered else None
        result: Raw = {
            "element_count": elements,
            "unexpected_count": unexpected,
            "unexpected_percent": percent,
        }
        if rows.missing:
            missing = elements - considered
            result |= {
                "missing_count": missing,
                "missing_percent": missing / elements * 100 if elements else None,
                "unexpected_percent_total": unexpected / elements * 100 if elements else None,
                "unexpected_percent_nonmissing": percent,
            }
        result["partial_unexpected_index_list"] = [{"_row": row} for row in examples or ()]
        met = vacuous or (float(considered) - float(unexpected)) / float(considered) >= view.mostly
        return {"success": met, "result": result}

    return Compiled((element, asked, *found), finish)


def known(success: bool, result: Mapping[str, Any]) -> Compiled:
    """A result for which no row has to be looked at."""
    return Compiled((), lambda: {"success": success, "result": dict(result)})


def raised(error: Exception) -> Raw:
    """GX's result for an expectation that raised; the message begins with the exception's kind."""
    message = f"{type(error).__name__}: {error}"
    return {
        "success": False,
        "result": {},
        "exception_info": {"raised_exception": True, "exception_message": message},
    }
