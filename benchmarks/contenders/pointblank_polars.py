"""pointblank on polars: one step for each rule, with its threshold.

All 25 rules can be said. It keeps the first 10 failing rows of each, as we do, where its default would be 500.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.contenders.polars_frame import frame
from benchmarks.suite import ASKED, TYPED

EVIDENCE = 10
V = "expect_column_values_to_"


def judge(path: Path) -> dict[str, Any]:
    """Read the file into a frame and interrogate it."""
    import pointblank as pb  # type: ignore[import-not-found,unused-ignore]

    table = frame(path)
    steps = pb.Validate(table)
    for kind, kwargs in ASKED:
        mostly = kwargs.get("mostly")
        add(steps, kind, kwargs, {} if mostly is None else {"thresholds": 1 - mostly})
    steps.interrogate(get_first_n=EVIDENCE)
    counts = {str(step - 1): {"failing": number} for step, number in steps.n_failed().items()}
    return {"rows": table.height, "counts": counts}


def add(steps: Any, kind: str, kwargs: dict[str, Any], options: dict[str, Any]) -> None:
    """Add one rule as a step; what is missing passes unless that is what is asked."""
    import pointblank as pb

    column = kwargs.get("column")
    if kind == f"{V}not_be_null":
        condition = {"pre": _with_amount} if "row_condition" in kwargs else {}
        steps.col_vals_not_null(column, **condition, **options)
    elif kind == f"{V}be_unique":
        steps.rows_distinct(column, **options)
    elif kind == "expect_compound_columns_to_be_unique":
        steps.rows_distinct(kwargs["column_list"], **options)
    elif kind in (f"{V}match_regex", f"{V}not_match_regex"):
        inverse = kind == f"{V}not_match_regex"
        steps.col_vals_regex(column, kwargs["regex"], inverse=inverse, na_pass=True, **options)
    elif kind == f"{V}be_in_set":
        steps.col_vals_in_set(column, [*kwargs["value_set"], None], **options)
    elif kind == "expect_column_value_lengths_to_be_between":
        limits = {"min_val": kwargs["min_value"], "max_val": kwargs["max_value"]}
        steps.col_vals_str_len(column, **limits, na_pass=True, **options)
    elif kind == "expect_column_pair_values_a_to_be_greater_than_b":
        upper, lower = (f"typed_{kwargs[end]}" for end in ("column_A", "column_B"))
        steps.col_vals_ge(upper, pb.col(lower), na_pass=True, **options)
    elif TYPED[str(column)] == "date":
        earliest = datetime.fromisoformat(kwargs["min_value"]).date()
        steps.col_vals_ge(f"typed_{column}", earliest, na_pass=True, **options)
    elif "max_value" in kwargs:
        limits = {"left": kwargs["min_value"], "right": kwargs["max_value"]}
        steps.col_vals_between(f"typed_{column}", **limits, na_pass=True, **options)
    else:
        steps.col_vals_ge(f"typed_{column}", kwargs["min_value"], na_pass=True, **options)


def _with_amount(table: Any) -> Any:
    import polars as pl

    return table.filter(pl.col("value_amount").is_not_null())
