"""Whether identifiers and names go together one to one.

Belongs here: pairs of columns that are judged by all other rows with the same value. Each different pair is made
comparable once, and hashes of it find the identifiers with more than one name; only their pairs are compared by value.
Two names of one identifier with the same hash would be missed, once in 2^64 pairs.
"""

from __future__ import annotations

from pipelines.validation.compiled import SEEN, Rows, View
from pipelines.validation.naming import identifier, identifier_sql, name, name_sql
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, asked, both, not_null

# What has to be one for each of what.
DIRECTIONS = {
    "both": (("a", "b"), ("b", "a")),
    "one_b_for_each_a": (("a", "b"),),
    "one_a_for_each_b": (("b", "a"),),
}


@rowwise("expect_column_pair_values_to_be_one_to_one")
def one_to_one(
    view: View,
    column_A: str,
    column_B: str,
    direction: str = "both",
    normalise: bool = True,
    ignore_row_if: str = "both_values_are_missing",
) -> Rows:
    """No A has several B, no B several A, or only one of these; rows with the most common one of several are right."""
    if direction not in DIRECTIONS or not isinstance(normalise, bool):
        raise NotPlanned("direction")
    one, other = view.column(column_A), view.column(column_B)
    over = asked([one, other], ignore_row_if)
    where = both(view.condition, over, not_null([one, other]))
    rows = f"{one} AS x, {other} AS y"
    alike = _alike(view) if normalise else ("x", "y")
    hashed, compared = "hash({}) AS a, hash({}) AS b", "nullif({}, '') AS a, nullif({}, '') AS b"
    ways = DIRECTIONS[direction]
    pairs = f"SELECT {rows}, count(*) AS n FROM {SEEN} WHERE {where} GROUP BY 1, 2"
    if view.columns.few:  # they are kept as they are
        parts = [f"kept AS MATERIALIZED (SELECT *, {compared.format(*alike)} FROM ({pairs}))"]
    else:
        there = " AND ".join(f"{side} <> hash('')" for side in "ab")
        doubtful = " OR ".join(f"{of} IN ({_several(of, what, 'pairs', there)})" for of, what in ways)
        parts = [
            f"pairs AS MATERIALIZED (SELECT *, {hashed.format(*alike)} FROM ({pairs}))",
            f"kept AS MATERIALIZED (SELECT x, y, n, {compared.format(*alike)} FROM pairs WHERE {doubtful})",
        ]
    parts += [f"wrong_{of} AS ({_wrong(of, what)})" for of, what in ways]
    found = " OR ".join(f"(a, b) IN (FROM wrong_{of})" for of, _ in ways)
    failing = f'SELECT "_row" FROM (SELECT "_row", {rows} FROM {SEEN} WHERE {where})'
    failing += f" SEMI JOIN (SELECT x, y FROM kept WHERE {found}) USING (x, y)"
    return Rows("", over=over, source=f"(WITH {', '.join(parts)} {failing})")


def _alike(view: View) -> tuple[str, str]:
    """SQL of x and y made comparable. Of few rows Python makes them so: the patterns take DuckDB longer to compile."""
    if view.columns.few:
        return f"{view.predicates.add_text(identifier)}(x)", f"{view.predicates.add_text(name)}(y)"
    return identifier_sql("x"), name_sql("y")


def _several(of: str, what: str, pairs: str, there: str) -> str:
    """The values of `of` that stand with more than one value of `what` in `pairs`, where both are `there`."""
    return f"SELECT {of} FROM {pairs} WHERE {there} GROUP BY {of} HAVING min({what}) <> max({what})"


def _wrong(of: str, what: str) -> str:
    """The pairs that are not the most common one of their `of`; where several share the first place, all of them."""
    there = "a IS NOT NULL AND b IS NOT NULL"
    # Mostly none has several, which is soon known, and windows over nothing cost nothing
    several = f"{of} IN ({_several(of, what, 'kept', there)})"
    counted = f"SELECT a, b, sum(n) AS n FROM kept WHERE {there} AND {several} GROUP BY a, b"
    over = f"OVER (PARTITION BY {of})"
    led = f"SELECT *, max(n) {over} AS most FROM ({counted})"
    leaders = f"SELECT *, count_if(n = most) {over} AS leaders FROM ({led})"
    return f"SELECT a, b FROM ({leaders}) WHERE n < most OR leaders > 1"
