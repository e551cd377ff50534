"""From what was computed to GX's own result JSON.

Belongs here: the shape of a result, and GX's arithmetic of success and percents. Does not belong here: what is
computed for which expectation type.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pipelines.validation.compiled import COUNT, FIRST, Compiled, Raw, Rows, Value, View
from pipelines.validation.sql import NotPlanned, both, number


def within_bounds(bounds: Mapping[str, Any]) -> Callable[[float | None], Raw]:
    """The judge of one observed number under GX's bounds; without a number there is no success.

    Raises `NotPlanned` for other options than bounds, and for bounds that are no numbers.
    """
    for bound in (bounds.get("min_value"), bounds.get("max_value")):
        if bound is not None:
            number(bound)
    met = within(bounds)
    return lambda observed: {"success": met(observed), "result": {"observed_value": observed}}


def within(bounds: Mapping[str, Any]) -> Callable[[Any], bool]:
    """Whether one observed number or instant lies within GX's bounds; without one there is no success.

    Raises `NotPlanned` for other options than bounds.
    """
    if not set(bounds) <= {"min_value", "max_value", "strict_min", "strict_max"}:
        raise NotPlanned(str(set(bounds)))
    low, high = bounds.get("min_value"), bounds.get("max_value")

    def met(observed: Any) -> bool:
        if observed is None:
            return False
        above = low is None or (observed > low if bounds.get("strict_min") else observed >= low)
        below = high is None or (observed < high if bounds.get("strict_max") else observed <= high)
        return bool(above and below)

    return met


def rows_result(view: View, rows: Rows) -> Compiled:
    """Counts, percents and the first failing rows, as GX gives them for its map expectations."""
    element, asked = view.value(COUNT), view.value(COUNT, rows.over)
    if rows.source is None:
        failing = both(rows.over, rows.unexpected)
        found = (view.value(COUNT, failing), view.value(FIRST, failing))
    else:
        found = (Value(COUNT, source=rows.source), Value(FIRST, source=rows.source))

    def finish(elements: int, considered: int, unexpected: int, examples: list[int] | None) -> Raw:
        vacuous = not elements or not considered
        percent = unexpected / considered * 100 if considered else None
        result: Raw = {
            "element_count": elements,
            "unexpected_count": unexpected,
            "unexpected_percent": percent,
        }
        if rows.missing:
            missing = elements - considered
            result |= {
                "missing_count": missing,
                "missing_percent": missing / elements * 100 if elements else None,
                "unexpected_percent_total": unexpected / elements * 100 if elements else None,
                "unexpected_percent_nonmissing": percent,
            }
        result["partial_unexpected_index_list"] = [{"_row": row} for row in examples or ()]
        met = vacuous or (float(considered) - float(unexpected)) / float(considered) >= view.mostly
        return {"success": met, "result": result}

    return Compiled((element, asked, *found), finish, failing=found[0])


def known(success: bool, result: Mapping[str, Any]) -> Compiled:
    """A result for which no row has to be looked at."""
    return Compiled((), lambda: {"success": success, "result": dict(result)})


def raised(error: Exception) -> Raw:
    """GX's result for an expectation that raised; the message begins with the exception's kind."""
    message = f"{type(error).__name__}: {error}"
    return {
        "success": False,
        "result": {},
        "exception_info": {"raised_exception": True, "exception_message": message},
    }
