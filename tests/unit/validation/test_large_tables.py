"""Our own expectations in tables of many rows, where cells are taken as they are and only hashes of values are kept.

Belongs here: each question asked of one and the same table as a large one and as a small one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from pipelines import duck
from pipelines.model import ReadReport
from pipelines.tables import table as tables
from pipelines.tables.layouts import lay
from pipelines.tables.table import Table
from pipelines.validation import scan
from pipelines.validation.columns import Columns, columns_of
from pipelines.validation.compiled import Raw
from pipelines.validation.plan import Plan
from pipelines.validation.plans import uniqueness
from pipelines.validation.suites import Suite
from tests.parity_of import LAYOUT, PARAMETERS, ROLES, Asked, expectations_of

V = "expect_column_values_to_"
# Seen as published, masked, and about several rows; with types of GX beside them that see the same columns.
ASKED: list[Asked] = [
    (f"{V}be_iso8601_dates", {"column": "d"}),
    (f"{V}have_no_outer_blanks", {"column": "n"}),
    (
        f"{V}be_iso8601_dates",
        {"column": "d", "row_condition": "a != 'x3'", "condition_parser": "pandas", "mostly": 0.5},
    ),
    (f"{V}hold_no_personal_data", {"column": "b"}),
    (f"{V}be_repeated_at_most", {"column": "a", "times": 1}),
    ("expect_column_pair_values_to_be_one_to_one", {"column_A": "a", "column_B": "b"}),
    ("expect_column_pair_values_a_to_exist_in_b", {"column_A": "a", "column_B": "b"}),
    ("expect_column_sums_by_group_to_be_between", {"column": "n", "group_columns": ["a"], "max_value": 3}),
    ("expect_records_to_hold_no_totals", {"column_list": ["a", "b", "n"]}),
    ("expect_column_periods_to_have_no_gaps", {"column": "d", "unit": "day"}),
    ("expect_column_most_common_share_to_be_between", {"column": "d", "max_value": 0.0}),
    ("expect_table_rows_to_be_unique", {}),
    (f"{V}be_between", {"column": "d", "max_value": "2025-01-02T00:00:00"}),
    (f"{V}not_be_null", {"column": "d"}),
    (f"{V}be_unique", {"column": "a"}),
]
FAULTS: dict[str, list[tuple[str | None, ...]]] = {
    "written otherwise": [
        ("x1", "ana@example.org", " 1", "2", "2025/01/03", None),
        ("x3", "Obra", "x", "2", "2025/01/03", None),
        ("x3", "Obra pública", "7 ", "2", " 2025-01-02", None),
        ("x2", "x1", "1", None, None, None),
        ("x2", "x1", "1", None, None, None),
        (None, "Gran total", "9", "2", "31/12/2025", "x"),
    ],
    "blank": [("x1", "  ", "  ", "2", " ", None), ("x3", "x2", "5", "", "", None)],
}


@contextmanager
def table_of(faults: list[tuple[str | None, ...]], rows: int) -> Iterator[tuple[Table, Columns]]:
    """`faults` among `rows` rows without any; blank cells as readers that do not know them as such leave them."""
    connection = duck.connect()
    try:
        connection.execute(
            "CREATE TABLE t0 AS SELECT range + 2 AS \"_row\", 'k' || range AS a, 'Obra ' || range AS b, "
            "'1' AS n, '2' AS m, '2025-01-0' || (1 + range % 2) AS d, NULL::VARCHAR AS e "
            f"FROM range({rows})"
        )
        cells = ", ".join("?" for _ in ROLES)
        # One in the middle and one after another at the end
        for place, row in enumerate(faults):
            number = rows // 2 if place == 0 else rows + 2 + place
            connection.execute('DELETE FROM t0 WHERE "_row" = ?', [number])
            connection.execute(f"INSERT INTO t0 VALUES (?, {cells})", [number, *row])
        ((count,),) = connection.execute("SELECT count(*) FROM t0").fetchall()
        report = ReadReport(
            "s/d/f", "t", "csv", columns=tuple(ROLES), rows=count, header_row=1, sha256="0" * 64
        )
        table = Table(report, connection, "t0")
        yield table, columns_of(table, lay(LAYOUT, list(ROLES)), Suite("s", "1", "x", {}, ROLES, ()))
    finally:
        connection.close()


def judged(
    table: Table, columns: Columns, monkeypatch: pytest.MonkeyPatch, few: int, asked: list[Asked] = ASKED
) -> dict[str, Raw]:
    """What the plan says when a table of more than `few` rows is large."""
    monkeypatch.setattr(scan, "FEW", few)
    monkeypatch.setattr(uniqueness, "SMALL", few)
    if not few:
        monkeypatch.setattr(tables, "SMALL", -1)
    found = Plan(columns, expectations_of(asked), PARAMETERS).run(table)
    assert [key for key, raw in found.items() if raw.get("exception_info", {}).get("raised_exception")] == []
    return found


@pytest.mark.parametrize("faults", FAULTS)
@pytest.mark.parametrize("rows", [8, scan.FEW + 10])
def test_a_large_table_is_judged_as_a_small_one(
    faults: str, rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    with table_of(FAULTS[faults], rows) as (table, columns):
        small = judged(table, columns, monkeypatch, few=10**9)
        large = judged(table, columns, monkeypatch, few=0)
    for place, (kind, kwargs) in enumerate(ASKED):
        assert large[str(place)] == small[str(place)], (kind, kwargs)
    assert len(small) == len(ASKED)


@pytest.mark.parametrize("faults", FAULTS)
@pytest.mark.parametrize("question", ASKED, ids=lambda question: question[0])
def test_so_it_is_when_nothing_else_is_asked(
    question: Asked, faults: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No other expectation then has its columns looked at for cells that must not be taken as they are."""
    with table_of(FAULTS[faults], 8) as (table, columns):
        small = judged(table, columns, monkeypatch, few=10**9, asked=[question])
        assert judged(table, columns, monkeypatch, few=0, asked=[question]) == small


def failing(found: dict[str, Raw]) -> dict[str, list[int]]:
    return {
        json.dumps(ASKED[int(key)]): [
            row["_row"] for row in raw["result"].get("partial_unexpected_index_list", ())
        ]
        for key, raw in found.items()
    }


def test_the_faults_of_a_large_table_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    few, rows = scan.FEW, scan.FEW + 10
    with table_of(FAULTS["written otherwise"], rows) as (table, columns):
        found = failing(judged(table, columns, monkeypatch, few=few))
    middle, last = rows // 2, rows + 2
    assert list(found.values())[:5] == [
        [middle, last + 1, last + 2, last + 5],
        [middle, last + 2],
        [middle, last + 5],
        [middle],
        [last + 1, last + 2, last + 3, last + 4],
    ]
    assert found[json.dumps(ASKED[11])] == [last + 3, last + 4]
