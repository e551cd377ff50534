"""Every failing row in a file: complete, masked, harmless in a spreadsheet, and whole or not at all."""

from __future__ import annotations

import csv
import os
import signal
import threading
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from python_calamine import load_workbook

from pipelines.model import ValidationResult
from pipelines.tables.layouts import Fit, lay
from pipelines.tables.table import Table
from pipelines.validation.evidence import Written, lines, workbook, write
from pipelines.validation.evidence.failing import _Search, failing
from pipelines.validation.plans import ROWWISE
from pipelines.validation.suites import Suite
from pipelines.validation.validate import MASK, validate
from tests.parity_of import LAYOUT as ROLES_LAYOUT
from tests.parity_of import ROLES, Asked, expectations_of
from tests.properties import test_plan_parity as parity
from tests.properties import test_rows_parity as about_rows
from tests.tables_of import table_of
from tests.unit.validation.test_validate import LAYOUT, REGEX, TODAY, expectation, suite_of

COLUMNS = ["CODIGO", "Importe", "Fecha de firma", "CURP", "Estatus"]
ROWS: list[list[str | None]] = [
    ["C-1", "1.234,56", "31/12/2025", "AAAA000101HDFBBB01", "Vigente"],
    ["=cmd|'/c calc'!A1", "no", "31/02/2025", "=1+1", "@otro"],
    ["C-2", "S/N", "01/01/2030", "x", "+otro\n=2"],
    ["C-2", "-5", "2025-01-05", "y", None],
]
PRESENT, UNIQUE = "expect_column_values_to_not_be_null", "expect_column_values_to_be_unique"
EXPECTATIONS = [
    expectation(REGEX, "number", ["amount"], column="amount", regex=r"^\d+(\.\d+)?$"),
    expectation(UNIQUE, "unique", ["id"], "warning", column="id"),
    expectation(REGEX, "harmless", ["id"], column="id", regex="^[A-Z]-[0-9]$"),
    expectation(PRESENT, "status", ["status"], "info", column="status", mostly=0.5),
    expectation(REGEX, "personal", ["curp"], column="curp", regex="^[A-Z]{4}"),
    expectation("expect_column_max_to_be_between", "whole", ["amount"], column="amount", max_value=1),
    expectation(PRESENT, "absent", ["ended"], column="ended"),
]


class Case:
    """A table, its suite and what was found; `write` puts the evidence beside it."""

    def __init__(self, table: Table, suite: Suite, folder: Path) -> None:
        self.table, self.suite, self.folder = table, suite, folder
        self.fit: Fit = lay(LAYOUT, table.report.columns)
        self.result: ValidationResult = validate(table, self.fit, suite, TODAY)

    def write(self, name: str, language: str = "es") -> tuple[Path, Written]:
        path = self.folder / name
        return path, write(path, self.table, self.fit, self.suite, self.result, TODAY, language)


def run(tmp_path: Path, look: Callable[[Case], None], *expectations: dict[str, Any]) -> None:
    with table_of(COLUMNS, ROWS) as table:
        look(Case(table, suite_of(tmp_path, list(expectations or EXPECTATIONS)), tmp_path))


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as handle:
        return list(csv.DictReader(handle))


def test_each_failing_row_stands_once_for_each_expectation_with_reason_and_advice(tmp_path: Path) -> None:
    def look(case: Case) -> None:
        path, done = case.write("rows.csv")
        found = rows_of(path)
        assert done == Written(len(found), len(found), frozenset({"whole"}))
        assert Counter(line["clave"] for line in found) == {
            item.key: item.unexpected_count for item in case.result.results if item.unexpected_count
        }
        assert [int(line["fila"]) for line in found] == sorted(int(line["fila"]) for line in found)
        (number,) = (line for line in found if line["clave"] == "number" and line["fila"] == "3")
        assert number == {
            "fila": "3",
            "columna": "Importe",
            "valor": "no",
            "expectativa": "number",
            "motivo": r"no tiene la forma ^\d+(\.\d+)?$",
            "gravedad": "crítica",
            "resultado": "no cumple",
            "consejo": "Corríjalo.",
            "clave": "number",
        }
        tolerated = next(line for line in found if line["clave"] == "status")
        assert (tolerated["resultado"], tolerated["motivo"], tolerated["valor"]) == (
            "cumple",
            "la celda está vacía",
            "",
        )
        english, _ = case.write("rows_en.csv", "en")
        assert rows_of(english)[0]["advice"] == "Mend it."

    run(tmp_path, look)


