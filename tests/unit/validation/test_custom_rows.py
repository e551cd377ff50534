"""Our expectations about several rows or columns in plain Great Expectations, on pandas, without Veedor's plan."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipelines.validation.reference import exception_of

Judge = Callable[..., Any]


@pytest.fixture(scope="module")
def judge() -> Judge:
    """(expectation, columns) -> GX's result, whose failing rows are named by `r`, counted from 1."""
    import great_expectations as gx

    import pipelines.validation.custom  # noqa: F401 - GX knows our types after this

    context = gx.get_context(mode="ephemeral")
    batches = context.data_sources.add_pandas("plain").add_dataframe_asset("t")
    whole = batches.add_batch_definition_whole_dataframe("w")

    def judged(expectation: Any, **columns: list[Any]) -> Any:
        frame = pd.DataFrame(columns)
        frame["r"] = range(1, len(frame) + 1)
        form = {"result_format": "SUMMARY", "unexpected_index_column_names": ["r"]}
        return whole.get_batch({"dataframe": frame}).validate(expectation, result_format=form)

    return judged


def failing(result: Any) -> list[int]:
    assert not raised(result), result.exception_info
    return [row["r"] for row in result.result["partial_unexpected_index_list"]]


def raised(result: Any) -> bool:
    return exception_of(result.to_json_dict()) is not None


TOTALS = [
    "TOTAL GAS, S.A.",
    "Total Play Telecomunicaciones",
    "Subtotal",
    "Obra",
    None,
    "Suma",
    "TOTAL",
    "Gran Total:",
    "Subtotal Dirección de Obras",
    "Total de contratos",
    "Total",
]
IDS = ["1", "2", None, "3", None, None, "4", None, None, None, None]


def test_totals_are_told_by_their_words_and_companies_are_no_totals(judge: Judge) -> None:
    from pipelines.validation.custom.totals import ExpectRecordsToHoldNoTotals

    found = judge(ExpectRecordsToHoldNoTotals(column_list=["id", "name"]), id=IDS, name=TOTALS)
    # The seventh is a company called so: it has an identifier.
    assert failing(found) == [3, 6, 8, 9, 10, 11]


def test_totals_are_told_by_their_sums_where_nothing_else_is_said(judge: Judge) -> None:
    from pipelines.validation.custom.totals import ExpectRecordsToHoldNoTotals

    asked = ExpectRecordsToHoldNoTotals(column_list=["name", "paid", "due"])
    found = judge(
        asked,
        name=["a", "b", None, "c", "d", None, None, None],
        paid=[1.0, 2.5, 3.5, 4.0, 5.0, 9.0, 12.5, 12.5],
        due=[1.0, None, 1.0, 1.0, 1.0, 2.0, None, 7.0],
    )
    # Two subtotals and the whole; the last row agrees in one amount only.
    assert failing(found) == [3, 6, 7]
    nothing = {"name": ["a", "b", None], "paid": [0.0, 0.0, 0.0], "due": [0.0, 0.0, None]}
    assert failing(judge(asked, **nothing)) == []
    assert failing(judge(asked, name=["a", None], paid=[1.0, 1.0], due=[1.0, 1.0])) == []
    assert raised(judge(ExpectRecordsToHoldNoTotals(column_list=["paid", "due"]), paid=[1.0], due=[1.0]))


def test_a_value_of_another_kind_than_most_fails(judge: Judge) -> None:
    from pipelines.validation.custom.kinds import ExpectColumnValuesToBeOfOneKind

    numbers = ["1", "1.234,56", "1,234.56", "-2", "N/A", "31/12/2024", None, "1e3", "1 000", "(1,5)", ".5"]
    asked = ExpectColumnValuesToBeOfOneKind(column="c")
    assert failing(judge(asked, c=numbers)) == [5, 6]
    dates = [
        "2024-01-31",
        "31/12/2024",
        "12 de enero de 2024",
        "3-MAR-24",
        "2024-01-31 10:00",
        "20240131",
        "1.2.3",
    ]
    assert failing(judge(asked, c=dates)) == [6, 7]
    assert failing(judge(asked, c=["1", "a"])) == [1, 2]
    assert failing(judge(ExpectColumnValuesToBeOfOneKind(column="c", kind="text"), c=["1", "a"])) == [1]
    assert judge(ExpectColumnValuesToBeOfOneKind(column="c", mostly=0.7), c=numbers).success


