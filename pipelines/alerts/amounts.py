"""How bad it is, in numbers: what was before and what is now, in the unit of the condition's kind.

Belongs here: the sentence about the two numbers of a transition or an incident. Kinds that are only met or not have no
numbers to tell.
"""

from __future__ import annotations

import math

from pipelines.alerts.kind_words import family
from pipelines.alerts.words import Words

PERCENT = ("expectation", "personal")


def amounts(condition: str, before: float | None, after: float | None, words: Words) -> str:
    """The numbers before and now as a phrase, "" when they say nothing."""
    kind = family(condition)
    if after is None or not math.isfinite(after):
        return ""
    if before is not None and not math.isfinite(before):
        before = None
    if kind == "rows_removed":
        usual = words["rows_usual"].format(before=whole(before)) if before else ""
        return words["rows_removed"].format(after=whole(after)) + usual
    form = "percent" if kind in PERCENT else "points" if kind == "score" else "rows" if kind == "rows" else ""
    if not form:
        return ""
    told = whole if form == "rows" else percent if form == "percent" else points
    if before is None:
        return words[f"{form}_now"].format(after=told(after))
    change = ""
    if form == "rows" and before > 0 and before != after:
        share = 100 * abs(after - before) / before
        change = words["rows_fewer" if after < before else "rows_more"].format(share=percent(share))
    return words[f"{form}_change"].format(before=told(before), after=told(after)) + change


def whole(value: float) -> str:
    """A number of rows."""
    return f"{value:,.0f}"


def points(value: float) -> str:
    """Points with one decimal, unless it is 0."""
    return f"{value:,.1f}".removesuffix(".0")


def percent(value: float) -> str:
    """A percentage with one decimal, unless it is 0; a little more than nothing is never nothing, nor the reverse."""
    if 0 < value < 0.1:
        return "< 0.1"
    if 99.9 < value < 100:
        return "> 99.9"
    return f"{value:,.1f}".removesuffix(".0")