def test_personal_values_are_masked_in_every_format(tmp_path: Path) -> None:
    def look(case: Case) -> None:
        for name in ("rows.csv", "rows.parquet", "rows.xlsx"):
            path, _ = case.write(name)
            content = path.read_bytes()
            if name.endswith("xlsx"):
                with zipfile.ZipFile(path) as archive:
                    content = b"".join(archive.read(member) for member in archive.namelist())
            assert b"=1+1" not in content
        masked = [line["valor"] for line in rows_of(tmp_path / "rows.csv") if line["clave"] == "personal"]
        assert masked == [MASK] * 3

    run(tmp_path, look)


def test_a_masked_type_shows_no_value_and_a_published_one_the_cell_it_judged(tmp_path: Path) -> None:
    private = "expect_column_values_to_hold_no_personal_data"
    iso = "expect_column_values_to_be_iso8601_dates"

    def look(case: Case) -> None:
        path, _ = case.write("rows.csv")
        assert [(line["clave"], line["fila"], line["valor"], line["motivo"]) for line in rows_of(path)] == [
            ("iso", "2", "31/12/2025", "no es una fecha real en ISO 8601, como 2025-01-31"),
            ("private", "3", MASK, "contiene datos personales"),
        ]
        assert "ana@" not in path.read_text(encoding="utf-8")

    asked = [
        expectation(iso, "iso", ["signed"], column="signed"),
        expectation(private, "private", ["status"], column="status"),
    ]
    rows = [
        ["C-1", "1", "31/12/2025", None, "Vigente"],
        ["C-2", "1", "2025-12-31", None, "Escriba a ana@example.org"],
    ]
    with table_of(COLUMNS, rows) as table:
        look(Case(table, suite_of(tmp_path, asked), tmp_path))


def test_no_cell_is_a_formula_and_parquet_holds_values_as_they_are(tmp_path: Path) -> None:
    def look(case: Case) -> None:
        path, _ = case.write("rows.csv")
        cells = [cell for line in rows_of(path) for cell in line.values()]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        assert "'=cmd|'/c calc'!A1" in cells
        assert "'-5" in cells
        book, _ = case.write("rows.xlsx")
        sheets = [
            sheet.to_python() for sheet in map(load_workbook(book).get_sheet_by_name, ("Filas", "Resumen"))
        ]
        texts = [cell for sheet in sheets for row in sheet for cell in row if isinstance(cell, str)]
        assert not [cell for cell in texts if cell.startswith(("=", "+", "-", "@"))]
        table = pyarrow.parquet.read_table(case.write("rows.parquet")[0])
        assert table.column_names == list(lines.NAMES)
        assert "=cmd|'/c calc'!A1" in table.column("value").to_pylist()

    run(tmp_path, look)


def test_the_workbook_sums_up_and_can_be_filtered(tmp_path: Path) -> None:
    def look(case: Case) -> None:
        path, done = case.write("rows.xlsx", "en")
        book = load_workbook(path)
        assert book.sheet_names == ["Rows", "Summary"]
        heading, *found = book.get_sheet_by_name("Rows").to_python()
        assert heading == list(lines.NAMES)
        assert len(found) == done.found
        summary = book.get_sheet_by_name("Summary").to_python()
        assert summary[1][0] == f"All {done.found} failures are in the sheet “Rows”."
        outcomes = [row[0] for row in summary[4:]]
        assert outcomes == ["failed"] * 5 + ["passed", "not applicable"]
        by_key = {row[9]: row for row in summary[4:]}
        assert by_key["number"][4:7] == [2, 4, 2]
        assert "as a whole" in by_key["whole"][7]
        assert by_key["absent"][7] == "the file has no column for ended"
        with zipfile.ZipFile(path) as archive:
            for sheet in ("sheet1", "sheet2"):
                content = archive.read(f"xl/worksheets/{sheet}.xml")
                assert b"<autoFilter" in content
                assert b'state="frozen"' in content

    run(tmp_path, look)


