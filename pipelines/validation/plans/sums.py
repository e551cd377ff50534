"""Whether sums are right: parts of a total within a row, the rows of a group, and what one group has of all.

Belongs here: types that add up amounts. Does not belong here: one column's sum as such (`numbers`).
"""

from __future__ import annotations

from pipelines.validation.compiled import COUNT, SEEN, Compiled, Raw, Rows, Value, View
from pipelines.validation.plans.register import aggregate, rowwise
from pipelines.validation.results import within_bounds
from pipelines.validation.sql import NotPlanned, asked, both, not_null, number

# Of the largest groups at most so many are told.
TOLD = 20


@rowwise("expect_multicolumn_sum_to_equal_column", typed=True)
def sum_of_parts(
    view: View,
    column_list: list[str],
    total_column: str,
    tolerance: float = 0.01,
    relative_tolerance: float = 0.0,
    missing_as_zero: bool = False,
    ignore_row_if: str = "all_values_are_missing",
) -> Rows:
    """The parts of a row add up to its total; a row without a total cannot be wrong, one without a part is."""
    if not isinstance(column_list, list) or len(column_list) < 2 or not isinstance(missing_as_zero, bool):
        raise NotPlanned("column_list")
    if any(view.kind(column) != "number" for column in (*column_list, total_column)):
        raise NotPlanned("no number")
    parts, total = [view.column(column) for column in column_list], view.column(total_column)
    added = " + ".join(f"coalesce({part}, 0)" if missing_as_zero else part for part in parts)
    near = f"greatest({number(tolerance)}, {number(relative_tolerance)} * abs({total}))"
    return Rows(
        f"{total} IS NOT NULL AND NOT coalesce(abs({added} - {total}) <= {near}, false)",
        over=asked(parts, ignore_row_if),
    )


@rowwise("expect_column_sums_by_group_to_be_between", typed=True)
def sums_by_group(
    view: View,
    column: str,
    group_columns: list[str],
    min_value: float | None = None,
    max_value: float | None = None,
    tolerance: float = 0.0,
) -> Rows:
    """The values of each group add up to something within the bounds; otherwise each of its rows fails."""
    if view.kind(column) != "number" or not isinstance(group_columns, list) or not group_columns:
        raise NotPlanned("no number")
    if min_value is None and max_value is None:
        raise NotPlanned("no bound")
    value, groups = view.column(column), [view.column(name) for name in group_columns]
    over = not_null([value])
    low = None if min_value is None else f"total < {number(min_value)} - {number(tolerance)}"
    high = None if max_value is None else f"total > {number(max_value)} + {number(tolerance)}"
    wrong = " OR ".join(part for part in (low, high) if part)
    where = both(view.condition, over, not_null(groups))
    names = [f"g{place}" for place in range(len(groups))]
    selected = ", ".join(f"{group} AS {name}" for group, name in zip(groups, names, strict=True))
    listed = ", ".join(names)
    values = f"SELECT {selected}, {value} AS v FROM {SEEN} WHERE {where}"
    sums = f"SELECT {listed}, fsum(v) AS total FROM ({values}) GROUP BY {listed}"
    totals = f"SELECT {listed} FROM ({sums}) WHERE {wrong}"
    rows = f'SELECT "_row", {selected} FROM {SEEN} WHERE {where}'
    return Rows("", over=over, source=f'(SELECT "_row" FROM ({rows}) SEMI JOIN ({totals}) USING ({listed}))')


@aggregate("expect_column_concentration_to_be_between", typed=True)
def concentration(view: View, column: str, group_column: str, top: int = 1, **bounds: object) -> Compiled:
    """What the `top` groups with the largest sums have of the whole sum; without a positive sum there is none."""
    judge = within_bounds(bounds)
    if view.kind(column) != "number" or isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise NotPlanned("no number")
    value, group = view.column(column), view.column(group_column)
    where = both(view.condition, not_null([value, group]))
    sums = f"SELECT {group}::VARCHAR AS g, fsum({value}) AS v FROM {SEEN} WHERE {where} GROUP BY 1"
    ranked = f"(SELECT g, v, row_number() OVER (ORDER BY v DESC, g) AS place FROM ({sums}))"
    first = f"place <= {top}"
    values = (
        Value("fsum(v)", source=ranked),
        Value("fsum(v)", first, ranked),
        Value("list(g ORDER BY place)", f"place <= {min(top, TOLD)}", ranked),
    )

    def finish(whole: float | None, largest: float | None, names: list[str] | None) -> Raw:
        share = largest / whole if whole is not None and largest is not None and whole > 0 else None
        observed = None if share is None else {"share": share, "values": names}
        return judge(share) | {"result": {"observed_value": observed}}

    return Compiled(values, finish)


@aggregate("expect_column_round_number_share_to_be_between", typed=True)
def round_numbers(view: View, column: str, multiple_of: float, **bounds: object) -> Compiled:
    """The share of the values other than 0 that are whole multiples of `multiple_of`."""
    judge = within_bounds(bounds)
    if view.kind(column) != "number" or not isinstance(multiple_of, int | float):
        raise NotPlanned("no number")
    if isinstance(multiple_of, bool) or not multiple_of > 0:
        raise NotPlanned("multiple_of")
    value = view.column(column)
    counted = view.value(COUNT, f"{value} <> 0")
    whole = view.value(COUNT, f"{value} <> 0 AND {value} % {number(multiple_of)} = 0")
    return Compiled((counted, whole), lambda every, some: judge(some / every if every else None))
