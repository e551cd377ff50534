"""What our workbooks have in common: cells that are not computed, names that every spreadsheet takes."""

from __future__ import annotations

import io
import warnings

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from pipelines.advice import parted
from pipelines.workbooks import FORMULA, MAX_NAME, cell, sheet_names

TEXTS = st.text(st.characters(exclude_categories=()), max_size=60)


@given(st.lists(TEXTS, max_size=12))
@settings(deadline=None)
def test_any_titles_give_names_that_a_workbook_takes(titles: list[str]) -> None:
    import xlsxwriter

    names = sheet_names(titles)
    assert len(names) == len(titles) == len({name.casefold() for name in names})
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True})
    for name in names:
        book.add_worksheet(name)  # refuses what Excel would
    book.close()
    if names:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # openpyxl warns of a long name
            assert load_workbook(io.BytesIO(out.getvalue())).sheetnames == names


def test_names_are_cut_by_what_excel_counts() -> None:
    (name,) = sheet_names(["😀" * 40])
    assert len(name.encode("utf-16-le")) // 2 <= MAX_NAME
    first, second = sheet_names(["Cuarenta caracteres que empiezan iguales"] * 2)
    assert first.startswith("1 Cuarenta caracteres")
    assert second.startswith("2 Cuarenta caracteres")


@given(TEXTS)
def test_no_cell_is_computed_and_none_hides_anything(text: str) -> None:
    found = cell(text, 20)
    assert not found.startswith(FORMULA)
    assert len(found) <= 21
    assert not set(found) & set("\u202e\u2066\u200b\x00\t\n")


def test_advice_is_parted_at_its_examples_and_left_alone_without_both() -> None:
    assert parted("Do it. Good: 1. Bad: 2.", "en") == ("Do it.", "1.", "2.")
    assert parted("Hágalo. Bien: 1. Mal: 2.", "es") == ("Hágalo.", "1.", "2.")
    for whole in ("", "Do it.", "Do it. Good: 1.", "Do it. Bad: 2. Good: 1."):
        assert parted(whole, "en") == (whole, "", "")
