"""How long a suite of 25 expectations takes on a contracts CSV of 20 columns, ours and others'.

    python -m benchmarks.validate --rows 5000000 --runs 3
    python -m benchmarks.validate --small

Contenders, each in its own process and in turn: `veedor` (read the file and validate it as a night does, evidence
included), `duckdb_parse` (DuckDB's bare parse of the file), `handwritten` (one aggregate query straight from the
CSV, written by hand for these very rules, without evidence) and `gx_pandas` (Great Expectations on pandas). The
last line is one JSON object: `rows`; for each contender the medians `wall_s` and `cpu_s` and the largest
`peak_mb`, import included; for ours also `read_s` and `validate_s`; `over_handwritten` and
`gx_pandas_over_veedor`, medians of the ratios of wall times run by run.

`--small`: 200 rows in a warm process, `plan_ms` and `gx_pandas_ms` the medians for one validation, and their ratio.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.suite import CURRENCIES, DATE, METHODS, NUMBER, OCID, RFC, ROLES, STATUSES, generate, suite

TODAY = datetime(2026, 6, 30, tzinfo=UTC)
SMALL_ROWS, SMALL_TIMES = 200, 15


def veedor(path: Path) -> dict[str, float]:
    """Read and validate as a night does."""
    from pipelines.tables.layouts import lay, of_roles
    from pipelines.tables.read import opened
    from pipelines.tables.table import Hint
    from pipelines.validation.validate import validate

    started = time.perf_counter()
    with opened(path, Hint("bench/csv/file", "0" * 64, format="csv", file_name=path.name)) as content:
        table, read = content.tables[0], time.perf_counter() - started
        result = validate(table, lay(of_roles("x", ROLES), table.report.columns), suite(), TODAY)
    assert {item.executed_by for item in result.results} == {"duckdb_plan"}
    return {"rows": result.rows, "read_s": read, "validate_s": time.perf_counter() - started - read}


def duckdb_parse(path: Path) -> dict[str, float]:
    """DuckDB's own parse of every cell, with nothing kept."""
    from pipelines import duck

    columns = ", ".join(f"hash({name})" for name in ROLES)
    query = f"SELECT count(*), bit_xor(hash({columns})) FROM read_csv(?, all_varchar = true)"
    return {"rows": duck.connect().execute(query, [str(path)]).fetchall()[0][0]}


def handwritten(path: Path) -> dict[str, float]:
    """What somebody who knows these rules and this file would write: one query over the CSV."""
    from pipelines import duck

    connection = duck.connect()
    return {"rows": connection.execute(BY_HAND, [str(path)]).fetchall()[0][0]}


def _members(values: tuple[str, ...]) -> str:
    return ", ".join(f"'{value}'" for value in values)


BY_HAND = f"""
SELECT count(*), count(ocid), count(contract_id), count(buyer_name), count(supplier_name), count(supplier_id),
  count(date_signed), count(currency) FILTER (value_amount IS NOT NULL),
  count(DISTINCT hash(contract_id)), count(DISTINCT hash(ocid, contract_id)),
  count_if(regexp_matches(ocid, '{OCID}')), count_if(regexp_matches(supplier_id, '{RFC}')),
  count_if(regexp_matches(value_amount, '{NUMBER}')), count_if(regexp_matches(date_signed, '{DATE}')),
  count_if(regexp_matches(start_date, '{DATE}')), count_if(regexp_matches(end_date, '{DATE}')),
  count_if(regexp_matches(buyer_name, '^\\s|\\s$')), count_if(currency IN ({_members(CURRENCIES)})),
  count_if(procurement_method IN ({_members(METHODS)})), count_if(status IN ({_members(STATUSES)})),
  count_if(amount >= 0), count_if(amount BETWEEN 1 AND 100000000000), count_if(signed >= DATE '1990-01-01'),
  count_if(started >= signed), count_if(ended >= started), count_if(length(title) BETWEEN 5 AND 500)
FROM (
  SELECT *, try_cast(value_amount AS DOUBLE) AS amount, try_cast(date_signed AS DATE) AS signed,
    try_cast(start_date AS DATE) AS started, try_cast(end_date AS DATE) AS ended
  FROM read_csv(?, all_varchar = true)
)
"""