def test_what_a_sheet_cannot_hold_is_counted_and_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 4)

    def look(case: Case) -> None:
        path, done = case.write("rows.xlsx")
        assert (done.written, done.found) == (3, 9)
        assert len(load_workbook(path).get_sheet_by_name("Filas").to_python()) == 4
        said = str(load_workbook(path).get_sheet_by_name("Resumen").to_python()[1][0])
        assert said.startswith("CORTADO: una hoja admite 3 filas. En la hoja «Filas» están 3 de los 9")
        assert "faltan los últimos 6" in said

    run(tmp_path, look)


def test_a_cell_that_no_sheet_can_hold_is_cut_and_said_to_be(tmp_path: Path) -> None:
    with table_of(COLUMNS, [["x" * 40_000, None, None, None, None]]) as table:
        case = Case(table, suite_of(tmp_path, [EXPECTATIONS[2]]), tmp_path)
        path, _ = case.write("rows.xlsx")
        cell = str(load_workbook(path).get_sheet_by_name("Filas").to_python()[1][2])
        assert (len(cell), cell[-1]) == (32_767, "…")
        assert len(rows_of(case.write("rows.csv")[0])[0]["valor"]) == 40_000


def test_rows_that_great_expectations_names_and_rows_that_nobody_can_name(tmp_path: Path) -> None:
    odd = {"row_condition": "amount.str.len() > 1", "condition_parser": "pandas"}
    partition = {"values": ["active"], "weights": [1.0]}

    def look(case: Case) -> None:
        assert {item.executed_by for item in case.result.results} == {"great_expectations"}
        path, done = case.write("rows.csv")
        assert [(line["clave"], line["fila"], line["valor"]) for line in rows_of(path)] == [
            ("few", "3", "'@otro"),
        ]
        assert done.silent == {"divergence"}

    run(
        tmp_path,
        look,
        expectation(
            "expect_column_values_to_be_in_set",
            "few",
            ["status"],
            column="status",
            value_set=["active"],
            **odd,
        ),
        expectation(
            "expect_column_kl_divergence_to_be_less_than",
            "divergence",
            ["status"],
            column="status",
            partition_object=partition,
            threshold=0.1,
        ),
    )


def test_rows_of_a_query_of_the_suite(tmp_path: Path) -> None:
    def look(case: Case) -> None:
        path, done = case.write("rows.csv")
        assert [(line["clave"], line["fila"]) for line in rows_of(path)] == [("twice", "4"), ("twice", "5")]
        assert done.silent == {"unnamed"}

    query = "SELECT _row FROM {batch} WHERE id IN (SELECT id FROM {batch} GROUP BY id HAVING count(*) > 1)"
    run(
        tmp_path,
        look,
        expectation("unexpected_rows_expectation", "twice", ["id"], unexpected_rows_query=query),
        expectation(
            "unexpected_rows_expectation", "unnamed", ["id"], unexpected_rows_query="SELECT id FROM {batch}"
        ),
    )


def test_nothing_failed_is_a_file_with_a_heading(tmp_path: Path) -> None:
    def look(case: Case) -> None:
        for name in ("rows.csv", "rows.parquet", "rows.xlsx"):
            assert case.write(name)[1] == Written(0, 0, frozenset())
        assert rows_of(tmp_path / "rows.csv") == []
        assert pyarrow.parquet.read_table(tmp_path / "rows.parquet").column_names == list(lines.NAMES)

    run(tmp_path, look, expectation(PRESENT, "present", ["id"], column="id"))


