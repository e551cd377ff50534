"""Whether values, or combinations of them, stand more than once.

Belongs here: types that need one row compared with all others. In a table that is not small, a first pass over
nothing but the columns' hash finds the hashes that stand twice; only rows with such a hash are compared by
value, so that no collision is ever taken for a duplicate and a column without duplicates costs one pass.
"""

from __future__ import annotations

from pipelines.validation.compiled import SEEN, Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, asked, both, not_null

# Up to this many rows all of them are compared by value.
SMALL = 50_000


@rowwise("expect_column_values_to_be_unique")
def unique(view: View, column: str) -> Rows:
    """No value stands twice; each row of a repeated value counts."""
    value = view.column(column)
    over = not_null([value])
    return Rows("", over=over, source=_repeated(view, [value], both(view.condition, over)))


@rowwise("expect_compound_columns_to_be_unique")
def compound_unique(
    view: View, column_list: list[str], ignore_row_if: str = "all_values_are_missing"
) -> Rows:
    """No combination stands twice; a missing value equals a missing value."""
    if not isinstance(column_list, list) or len(column_list) < 2:
        raise NotPlanned("column_list")
    values = [view.column(column) for column in column_list]
    over = asked(values, ignore_row_if)
    return Rows("", over=over, source=_repeated(view, values, both(view.condition, over)))


def _repeated(view: View, columns: list[str], condition: str | None) -> str:
    names = ", ".join(columns)
    where = f" WHERE {condition}" if condition else ""
    asked = f'SELECT "_row", {names} FROM {SEEN}{where}'
    if view.columns.rows > SMALL:
        twice = f"SELECT hash({names}) FROM {SEEN}{where} GROUP BY hash({names}) HAVING count(*) > 1"
        asked = f'SELECT "_row", {names} FROM {SEEN} WHERE {both(condition, f"hash({names}) IN ({twice})")}'
    counted = f'SELECT "_row", count(*) OVER (PARTITION BY {names}) AS times FROM ({asked})'
    return f'(SELECT "_row" FROM ({counted}) WHERE times > 1)'
