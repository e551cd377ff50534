"""A table larger than the memory limit is validated to its end, uniqueness and every failing row included."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines import duck

ROOT = Path(__file__).resolve().parents[2]
ROWS, LIMIT_MB = 1_500_000, 192
# The peak is that of this program alone: `ru_maxrss` begins with what the process that started it had reached.
SAMPLE = r"""
import json, re, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.cli.read import opened_file, part
from pipelines.settings import Settings
from pipelines.tables.layouts import lay
from pipelines.validation.evidence import write
from pipelines.validation.suites import load_suite
from pipelines.validation.validate import validate
from tests.unit.validation.test_validate import LAYOUT
folder, day = Path(sys.argv[1]), datetime(2026, 6, 30, tzinfo=UTC)
suite = load_suite(folder / "suite.json")
with opened_file(folder / "large.csv", Settings.from_env(), part(None, None, None)) as content:
    table = content.tables[0]
    fit = lay(LAYOUT, table.report.columns)
    limits = table.connection.execute(
        "SELECT current_setting('memory_limit'), current_setting('threads')"
    ).fetchall()[0]
    result = validate(table, fit, suite, day)
    done = write(folder / "rows.csv", table, fit, suite, result, day, "en")
peak = int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1]) // 1024
found = {item.key: (item.outcome, item.unexpected_count, item.observed_value) for item in result.results}
print(json.dumps({"limits": limits, "found": found, "written": done.written, "peak": peak}))
"""


@pytest.mark.slow
def test_a_table_larger_than_memory_is_validated_to_its_end(tmp_path: Path) -> None:
    from tests.unit.validation.test_validate import REGEX, expectation, suite_of

    large, query = tmp_path / "large.csv", "SELECT _row FROM {batch} ORDER BY id LIMIT 3"
    connection = duck.connect(memory_limit="1GB")
    connection.execute(
        'COPY (SELECT md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS "Código", '
        "'x' || md5(i::VARCHAR) AS \"Importe\", '31/12/2025' AS \"Fecha de firma\", "
        f"repeat(md5((i // 2)::VARCHAR), 2) AS \"Estatus\" FROM range({ROWS}) t(i)) TO '{large}'"
    )
    connection.close()
    assert large.stat().st_size > LIMIT_MB * 1_000_000
    unique = "expect_column_values_to_be_unique"
    distinct = "expect_column_unique_value_count_to_be_between"
    suite_of(
        tmp_path,
        [
            expectation(REGEX, "number", ["amount"], column="amount", regex="^[0-9]+$"),
            expectation(unique, "unique", ["id"], column="id"),
            expectation(unique, "twice", ["status"], column="status"),
            expectation("expect_compound_columns_to_be_unique", "both", ["id"], column_list=["id", "status"]),
            expectation(distinct, "distinct", ["id"], column="id", min_value=ROWS),
            expectation("unexpected_rows_expectation", "query", ["id"], unexpected_rows_query=query),
        ],
    )
    done = subprocess.run(
        [sys.executable, "-c", SAMPLE, str(tmp_path)],
        cwd=ROOT,
        env={
            **os.environ,
            "VEEDOR_MEMORY_LIMIT": f"{LIMIT_MB}MB",
            "VEEDOR_THREADS": "1",
            "TMPDIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["limits"] == ["183.1 MiB", 1]
    assert told["found"] == {
        "number": ["failed", ROWS, None],
        "unique": ["passed", 0, None],
        "twice": ["failed", ROWS, None],
        "both": ["passed", 0, None],
        "distinct": ["passed", None, str(ROWS)],
        "query": ["failed", None, "3"],
    }
    assert told["written"] == 2 * ROWS + 3
    # The limit, as much again for the copy of the suite's SQL, and what Python, DuckDB and pyarrow are.
    assert told["peak"] < 2 * LIMIT_MB + 300
    assert list(tmp_path.glob("veedor-tables-*")) == []