def gx_pandas(path: Path) -> dict[str, float]:
    """Great Expectations on pandas, with frames as somebody would read them."""
    import pandas as pd

    from pipelines.validation import reference

    text = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    text.insert(0, "_row", range(2, len(text) + 2))
    typed = text.copy(deep=False)
    for name, kind in ROLES.items():
        if kind == "number":
            typed[name] = pd.to_numeric(typed[name], errors="coerce")
        elif kind == "date":
            typed[name] = pd.to_datetime(typed[name], format="%Y-%m-%d", errors="coerce")
    asked = suite().expectations
    reference.run(text, [item.raw for item in asked if not item.typed], {})
    reference.run(typed, [item.raw for item in asked if item.typed], {})
    return {"rows": len(text)}


CONTENDERS: dict[str, Callable[[Path], dict[str, float]]] = {
    "veedor": veedor,
    "duckdb_parse": duckdb_parse,
    "handwritten": handwritten,
    "gx_pandas": gx_pandas,
}


def measured(name: str, path: Path) -> dict[str, float]:
    """Run one contender in a fresh process."""
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.validate", "--contender", name, "--file", str(path)],
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found | {"wall_s": time.perf_counter() - started}


def small() -> dict[str, Any]:
    """Both on 200 rows, warm: milliseconds of one validation."""
    from pipelines.tables.layouts import lay, of_roles
    from pipelines.tables.read import opened
    from pipelines.tables.table import Hint
    from pipelines.validation import reference
    from pipelines.validation.columns import columns_of
    from pipelines.validation.frame import frames
    from pipelines.validation.validate import validate

    rules = suite()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contratos.csv"
        generate(path, SMALL_ROWS)
        with opened(path, Hint("bench/csv/file", "0" * 64, format="csv", file_name=path.name)) as content:
            table = content.tables[0]
            fit = lay(of_roles("x", ROLES), table.report.columns)

            def by_reference() -> None:
                columns = columns_of(table, fit, rules)
                both = frames(table, columns, columns.order)
                reference.run(both.text, [item.raw for item in rules.expectations if not item.typed], {})
                reference.run(both.typed, [item.raw for item in rules.expectations if item.typed], {})

            plan = _median_ms(lambda: validate(table, fit, rules, TODAY))
            gx = _median_ms(by_reference)
    return {
        "rows": SMALL_ROWS,
        "expectations": len(rules.expectations),
        "plan_ms": round(plan, 1),
        "gx_pandas_ms": round(gx, 1),
        "gx_pandas_over_plan": round(gx / plan, 1),
    }


def _median_ms(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(SMALL_TIMES):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


def main() -> None:
    """Generate, measure in turn, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--small", action="store_true")
    parser.add_argument("--without", nargs="*", default=[], choices=sorted(CONTENDERS))
    parser.add_argument("--contender", choices=sorted(CONTENDERS))
    parser.add_argument("--file", type=Path)
    chosen = parser.parse_args()
    if chosen.small:
        print(json.dumps(small()))
    elif chosen.contender:
        figures = CONTENDERS[chosen.contender](chosen.file)
        used = resource.getrusage(resource.RUSAGE_SELF)
        figures |= {"cpu_s": used.ru_utime + used.ru_stime, "peak_mb": used.ru_maxrss / 1024}
        print(json.dumps(figures))
    else:
        print(
            json.dumps(compared(chosen.rows, chosen.runs, [n for n in CONTENDERS if n not in chosen.without]))
        )


def compared(rows: int, runs: int, names: list[str]) -> dict[str, Any]:
    """Medians and ratios of `runs` rounds over all of `names`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "contratos.csv"
        generate(path, rows)
        rounds = [{name: measured(name, path) for name in names} for _ in range(runs)]
        size = path.stat().st_size
    assert all(one[name]["rows"] == rows for one in rounds for name in names)
    figures: dict[str, Any] = {"rows": rows, "bytes": size}
    for name in names:
        figures[name] = {
            key: round(statistics.median(one[name][key] for one in rounds), 3)
            for key in rounds[0][name]
            if key.endswith("_s")
        } | {"peak_mb": round(max(one[name]["peak_mb"] for one in rounds))}
    for title, upper, lower in (
        ("over_handwritten", "veedor", "handwritten"),
        ("gx_pandas_over_veedor", "gx_pandas", "veedor"),
    ):
        if upper in names and lower in names:
            ratios = [one[upper]["wall_s"] / one[lower]["wall_s"] for one in rounds]
            figures[title] = round(statistics.median(ratios), 2)
    return figures


if __name__ == "__main__":
    main()
