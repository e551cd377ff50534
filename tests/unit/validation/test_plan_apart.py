"""Where the plan differs from Great Expectations on purpose, since types that suites bring with them are judged."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from pipelines.tables.layouts import lay
from pipelines.validation.validate import validate
from tests.parity_of import of_rows
from tests.tables_of import table_of
from tests.unit.validation.test_validate import COLUMNS, LAYOUT, ROWS, TODAY, expectation, suite_of

V = "expect_column_values_to_"
WORDS: list[list[str | None]] = [
    [text, None, None, None, None, None] for text in ('{"a": 1}', "no JSON", "[]", "[" * 100_000, None)
]


def test_what_is_no_json_fails_a_schema_where_great_expectations_raises() -> None:
    ((plan, gx),) = of_rows(
        WORDS, [(f"{V}match_json_schema", {"column": "a", "json_schema": {"type": "object"}})]
    )
    assert gx == {"raised": True}
    assert (plan["rows"], plan["unexpected_count"], plan["missing_count"]) == ([3, 4, 5], 3, 1)


def test_a_schema_that_is_none_is_left_to_great_expectations_which_raises() -> None:
    ((plan, gx),) = of_rows(
        WORDS[:1], [(f"{V}match_json_schema", {"column": "a", "json_schema": {"type": 5}})]
    )
    assert (plan, gx) == (None, {"raised": True})


def test_a_schema_elsewhere_is_never_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched(*_: object, **__: object) -> None:
        raise AssertionError("something was fetched")

    monkeypatch.setattr("urllib.request.urlopen", fetched)
    schema = {"$ref": "http://127.0.0.1:9/schema.json"}
    suite = suite_of(
        tmp_path, [expectation(f"{V}match_json_schema", "k", ["id"], column="id", json_schema=schema)]
    )
    with table_of(COLUMNS, [["{}", *ROWS[0][1:]]]) as table, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        (result,) = validate(table, lay(LAYOUT, COLUMNS), suite, TODAY).results
    assert (str(result.outcome), result.executed_by) == ("error", "duckdb_plan")
    assert result.reason == "it could not be evaluated (_WrappedReferencingError)"


@pytest.mark.parametrize(
    ("types", "plan_says", "gx_says"),
    [(["str"], True, False), (["int64", "str"], True, False), (["int64"], False, False), (None, True, True)],
)
def test_a_list_of_types_may_name_text(types: Any, plan_says: bool, gx_says: bool) -> None:
    ((plan, gx),) = of_rows(WORDS[:1], [(f"{V}be_in_type_list", {"column": "n", "type_list": types})])
    assert (plan["success"], gx["success"]) == (plan_says, gx_says)
    assert plan["observed_value"] == gx["observed_value"] == "str"


@pytest.mark.parametrize(
    ("kind", "kwargs"),
    [
        (f"{V}be_of_type", {"column": "a", "type_": "nonsense"}),
        (f"{V}be_in_type_list", {"column": "a", "type_list": []}),
        ("expect_column_type_to_be", {"column": "a", "type_": "StringDtype"}),
        (f"{V}not_be_outliers", {"column": "a"}),
        (f"{V}not_be_outliers", {"column": "n", "multiplier": -1}),
        (f"{V}not_be_outliers", {"column": "n", "method": "mad"}),
        ("expect_column_min_to_be_between", {"column": "d", "min_value": "2025-01-01"}),
        ("expect_column_min_to_be_between", {"column": "d", "min_value": 5}),
        ("unexpected_rows_expectation", {"unexpected_rows_query": "SELECT * FROM {batch}"}),
    ],
)
def test_what_is_not_certain_is_left_to_great_expectations(kind: str, kwargs: dict[str, Any]) -> None:
    ((plan, _),) = of_rows([["x", None, "1", None, "2025-01-01", None]], [(kind, kwargs)])
    assert plan is None


def test_an_expectation_that_cannot_be_built_leaves_the_others_alone(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        [
            expectation("expect_column_values_to_be_of_type", "known", ["id"], column="id", type_="nonsense"),
            expectation(f"{V}not_be_outliers", "refused", ["amount"], column="amount", multiplier=-1),
            expectation("expect_what_nobody_knows", "unknown", ["id"], column="id"),
        ],
    )
    with table_of(COLUMNS, ROWS) as table:
        results = validate(table, lay(LAYOUT, COLUMNS), suite, TODAY).results
    assert [(item.key, str(item.outcome), item.reason) for item in results] == [
        ("known", "failed", "observed str"),
        ("refused", "error", "it could not be evaluated (ValidationError)"),
        ("unknown", "error", "Great Expectations gave no result for it"),
    ]
