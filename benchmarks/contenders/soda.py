"""Soda Core 3 on DuckDB: SodaCL over a table that holds the file, as its documentation has it.

All 25 rules can be said. Pairs of columns and limits of dates are SQL expressions, for which it has no words; of
duplicates it counts the values, not the rows. Thresholds are left to the counts. For each rule that fails it fetches up
to 100 rows, as it does by default. A view over the file instead of a table would parse it once for every query (and
DuckDB 2.0.0 fails there: it hands `try_cast` of a column that is asked for in no other way to the parser, as a cast).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.suite import ASKED, TYPED

TABLE = "contracts"
CAST = {"number": "DOUBLE", "date": "DATE"}
V = "expect_column_values_to_"


def judge(path: Path) -> dict[str, Any]:
    """Read the file into a table and scan it."""
    import duckdb
    from soda.scan import Scan  # type: ignore[import-not-found,unused-ignore]

    connection = duckdb.connect(config={"threads": 2})
    typed = ", ".join(f"try_cast({name} AS {CAST[kind]}) AS typed_{name}" for name, kind in TYPED.items())
    table = f"CREATE TABLE {TABLE} AS SELECT *, {typed} FROM read_csv(?, all_varchar = true)"
    connection.execute(table, [str(path)])
    checks = [check(str(number), kind, kwargs) for number, (kind, kwargs) in enumerate(ASKED)]
    scan = Scan()
    scan.disable_telemetry()
    scan.set_data_source_name("duckdb")
    scan.add_duckdb_connection(connection)
    scan.add_sodacl_yaml_str(json.dumps({f"checks for {TABLE}": checks}))  # JSON is YAML
    scan.execute()
    scan.assert_no_error_logs()
    counts = {
        item["name"]: {_counted(item["definition"]): int(item["diagnostics"]["value"])}
        for item in scan.get_scan_results()["checks"]
    }
    rows = connection.execute(f"SELECT count(*) FROM {TABLE}").fetchall()[0][0]
    return {"rows": rows, "counts": counts}


def _counted(definition: str) -> str:
    return "repeated" if "duplicate_count" in definition else "failing"


def check(key: str, kind: str, kwargs: dict[str, Any]) -> dict[str, Any]:
    """One rule in SodaCL, named `key`."""
    column, named = kwargs.get("column"), {"name": key}
    if kind == f"{V}not_be_null":
        condition = {"filter": "value_amount IS NOT NULL"} if "row_condition" in kwargs else {}
        return {f"missing_count({column}) = 0": named | condition}
    if kind == f"{V}be_unique":
        return {f"duplicate_count({column}) = 0": named}
    if kind == "expect_compound_columns_to_be_unique":
        return {f"duplicate_count({', '.join(kwargs['column_list'])}) = 0": named}
    if kind == f"{V}match_regex":
        return {f"invalid_count({column}) = 0": named | {"valid regex": kwargs["regex"]}}
    if kind == f"{V}not_match_regex":
        return {f"invalid_count({column}) = 0": named | {"invalid regex": kwargs["regex"]}}
    if kind == f"{V}be_in_set":
        return {f"invalid_count({column}) = 0": named | {"valid values": kwargs["value_set"]}}
    if kind == "expect_column_value_lengths_to_be_between":
        limits = {"valid min length": kwargs["min_value"], "valid max length": kwargs["max_value"]}
        return {f"invalid_count({column}) = 0": named | limits}
    if kind == "expect_column_pair_values_a_to_be_greater_than_b":
        return _expression(named, f"typed_{kwargs['column_A']} < typed_{kwargs['column_B']}")
    if TYPED[str(column)] == "date":
        return _expression(named, f"typed_{column} < TIMESTAMP '{kwargs['min_value']}'")
    limits = {f"valid {end}": kwargs[f"{end}_value"] for end in ("min", "max") if f"{end}_value" in kwargs}
    return {f"invalid_count(typed_{column}) = 0": named | limits}


def _expression(named: dict[str, Any], failing: str) -> dict[str, Any]:
    metric = f"rule_{named['name']}"
    return {f"{metric} = 0": named | {f"{metric} expression": f"count(CASE WHEN {failing} THEN 1 END)"}}
