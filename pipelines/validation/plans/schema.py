"""What a table is made of: how many rows, and which columns.

Belongs here: types that are answered without looking at a value. A suite speaks of roles, so a *column* is a
role of the suite that the layout found in the table.
"""

from __future__ import annotations

from itertools import zip_longest

from pipelines.validation.compiled import COUNT, Compiled, Raw, View
from pipelines.validation.plans.register import aggregate
from pipelines.validation.results import known, within_bounds
from pipelines.validation.sql import NotPlanned


@aggregate("expect_column_to_exist")
def exist(view: View, column: str, column_index: int | None = None) -> Compiled:
    """The role was found."""
    if column_index is not None or view.condition:
        raise NotPlanned("column_index")
    return known(column in view.columns.order, {})


@aggregate("expect_table_row_count_to_be_between")
def row_count(view: View, **bounds: object) -> Compiled:
    """The number of rows is within the bounds."""
    return Compiled((view.value(COUNT),), within_bounds(bounds))


@aggregate("expect_table_row_count_to_equal")
def row_count_equal(view: View, value: int) -> Compiled:
    """The number of rows is this one."""
    return Compiled((view.value(COUNT),), lambda rows: _observed(rows == value, rows))


@aggregate("expect_table_column_count_to_be_between")
def column_count(view: View, **bounds: object) -> Compiled:
    """The number of columns is within the bounds."""
    judge = within_bounds(bounds)
    return Compiled((), lambda: judge(len(view.columns.order)))


@aggregate("expect_table_column_count_to_equal")
def column_count_equal(view: View, value: int) -> Compiled:
    """The number of columns is this one."""
    found = len(view.columns.order)
    return Compiled((), lambda: _observed(found == value, found))


@aggregate("expect_table_columns_to_match_set")
def column_set(view: View, column_set: list[str], exact_match: bool = True) -> Compiled:
    """All of these columns are there and, when `exact_match`, no other."""
    wanted, found = set(column_set), set(view.columns.order)
    missing, more = sorted(wanted - found), sorted(found - wanted)
    mismatched = ({"unexpected": more} if more else {}) | ({"missing": missing} if missing else {})
    result = {"observed_value": sorted(found)} | (
        {"details": {"mismatched": mismatched}} if mismatched else {}
    )
    return known(not missing and not (exact_match and more), result)


@aggregate("expect_table_columns_to_match_ordered_list")
def column_list(view: View, column_list: list[str]) -> Compiled:
    """Exactly these columns, in the order in which they were published."""
    found = list(view.columns.order)
    mismatched = [
        {"Expected Column Position": place, "Expected": expected, "Found": column}
        for place, (expected, column) in enumerate(zip_longest(column_list, found))
        if expected != column
    ]
    result: Raw = {"observed_value": found}
    return known(not mismatched, result | ({"details": {"mismatched": mismatched}} if mismatched else {}))


def _observed(success: bool, value: int) -> Raw:
    return {"success": success, "result": {"observed_value": value}}
