"""What distinct values a column has: how many, and which.

Belongs here: types about the set of a column's values. All of them on one column share one hashed pass over it.
"""

from __future__ import annotations

from pipelines.validation.compiled import COUNT, SEEN, Compiled, Raw, Value, View
from pipelines.validation.plans.register import aggregate
from pipelines.validation.results import within_bounds
from pipelines.validation.sql import NotPlanned, both, listed, not_null

# Of the most common values at most this many are told, as GX does with its lists.
TOLD = 200


@aggregate("expect_column_unique_value_count_to_be_between")
def unique_count(view: View, column: str, **bounds: object) -> Compiled:
    """The number of distinct values is within the bounds."""
    judge = within_bounds(bounds)
    return Compiled((Value(COUNT, source=_distinct(view, column)),), judge)


@aggregate("expect_column_proportion_of_unique_values_to_be_between")
def unique_proportion(view: View, column: str, **bounds: object) -> Compiled:
    """Distinct values per value that is not missing; 0 when there is none."""
    judge = within_bounds(bounds)
    present = view.value(COUNT, not_null([view.column(column)]))
    return Compiled(
        (Value(COUNT, source=_distinct(view, column)), present),
        lambda distinct, values: judge(distinct / values if values else 0),
    )


@aggregate("expect_column_proportion_of_non_null_values_to_be_between")
def present_proportion(view: View, column: str, **bounds: object) -> Compiled:
    """Values that are not missing per row; 0 when there is none."""
    judge = within_bounds(bounds)
    present = view.value(COUNT, not_null([view.column(column)]))
    return Compiled((present, view.value(COUNT)), lambda some, rows: judge(some / rows if rows else 0))


@aggregate("expect_column_distinct_values_to_be_in_set")
def distinct_in_set(view: View, column: str, value_set: list[object]) -> Compiled:
    """No distinct value is outside the set."""
    outside, _ = _compared(view, column, value_set)
    return Compiled((outside,), lambda unexpected: _told(unexpected_count=unexpected))


@aggregate("expect_column_distinct_values_to_contain_set")
def distinct_contain_set(view: View, column: str, value_set: list[object]) -> Compiled:
    """Every value of the set stands in the column."""
    _, inside = _compared(view, column, value_set)
    wanted = len(set(value_set))
    return Compiled((inside,), lambda found: _told(missing_count=wanted - found))


@aggregate("expect_column_distinct_values_to_equal_set")
def distinct_equal_set(view: View, column: str, value_set: list[object]) -> Compiled:
    """The column has the values of the set, all of them and no other."""
    values, wanted = _compared(view, column, value_set), len(set(value_set))
    return Compiled(
        values, lambda outside, inside: _told(unexpected_count=outside, missing_count=wanted - inside)
    )


@aggregate("expect_column_most_common_value_to_be_in_set")
def most_common(view: View, column: str, value_set: list[object], ties_okay: bool | None = None) -> Compiled:
    """The most common value is in the set; with `ties_okay` one of those that share the first place."""
    wanted, value = _texts(value_set), view.column(column)
    counted = f"SELECT {value}, count(*) AS times FROM {_asked(view, value)} GROUP BY {value}"
    source = (
        f"(WITH counted AS MATERIALIZED ({counted}) "
        f"SELECT {value} FROM counted WHERE times = (SELECT max(times) FROM counted))"
    )
    inside = Value(COUNT, f"{value} IN ({listed(wanted)})", source)
    values = (Value(COUNT, source=source), inside, Value(f"min({value}, {TOLD})", source=source))

    def finish(first: int, found: int, told: list[str] | None) -> Raw:
        success = found > 0 if ties_okay else first == 1 and found == 1
        return {"success": success, "result": {"observed_value": told or []}}

    return Compiled(values, finish)


def _asked(view: View, value: str) -> str:
    return f"(SELECT {value} FROM {SEEN} WHERE {both(view.condition, not_null([value]))})"


def _distinct(view: View, column: str) -> str:
    value = view.column(column)
    return f"(SELECT DISTINCT {value} FROM {_asked(view, value)})"


def _compared(view: View, column: str, value_set: object) -> tuple[Value, Value]:
    """How many distinct values are outside the set, and how many inside."""
    value, source = view.column(column), _distinct(view, column)
    within = f"{value} IN ({listed(_texts(value_set))})"
    return Value(COUNT, f"NOT {within}", source), Value(COUNT, within, source)


def _texts(value_set: object) -> list[str]:
    """A set of nothing but texts; GX tries to fit others to the column."""
    if not isinstance(value_set, list) or not value_set:
        raise NotPlanned("value_set")
    texts = [item for item in value_set if isinstance(item, str)]
    if len(texts) != len(value_set):
        raise NotPlanned("value_set")
    return texts


def _told(**counts: int) -> Raw:
    return {"success": not any(counts.values()), "result": {"observed_value": None, **counts}}
