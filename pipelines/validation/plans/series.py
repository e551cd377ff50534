"""Whether a column's values stand in order, or far from the others.

Belongs here: types that compare a row with its neighbours or with the whole column, in the order of the rows
as published.
"""

from __future__ import annotations

from pipelines.validation.compiled import SEEN, Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.sql import NotPlanned, both, not_null, number


@rowwise("expect_column_values_to_be_increasing", typed=True)
def increasing(view: View, column: str, strictly: bool | None = None) -> Rows:
    """No value is smaller than the one before it, nor equal when `strictly`."""
    return _ordered(view, column, "<=" if strictly else "<")


@rowwise("expect_column_values_to_be_decreasing", typed=True)
def decreasing(view: View, column: str, strictly: bool | None = None) -> Rows:
    """No value is greater than the one before it, nor equal when `strictly`."""
    return _ordered(view, column, ">=" if strictly else ">")


@rowwise("expect_column_value_z_scores_to_be_less_than", typed=True)
def z_scores(view: View, column: str, threshold: float, double_sided: bool) -> Rows:
    """No value is further from the mean than so many standard deviations (of a sample)."""
    if view.kind(column) != "number" or not isinstance(double_sided, bool):
        raise NotPlanned("no number")
    value, over = view.column(column), not_null([view.column(column)])
    limit = number(abs(threshold) if double_sided else threshold)
    score = "(v - mean) / deviation"
    far = f"abs({score}) >= {limit}" if double_sided else f"{score} >= {limit}"
    scored = f'SELECT "_row", {value} AS v, avg({value}) OVER () AS mean, stddev_samp({value}) OVER () AS deviation'
    where = both(view.condition, over)
    source = f'(SELECT "_row" FROM ({scored} FROM {SEEN} WHERE {where}) WHERE deviation > 0 AND {far})'
    return Rows("", over=over, source=source)


@rowwise("expect_column_values_to_not_be_outliers", typed=True)
def not_outliers(view: View, column: str, method: str = "iqr", multiplier: float = 1.5) -> Rows:
    """No value lies beyond Tukey's fences (`iqr`), or so many standard deviations from the mean (`std`)."""
    if view.kind(column) != "number" or method not in ("iqr", "std"):
        raise NotPlanned("method")
    value, over, times = view.column(column), not_null([view.column(column)]), number(multiplier)
    if multiplier < 0:
        raise NotPlanned("multiplier")
    asked = f'SELECT "_row", {value} AS v FROM {SEEN} WHERE {both(view.condition, over)}'
    if method == "iqr":
        # Without a value there is no quartile, and nothing is compared.
        facts = "SELECT quantile_cont(v, 0.25) AS low, quantile_cont(v, 0.75) AS high FROM asked"
        reach = f"{times} * (high - low)"
        far = f"v < low - {reach} OR v > high + {reach}"
    else:
        facts = f"SELECT favg(v) AS mean, stddev_samp(v) * {times} AS reach FROM asked"
        far = "CASE WHEN reach <= 0 THEN v <> mean ELSE abs(v - mean) >= reach END"
    source = f'(WITH asked AS ({asked}) SELECT "_row" FROM asked, ({facts}) WHERE {far})'
    return Rows("", over=over, source=source)


def _ordered(view: View, column: str, wrong: str) -> Rows:
    if view.kind(column) == "text":
        raise NotPlanned("GX subtracts, which texts cannot")
    value, over = view.column(column), not_null([view.column(column)])
    paired = f'SELECT "_row", {value} AS v, lag({value}) OVER (ORDER BY "_row") AS before'
    source = f'(SELECT "_row" FROM ({paired} FROM {SEEN} WHERE {both(view.condition, over)}) WHERE v {wrong} before)'
    return Rows("", over=over, source=source)
