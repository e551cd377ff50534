"""The text of an answer: read back the same, and never markup of a terminal or a page."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from pipelines.cli import sql_formats

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.dates(), st.binary(max_size=5)
)


def written(columns: list[str], rows: list[tuple[object, ...]], form: str) -> str:
    file = io.StringIO(newline="")
    sql_formats.write(columns, rows, form, file)
    return file.getvalue()


def test_json_holds_every_kind_of_value() -> None:
    row = (
        *(None, True, 7, 1.5, float("nan"), Decimal("2.50"), Decimal("1." + "3" * 30)),
        *(date(2026, 3, 2), datetime(2026, 3, 2, 1), b"\xff", [1, float("inf")], {date(2026, 3, 2): [None]}),  # noqa: DTZ001
    )
    names = [f"c{at}" for at in range(len(row))]
    (told,) = json.loads(written(names, [row], "json"))
    assert list(told.values()) == [
        *(None, True, 7, 1.5, None, 2.5, "1." + "3" * 30),
        *("2026-03-02", "2026-03-02T01:00:00", "ff", [1, None], {"2026-03-02": [None]}),
    ]


def test_columns_of_one_name_are_all_there() -> None:
    rows: list[tuple[object, ...]] = [(1, 2, 3)]
    assert json.loads(written(["a", "a", "a_1"], rows, "json")) == [{"a": 1, "a_1": 2, "a_1_1": 3}]
    assert written(["a", "a", "a_1"], rows, "csv").splitlines()[0] == "a,a,a_1"


@given(st.lists(st.tuples(VALUES, VALUES), max_size=5))
def test_json_is_json_and_csv_has_a_cell_for_each_value(rows: list[tuple[object, ...]]) -> None:
    assert len(json.loads(written(["a", "b"], rows, "json"))) == len(rows)
    read = list(csv.reader(io.StringIO(written(["a", "b"], rows, "csv"), newline="")))
    assert [len(row) for row in read] == [2] * (len(rows) + 1)


@given(st.lists(st.tuples(VALUES, VALUES), max_size=5))
def test_markdown_has_a_line_for_each_row_and_no_markup_of_strangers(rows: list[tuple[object, ...]]) -> None:
    lines = written(["a", "b"], rows, "markdown").splitlines()
    assert len(lines) == len(rows) + 2
    for line in lines:
        assert line.replace(r"\\", "").replace(r"\|", "").count("|") == 3
        assert "<" not in line


def test_markdown_of_a_hostile_title_is_text() -> None:
    told = written(["t"], [("a|b\n<script>[x](javascript:1)`*",)], "markdown")
    assert told.splitlines()[2] == "| a\\|b &lt;script&gt;\\[x\\](javascript:1)\\`\\* |"
    assert "| ---: |" in written(["n"], [(1,), (None,)], "markdown")


def on_screen(columns: list[str], rows: list[tuple[object, ...]], width: int) -> str:
    file = io.StringIO()
    Console(file=file, width=width, highlight=False).print(sql_formats.shown(columns, rows, width))
    return file.getvalue()


def test_a_wide_answer_is_shown_as_lines_of_name_and_value() -> None:
    columns = [f"column_{at}" for at in range(12)]
    shown = on_screen(columns, [tuple(range(12))], 80)
    assert "row 1" in shown
    assert "column_11  11" in shown
    assert max(map(len, shown.splitlines())) <= 80
    assert "row 1" not in on_screen(columns[:3], [(1, 2, 3)], 80)


@pytest.mark.parametrize("columns", [1, 12])
def test_nothing_published_commands_the_terminal(columns: int) -> None:
    hostile = "\x1b]0;x\x07[red]y[/red]"
    shown = on_screen([hostile] * columns, [(hostile,) * columns], 80)
    assert "\x1b" not in shown
    assert "[red]y[/red]" in shown.replace("\n", "").replace(" ", "")


def test_an_answer_without_rows_shows_its_columns() -> None:
    assert "night" in on_screen(["night"], [], 80)
    assert written(["night"], [], "json") == "[]\n"
