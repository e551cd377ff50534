"""Layouts as a value: which fits, how little may be there, and which is nearest when none fits."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.errors import SuiteError
from pipelines.tables.layouts import Layout, choose, load_layouts, nearest

REGISTER = Layout("register", "1", "contracts_register", {f"role_{n}": (f"Columna {n}",) for n in range(10)})
SPARSE = Layout("sparse", "1", "contracts_register", REGISTER.columns, smallest_share=0.2)
FILE = """
layout: made
version: "1"
title: {{en: Made, es: Hecha}}
guide_dataset: contracts_register
basis: "invented for this test, and nothing else"
columns: {{contract_id: ["id"]}}
{more}
"""


def _columns(count: int) -> list[str]:
    return [f"COLUMNA_{n}" for n in range(count)]


@pytest.mark.parametrize(("count", "fits"), [(10, True), (6, True), (5, False), (0, False)])
def test_a_layout_fits_with_most_of_its_columns(count: int, fits: bool) -> None:
    assert (choose([REGISTER], _columns(count), "contracts_register") is not None) is fits


@pytest.mark.parametrize(("count", "fits"), [(2, True), (1, False)])
def test_a_standard_that_makes_most_optional_fits_with_few(count: int, fits: bool) -> None:
    assert (choose([SPARSE], _columns(count), "contracts_register") is not None) is fits
    assert choose([SPARSE], _columns(10), "budgets") is None


def test_a_last_resort_is_taken_only_alone() -> None:
    last = Layout("last", "1", "contracts_register", {"role_0": ("Columna 0",)}, last_resort=True)
    assert choose([last, REGISTER], _columns(7), "contracts_register").layout is REGISTER
    assert choose([REGISTER, last], _columns(3), "contracts_register").layout is last
    assert choose([REGISTER, last], [], "contracts_register") is None


def test_the_nearest_layout_says_what_is_missing() -> None:
    told = nearest([REGISTER], _columns(5), "contracts_register")
    assert told == (
        "No known layout fits; register is nearest, with 5 of its 10 columns; "
        "missing: Columna 5, Columna 6, Columna 7, Columna 8, Columna 9."
    )
    assert nearest([REGISTER], _columns(2), "contracts_register") == ""
    assert nearest([REGISTER], _columns(5), "budgets") == ""
    assert nearest([], _columns(5), "contracts_register") == ""


def _loaded(folder: Path, more: str) -> Layout:
    (folder / "layouts").mkdir()
    (folder / "layouts" / "made.yaml").write_text(FILE.format(more=more), encoding="utf-8")
    return load_layouts(folder)[0]


def test_era_and_share_are_read(tmp_path: Path) -> None:
    layout = _loaded(tmp_path, 'era: "2010-2017"\nsmallest_share: 0.25\nlast_resort: true')
    assert (layout.era, layout.smallest_share, layout.last_resort) == ("2010-2017", 0.25, True)


def test_without_them_a_layout_is_of_no_era_and_needs_most_of_its_columns(tmp_path: Path) -> None:
    layout = _loaded(tmp_path, "")
    assert (layout.era, layout.smallest_share, layout.last_resort) == (None, 0.6, False)


@pytest.mark.parametrize(
    "more", ["smallest_share: 0", "smallest_share: 1.5", "smallest_share: some", "strange: 1"]
)
def test_what_is_no_layout_is_refused_with_the_file(tmp_path: Path, more: str) -> None:
    with pytest.raises(SuiteError, match=r"made\.yaml"):
        _loaded(tmp_path, more)
