"""How a suite meets a table: missing columns, errors, masking, evidence."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import SuiteError
from pipelines.model import Outcome
from pipelines.tables.layouts import Layout, Locale, lay
from pipelines.validation import scan
from pipelines.validation.suites import Suite, load_suite
from pipelines.validation.validate import MASK, NO_EVENT, validate
from tests.tables_of import table_of

TODAY = datetime(2026, 3, 2, tzinfo=UTC)
REGEX = "expect_column_values_to_match_regex"


def expectation(
    kind: str, key: str, role: list[str], severity: str = "critical", **kwargs: Any
) -> dict[str, Any]:
    return {
        "type": kind,
        "kwargs": kwargs,
        "severity": severity,
        "meta": {
            "key": key,
            "role": role,
            "dimension": "completeness",
            "principle": "P2",
            "basis": {"source": "ours", "rule": "ours"},
            "since": "1.0.0",
            "title": {"en": key, "es": key},
            "advice": {"en": "Mend it.", "es": "Corríjalo."},
        },
    }


def suite_of(tmp_path: Path, expectations: list[dict[str, Any]]) -> Suite:
    roles = {
        "id": {"type": "identifier", "level": "core"},
        "amount": {"type": "number", "level": "core"},
        "signed": {"type": "date", "level": "core"},
        "ended": {"type": "date", "level": "optional"},
        "curp": {"type": "identifier", "level": "recommended", "personal": True},
        "status": {"type": "code", "level": "recommended"},
    }
    raw = {
        "name": "s",
        "expectations": expectations,
        "meta": {
            "guide_dataset": "contracts_register",
            "version": "1.0.0",
            "title": {"en": "S", "es": "S"},
            "roles": roles,
        },
    }
    path = tmp_path / "suite.json"
    path.write_text(json.dumps(raw), encoding="utf-8")
    return load_suite(path)


LAYOUT = Layout(
    "mx",
    "1",
    "contracts_register",
    {
        "id": ("Código",),
        "amount": ("Importe",),
        "signed": ("Fecha de firma",),
        "curp": ("CURP",),
        "status": ("Estatus",),
    },
    locale=Locale(decimal=",", group=".", date="dmy"),
    null_tokens=("S/N",),
    values={"status": {"Vigente": "active", "Terminación anticipada": "terminated"}},
)
COLUMNS = ["CODIGO", "importe", "Fecha  de Firma", "CURP", "Estatus"]
ROWS = [
    ["C-1", "1.234,56", "31/12/2025", "AAAA000101HDFBBB01", "Vigente"],
    ["C-2", "12,34.5", "31/02/2025", None, "TERMINACION ANTICIPADA"],
    ["C-2", "S/N", "01/01/2030", "x", "otro"],
    ["C-3", "  ", "2025-01-05", "y", None],
]


def run(tmp_path: Path, *expectations: dict[str, Any], columns: list[str] = COLUMNS) -> dict[str, Any]:
    suite = suite_of(tmp_path, list(expectations))
    keep = [COLUMNS.index(column) for column in columns]
    with table_of(columns, [[row[index] for index in keep] for row in ROWS]) as table:
        result = validate(table, lay(LAYOUT, table.report.columns), suite, TODAY)
    return {item.key: item for item in result.results}


def test_text_is_canonical_where_it_is_understood_and_as_published_where_not(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        expectation(REGEX, "number", ["amount"], column="amount", regex=r"^-?\d+(\.\d+)?$"),
        expectation(REGEX, "date", ["signed"], column="signed", regex=r"^\d{4}-\d{2}-\d{2}$"),
    )
    number, day = found["number"], found["date"]
    assert (number.outcome, number.element_count, number.missing_count, number.unexpected_count) == (
        "failed",
        4,
        2,
        1,
    )
    assert [(e.row, e.value) for e in number.examples] == [(3, "12,34.5")]
    assert (day.unexpected_count, day.missing_count) == (1, 0)
    assert [(e.row, e.value) for e in day.examples] == [(3, "31/02/2025")]


def test_order_is_judged_on_typed_values(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        expectation(
            "expect_column_values_to_be_between", "positive", ["amount"], column="amount", min_value=2000
        ),
        expectation(
            "expect_column_values_to_be_between",
            "past",
            ["signed"],
            column="signed",
            max_value={"$PARAMETER": "today"},
        ),
    )
    assert (found["positive"].unexpected_count, found["positive"].missing_count) == (1, 3)
    assert found["positive"].examples[0].value == "1.234,56"
    assert (found["past"].unexpected_count, found["past"].examples[0].value) == (1, "01/01/2030")


def test_values_are_mapped_to_the_suites_codes(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        expectation(
            "expect_column_values_to_be_in_set",
            "status",
            ["status"],
            column="status",
            value_set=["active", "terminated"],
        ),
    )
    assert found["status"].unexpected_count == 1
    assert found["status"].examples[0].value == "otro"


def test_a_missing_core_column_is_one_failure_and_the_rest_not_applicable(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        expectation("expect_column_to_exist", "exists", ["amount"], column="amount"),
        expectation("expect_column_values_to_not_be_null", "present", ["amount"], column="amount"),
        expectation(
            "expect_column_values_to_be_between", "positive", ["amount"], column="amount", min_value=0
        ),
        expectation(
            "expect_column_values_to_not_be_null",
            "conditional",
            ["id"],
            column="id",
            row_condition="ended == 'x'",
            condition_parser="pandas",
        ),
        expectation(
            "expect_column_values_to_not_be_null",
            "conditional_json",
            ["id"],
            column="id",
            row_condition={
                "type": "or",
                "conditions": [{"type": "nullity", "column": {"name": "ended"}, "is_null": False}],
            },
        ),
        expectation("expect_column_values_to_be_unique", "unique", ["id"], column="id"),
        columns=["CODIGO", "CURP"],
    )
    assert found["exists"].outcome is Outcome.FAILED
    assert "amount" in found["exists"].reason
    for key in ("present", "positive", "conditional", "conditional_json"):
        assert found[key].outcome is Outcome.NOT_APPLICABLE
    assert "ended" in found["conditional"].reason
    assert (found["unique"].outcome, found["unique"].unexpected_count) == ("failed", 2)


def test_an_expectation_that_raises_is_an_error_not_a_failure(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        expectation("expect_column_values_to_match_regex", "broken", ["id"], column="id", regex="("),
    )
    assert found["broken"].outcome is Outcome.ERROR
    assert "could not be evaluated" in found["broken"].reason


def test_values_of_personal_columns_never_leave(tmp_path: Path) -> None:
    found = run(
        tmp_path,
        expectation("expect_column_values_to_match_regex", "curp", ["curp"], column="curp", regex=r"^[A-Z]{4}\d{6}.*$"),
        expectation(
            "expect_column_most_common_value_to_be_in_set", "set", ["curp"], column="curp", value_set=["z"]
        ),
    )  # fmt: skip
    assert found["curp"].unexpected_count == 2
    assert {example.value for example in found["curp"].examples} == {MASK}
    for value in ("AAAA000101HDFBBB01", "'x'", "'y'"):
        assert value not in str(found["set"])
    assert found["set"].reason == f"observed {MASK}"


@pytest.mark.parametrize("personal", [(), ("signed",)])
def test_the_newest_date_that_is_not_in_the_future_is_told_unless_it_is_personal(
    tmp_path: Path, personal: tuple[str, ...]
) -> None:
    """31/02/2025 is no date, 01/01/2030 has not come; one of a hundred is a slip."""
    suite = suite_of(
        tmp_path, [expectation("expect_column_values_to_not_be_null", "present", ["id"], column="id")]
    )
    layout = replace(LAYOUT, personal=personal)
    rows = [*ROWS, *([f"C-{number}", "1", "30/12/2025", None, None] for number in range(100))]
    with table_of(COLUMNS, rows) as table:
        result = validate(table, lay(layout, table.report.columns), suite, TODAY)
    assert result.newest == ({} if personal else {"signed": date(2025, 12, 31)})
    assert [item.key for item in result.results] == ["present"]


def test_dates_that_are_planned_say_nothing_of_how_far_the_data_reach(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, [expectation("expect_column_to_exist", "there", ["id"], column="id")])
    layout = replace(LAYOUT, columns={**LAYOUT.columns, "ended": ("Fin",)})
    with table_of(
        ["CODIGO", "Fecha de firma", "Fin"],
        [["1", "01/01/2024", "31/12/2024"], ["2", "01/01/2030", "01/06/2025"]],
    ) as table:
        result = validate(table, lay(layout, table.report.columns), suite, TODAY)
    assert result.newest == {"ended": date(2025, 6, 1)}  # half of the first lie in the future
    assert not [
        role for role in ("end_date", "due_date", "expiry_date", "birth_date") if not NO_EVENT.search(role)
    ]
    assert not [
        role for role in ("start_date", "award_date", "updated_at", "date_signed") if NO_EVENT.search(role)
    ]


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        (TODAY.date().isoformat(), {"signed": TODAY.date()}),
        ((TODAY.date() + timedelta(days=1)).isoformat(), {}),
        ("no date", {}),
        (None, {}),
    ],
)
def test_today_is_not_in_the_future(tmp_path: Path, cell: str | None, told: dict[str, date]) -> None:
    suite = suite_of(tmp_path, [expectation("expect_column_to_exist", "there", ["id"], column="id")])
    with table_of(["CODIGO", "Fecha de firma"], [["C-1", cell]]) as table:
        result = validate(table, lay(LAYOUT, table.report.columns), suite, TODAY)
    assert result.newest == told


def test_an_empty_table_is_validated_too(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path, [expectation("expect_column_values_to_not_be_null", "present", ["id"], column="id")]
    )
    with table_of(COLUMNS, []) as table:
        result = validate(table, lay(LAYOUT, COLUMNS), suite, TODAY)
    assert [item.outcome for item in result.results] == [Outcome.NOT_APPLICABLE]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda e: e["kwargs"].update(column="nothing"), "nothing"),
        (lambda e: e.update(severity="fatal"), "severity"),
        (lambda e: e["meta"].pop("advice"), "advice"),
        (lambda e: e.update(type="drop table"), "type"),
    ],
)
def test_a_wrong_suite_is_refused_before_any_work(tmp_path: Path, change: Any, message: str) -> None:
    wrong = expectation("expect_column_values_to_be_unique", "k", ["id"], column="id")
    change(wrong)
    with pytest.raises(SuiteError, match=message):
        suite_of(tmp_path, [wrong])


def test_two_expectations_with_one_key_are_refused(tmp_path: Path) -> None:
    double = expectation("expect_column_values_to_be_unique", "k", ["id"], column="id")
    with pytest.raises(SuiteError, match="twice"):
        suite_of(tmp_path, [double, double])


def test_a_type_that_finds_personal_data_is_masked_in_any_column(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        [
            expectation(
                "expect_column_values_to_hold_no_personal_data", "private", ["status"], column="status"
            ),
            expectation(
                "expect_column_values_to_hold_no_personal_data",
                "private-by-gx",
                ["status"],
                column="status",
                row_condition="status.str.len() > 0",
                condition_parser="pandas",
            ),
        ],
    )
    with table_of(["Estatus"], [["Vigente"], ["Escriba a ana@example.org"]]) as table:
        result = validate(table, lay(LAYOUT, table.report.columns), suite, TODAY)
    for item, by in zip(result.results, ("duckdb_plan", "great_expectations"), strict=True):
        assert (item.outcome, item.executed_by, item.unexpected_count) == (Outcome.FAILED, by, 1)
        assert [(example.row, example.value) for example in item.examples] == [(3, MASK)]
    assert "ana@" not in repr(result)


def test_how_a_date_is_written_is_judged_as_published(tmp_path: Path) -> None:
    """The layout understands 31/12/2025, and a rule on its order has it; that it is not ISO 8601 is another fault."""
    iso = "expect_column_values_to_be_iso8601_dates"
    blanks = "expect_column_values_to_have_no_outer_blanks"
    kinds = {
        "iso": (iso, {}),
        "iso-by-gx": (iso, {"row_condition": "signed.str.len() > 0", "condition_parser": "pandas"}),
        "blanks": (blanks, {}),
        "ordered": ("expect_column_values_to_be_between", {"max_value": "2026-01-01T00:00:00"}),
    }
    suite = suite_of(
        tmp_path,
        [expectation(kind, key, ["signed"], column="signed", **more) for key, (kind, more) in kinds.items()],
    )
    with table_of(["Fecha de firma"], [["2025-12-31"], ["31/12/2025"], [" 2025-12-30"], ["S/N"]]) as table:
        result = validate(table, lay(LAYOUT, table.report.columns), suite, TODAY)
    found = {item.key: item for item in result.results}
    assert {key: [example.row for example in item.examples] for key, item in found.items()} == {
        "iso": [3, 4],
        "iso-by-gx": [3, 4],
        "blanks": [4],
        "ordered": [],
    }
    assert {item.missing_count for item in found.values()} <= {0, 1}
    assert found["iso"].missing_count == found["ordered"].missing_count == 1
    assert found["iso-by-gx"].executed_by == "great_expectations"


@pytest.mark.parametrize("blank", [False, True])
def test_what_is_seen_as_published_is_the_same_in_large_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, blank: bool
) -> None:
    """There cells are taken as they are, until one shows that it must not be."""
    monkeypatch.setattr(scan, "FEW", 0)
    blanks = expectation(
        "expect_column_values_to_have_no_outer_blanks", "blanks", ["signed"], column="signed"
    )
    suite = suite_of(
        tmp_path,
        [
            expectation("expect_column_values_to_be_iso8601_dates", "iso", ["signed"], column="signed"),
            blanks,
            expectation("expect_column_values_to_not_be_null", "there", ["signed"], column="signed"),
        ],
    )
    cells = [["2025-12-31"], ["31/12/2025"], [" 2025-12-30"], ["  " if blank else "2025-12-29"]]
    with table_of(["Fecha de firma"], cells) as table:
        fit = lay(replace(LAYOUT, null_tokens=()), table.report.columns)
        result = validate(table, fit, suite, TODAY)
    assert {item.key: [example.row for example in item.examples] for item in result.results} == {
        "iso": [3, 4],
        "blanks": [4],
        "there": [5] if blank else [],
    }


def test_examples_say_which_record_they_are_and_keep_what_is_personal(tmp_path: Path) -> None:
    suite = suite_of(
        tmp_path,
        [
            expectation(REGEX, "amount", ["amount"], column="amount", regex="^9"),
            expectation(
                "expect_column_values_to_hold_no_personal_data", "mails", ["id"], column="id", kinds=["email"]
            ),
        ],
    )
    cells = [["C-1", "1", None, "CURP1", None], ["a@b.example", "2", None, None, None]]
    with table_of(COLUMNS, cells) as table:
        for key, amount, mails in (
            (("id",), ["C-1", "a@b.example"], [MASK]),
            (("id", "curp"), [f"C-1 · {MASK}", f"a@b.example · {MASK}"], [f"{MASK} · {MASK}"]),
            ((), [None, None], [None]),
            (("status",), [None, None], [None]),
        ):
            result = validate(table, lay(LAYOUT, COLUMNS), replace(suite, key=key), TODAY)
            found = {item.key: [example.record for example in item.examples] for item in result.results}
            assert found == {"amount": amount, "mails": mails}
