"""What is form and what is content: cells that say the same under the file's layout, and cells that do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.settings import Settings
from pipelines.tables.layouts import Layout, Locale
from pipelines.validation.suites import Suite, load_suites
from tests.row_changes_of import compared

COLUMNS = {
    "contract_id": ("clave",),
    "value_amount": ("monto",),
    "date_signed": ("firma",),
    "procurement_method": ("procedimiento",),
    "supplier_name": ("proveedor",),
}
HEAD = ("clave", "monto", "firma", "procedimiento", "proveedor")
LAYOUT = Layout(
    "prueba",
    "1",
    "contracts_register",
    COLUMNS,
    locale=Locale(decimal=",", group=".", date="dmy"),
    null_tokens=("N/D",),
    values={"procurement_method": {"licitación pública": "open", "abierta": "open"}},
    key=("contract_id",),
)
ROW = ("C-1", "1.234,50", "31/12/2025", "Licitación pública", "Peña")


@pytest.fixture(scope="module")
def suite() -> Suite:
    return load_suites(Settings().expectations)["contracts_register"]


def amended(folder: Path, place: int, was: str | None, now: str | None, suite: Suite | None) -> bool:
    old, new = list(ROW), list(ROW)
    old[place], new[place] = was, now  # type: ignore[call-overload]
    layout = LAYOUT if suite else None
    found = compared(folder, (HEAD, [old]), (HEAD, [new]), ["clave"], layout=layout, suite=suite).found
    assert (found.added, found.removed) == (0, 0)
    return found.amended == 1


@pytest.mark.parametrize(
    ("place", "was", "now"),
    [
        (4, "Peña", " Peña\u00a0"),
        (4, "Peña", "Pen\u0303a"),
        (4, None, "  "),
        (4, "N/D", None),
        (4, "n/d ", None),
        (1, "1.234,50", "1234,5"),
        (1, "1234,00", "+1.234"),
        (2, "31/12/2025", "2025-12-31"),
        (2, "31/12/2025", "31-12-2025 00:00:00"),
        (2, "2025-12-31T10:00:00", "2025-12-31 10:00:00"),
        (3, "Licitación pública", "ABIERTA"),
    ],
)
def test_another_form_of_the_same_value_is_no_amendment(
    tmp_path: Path, suite: Suite, place: int, was: str | None, now: str | None
) -> None:
    assert not amended(tmp_path, place, was, now, suite)


@pytest.mark.parametrize(
    ("place", "was", "now"),
    [
        (4, "Peña", "Pena"),
        (4, "Peña", "PEÑA"),
        (4, "A  B", "A B"),
        (4, "0", None),
        (1, "1.234,50", "1.234,51"),
        (1, "1234", "12340"),
        (1, "100", "1"),
        (1, "0123", "123"),
        (2, "01/02/2025", "2025-01-02"),
        (2, "31/12/2025", "31/12/2025 10:00"),
        (3, "Licitación pública", "Adjudicación directa"),
    ],
)
def test_another_value_is_an_amendment(
    tmp_path: Path, suite: Suite, place: int, was: str | None, now: str | None
) -> None:
    assert amended(tmp_path, place, was, now, suite)


def test_without_a_layout_nobody_knows_what_a_number_is(tmp_path: Path) -> None:
    assert amended(tmp_path, 1, "1.234,50", "1234,5", None)
    assert not amended(tmp_path, 1, "1.234,50", " 1.234,50 ", None)


def test_numbers_that_have_no_role_are_understood_under_the_layouts_marks(
    tmp_path: Path, suite: Suite
) -> None:
    head = (*HEAD, "anticipo")
    rows = [[f"C-{n}", "1", "2025-01-01", "x", "y", f"{n}.000,5"] for n in range(1, 9)]
    plain = [[*row[:5], f"{n}000,50"] for n, row in enumerate(rows, 1)]
    found = compared(tmp_path, (head, rows), (head, plain), layout=LAYOUT, suite=suite).found
    assert (found.key, found.amended, found.unchanged) == ((("clave", "clave"),), 0, 8)
