"""Whether values, or whole rows, are repeated more than they should be.

Belongs here: types that count how often a value stands. That none stands twice is the matter of `uniqueness`. Values
are counted by one hashed pass. Of whole rows two hashes are kept and compared, so that the table is read once for it:
among a thousand million rows, two others agree in both with a probability of 1 in 10**20.
"""

from __future__ import annotations

from pipelines import duck
from pipelines.validation.compiled import PUBLISHED, SEEN, Compiled, Raw, Rows, Value, View
from pipelines.validation.plans.register import aggregate, rowwise
from pipelines.validation.results import within_bounds
from pipelines.validation.sql import NotPlanned, both, listed, not_null

# Of the most common values at most so many are told.
TOLD = 20
# Stands between the values of a combination that is told.
BETWEEN = " · "


def too_few_rows() -> Raw:
    """What is said of a table in which there is nothing to judge: no row was looked at."""
    return {"success": True, "result": {"element_count": 0, "observed_value": None}}


@aggregate("expect_column_most_common_share_to_be_between")
def most_common_share(
    view: View,
    column: str,
    with_columns: list[str] | None = None,
    top: int = 1,
    ignore_values: list[str] | None = None,
    min_rows: int = 0,
    **bounds: object,
) -> Compiled:
    """The share of the rows that the `top` most common values, or combinations, stand in."""
    judge = within_bounds(bounds)
    if isinstance(top, bool) or not isinstance(top, int) or top < 1:
        raise NotPlanned("top")
    if isinstance(min_rows, bool) or not isinstance(min_rows, int):
        raise NotPlanned("min_rows")
    values = [view.column(name) for name in (column, *_names(with_columns))]
    where = both(view.condition, not_null(values), _not_among(values[0], ignore_values))
    told = f"concat_ws({duck.literal(BETWEEN)}, {', '.join(values)})"
    counted = f"SELECT {told} AS v, count(*) AS n FROM {SEEN} WHERE {where} GROUP BY {', '.join(values)}"
    ranked = f"(SELECT v, n, row_number() OVER (ORDER BY n DESC, v) AS place FROM ({counted}))"
    first = f"place <= {top}"
    found = (
        Value("sum(n)", source=ranked),
        Value("sum(n)", first, ranked),
        Value("list(v ORDER BY place)", f"place <= {min(top, TOLD)}", ranked),
    )

    def finish(rows: int | None, common: int | None, names: list[str] | None) -> Raw:
        if int(rows or 0) < min_rows:
            return too_few_rows()
        share = float(common) / float(rows) if rows and common else None
        observed = None if share is None else {"share": share, "values": names}
        return judge(share) | {"result": {"observed_value": observed}}

    return Compiled(found, finish)


@rowwise("expect_column_values_to_be_repeated_at_most")
def repeated_at_most(view: View, column: str, times: int, ignore_values: list[str] | None = None) -> Rows:
    """No value, but for those that are ignored, stands in more than so many rows."""
    if isinstance(times, bool) or not isinstance(times, int) or times < 1:
        raise NotPlanned("times")
    value = view.column(column)
    over = not_null([value])
    where = both(view.condition, over, _not_among(value, ignore_values))
    many = f"SELECT {value} FROM {SEEN} WHERE {where} GROUP BY {value} HAVING count(*) > {times}"
    rows = f'SELECT "_row", {value} FROM {SEEN} WHERE {where}'
    return Rows("", over=over, source=f'(SELECT "_row" FROM ({rows}) SEMI JOIN ({many}) USING ({value}))')


@rowwise("expect_table_rows_to_be_unique")
def rows_unique(view: View) -> Rows:
    """No row is like another one in every published column, mapped to a role or not; each of them fails."""
    if view.condition:
        raise NotPlanned("a row is compared with all others")
    every = 'COLUMNS(* EXCLUDE ("_row"))'
    hashed = f"hash(*{every}) AS one, hash(concat_ws(chr(31), *{every})) AS other"
    rows = f'SELECT "_row", {hashed} FROM {PUBLISHED}'
    twice = "SELECT one FROM hashes GROUP BY one HAVING count(*) > 1"
    counted = "SELECT *, count(*) OVER (PARTITION BY one, other) AS times FROM hashes"
    counted += f" WHERE one IN ({twice})"
    source = f'(WITH hashes AS MATERIALIZED ({rows}) SELECT "_row" FROM ({counted}) WHERE times > 1)'
    return Rows("", source=source, missing=False)


def _names(columns: object) -> list[str]:
    if columns is None:
        return []
    if not isinstance(columns, list):
        raise NotPlanned("with_columns")
    return columns


def _not_among(value: str, ignored: object) -> str | None:
    if not ignored:
        return None
    if not isinstance(ignored, list) or not all(isinstance(item, str) for item in ignored):
        raise NotPlanned("ignore_values")
    return f"{value} NOT IN ({listed(ignored)})"
