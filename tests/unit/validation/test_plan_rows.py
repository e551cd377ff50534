"""Our expectations about several rows or columns in the plan: what a suite says, and what leaves the validation."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pipelines import duck
from pipelines.model import Outcome, ReadReport
from pipelines.tables.layouts import lay
from pipelines.tables.table import Table
from pipelines.validation.columns import columns_of
from pipelines.validation.compiled import Raw
from pipelines.validation.plan import Plan
from pipelines.validation.suites import Suite
from pipelines.validation.validate import validate
from pipelines.validation.words import why
from tests.parity_of import LAYOUT, PARAMETERS, ROLES, Asked, expectations_of
from tests.tables_of import table_of
from tests.unit.validation.test_validate import COLUMNS, ROWS, TODAY, expectation, suite_of
from tests.unit.validation.test_validate import LAYOUT as NAMED

Cells = list[str | None]


def planned(table: Table, asked: list[Asked], parameters: Mapping[str, object] = PARAMETERS) -> list[Raw]:
    fit = lay(LAYOUT, table.report.columns)
    columns = columns_of(table, fit, Suite("s", "1", "x", {}, ROLES, ()))
    found = Plan(columns, expectations_of(asked), parameters).run(table)
    return [found[str(place)] for place in range(len(asked))]


def rows_of(raw: Raw) -> list[int]:
    return [row["_row"] for row in raw["result"]["partial_unexpected_index_list"]]


def wide(*texts: str | None) -> list[Cells]:
    return [[text, *[None] * 5] for text in texts]


def test_keys_are_read_from_the_file_that_is_handed_in(tmp_path: Path) -> None:
    duck.connect().execute(
        "COPY (SELECT * FROM (VALUES (1, 'a'), (NULL, NULL), (2, 'ABC 01')) t(n, k)) "
        f"TO {duck.literal(str(tmp_path / 'keys.parquet'))} (FORMAT parquet)"
    )
    (tmp_path / "keys.csv").write_text("1;x\n2;y\n", encoding="utf-8")
    (tmp_path / "empty.csv").write_text("k\n", encoding="utf-8")
    kind = "expect_column_values_to_exist_in_reference"
    asked: list[Asked] = [
        (kind, {"column": "a", "reference": {"$PARAMETER": name}, **rest})
        for name, rest in [
            ("parquet", {}),
            ("parquet", {"reference_key": "k"}),
            ("parquet", {"reference_key": "k", "normalise": True}),
            ("empty", {}),
            ("gone", {}),
        ]
    ]
    paths = {name: str(tmp_path / f"{name}.csv") for name in ("empty", "gone")}
    with table_of(list(ROLES), wide("a", "1", "abc-01", None)) as table:
        found = planned(table, asked, {"parquet": str(tmp_path / "keys.parquet"), **paths})
    assert [rows_of(raw) for raw in found[:3]] == [[2, 4], [3, 4], [3]]
    kinds = [raw["exception_info"]["exception_message"].partition(":")[0] for raw in found[3:]]
    assert kinds == ["InvalidInputException", "IOException"]


def test_a_reference_that_is_not_at_hand_is_no_pass_and_no_failure(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        [
            expectation(
                "expect_column_values_to_exist_in_reference",
                "known",
                ["id"],
                column="id",
                reference={"$PARAMETER": "contracts"},
            )
        ],
    )
    with table_of(COLUMNS, ROWS) as table:
        fit = lay(NAMED, COLUMNS)
        (absent,) = validate(table, fit, suite, TODAY).results
        (given,) = validate(table, fit, suite, TODAY, {"contracts": ["C-1", "C-2"]}).results
    assert (absent.outcome, absent.reason) == (
        Outcome.NOT_APPLICABLE,
        "the keys of contracts are not at hand",
    )
    assert why(absent, "es") == "no se tienen las claves de contracts"
    assert (given.outcome, [example.value for example in given.examples]) == (Outcome.FAILED, ["C-3"])


def test_a_share_is_told_of_people_too_but_not_whose_it_is(tmp_path: Path) -> None:
    kind = "expect_column_most_common_share_to_be_between"
    suite = suite_of(
        tmp_path,
        [
            expectation(kind, "open", ["id"], column="id", max_value=0.1),
            expectation(kind, "personal", ["curp"], column="curp", max_value=0.1),
            expectation("expect_table_rows_to_be_unique", "alike", ["id", "curp"]),
        ],
    )
    with table_of(COLUMNS, [*ROWS, ROWS[0]]) as table:
        found = {item.key: item for item in validate(table, lay(NAMED, COLUMNS), suite, TODAY).results}
    assert found["open"].observed_value == "0.4 (C-1)"
    assert found["personal"].observed_value == "0.5 (***)"
    assert [(example.row, example.value) for example in found["alike"].examples] == [(2, "***"), (6, "***")]


def test_a_share_of_too_few_rows_is_not_judged(tmp_path: Path) -> None:
    kind = "expect_column_most_common_share_to_be_between"
    suite = suite_of(
        tmp_path,
        [
            expectation(kind, "enough", ["id"], column="id", max_value=0.1, min_rows=len(ROWS)),
            expectation(kind, "too_few", ["id"], column="id", max_value=0.1, min_rows=len(ROWS) + 1),
        ],
    )
    with table_of(COLUMNS, ROWS) as table:
        found = {item.key: item for item in validate(table, lay(NAMED, COLUMNS), suite, TODAY).results}
    assert found["enough"].outcome is Outcome.FAILED
    assert (found["too_few"].outcome, found["too_few"].reason) == (
        Outcome.NOT_APPLICABLE,
        "there are too few rows to judge",
    )
    assert why(found["too_few"], "es") == "hay muy pocas filas para evaluarlo"


def test_rows_are_compared_in_every_published_column() -> None:
    rows: list[Cells] = [["x", None, None, None, None, None, extra] for extra in ("1", "2", "1", None, None)]
    with table_of([*ROLES, "no role"], rows) as table:
        (found,) = planned(table, [("expect_table_rows_to_be_unique", {})])
    assert rows_of(found) == [2, 4, 5, 6]


# What docs/expectations-rows.md says of conditions.
CONDITIONS: list[tuple[str, dict[str, Any], list[int]]] = [
    ("not_be_null", {"column": "b", "row_condition": "a in ['active', 'ended']"}, [3]),
    ("be_null", {"column": "b", "row_condition": "not (a in ['active', 'ended'])"}, [4]),
    ("not_be_null", {"column": "b", "row_condition": "n.notnull() and n != '0'"}, [5]),
    ("be_in_set", {"column": "b", "value_set": ["y"], "row_condition": "a == 'active'"}, [2]),
    (
        "be_between",
        {"column": "d", "min_value": {"$PARAMETER": "today"}, "row_condition": "a != 'ended'"},
        [2],
    ),
]


@pytest.mark.parametrize(("what", "kwargs", "failing"), CONDITIONS)
def test_conditions_need_no_type_of_their_own(what: str, kwargs: dict[str, Any], failing: list[int]) -> None:
    rows: list[Cells] = [
        ["active", "x", "1", None, "2020-01-01", None],
        ["ended", None, "0", None, "2020-01-01", None],
        ["draft", "x", "1", None, "2030-01-01", None],
        ["draft", None, "1", None, None, None],
    ]
    asked = {**kwargs, "condition_parser": "pandas"}
    with table_of(list(ROLES), rows) as table:
        (found,) = planned(table, [(f"expect_column_values_to_{what}", asked)])
    assert rows_of(found) == failing


@pytest.mark.parametrize(("last", "failing"), [("1", []), ("2", [5])])
def test_the_first_record_counts_for_the_first_subtotal(last: str, failing: list[int]) -> None:
    rows: list[Cells] = [["x", None, each, None, None, None] for each in ("1", "1", None)]
    rows += [[None, None, last, None, None, None]]
    with table_of(list(ROLES), rows) as table:
        (found,) = planned(table, [("expect_records_to_hold_no_totals", {"column_list": ["a", "n"]})])
    assert rows_of(found) == failing


def test_a_large_table_is_judged_in_little_memory(tmp_path: Path) -> None:
    rows = 400_000
    connection = duck.connect(memory_limit="80MB", temp_directory=tmp_path / "spilled")
    connection.execute(
        'CREATE TABLE t0 AS SELECT range + 2 AS "_row", '
        f"CASE range WHEN 7 THEN 'RFC{rows}' ELSE 'RFC' || range END AS a, 'Empresa ' || (range % 90000) AS b, "
        "(range % 1000)::VARCHAR AS n, (range % 7)::VARCHAR AS m, "
        "(DATE '2000-01-01' + (range % 9000)::INTEGER)::VARCHAR AS d, NULL::VARCHAR AS e "
        f"FROM range({rows})"
    )
    report = ReadReport("s/d/f", "t", "csv", columns=tuple(ROLES), rows=rows, header_row=1, sha256="0" * 64)
    pair = "expect_column_pair_values_"
    asked: list[Asked] = [
        (f"{pair}to_be_one_to_one", {"column_A": "a", "column_B": "b", "direction": "one_b_for_each_a"}),
        (f"{pair}a_to_exist_in_b", {"column_A": "a", "column_B": "a"}),
        ("expect_column_values_to_be_of_one_kind", {"column": "n"}),
        ("expect_column_values_to_be_repeated_at_most", {"column": "a", "times": 1}),
        ("expect_column_periods_to_have_no_gaps", {"column": "d", "unit": "day", "group_column": "m"}),
        ("expect_records_to_hold_no_totals", {"column_list": ["a", "b", "n"]}),
        ("expect_column_most_common_share_to_be_between", {"column": "a", "max_value": 0.1}),
        (
            "expect_column_sums_by_group_to_be_between",
            {"column": "n", "group_columns": ["a"], "min_value": 0},
        ),
        ("expect_table_rows_to_be_unique", {}),
    ]
    try:
        found = planned(Table(report, connection, "t0"), asked)
    finally:
        connection.close()
    assert [raw["success"] for raw in found] == [True] * len(asked)
