"""Whether values, or combinations of them, stand more than once.

Belongs here: types that need one row compared with all others. In a table that is not small a hash stands for each
value: a pass over nothing but the hashes finds those that stand twice, and only rows with such a hash are compared,
by two hashes.
"""

from __future__ import annotations

from pipelines.validation.compiled import SEEN, Rows, View, hashes, repeated
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
    where = f" WHERE {condition}" if condition else ""
    if view.columns.rows <= SMALL:
        groups = f'SELECT list("_row") AS rows FROM {SEEN}{where} GROUP BY {", ".join(columns)} HAVING count(*) > 1'
        return f'(SELECT unnest(rows) AS "_row" FROM ({groups}))'
    first, *others = (hashes(column)[0] for column in reversed(columns))
    exact = [first, *others, hashes(columns[-1])[1]]  # the last of a compound tells the most
    keys = [f"key_{place}" for place in range(len(exact))]
    named = ", ".join(f"{each} AS {key}" for each, key in zip(exact, keys, strict=True))
    # Where the last column alone is not repeated, a compound is not
    all_rows = f"{SEEN} WHERE {view.condition}" if view.condition else SEEN
    where = f"{where or ' WHERE true'} AND {first} IN ({repeated(first, all_rows)})"
    asked = f'SELECT "_row", {named} FROM {SEEN}{where}'
    if others:
        key = f"hash({', '.join(keys[:-1])})"
        asked = f"SELECT * FROM ({asked}) WHERE {key} IN ({repeated(key, f'({asked})')})"
    counted = f'SELECT "_row", count(*) OVER (PARTITION BY {", ".join(keys)}) AS times FROM ({asked})'
    return f'(SELECT "_row" FROM ({counted}) WHERE times > 1)'