def test_values_exist_in_a_list_or_in_a_file(judge: Judge, tmp_path: Path) -> None:
    from pipelines.validation.custom.references import ExpectColumnValuesToExistInReference as Exist

    values = ["ABC010101AB1", "abc-010101-ab1", "zzz", None]
    assert failing(judge(Exist(column="c", reference=["ABC010101AB1"]), c=values)) == [2, 3]
    assert failing(judge(Exist(column="c", reference=["ABC010101AB1"], normalise=True), c=values)) == [3]
    keys = pd.DataFrame({"first": ["zzz", None], "rfc": ["x", "ABC010101AB1"]})
    keys.to_parquet(tmp_path / "k.parquet")
    keys.to_csv(tmp_path / "k.csv", index=False)
    for name in ("k.parquet", "k.csv"):
        path = str(tmp_path / name)
        assert failing(judge(Exist(column="c", reference=path), c=values)) == [1, 2]
        assert failing(judge(Exist(column="c", reference=path, reference_key="rfc"), c=values)) == [2, 3]
    for wrong in ([], "companies", str(tmp_path / "gone.csv")):
        assert raised(judge(Exist(column="c", reference=wrong), c=values))


def test_a_parent_is_a_row_of_the_table(judge: Judge) -> None:
    from pipelines.validation.custom.references import ExpectColumnPairValuesAToExistInB

    asked = ExpectColumnPairValuesAToExistInB(column_A="parent", column_B="id")
    assert failing(judge(asked, id=["1", "2", None, "4"], parent=[None, "1", "9", "4"])) == [3]


COMPANIES = ["Obras S.A. de C.V.", "OBRAS, SA DE CV", "Óbras", "Puentes", "Puentes", "Puentes", "---", None]


def test_one_name_for_each_identifier(judge: Judge) -> None:
    from pipelines.validation.custom.names import ExpectColumnPairValuesToBeOneToOne as OneToOne

    rfc = ["A", "a", "A", "A", "B", "C", "A", "A"]
    both, one = (
        OneToOne(column_A="rfc", column_B="name"),
        OneToOne(column_A="rfc", column_B="name", direction="one_b_for_each_a"),
    )
    # Of A the spelling of three rows is right; of the name "Puentes" no identifier is the most common.
    assert failing(judge(one, rfc=rfc, name=COMPANIES)) == [4]
    assert failing(judge(both, rfc=rfc, name=COMPANIES)) == [4, 5, 6]
    exact = OneToOne(column_A="rfc", column_B="name", direction="one_b_for_each_a", normalise=False)
    assert failing(judge(exact, rfc=rfc, name=COMPANIES)) == [1, 3, 4, 7]


@pytest.mark.parametrize(
    ("unit", "values", "missing"),
    [
        ("year", ["2019", "2022", "2019", None, "x"], ["2020", "2021"]),
        ("year", [2019.0, 2021.0, 2020.5], ["2020"]),
        ("quarter", ["2023-T4", "2024Q2"], ["2024-Q1"]),
        ("month", ["2023-11", "2024/02"], ["2023-12", "2024-01"]),
        ("week", ["2020-W52", "2021-W02"], ["2020-W53", "2021-W01"]),
        ("month", pd.to_datetime(["2023-11-30", "2024-01-01"]), ["2023-12"]),
        ("week", pd.to_datetime(["2024-12-29", "2025-01-06"]), ["2025-W01"]),
        ("day", pd.to_datetime(["2024-02-28", "2024-03-01"]), ["2024-02-29"]),
        ("month", ["2024-01", "2024-02"], []),
    ],
)
def test_missing_periods_are_named(judge: Judge, unit: str, values: Any, missing: list[str]) -> None:
    from pipelines.validation.custom.periods import ExpectColumnPeriodsToHaveNoGaps

    found = judge(ExpectColumnPeriodsToHaveNoGaps(column="c", unit=unit), c=values)
    assert (found.result["observed_value"], found.success) == (missing, not missing)


def test_periods_within_given_ends_by_group_and_in_great_number(judge: Judge) -> None:
    from pipelines.validation.custom.periods import ExpectColumnPeriodsToHaveNoGaps as Gaps

    years = {"c": ["2020", "2022", "2021", "2023"], "g": ["a", "a", "b", None]}
    by_group = judge(Gaps(column="c", unit="year", group_column="g", start="2020", end=2022), **years)
    assert by_group.result["observed_value"] == ["a: 2021", "b: 2020", "b: 2022"]
    assert judge(Gaps(column="c", unit="year", start="2019-05-01", max_missing=1), **years).success
    days = judge(Gaps(column="c", unit="month"), c=["1000-01", "9999-12"]).result["observed_value"]
    assert (len(days), days[0], days[-1]) == (21, "1000-02", f"+{9000 * 12 - 22}")
    nothing = judge(Gaps(column="c", unit="year"), c=[None, "x"])
    assert (nothing.success, nothing.result["observed_value"]) == (False, None)
    assert raised(judge(Gaps(column="c", unit="year", start="then"), c=["2020"]))


