"""GX's `row_condition` as SQL: the text of a pandas query, or GX's own conditions as JSON.

Belongs here: the part of pandas' query language whose meaning in SQL is certain: comparisons of a column with
a constant or another column, `in`, `isnull`, `notnull`, and `and`, `or`, `not` between them. Anything else is
not planned, and Great Expectations judges. As in pandas, a missing value meets `!=` and `not in` and nothing else.
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Callable, Mapping
from typing import Any

from pipelines import duck
from pipelines.validation.sql import NotPlanned, number

Lookup = Callable[[str], str]
# pandas reads these two as words, with the precedence of the words.
BOOLEAN = {"&": "and", "|": "or"}
COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
MIRRORED = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
NULLITY = {"isnull": True, "isna": True, "notnull": False, "notna": False}


def sql(row_condition: object, parser: object, kind: Lookup, column: Lookup) -> str:
    """SQL that is never NULL. `kind` and `column` give a role's kind and SQL. Raises `NotPlanned`."""
    if isinstance(row_condition, str) and parser == "pandas":
        return _query(row_condition, kind, column)
    if isinstance(row_condition, Mapping):
        return _json(row_condition, kind, column)
    raise NotPlanned("row_condition")


def _query(text: str, kind: Lookup, column: Lookup) -> str:
    try:
        tokens = [
            (
                token.type,
                BOOLEAN.get(token.string, token.string) if token.type == tokenize.OP else token.string,
            )
            for token in tokenize.generate_tokens(io.StringIO(text.strip()).readline)
        ]
        tree = ast.parse(tokenize.untokenize(tokens).strip(), mode="eval")
    except (SyntaxError, tokenize.TokenError, ValueError):
        raise NotPlanned("row_condition") from None
    return _node(tree.body, kind, column)


def _node(node: ast.expr, kind: Lookup, column: Lookup) -> str:
    if isinstance(node, ast.BoolOp):
        word = " AND " if isinstance(node.op, ast.And) else " OR "
        return "(" + word.join(_node(value, kind, column) for value in node.values) + ")"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.Invert):
        return f"(NOT {_node(node.operand, kind, column)})"
    if isinstance(node, ast.Compare):
        sides = [node.left, *node.comparators]
        pairs = zip(sides, node.ops, sides[1:], strict=False)
        parts = [_comparison(left, op, right, kind, column) for left, op, right in pairs]
        return "(" + " AND ".join(parts) + ")"
    if (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.attr in NULLITY
        and not node.args
        and not node.keywords
    ):
        return _null(node.func.value.id, NULLITY[node.func.attr], kind, column)
    raise NotPlanned("row_condition")


def _comparison(left: ast.expr, op: ast.cmpop, right: ast.expr, kind: Lookup, column: Lookup) -> str:
    sign = COMPARISONS.get(type(op))
    if isinstance(left, ast.Name) and isinstance(op, ast.In | ast.NotIn):
        return _member(left.id, _constant(right), isinstance(op, ast.NotIn), kind, column)
    if sign is None:
        raise NotPlanned("row_condition")
    if isinstance(left, ast.Name) and isinstance(right, ast.Name):
        if kind(left.id) != kind(right.id):
            raise NotPlanned("row_condition")
        return _compared(column(left.id), sign, column(right.id))
    if isinstance(right, ast.Name):
        left, right, sign = right, left, MIRRORED[sign]
    if not isinstance(left, ast.Name):
        raise NotPlanned("row_condition")
    return _compared(column(left.id), sign, _literal(_constant(right), kind(left.id)))


def _compared(left: str, sign: str, right: str) -> str:
    if sign == "!=":
        return f"NOT coalesce({left} = {right}, false)"
    return f"coalesce({left} {sign} {right}, false)"


def _null(role: str, missing: bool, kind: Lookup, column: Lookup) -> str:
    kind(role)
    return f"{column(role)} IS {'' if missing else 'NOT '}NULL"


def _member(role: str, values: object, negated: bool, kind: Lookup, column: Lookup) -> str:
    if not isinstance(values, list):
        raise NotPlanned("row_condition")
    within = ", ".join(_literal(value, kind(role)) for value in values)
    found = f"coalesce({column(role)} IN ({within}), false)" if within else "false"
    return f"NOT {found}" if negated else found


def _constant(node: ast.expr) -> object:
    try:
        return ast.literal_eval(node)
    except ValueError:
        raise NotPlanned("row_condition") from None


def _literal(value: object, kind: str) -> str:
    """A constant of a column's own kind. pandas compares others too, or raises; that is left to it."""
    if kind == "text" and isinstance(value, str):
        return duck.literal(value)
    if kind == "number":
        return number(value)
    raise NotPlanned("row_condition")


def _json(condition: Mapping[str, Any], kind: Lookup, column: Lookup) -> str:
    """GX's Condition objects as its suites store them."""
    what = condition.get("type")
    if what == "pass_through" and isinstance(condition.get("pass_through_filter"), str):
        return _query(condition["pass_through_filter"], kind, column)
    if what in ("and", "or") and condition.get("conditions"):
        parts = [_json(item, kind, column) for item in condition["conditions"]]
        return "(" + f" {what.upper()} ".join(parts) + ")"
    role = (condition.get("column") or {}).get("name")
    if not isinstance(role, str):
        raise NotPlanned("row_condition")
    if what == "nullity" and isinstance(condition.get("is_null"), bool):
        return _null(role, condition["is_null"], kind, column)
    operator, parameter = condition.get("operator"), condition.get("parameter")
    if what == "comparison" and operator in ("IN", "NOT_IN"):
        return _member(role, parameter, operator == "NOT_IN", kind, column)
    if what == "comparison" and operator in ("==", *MIRRORED) and operator != "=":
        sign = "=" if operator == "==" else str(operator)
        return _compared(column(role), sign, _literal(parameter, kind(role)))
    raise NotPlanned("row_condition")
