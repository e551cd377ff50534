"""Whether a series of years, quarters, months, weeks or days is without gaps.

Belongs here: the distinct periods of a column, as one query that groups them. What a period is stands in
`validation.periods`.
"""

from __future__ import annotations

from pipelines.validation import periods
from pipelines.validation.compiled import COUNT, SEEN, Compiled, Raw, Value, View
from pipelines.validation.plans.register import aggregate
from pipelines.validation.sql import NotPlanned, both


@aggregate("expect_column_periods_to_have_no_gaps", typed=True)
def no_gaps(
    view: View,
    column: str,
    unit: str,
    start: object = None,
    end: object = None,
    group_column: str | None = None,
    max_missing: int = 0,
) -> Compiled:
    """At most `max_missing` periods between the first and the last, or `start` and `end`, stand in no row."""
    if unit not in periods.UNITS or isinstance(max_missing, bool) or not isinstance(max_missing, int):
        raise NotPlanned("unit")
    period = periods.number_sql(unit, view.kind(column), view.column(column))
    if period is None:
        raise NotPlanned("no period")
    low, high = (_bound(unit, bound) for bound in (start, end))
    group = "NULL::VARCHAR" if group_column is None else f"{view.column(group_column)}::VARCHAR"
    source = _source(view, period, group, group_column is not None, low, high)
    gaps = Value(f"min({{'g': g, 'p': p, 'n': n}}, {periods.TOLD})", "n > p + 1", source)
    values = (Value(COUNT, source=source), Value("sum(n - p - 1)", "n > p + 1", source), gaps)

    def finish(found: int, missing: int | None, told: list[dict[str, int]] | None) -> Raw:
        if not found:
            return {"success": False, "result": {"observed_value": None}}
        gone = int(missing or 0)
        gaps = [(gap["g"], gap["p"], gap["n"]) for gap in told or ()]
        names = periods.told(unit, gaps, gone)  # type: ignore[arg-type] # the group is a text
        return {"success": gone <= max_missing, "result": {"observed_value": names}}

    return Compiled(values, finish)


def _bound(unit: str, bound: object) -> int | None:
    if bound is None:
        return None
    number = periods.number(unit, bound)
    if number is None:
        raise NotPlanned(f"{bound} names no {unit}")
    return number


def _source(view: View, period: str, group: str, grouped: bool, low: int | None, high: int | None) -> str:
    """Each period that is there as `p`, with the next one of its group as `n`; the bounds are as if next to others."""
    where = both(
        "p IS NOT NULL",
        "g IS NOT NULL" if grouped else None,
        None if low is None else f"p >= {low}",
        None if high is None else f"p <= {high}",
    )
    rows = f"SELECT {group} AS g, {period} AS p FROM {SEEN}"
    rows += f" WHERE {view.condition}" if view.condition else ""
    there = f"SELECT DISTINCT g, p FROM ({rows}) WHERE {where}"
    edges = [
        f"UNION ALL SELECT DISTINCT g, {edge} AS p FROM there"
        for edge in (None if low is None else low - 1, None if high is None else high + 1)
        if edge is not None
    ]
    everything = " ".join(["FROM there", *edges])
    following = "lead(p) OVER (PARTITION BY g ORDER BY p)"
    return f"(WITH there AS MATERIALIZED ({there}) SELECT g, p, {following} AS n FROM ({everything}))"
