"""What the first cells of a column are, and what they leave open."""

from __future__ import annotations

from unittest.mock import patch

import pyarrow
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.tables import profile as module
from pipelines.tables.profile import date_order, decimal_mark, kinds, profile, profiles, says_nothing
from tests.tables_of import table_of


@pytest.mark.parametrize(
    ("value", "mark"),
    [
        ("1,234.56", "."),
        ("1.234,56", ","),
        ("12.5", "."),
        ("12,5", ","),
        ("1.234", "?"),
        ("1,234", "?"),
        ("1,234,567", "."),
        ("1.234.567", ","),
        ("1234", "?"),
        ("$ 1,234.50", "."),
        ("R$ 1.234,50", ","),
        ("-3.25", "."),
        ("0.5", "."),
        ("0.123", "?"),
        ("00.5", ""),
        ("12.", ""),
        (".5", ""),
        ("\u0663.5", ""),
        ("0123", ""),
        ("12.34.56", ""),
        ("AA-12", ""),
        ("", ""),
    ],
)
def test_decimal_mark_of_a_number(value: str, mark: str) -> None:
    assert decimal_mark(value) == mark


@pytest.mark.parametrize(
    ("value", "order"),
    [
        ("2025-12-31", "ymd"),
        ("2025/1/2 10:30", "ymd"),
        ("2025-12-31T00:00:00Z", "ymd"),
        ("20251231", "ymd"),
        ("31/12/2025", "dmy"),
        ("12/31/2025", "mdy"),
        ("03/04/2025", "?"),
        ("31.12.2025", "dmy"),
        ("31/12/25", ""),
        ("2025-13-01", ""),
        ("45/45/2025", ""),
        ("20251399", ""),
        ("31-12/2025", ""),
    ],
)
def test_order_of_a_date(value: str, order: str) -> None:
    assert date_order(value) == order


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        (["1,5"] * 4 + ["2.000,75"], "number ,"),
        (["1", "2", "3", "4", "5"], "number"),
        (["01/02/2025"] * 5, "date"),
        (["01/02/2025"] * 5 + ["31/02/2025"], "date dmy"),
        (["https://example.org/a"] * 5, "url"),
        (["a@example.org"] * 5, "mail"),
        (["uno", "dos", "tres", "cuatro", "cinco"], "text"),
        (["1.5", "2.5", "3.5"], ""),
        (["1.5"] * 3 + ["uno"] * 2, ""),
        (["1.5"] * 5 + ["N/A", "-", "S/N", None, " "], "number ."),
        ([], ""),
        ([None] * 20, ""),
    ],
)
def test_kind_of_a_column(cells: list[str | None], told: str) -> None:
    assert profile(cells).told() == told


def test_what_says_nothing_is_counted_apart() -> None:
    found = profile(["N/A", "N/A", "No aplica", "-", "Norte"])
    assert found.nothing == {"N/A": 2, "No aplica": 1, "-": 1}
    assert (found.filled, found.distinct, found.cells) == (1, 1, 5)
    assert not says_nothing("Norte")


def test_a_table_of_many_columns_is_looked_at_in_fewer_rows() -> None:
    names = [f"c{number}" for number in range(30)]
    with table_of(names, [["1.5"] * 30] * 6) as table:
        assert kinds(profiles(table)) == dict.fromkeys(names, "number .")
        assert {each.cells for each in profiles(table, rows=2).values()} == {2}


def test_a_table_without_columns_or_rows_has_no_kinds() -> None:
    with table_of(["a"], []) as table:
        assert kinds(profiles(table)) == {}


@given(st.lists(st.one_of(st.none(), st.text(max_size=30)), max_size=30))
def test_no_cells_make_it_fail(cells: list[str | None]) -> None:
    found = profile(cells)
    assert 0 <= found.distinct <= found.filled <= found.cells == len(cells)


SHORT = st.none() | st.sampled_from(("", " ", "a", " a", "a ", "1.5", "2", "N/A", "n/a", "\u00a0x", "x"))


@given(st.lists(SHORT, max_size=30), st.integers(1, 40))
def test_a_table_in_memory_is_looked_at_as_any_other(cells: list[str | None], rows: int) -> None:
    with table_of(["a"], [[cell] for cell in cells]) as table:
        assert table.cells() is not None
        (found,) = profiles(table, rows=rows).values()
    wanted = profile(cells[:rows])
    assert found == wanted
    assert list(found.values.items()) == list(wanted.values.items()), "the first of equally frequent ones"


# Cells of every kind, and others that only look like them
CELLS = st.one_of(
    st.from_regex(r"\A(?:19|20)?[0-9]{1,9}\Z"),
    st.from_regex(r"\A[0-9]{1,4}[.,][0-9]{1,5}\Z"),
    st.from_regex(r"\A[0-9]{4}-[01]?[0-9]-[0-3][0-9](?: 10:00)?\Z"),
    st.from_regex(r"\A(?:[Hh]ttps?://|www\.|htt|w)[a-z./ ]{0,6}\Z"),
    st.from_regex(r"\A[RUQSBMECha$\xb2\u0663(+-][ $0-9a-z./@-]{0,6}\Z"),
    st.sampled_from(["https://example.org/" + "a" * 379, "https://example.org/" + "a" * 381, "a" * 500]),
    st.text(max_size=6),
)


@given(
    column=st.one_of(
        st.lists(CELLS, max_size=12),
        CELLS.flatmap(lambda cell: st.lists(st.sampled_from([cell, cell + "7"]), max_size=12)),
        st.lists(st.from_regex(r"\A[0-9]{7,9}\Z"), max_size=12),
        st.lists(st.from_regex(r"\A[0-9]{1,3}\.[0-9]{2}\Z"), min_size=5, max_size=12),
        st.lists(st.from_regex(r"\A20[0-9]{2}-[01][0-9]-[0-3][0-9]\Z"), min_size=5, max_size=12),
        st.lists(st.from_regex(r"\Ahttps?://[a-z]{1,9}\Z"), min_size=5, max_size=12),
    )
)
def test_a_column_whose_cells_are_alike_is_of_the_kind_that_cell_by_cell_makes_it(column: list[str]) -> None:
    found = profile(column)
    with patch.object(module, "_ALIKE", ()):
        assert profile(column) == found


@given(column=st.lists(st.none() | st.sampled_from(["", " ", "a", " a", "b", "b\u00a0", "c"]), max_size=12))
def test_texts_are_counted_the_same_in_memory_as_one_by_one(column: list[str | None]) -> None:
    held = pyarrow.chunked_array([pyarrow.array(column, pyarrow.string())])
    counted = module._told(module._counted(held), len(column))
    assert counted == profile(column)
    assert list(counted.values.items()) == list(profile(column).values.items())
