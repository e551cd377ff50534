"""How the plan is run: who judged what, without the import of Great Expectations, and alone when one breaks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines.tables.layouts import lay
from pipelines.validation.columns import columns_of
from pipelines.validation.plan import Plan
from pipelines.validation.suites import Suite
from pipelines.validation.validate import validate
from tests.parity_of import LAYOUT, PARAMETERS, ROLES, Asked, expectations_of, of_rows
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
    *judges, imported = done.stdout.split()
    assert set(judges) == {"duckdb_plan"}
    assert imported == "False"


def test_what_the_plan_does_not_know_is_judged_by_great_expectations(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        [
            expectation("expect_column_values_to_not_be_null", "known", ["id"], column="id"),
            expectation(
                "expect_column_values_to_be_of_type", "unknown", ["id"], column="id", type_="nonsense"
            ),
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
        "unknown": ("failed", "great_expectations"),
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
        found = Plan(columns_of(table, lay(LAYOUT, list(ROLES)), suite), asked, PARAMETERS).run(table)
    assert found["1"]["success"]
    assert found["0"]["exception_info"]["raised_exception"]
    assert found["2"]["exception_info"]["exception_message"].startswith("error: ")


WORDS: list[list[str | None]] = [
    ["abc", "x", None, None, None, None],
    ["a\nc", None, None, None, None, None],
    ["b", "y", None, None, None, None],
    [None, "z", None, None, None, None],
]


def failing(kind: str, **kwargs: Any) -> list[int]:
    ((plan, gx),) = of_rows(WORDS, [(kind, kwargs)])
    assert gx == {"raised": True}
    return list(plan["rows"])


def test_like_is_known_to_the_plan_but_not_to_great_expectations_on_pandas() -> None:
    like = "expect_column_values_to_{}match_like_pattern{}"
    assert failing(like.format("", ""), column="a", like_pattern="a%c") == [4]
    assert failing(like.format("not_", ""), column="a", like_pattern="a_c") == [2, 3]
    assert failing(like.format("", "_list"), column="a", like_pattern_list=["a%", "%b%"]) == []
    assert failing(like.format("", "_list"), column="a", like_pattern_list=["a%", "%b%"], match_on="all") == [
        3,
        4,
    ]
    assert failing(like.format("not_", "_list"), column="a", like_pattern_list=["b", "a_c"]) == [2, 3, 4]


def test_pairs_under_a_row_condition_are_judged_where_great_expectations_raises() -> None:
    kind, condition = (
        "expect_column_pair_values_to_be_in_set",
        {"row_condition": "b != 'y'", "condition_parser": "pandas"},
    )
    pairs = [["abc", "x"], [None, "z"]]
    assert failing(kind, column_A="a", column_B="b", value_pairs_set=pairs, **condition) == [3]


def test_the_columns_of_a_table_are_its_roles_in_the_order_of_the_file() -> None:
    asked: list[Asked] = [
        ("expect_table_column_count_to_equal", {"value": 6}),
        ("expect_table_column_count_to_be_between", {"min_value": 7}),
        ("expect_table_columns_to_match_set", {"column_set": [*ROLES]}),
        ("expect_table_columns_to_match_set", {"column_set": ["a"], "exact_match": False}),
        ("expect_table_columns_to_match_ordered_list", {"column_list": ["b", "a", "n", "m", "d", "e"]}),
    ]
    answers = of_rows(WORDS, asked)
    assert [plan["success"] for plan, _ in answers] == [True, False, True, True, False]
    assert [gx["success"] for _, gx in answers] == [False, True, False, True, False]
    assert answers[-1][0]["details"]["mismatched"][0] == {
        "Expected Column Position": 0,
        "Expected": "b",
        "Found": "a",
    }


@pytest.mark.parametrize(
    "kwargs",
    [
        {"mostly": 2},
        {"mostly": True},
        {"nothing": 1},
        {"min_value": 3, "max_value": 1},
        {"min_value": "5"},
        {"min_value": 10**400},
        {"row_condition": "n > 'x'", "condition_parser": "pandas"},
        {"row_condition": "n > 1", "condition_parser": "spark"},
        {"row_condition": "n + m > 1", "condition_parser": "pandas"},
        {"row_condition": "`n` > 1", "condition_parser": "pandas"},
        {"min_value": {"$PARAMETER": "yesterday"}},
    ],
)
def test_what_is_not_certain_is_not_planned(kwargs: dict[str, Any]) -> None:
    asked = expectations_of(
        [("expect_column_values_to_be_between", {"column": "n", "min_value": 0, **kwargs})]
    )
    with table_of(list(ROLES), []) as table:
        columns = columns_of(table, lay(LAYOUT, list(ROLES)), Suite("s", "1", "x", {}, ROLES, ()))
        assert Plan(columns, asked, PARAMETERS).run(table) == {}


def test_a_large_table_is_searched_for_duplicates_by_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.validation.plans import uniqueness

    monkeypatch.setattr(uniqueness, "SMALL", 0)
    rows = [[text, "x", None, None, None, None] for text in ("a", "b", "a", None, None, "c", "a")]
    ((plan, gx),) = of_rows(rows, [("expect_column_values_to_be_unique", {"column": "a"})])
    assert plan == gx
    assert plan["rows"] == [2, 4, 8]


def test_constants_with_quotes_are_no_columns() -> None:
    quoted = {"row_condition": "b != '\"'", "condition_parser": "pandas"}
    asked: list[Asked] = [
        ("expect_column_values_to_be_in_set", {"column": "a", "value_set": ['"', "'", '"b']}),
        ("expect_column_values_to_match_regex", {"column": "b", "regex": '^"n'}),
        ("expect_column_values_to_be_unique", {"column": "a", **quoted}),
    ]
    rows: list[list[str | None]] = [['"', '"n', None, None, None, None], ["x", '"', None, None, None, None]]
    answers = of_rows(rows, asked)
    assert [plan for plan, _ in answers] == [gx for _, gx in answers]
    assert [plan["rows"] for plan, _ in answers] == [[3], [3], []]
