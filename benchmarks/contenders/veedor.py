"""Ours: the file is read and validated as a night does, evidence included."""

from __future__ import annotations

import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.counts import of_one
from benchmarks.suite import ROLES, generate, suite

TODAY = datetime(2026, 6, 30, tzinfo=UTC)
WARMING_ROWS = 200


def judge(path: Path) -> dict[str, Any]:
    """`read_s` (until the scan begins) and `validate_s` beside the counts of all three kinds."""
    from pipelines.model import ValidationResult
    from pipelines.tables.layouts import lay, of_roles
    from pipelines.tables.read import worked
    from pipelines.tables.table import Hint, Opened
    from pipelines.validation.validate import validate

    started = time.perf_counter()
    read = 0.0

    def work(content: Opened) -> ValidationResult:
        nonlocal read
        table, read = content.tables[0], time.perf_counter() - started
        return validate(table, lay(of_roles("x", ROLES), table.report.columns), suite(), TODAY)

    result = worked(path, Hint("bench/csv/file", "0" * 64, format="csv", file_name=path.name), work)
    validated = time.perf_counter() - started - read
    assert {item.executed_by for item in result.results} == {"duckdb_plan"}
    counts = {
        item.key: of_one(item.type, item.element_count, item.missing_count, item.unexpected_count)
        for item in result.results
    }
    return {"rows": result.rows, "read_s": read, "validate_s": validated, "counts": counts}


def judge_warm(path: Path) -> dict[str, Any]:
    """The same in a process that has judged a file before, as a night's has; `work_s` is this file's time alone."""
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder) / "first.csv"
        generate(first, WARMING_ROWS)
        judge(first)
    started = time.perf_counter()
    figures = judge(path)
    return figures | {"work_s": time.perf_counter() - started}