def test_parts_add_up_to_their_total(judge: Judge) -> None:
    from pipelines.validation.custom.sums import ExpectMulticolumnSumToEqualColumn as Sum

    columns = {
        "own": [1.0, 1.0, None, 100.0, 1.0],
        "other": [2.0, 2.0, 2.0, 100.0, 2.0],
        "total": [3.0, 3.02, 2.0, 201.0, None],
    }
    asked = {"column_list": ["own", "other"], "total_column": "total"}
    assert failing(judge(Sum(**asked), **columns)) == [2, 3, 4]
    assert failing(judge(Sum(**asked, missing_as_zero=True, relative_tolerance=0.005), **columns)) == [2]
    assert failing(judge(Sum(**asked, tolerance=1, ignore_row_if="any_value_is_missing"), **columns)) == []


def test_the_shares_of_a_right_make_a_whole(judge: Judge) -> None:
    from pipelines.validation.custom.sums import ExpectColumnSumsByGroupToBeBetween as Sums

    columns = {"right": ["a", "a", "b", "b", None], "share": [60.0, 40.05, 60.0, 60.0, 5.0]}
    limits = {"column": "share", "group_columns": ["right"], "min_value": 100, "max_value": 100}
    assert failing(judge(Sums(**limits, tolerance=0.1), **columns)) == [3, 4]
    assert failing(judge(Sums(**limits), **columns)) == [1, 2, 3, 4]


def test_concentration_repetition_and_round_numbers_are_shares(judge: Judge) -> None:
    from pipelines.validation.custom.repetition import ExpectColumnMostCommonShareToBeBetween as Common
    from pipelines.validation.custom.repetition import ExpectColumnValuesToBeRepeatedAtMost as Repeated
    from pipelines.validation.custom.sums import ExpectColumnConcentrationToBeBetween as Concentration
    from pipelines.validation.custom.sums import ExpectColumnRoundNumberShareToBeBetween as Round

    buyers = {"buyer": ["a", "b", "a", None, "c"], "amount": [50.0, 20.0, 10.0, 900.0, 20.0]}
    found = judge(Concentration(column="amount", group_column="buyer", max_value=0.5), **buyers)
    assert (found.success, found.result["observed_value"]) == (False, {"share": 0.6, "values": ["a"]})
    two = judge(Concentration(column="amount", group_column="buyer", top=2, max_value=0.8), **buyers)
    assert (two.success, two.result["observed_value"]) == (True, {"share": 0.8, "values": ["a", "b"]})
    assert not judge(Concentration(column="amount", group_column="buyer"), buyer=["a"], amount=[-1.0]).success

    amounts = {
        "amount": ["5", "5", "5", "7", "0", "0", None],
        "currency": ["MXN", "MXN", "USD", "MXN", *3 * ["MXN"]],
    }
    common = judge(
        Common(column="amount", with_columns=["currency"], ignore_values=["0"], max_value=0.5), **amounts
    )
    assert (common.success, common.result["observed_value"]) == (True, {"share": 0.5, "values": ["5 · MXN"]})
    assert failing(judge(Repeated(column="amount", times=2), **amounts)) == [1, 2, 3]
    assert failing(judge(Repeated(column="amount", times=1, ignore_values=["5"]), **amounts)) == [5, 6]

    share = judge(Round(column="n", multiple_of=1000, max_value=0.5), n=[1000.0, 2500.0, 0.0, -2000.0, None])
    assert (share.success, share.result["observed_value"]) == (False, 2 / 3)


def test_rows_that_are_alike_in_all_columns_fail(judge: Judge) -> None:
    from pipelines.validation.custom.repetition import ExpectTableRowsToBeUnique

    columns = {"a": ["x", "x", "x", None, None], "b": [1.0, 1.0, 2.0, None, None]}
    found = judge(ExpectTableRowsToBeUnique(), **columns)
    assert failing(found) == [1, 2, 4, 5]
    assert (found.result["element_count"], found.result["unexpected_percent"]) == (5, 80.0)
    assert judge(ExpectTableRowsToBeUnique(mostly=0.2), **columns).success
    assert judge(ExpectTableRowsToBeUnique(), a=[], b=[]).success
    assert raised(judge(ExpectTableRowsToBeUnique()))
