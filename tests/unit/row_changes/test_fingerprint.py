"""A hash for each cell, the same whether each different value is hashed once or the rows stream by."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.row_changes import fingerprint as module
from pipelines.settings import Settings
from pipelines.tables.layouts import Layout
from pipelines.validation.suites import load_suites
from tests.row_changes_of import prints
from tests.unit.row_changes.test_canonical import HEAD as COLUMNS
from tests.unit.row_changes.test_canonical import LAYOUT

HEAD = (*COLUMNS, 'otra "columna"', "nota")
SUITE = load_suites(Settings().expectations)["contracts_register"]
NUMBERS = ("1.234,50", "1234,5", "+7", "0,10")
DATES = ("31/12/2025", "2025-12-31T00:00:00")
TEXTS = (
    "N/D",
    "n/d ",
    "  ",
    "Licitación pública",
    "ABIERTA",
    "Peña ",
    "Pen\u0303a",
    "\u00a0",
    '"',
    "'",
    "a\nb",
    "😀",
)
ANY = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=6)
CELL = st.none() | st.sampled_from((*NUMBERS, *DATES, *TEXTS)) | ANY
ROWS = st.lists(st.tuples(*(CELL for _ in HEAD)), max_size=8)


@pytest.mark.parametrize("layout", [LAYOUT, None])
@given(rows=ROWS)
def test_each_value_hashed_once_gives_what_a_scan_gives(
    layout: Layout | None, rows: list[tuple[str | None, ...]]
) -> None:
    suite = SUITE if layout else None
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        once = prints(HEAD, rows, Path(folder) / "once.parquet", layout, suite)
        scanned: list[object] = []
        usual = module._scan
        patched.setattr(module, "_of_value", lambda *_: None)
        patched.setattr(module, "_scan", lambda *given: (scanned.append(given), usual(*given)))
        streamed = prints(HEAD, rows, Path(folder) / "streamed.parquet", layout, suite)
        assert scanned
        found, wanted = (pyarrow.parquet.read_table(it.path) for it in (once, streamed))
        assert found.equals(wanted)
        assert found.schema.metadata == wanted.schema.metadata
        assert found.num_rows == len(rows)


def test_a_small_table_is_not_scanned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_scan", None)
    found = prints(
        HEAD, [("C-1", "1", "31/12/2025", "abierta", "P", None, "x")], tmp_path / "it", LAYOUT, SUITE
    )
    assert pyarrow.parquet.read_metadata(found.path).num_rows == 1
