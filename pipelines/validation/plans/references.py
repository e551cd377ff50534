"""Whether the values of a column exist elsewhere: among the keys of another dataset, or in another column.

Belongs here: joins of a column with a set of keys. DuckDB hashes the keys and spills them when they are many; no list
of values comes into Python. A set of keys is handed in by name, as a list of texts or as the path of a Parquet or CSV
file of which `reference_key` names the column (without it the first one is meant).
"""

from __future__ import annotations

from pipelines import duck
from pipelines.validation.compiled import SEEN, Rows, View
from pipelines.validation.naming import identifier_sql
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, asked, both, not_null

# Keys go to DuckDB as one text, parted by a character that no key has.
SEPARATOR = "\x1f"


@rowwise("expect_column_values_to_exist_in_reference")
def in_reference(
    view: View,
    column: str,
    reference: object,
    reference_key: str | None = None,
    normalise: bool = False,
) -> Rows:
    """Every value is a key of the reference. A reference without any key is no reference: the query fails."""
    value, over = view.column(column), not_null([view.column(column)])
    key = "k"
    if normalise:
        value, key = identifier_sql(value), identifier_sql(key)
    keys = f"SELECT {key} AS k FROM ({_keys(reference, reference_key)}) WHERE k IS NOT NULL"
    rows = f'SELECT "_row", {value} AS v FROM {SEEN} WHERE {both(view.condition, over)}'
    failing = f'SELECT "_row" FROM ({rows}) ANTI JOIN keys ON v = k'
    some = "CASE WHEN EXISTS (FROM keys) THEN true ELSE error('the reference has no key') END"
    return Rows(
        "", over=over, source=f"(WITH keys AS MATERIALIZED ({keys}) SELECT * FROM ({failing}) WHERE {some})"
    )


@rowwise("expect_column_pair_values_a_to_exist_in_b")
def a_in_b(view: View, column_A: str, column_B: str, ignore_row_if: str = "both_values_are_missing") -> Rows:
    """Every A is the B of some row that is asked; a missing A is looked for nowhere."""
    one, other = view.column(column_A), view.column(column_B)
    over = asked([one, other], ignore_row_if)
    where = both(view.condition, over)
    rows = f"FROM {SEEN} WHERE {where}" if where else f"FROM {SEEN}"
    keys = f"SELECT v AS k FROM (SELECT {other} AS v {rows}) WHERE v IS NOT NULL"
    values = f'SELECT "_row", v FROM (SELECT "_row", {one} AS v {rows}) WHERE v IS NOT NULL'
    return Rows("", over=over, source=f'(SELECT "_row" FROM ({values}) ANTI JOIN ({keys}) ON v = k)')


def _keys(reference: object, column: str | None) -> str:
    """SQL for the keys as a column `k` of texts. Raises `NotPlanned` for what is neither list nor path."""
    if isinstance(reference, str):
        named = duck.quote(column) if column else "first"
        if reference.endswith(".parquet"):
            read = f"read_parquet({duck.literal(reference)})"
        elif reference.endswith(".csv"):
            read = f"read_csv({duck.literal(reference)}, all_varchar = true, header = true)"
        else:
            raise NotPlanned("reference")
        return f"SELECT {named}::VARCHAR AS k FROM {read}" + ("" if column else " AS t(first)")
    if not isinstance(reference, list | tuple | set | frozenset) or not reference:
        raise NotPlanned("reference")
    keys = [key for key in reference if isinstance(key, str) and SEPARATOR not in key]
    if len(keys) != len(reference):
        raise NotPlanned("reference")
    return f"SELECT unnest(string_split({duck.literal(SEPARATOR.join(keys))}, chr({ord(SEPARATOR)}))) AS k"