def test_a_file_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = _Search.batches

    def broken(search: _Search, asked: Any) -> Iterator[Any]:
        yield from whole(search, asked)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_Search, "batches", broken)

    def look(case: Case) -> None:
        for name in ("rows.csv", "rows.parquet", "rows.xlsx"):
            path = tmp_path / name
            path.write_text("earlier")
            with pytest.raises(OSError, match="No space"):
                case.write(name)
            assert path.read_text() == "earlier"
        assert sorted(item.name for item in tmp_path.glob("*rows*")) == [
            "rows.csv",
            "rows.parquet",
            "rows.xlsx",
        ]

    run(tmp_path, look)


def test_an_interrupt_ends_the_writing_and_leaves_nothing(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, [EXPECTATIONS[0]])
    with table_of(COLUMNS, []) as table:
        rows = 3_000_000
        table.connection.execute(
            f"INSERT INTO t0 SELECT range, 'x', 'no', NULL, NULL, NULL FROM range({rows})"
        )
        case = Case(replace(table, report=replace(table.report, rows=rows)), suite, tmp_path)
        threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
        with pytest.raises(KeyboardInterrupt):
            case.write("rows.csv")
        assert list(tmp_path.glob("*rows*")) == []
        assert table.connection.execute("SELECT count(*) FROM t0").fetchall() == [(rows,)]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.one_of(st.tuples(parity.rows, parity.questions), st.tuples(about_rows.rows, about_rows.questions)))
def test_as_many_rows_are_written_as_are_counted(
    case: tuple[list[tuple[str | None, ...]], tuple[Asked, ...]],
) -> None:
    rows, asked = case
    known = [question for question in asked if question[0] in ROWWISE]
    suite = Suite("s", "1", "x", {}, ROLES, tuple(expectations_of(known)))
    with table_of(list(ROLES), rows) as table:
        fit = lay(ROLES_LAYOUT, table.report.columns)
        result = validate(table, fit, suite, TODAY)
        with failing(table, fit, suite, result, TODAY) as found:
            pairs = [
                (found.expectations[line["place"]].key, line["row"])
                for batch in found.batches
                for line in batch.to_pylist()
            ]
    assert Counter(key for key, _ in pairs) == {
        item.key: item.unexpected_count for item in result.results if item.unexpected_count
    }
    assert {(item.key, each.row) for item in result.results for each in item.examples} <= set(pairs)


def test_who_stops_reading_leaves_the_connection_as_it_was(tmp_path: Path) -> None:
    suite = suite_of(tmp_path, [expectation(REGEX, "asked", ["id"], column="id", regex="(?!a)b")])
    with table_of(COLUMNS, []) as table:
        rows = 300_000
        table.connection.execute(
            f"INSERT INTO t0 SELECT range, 'x', 'no', NULL, NULL, NULL FROM range({rows})"
        )
        large = replace(table, report=replace(table.report, rows=rows))
        fit = lay(LAYOUT, COLUMNS)
        result = validate(large, fit, suite, TODAY)
        for _ in range(2):
            with failing(large, fit, suite, result, TODAY) as found:
                assert next(found.batches).num_rows < rows
            left = "SELECT count(*) FROM duckdb_functions() WHERE function_name LIKE 'veedor%'"
            assert table.connection.execute(left).fetchall() == [(0,)]


def test_records_tell_rows_apart_and_are_masked_as_values_are(tmp_path: Path) -> None:
    def look(case: Case) -> None:
        suite = replace(case.suite, key=("id", "curp"))
        told: dict[str, list[str | None]] = {}
        with failing(case.table, case.fit, suite, case.result, TODAY, records=True) as found:
            for batch in found.batches:
                for place, record in zip(
                    *(batch.column(it).to_pylist() for it in ("place", "record")), strict=True
                ):
                    told.setdefault(found.expectations[place].key, []).append(record)
        assert told["unique"] == [f"C-2 · {MASK}", f"C-2 · {MASK}"]
        assert told["personal"] == [f"=cmd|'/c calc'!A1 · {MASK}", f"C-2 · {MASK}", f"C-2 · {MASK}"]
        with failing(case.table, case.fit, case.suite, case.result, TODAY) as found:
            assert all(batch.schema.names == ["row", "place", "value"] for batch in found.batches)

    run(tmp_path, look)
