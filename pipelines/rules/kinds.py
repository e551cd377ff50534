"""Kinds of rules, and the GX expectation that each becomes: one line each.

Belongs here: a kind's expectation type, its arguments in GX's words, its quality dimension and Charter principle.
Does not belong here: what it says of itself (`expectations/wording.yaml`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Arguments = dict[str, Any]
PAIR = {"ignore_row_if": "either_value_is_missing"}
TODAY = {"$PARAMETER": "today"}
DATE = r"^\d{4}-\d{2}-\d{2}$"
NUMBER = r"^-?\d+(\.\d+)?$"
URL = r"^https?://[^\s/]+\.[^\s]+$"


@dataclass(frozen=True)
class Kind:
    """`arguments` makes GX's of a rule's roles and arguments; of two types the second is for several roles."""

    types: tuple[str, ...]
    dimension: str
    principle: str
    arguments: Callable[[Sequence[str], Mapping[str, Any]], Arguments]

    def type(self, roles: Sequence[str]) -> str:
        return self.types[-1] if len(roles) > 1 else self.types[0]


def _column(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    return {"column": roles[0], **args}


def _fixed(**fixed: Any) -> Callable[[Sequence[str], Mapping[str, Any]], Arguments]:
    return lambda roles, args: {"column": roles[0], **fixed, **args}


def _unique(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    if len(roles) == 1:
        return {"column": roles[0]}
    return {"column_list": list(roles), "ignore_row_if": "any_value_is_missing"}


def _list(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    return {"column": roles[0], "value_set": args["values"]}


def _bounds(args: Mapping[str, Any]) -> Arguments:
    """`min` and `max` in GX's words: a day is its first moment, and "today" the day of the run."""
    names = {"min": "min_value", "max": "max_value", "strict_min": "strict_min", "strict_max": "strict_max"}
    return {names.get(name, name): _bound(value) for name, value in args.items()}


def _bound(value: Any) -> Any:
    if value == "today":
        return TODAY
    return f"{value}T00:00:00" if len(str(value)) == 10 and str(value)[4] == "-" else value


def _within(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    return {"column": roles[0], **_bounds(args)}


def _in_order(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    earlier, later = roles
    return {"column_A": later, "column_B": earlier, "or_equal": True, **PAIR, **args}


def _pair(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    return {"column_A": roles[0], "column_B": roles[1], **args}


def _grouped(name: str) -> Callable[[Sequence[str], Mapping[str, Any]], Arguments]:
    """The first role is measured by the others; `name` is the argument that takes them, in the plural as a list."""
    several = name.endswith("s")
    return lambda roles, args: {
        "column": roles[0],
        **({name: list(roles[1:]) if several else roles[1]} if len(roles) > 1 else {}),
        **_bounds(args),
    }


def _parts(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    return {"column_list": list(roles[1:]), "total_column": roles[0], **args}


def _schema(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    return {"column": roles[0], "json_schema": args["schema"]}


def _rows(roles: Sequence[str], args: Mapping[str, Any]) -> Arguments:
    return {"column_list": list(roles), **args}


def _one(type: str, dimension: str, principle: str, arguments: Any = _column) -> Kind:
    return Kind((type,), dimension, principle, arguments)


KINDS: dict[str, Kind] = {
    "exists": _one("expect_column_to_exist", "completeness", "P2"),
    "present": _one("expect_column_values_to_not_be_null", "completeness", "P2"),
    "absent": _one("expect_column_values_to_be_null", "consistency", "P4"),
    "unique": Kind(
        ("expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"),
        "uniqueness",
        "P4",
        _unique,
    ),
    "in_list": _one("expect_column_values_to_be_in_set", "validity", "P4", _list),
    "not_in_list": _one("expect_column_values_to_not_be_in_set", "validity", "P4", _list),
    "in_code_list": _one("expect_column_values_to_be_in_code_list", "validity", "P4"),
    "well_formed": _one("expect_column_values_to_match_regex", "validity", "P4"),
    "not_like": _one("expect_column_values_to_not_match_regex", "validity", "P4"),
    "valid_identifier": _one("expect_column_values_to_be_valid_identifiers", "validity", "P4"),
    "conforms": _one("expect_column_values_to_match_json_schema", "validity", "P4", _schema),
    "within": _one("expect_column_values_to_be_between", "validity", "P3", _within),
    "length": _one("expect_column_value_lengths_to_be_between", "validity", "P3", _within),
    "in_order": _one("expect_column_pair_values_a_to_be_greater_than_b", "consistency", "P4", _in_order),
    "not_above": _one("expect_column_pair_values_a_to_be_greater_than_b", "consistency", "P4", _in_order),
    "one_to_one": _one("expect_column_pair_values_to_be_one_to_one", "consistency", "P4", _pair),
    "found_in": _one("expect_column_pair_values_a_to_exist_in_b", "consistency", "P4", _pair),
    "no_gaps": _one("expect_column_periods_to_have_no_gaps", "completeness", "P2", _grouped("group_column")),
    "sum_by_group": _one(
        "expect_column_sums_by_group_to_be_between", "consistency", "P4", _grouped("group_columns")
    ),
    "sum_of_parts": _one("expect_multicolumn_sum_to_equal_column", "consistency", "P4", _parts),
    "concentration": _one(
        "expect_column_concentration_to_be_between", "validity", "P2", _grouped("group_column")
    ),
    "most_common": _one(
        "expect_column_most_common_share_to_be_between", "validity", "P2", _grouped("with_columns")
    ),
    "repeated": _one("expect_column_values_to_be_repeated_at_most", "validity", "P2"),
    "no_row_twice": _one("expect_table_rows_to_be_unique", "uniqueness", "P4", lambda roles, args: {**args}),
    "no_totals": _one("expect_records_to_hold_no_totals", "validity", "P2", _rows),
    "rows": _one(
        "unexpected_rows_expectation",
        "consistency",
        "P4",
        lambda roles, args: {"unexpected_rows_query": args["sql"]},
    ),
    "is_date": _one("expect_column_values_to_match_regex", "validity", "P3", _fixed(regex=DATE)),
    "is_number": _one("expect_column_values_to_match_regex", "validity", "P3", _fixed(regex=NUMBER)),
    "is_url": _one("expect_column_values_to_match_regex", "validity", "P3", _fixed(regex=URL)),
    "no_outer_blanks": _one("expect_column_values_to_have_no_outer_blanks", "validity", "P4"),
    "no_mojibake": _one("expect_column_values_to_have_no_mojibake", "validity", "P3"),
    "no_placeholder": _one("expect_column_values_to_not_be_placeholders", "completeness", "P2"),
    "not_personal": _one("expect_column_values_to_hold_no_personal_data", "validity", "P1"),
    "round_share": _one("expect_column_round_number_share_to_be_between", "validity", "P2", _within),
}
