"""pandera on polars: one schema, validated lazily, so that every rule is judged.

All 25 rules can be said; pairs of columns, the row condition and the pattern that must not match are functions over
polars. It has no thresholds (`mostly`), so these are left to the counts. It keeps every failing case, as it does by
default.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.contenders.polars_frame import frame
from benchmarks.suite import ASKED, ROLES, TYPED

V = "expect_column_values_to_"


def judge(path: Path) -> dict[str, Any]:
    """Read the file into a frame and validate it."""
    import pandera.polars as pa  # type: ignore[import-not-found,unused-ignore]

    table, (schema, keys) = frame(path), schema_of()
    failing = dict.fromkeys(map(str, range(len(ASKED))), 0)
    try:
        schema.validate(table, lazy=True)
    except pa.errors.SchemaErrors as found:
        for error in found.schema_errors:
            # A rule is a check that bears its key, or a property of a column or of the schema
            named = getattr(error.check, "name", None) or f"{error.schema.name} {error.check}"
            failing[keys.get(named, named)] = error.failure_cases.height
    counts = {key: {"failing": number} for key, number in failing.items()}
    return {"rows": table.height, "counts": counts}


def schema_of() -> tuple[Any, dict[str, str]]:
    """The schema of all rules, and by what their errors are known: the key of each rule that is no check."""
    import pandera.polars as pa

    checks: dict[str | None, list[Any]] = defaultdict(list)
    keys, required, unique, together = {}, set(), set(), []
    for number, (kind, kwargs) in enumerate(ASKED):
        key, column = str(number), kwargs.get("column")
        if kind == f"{V}not_be_null" and "row_condition" not in kwargs:
            required.add(column)
            keys[f"{column} not_nullable"] = key
        elif kind == f"{V}be_unique":
            unique.add(column)
            keys[f"{column} field_uniqueness"] = key
        elif kind == "expect_compound_columns_to_be_unique":
            together = kwargs["column_list"]
            keys["None multiple_fields_uniqueness"] = key
        else:
            name = f"typed_{column}" if kind == f"{V}be_between" else column
            checks[name if "row_condition" not in kwargs else None].append(check(key, kind, kwargs))
    columns = {
        name: pa.Column(kind, checks[name], nullable=name not in required, unique=name in unique)
        for name, kind in _kinds().items()
    }
    return pa.DataFrameSchema(columns, checks=checks[None], unique=together), keys


def _kinds() -> dict[str, Any]:
    import polars as pl

    values = {"number": pl.Float64, "date": pl.Date}
    typed = {f"typed_{name}": values[kind] for name, kind in TYPED.items()}
    return dict.fromkeys(ROLES, pl.String) | typed


def check(key: str, kind: str, kwargs: dict[str, Any]) -> Any:
    """One rule as a check, named `key`."""
    import pandera.polars as pa
    import polars as pl

    def own(expression: Callable[[str], Any]) -> Any:
        return pa.Check(lambda data: data.lazyframe.select(expression(data.key)), name=key)

    if kind == f"{V}match_regex":
        return pa.Check.str_matches(kwargs["regex"], name=key)
    if kind == f"{V}be_in_set":
        return pa.Check.isin(kwargs["value_set"], name=key)
    if kind == "expect_column_value_lengths_to_be_between":
        return pa.Check.str_length(kwargs["min_value"], kwargs["max_value"], name=key)
    if kind == f"{V}not_match_regex":
        return own(lambda name: ~pl.col(name).str.contains(kwargs["regex"]))
    if kind == f"{V}not_be_null":
        return own(lambda _: pl.col("value_amount").is_null() | pl.col(kwargs["column"]).is_not_null())
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        upper, lower = (pl.col(f"typed_{kwargs[end]}") for end in ("column_A", "column_B"))
        return own(lambda _: upper >= lower)
    if TYPED[kwargs["column"]] == "date":
        return pa.Check.ge(datetime.fromisoformat(kwargs["min_value"]).date(), name=key)
    if "max_value" in kwargs:
        return pa.Check.in_range(kwargs["min_value"], kwargs["max_value"], name=key)
    return pa.Check.ge(kwargs["min_value"], name=key)
