"""frictionless: a Table Schema with constraints, and row constraints for what a schema cannot say.

All 25 rules can be said. A number or date whose text is none is its error of type, which stands for our patterns on
these columns; a field has one minimum, so that the second rule on the amount, pairs of columns and the row condition
are row constraints. Of what is repeated it reports the second row only. It has no thresholds, so these are left to the
counts, and it is told to report every error, where it would stop at 1,000.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks.suite import ASKED, ROLES, TYPED

V = "expect_column_values_to_"


def judge(path: Path) -> dict[str, Any]:
    """Read and validate the file row by row; `work_s` is how long that takes once everything is imported."""
    from frictionless import Checklist, Resource, Schema, checks, system  # type: ignore[import-not-found,unused-ignore]

    started = time.perf_counter()
    system.trusted = True  # the path is absolute
    descriptor, formulas, keys = schema_of()
    resource = Resource(path=str(path), schema=Schema.from_descriptor(descriptor))
    rows = Checklist(checks=[checks.row_constraint(formula=formula) for formula in formulas])
    report = resource.validate(rows, limit_errors=sys.maxsize)
    task, work = report.tasks[0], time.perf_counter() - started
    found = Counter(known_by(error) for error in task.errors)
    numbers: Counter[str] = Counter(dict.fromkeys(keys.values(), 0))
    for name, key in keys.items():
        numbers[key] += found.pop(name, 0)
    assert not found, f"errors of no rule: {found}"
    kinds = {key: "repeated" if ASKED[int(key)][0].endswith("_be_unique") else "failing" for key in numbers}
    counts = {key: {kinds[key]: numbers[key]} for key in numbers}
    return {"rows": task.stats["rows"], "work_s": work, "counts": counts}


def known_by(error: Any) -> str:
    """What tells one rule's errors from another's: the field with the constraint or kind of error, or the formula."""
    if error.type == "constraint-error":  # constraint "pattern" is "..."
        return f"{error.field_name} {error.note.split(chr(34))[1]}"
    if error.type == "row-constraint":  # the row constraint to conform is "..."
        return str(error.note.split(chr(34), 1)[1].rstrip(chr(34)))
    return f"{getattr(error, 'field_name', '')} {error.type}".strip()


def schema_of() -> tuple[dict[str, Any], list[str], dict[str, str]]:
    """The schema's descriptor, the formulas beside it, and the key of each rule by what its errors are known by."""
    fields: dict[str, dict[str, Any]] = {
        name: {"name": name, "type": TYPED.get(name, "string"), "constraints": {}} for name in ROLES
    }
    schema: dict[str, Any] = {"fields": list(fields.values())}
    formulas: list[str] = []
    keys: dict[str, str] = {}
    for number, (kind, kwargs) in enumerate(ASKED):
        column = kwargs.get("column")
        if kind == "expect_compound_columns_to_be_unique":
            schema["primaryKey"], known = kwargs["column_list"], ["primary-key"]
        elif kind == f"{V}match_regex" and column in TYPED:
            known = [f"{column} type-error"]
        elif formula := _formula(kind, kwargs):
            formulas.append(formula)
            known = [formula]
        else:
            constraints = _constraints(kind, kwargs)
            fields[str(column)]["constraints"] |= constraints
            known = [f"{column} {'unique-error' if name == 'unique' else name}" for name in constraints]
        keys |= dict.fromkeys(known, str(number))
    return schema, formulas, keys


def _constraints(kind: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    if kind == f"{V}not_be_null":
        return {"required": True}
    if kind == f"{V}be_unique":
        return {"unique": True}
    if kind == f"{V}match_regex":
        return {"pattern": kwargs["regex"]}
    if kind == f"{V}not_match_regex":
        return {"pattern": r"(?!\s)(.*\S)?"}
    if kind == f"{V}be_in_set":
        return {"enum": kwargs["value_set"]}
    if kind == "expect_column_value_lengths_to_be_between":
        return {"minLength": kwargs["min_value"], "maxLength": kwargs["max_value"]}
    return {"minimum": str(kwargs["min_value"]).removesuffix("T00:00:00")}


def _formula(kind: str, kwargs: dict[str, Any]) -> str:
    column = kwargs.get("column")
    if "row_condition" in kwargs:
        return f"value_amount == None or {column} != None"
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        upper, lower = kwargs["column_A"], kwargs["column_B"]
        return f"{upper} == None or {lower} == None or {upper} >= {lower}"
    if kind == f"{V}be_between" and "max_value" in kwargs:
        return f"{column} == None or {kwargs['min_value']} <= {column} <= {kwargs['max_value']}"
    return ""
