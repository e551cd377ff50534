"""Our result as Great Expectations' own: it renders it, and no outcome of ours looks like a pass that is none."""

from __future__ import annotations

import json
import logging
import re
from dataclasses import replace
from typing import Any

import pytest

from pipelines.model import ValidationResult
from pipelines.tables.layouts import lay
from pipelines.validation.gx_result import data_docs, gx_json, to_gx
from pipelines.validation.suites import Suite
from pipelines.validation.validate import validate
from tests.tables_of import table_of
from tests.unit.validation.test_validate import COLUMNS, LAYOUT, REGEX, ROWS, TODAY, expectation, suite_of

TODAY_GIVEN = {"$PARAMETER": "today"}
EVIL = "<script>alert(1)</script>"
EXPECTATIONS = [
    expectation(REGEX, "number", ["amount"], column="amount", regex=r"^\d+(\.\d+)?$"),
    expectation("expect_column_values_to_be_unique", "unique", ["id"], "warning", column="id"),
    expectation("expect_column_values_to_not_be_null", "present", ["id"], column="id"),
    expectation("expect_column_max_to_be_between", "whole", ["amount"], column="amount", max_value=1),
    expectation("expect_column_to_exist", "exists", ["ended"], column="ended"),
    expectation("expect_column_values_to_not_be_null", "absent", ["ended"], column="ended"),
    expectation(REGEX, "broken", ["id"], column="id", regex="("),
    expectation(REGEX, "personal", ["curp"], column="curp", regex="^[A-Z]{4}"),
    expectation(
        "expect_column_values_to_be_between",
        "day",
        ["signed"],
        column="signed",
        max_value={"$PARAMETER": "today"},
    ),
    expectation(
        "expect_column_distinct_values_to_be_in_set", "set", ["status"], column="status", value_set=["active"]
    ),
    expectation(
        "unexpected_rows_expectation", "query", ["id"], unexpected_rows_query="SELECT _row FROM {batch}"
    ),
    expectation(
        "expect_column_quantile_values_to_be_between",
        "median",
        ["amount"],
        column="amount",
        quantile_ranges={"quantiles": [0.5], "value_ranges": [[0, 1]]},
    ),
    expectation(
        "expect_column_kl_divergence_to_be_less_than",
        "divergence",
        ["status"],
        column="status",
        partition_object={"values": ["active"], "weights": [1.0]},
        threshold=0.1,
    ),
    expectation(
        "expect_column_most_common_value_to_be_in_set", "common", ["id"], column="id", value_set=["C-9"]
    ),
    expectation("expect_column_values_to_have_no_outer_blanks", "blanks", ["id"], column="id"),
    expectation("expect_something_of_our_own", "own", ["id"], column="id"),
]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[ValidationResult, Suite]:
    suite = suite_of(tmp_path_factory.mktemp("gx"), EXPECTATIONS)
    evil: list[str | None] = [EVIL, EVIL, "x", EVIL, EVIL]
    with table_of(COLUMNS, [*ROWS, evil]) as table:
        return validate(table, lay(LAYOUT, COLUMNS), suite, TODAY), suite


def test_every_outcome_keeps_its_meaning(found: tuple[ValidationResult, Suite]) -> None:
    result, suite = found
    converted = to_gx(result, suite)
    ours = {item.key: item for item in result.results}
    assert {str(item.outcome) for item in result.results} == {"passed", "failed", "error", "not_applicable"}
    for one in converted.results:
        config = one.expectation_config
        assert config is not None
        item = ours[config.meta["key"]]
        assert (
            one.success
            is {"passed": True, "failed": False, "error": False, "not_applicable": None}[item.outcome]
        )
        assert one.exception_info["raised_exception"] is (item.outcome in ("error", "not_applicable"))
        assert one.meta["veedor"]["outcome"] == item.outcome
        assert config.severity == item.severity
    judged = [item for item in result.results if item.outcome != "not_applicable"]
    passed = [item for item in judged if item.outcome == "passed"]
    assert converted.success is False
    assert converted.statistics == {
        "evaluated_expectations": len(judged),
        "successful_expectations": len(passed),
        "unsuccessful_expectations": len(judged) - len(passed),
        "success_percent": len(passed) / len(judged) * 100,
    }


@pytest.mark.parametrize(
    ("keys", "success"),
    [(["present"], True), (["absent"], False), (["present", "absent"], True), ([], False)],
)
def test_only_what_was_judged_can_be_a_success(
    found: tuple[ValidationResult, Suite], keys: list[str], success: bool
) -> None:
    result, suite = found
    some = replace(result, results=tuple(item for item in result.results if item.key in keys))
    assert to_gx(some, suite).success is success


def test_counts_are_those_of_gx_itself(found: tuple[ValidationResult, Suite]) -> None:
    result, suite = found
    number = gx_json(result, suite)["results"][0]
    assert number["expectation_config"]["kwargs"] == {"column": "amount", "regex": r"^\d+(\.\d+)?$"}
    assert {
        name: number["result"][name] for name in ("element_count", "missing_count", "unexpected_count")
    } == {
        "element_count": 5,
        "missing_count": 2,
        "unexpected_count": 2,
    }
    assert number["result"]["unexpected_percent"] == pytest.approx(200 / 3)
    assert number["result"]["unexpected_percent_total"] == pytest.approx(40)
    assert number["result"]["partial_unexpected_index_list"][0] == {"amount": "12,34.5", "_row": 3}


def test_gx_reads_back_what_it_wrote(found: tuple[ValidationResult, Suite]) -> None:
    from great_expectations.core.expectation_validation_result import (
        ExpectationSuiteValidationResult,
        expectationSuiteValidationResultSchema,
    )

    written = json.loads(json.dumps(gx_json(*found)))
    loaded: Any = expectationSuiteValidationResultSchema.load(written)
    loaded = loaded if isinstance(loaded, dict) else vars(loaded)
    again: Any = ExpectationSuiteValidationResult(**{k: v for k, v in loaded.items() if k != "_metrics"})
    assert again.to_json_dict() == written


def test_gx_renders_the_page_with_expectations_and_counts(
    found: tuple[ValidationResult, Suite], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        page, left_out = data_docs(*found)
    assert left_out == ("own",)
    assert [record for record in caplog.records if record.levelno >= logging.ERROR] == []
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))
    for words in (
        "values must be unique",
        "values must match this regular expression",
        "2 unexpected values found. ≈66.67% of 5 total rows.",
        "2 unexpected values found. 40% of 5 total rows.",
        "not applicable: the file has no column for ended (optional)",
        "it could not be evaluated (error)",
        "Evaluated Expectations 14",
        "Status: Failed",
    ):
        assert words in text, words


def test_nothing_published_is_markup_on_the_page(found: tuple[ValidationResult, Suite]) -> None:
    result, suite = found
    named = replace(result, table=EVIL, distribution=EVIL)
    page, _ = data_docs(named, suite)
    assert "<script>alert" not in page
    assert "alert(1)" in page


def test_personal_values_stay_masked(found: tuple[ValidationResult, Suite]) -> None:
    written = json.dumps(gx_json(*found))
    personal = {row[3] for row in ROWS if row[3] and len(row[3]) > 1}
    assert not [value for value in personal if value in written]
