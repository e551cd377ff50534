"""Whether values match patterns: regular expressions and LIKE.

Belongs here: types about the shape of a text. Patterns are Python's, as in GX on pandas: those whose meaning
DuckDB's engine shares are translated, the others are asked of Python itself (see `regex`).
"""

from __future__ import annotations

from pipelines import duck
from pipelines.validation.compiled import Rows, View
from pipelines.validation.plans.register import rowwise
from pipelines.validation.regex import matches, matches_every
from pipelines.validation.sql import NotPlanned, not_null


@rowwise("expect_column_values_to_match_regex")
def match_regex(view: View, column: str, regex: str) -> Rows:
    """Every value has a part that matches.

    That a number or date which was understood matches what every number or date matches is not asked again.
    """
    value = view.column(column)
    unexpected = f"NOT {_matches(view, value, regex)}"
    if matches_every(view.columns.kinds[column], regex) and (understood := view.understood(column)):
        unexpected = f"NOT ({understood}) AND {unexpected}"
    return Rows(unexpected, over=not_null([value]))


@rowwise("expect_column_values_to_not_match_regex")
def not_match_regex(view: View, column: str, regex: str) -> Rows:
    """No value has a part that matches."""
    value = view.column(column)
    return Rows(_matches(view, value, regex), over=not_null([value]))


@rowwise("expect_column_values_to_match_regex_list")
def match_regex_list(view: View, column: str, regex_list: list[str], match_on: str = "any") -> Rows:
    """Every value matches any of the patterns, or all of them."""
    if match_on not in ("any", "all"):
        raise NotPlanned("match_on")
    value = view.column(column)
    word = " OR " if match_on == "any" else " AND "
    return Rows(f"NOT ({word.join(_each(view, value, regex_list))})", over=not_null([value]))


@rowwise("expect_column_values_to_not_match_regex_list")
def not_match_regex_list(view: View, column: str, regex_list: list[str]) -> Rows:
    """No value matches any of the patterns."""
    value = view.column(column)
    return Rows(" OR ".join(_each(view, value, regex_list)), over=not_null([value]))


@rowwise("expect_column_values_to_match_like_pattern")
def match_like(view: View, column: str, like_pattern: str) -> Rows:
    """Every value is as the pattern of SQL's LIKE."""
    value = view.column(column)
    return Rows(f"NOT {_like(value, like_pattern)}", over=not_null([value]))


@rowwise("expect_column_values_to_not_match_like_pattern")
def not_match_like(view: View, column: str, like_pattern: str) -> Rows:
    """No value is as the pattern."""
    value = view.column(column)
    return Rows(_like(value, like_pattern), over=not_null([value]))


@rowwise("expect_column_values_to_match_like_pattern_list")
def match_like_list(view: View, column: str, like_pattern_list: list[str], match_on: str = "any") -> Rows:
    """Every value is as any of the patterns, or as all of them."""
    if match_on not in ("any", "all") or not like_pattern_list:
        raise NotPlanned("match_on")
    value = view.column(column)
    word = " OR " if match_on == "any" else " AND "
    return Rows(
        f"NOT ({word.join(_like(value, item) for item in like_pattern_list)})", over=not_null([value])
    )


@rowwise("expect_column_values_to_not_match_like_pattern_list")
def not_match_like_list(view: View, column: str, like_pattern_list: list[str]) -> Rows:
    """No value is as any of the patterns."""
    if not like_pattern_list:
        raise NotPlanned("like_pattern_list")
    value = view.column(column)
    return Rows(" OR ".join(_like(value, item) for item in like_pattern_list), over=not_null([value]))


def _like(value: str, pattern: object) -> str:
    if not isinstance(pattern, str):
        raise NotPlanned("like_pattern")
    return f"({value} LIKE {duck.literal(pattern)})"


def _each(view: View, value: str, regex_list: object) -> list[str]:
    if not isinstance(regex_list, list) or not regex_list:
        raise NotPlanned("regex_list")
    return [f"({_matches(view, value, regex)})" for regex in regex_list]


def _matches(view: View, value: str, regex: object) -> str:
    if not isinstance(regex, str):
        raise NotPlanned("regex")
    return matches(view, value, regex)
