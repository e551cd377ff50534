"""How long one validation of 200 rows takes in a process that is warm: our plan, and Great Expectations on pandas.

    python -m benchmarks.validate_small

The last line is one JSON object: `plan_ms` and `gx_pandas_ms`, the medians for the 25 expectations of
`benchmarks/suite.py`, reading left out, and `gx_pandas_over_plan`, their ratio.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.contenders.veedor import TODAY
from benchmarks.suite import ROLES, generate, suite

ROWS, TIMES = 200, 15


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
        generate(path, ROWS)
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
        "rows": ROWS,
        "expectations": len(rules.expectations),
        "plan_ms": round(plan, 1),
        "gx_pandas_ms": round(gx, 1),
        "gx_pandas_over_plan": round(gx / plan, 1),
    }


def _median_ms(work: Callable[[], object]) -> float:
    work()
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        work()
        times.append((time.perf_counter() - started) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps(small()))
