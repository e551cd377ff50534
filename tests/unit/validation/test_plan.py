"""How the plan is run: who judged what, without the import of Great Expectations, and alone when one breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.tables.layouts import lay
from pipelines.validation.columns import columns_of
from pipelines.validation.plan import Plan
from pipelines.validation.suites import Suite
from pipelines.validation.validate import validate
from tests.parity_of import LAYOUT, PARAMETERS, ROLES, expectations_of
from tests.tables_of import table_of
from tests.unit.validation.test_validate import COLUMNS, ROWS, TODAY, expectation, suite_of
from tests.unit.validation.test_validate import LAYOUT as NAMED

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.settings import packaged_expectations
from pipelines.tables.layouts import lay, of_roles
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from pipelines.validation.suites import load_suites
from pipelines.validation.validate import validate
suites = load_suites(packaged_expectations())
for key, suite in suites.items():
    path = Path("tests/samples") / key / "bad.csv"
    with opened(path, Hint("s/d/f", "0" * 64)) as content:
        table = content.tables[0]
        fit = lay(of_roles(key, suite.roles), table.report.columns)
        result = validate(table, fit, suite, datetime(2026, 6, 30, tzinfo=UTC))
        print(*{item.executed_by for item in result.results if item.outcome != "not_applicable"})
print("great_expectations" in sys.modules)
"""


def test_the_suites_are_judged_by_the_plan_alone() -> None:
    done = subprocess.run(
        [sys.executable, "-c", SAMPLE], cwd=ROOT, capture_output=True, text=True, timeout=120, check=True
    )
    assert done.stdout.split("\n") == ["duckdb_plan"] * 3 + ["False", ""]


def test_what_the_plan_does_not_know_is_judged_by_great_expectations(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        [
            expectation("expect_column_values_to_not_be_null", "known", ["id"], column="id"),
            expectation("expect_column_values_to_be_of_type", "unknown", ["id"], column="id", type_="str"),
            expectation(
                "expect_column_values_to_not_be_null",
                "condition",
                ["id"],
                column="id",
                row_condition="status.str.startswith('V')",
                condition_parser="pandas",
            ),
        ],
    )
    with table_of(COLUMNS, ROWS) as table:
        results = validate(table, lay(NAMED, COLUMNS), suite, TODAY).results
    assert {item.key: (str(item.outcome), item.executed_by) for item in results} == {
        "known": ("passed", "duckdb_plan"),
        "unknown": ("passed", "great_expectations"),
        "condition": ("not_applicable", "great_expectations"),
    }


def test_an_expectation_that_cannot_be_computed_leaves_the_others_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from pipelines.validation.compiled import Rows, View
    from pipelines.validation.plans import ROWWISE

    def broken(view: View, column: str) -> Rows:
        return Rows(f"CAST({view.column(column)} AS INTEGER) > 0")

    monkeypatch.setitem(ROWWISE, "expect_broken", broken)
    asked = expectations_of(
        [
            ("expect_broken", {"column": "a"}),
            ("expect_column_values_to_not_be_null", {"column": "a"}),
            ("expect_column_values_to_match_regex", {"column": "a", "regex": "("}),
        ]
    )
    with table_of(list(ROLES), [["x", *[None] * 5]]) as table:
        suite = Suite("s", "1", "x", {}, ROLES, ())
        found = Plan(columns_of(table, lay(LAYOUT, list(ROLES)), suite), asked, PARAMETERS).run(
            table.connection
        )
    assert found["1"]["success"]
    assert found["0"]["exception_info"]["raised_exception"]
    assert found["2"]["exception_info"]["exception_message"].startswith("error: ")
