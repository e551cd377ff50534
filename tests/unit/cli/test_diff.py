"""`veedor diff --files` for somebody without a store: any two formats, personal columns, and files of all rows."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app

HEAD = ("contract_id", "title", "value_amount", "date_signed")
ROWS = [(f"C-{n}", f"Obra núm. {n}", f"{n}.5", f"2025-01-{n:02d}") for n in range(1, 25)]
NOW = [
    *ROWS[1:-1],
    ("C-24", "Obra núm. 24", "99", "2025-01-24"),
    ("C-99", "=HYPERLINK(1)", "1", "2025-02-01"),
]


def as_csv(path: Path, rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> Path:
    with path.open("w", encoding="latin-1", newline="") as handle:
        csv.writer(handle, delimiter=";").writerows([head, *rows])
    return path


def as_xlsx(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    import xlsxwriter

    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet("Datos")
        for at, row in enumerate([HEAD, *rows]):
            for place, cell in enumerate(row):
                if at and place == 2:
                    sheet.write_number(at, place, float(cell))
                else:
                    sheet.write_string(at, place, cell)
    return path


def as_json(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    path.write_text(json.dumps([dict(zip(HEAD, row, strict=True)) for row in rows]), encoding="utf-8")
    return path


FORMATS = {"csv": as_csv, "xlsx": as_xlsx, "json": as_json}


def diff(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["diff", "--files", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout


def document(*arguments: str) -> dict[str, object]:
    found: dict[str, object] = json.loads(diff(*arguments, "--json", "--guide", "contracts_register"))
    return found


@pytest.mark.parametrize("old", FORMATS)
@pytest.mark.parametrize("new", FORMATS)
def test_the_format_of_a_file_is_no_change_and_a_change_is_one_in_any(
    tmp_path: Path, old: str, new: str
) -> None:
    before = FORMATS[old](tmp_path / f"antes.{old}", ROWS)
    same = document(str(before), str(FORMATS[new](tmp_path / f"mismo.{new}", ROWS)))
    assert (same["removed"], same["amended"], same["added"], same["unchanged"]) == (0, 0, 0, 24)
    other = document(str(before), str(FORMATS[new](tmp_path / f"ahora.{new}", NOW)))
    assert (other["removed"], other["amended"], other["added"]) == (1, 1, 1)
    assert other["columns"] == {"value_amount": 1}
    assert (other["compared"], other["key"]) == ("by_key", ["contract_id"])


def test_a_key_may_be_named_and_without_one_whole_rows_are_compared(tmp_path: Path) -> None:
    files = str(as_csv(tmp_path / "a.csv", ROWS)), str(as_csv(tmp_path / "b.csv", NOW))
    whole = json.loads(diff(*files, "--json"))
    assert (whole["compared"], whole["reason"], whole["amended"]) == ("by_row", "no_key", None)
    assert (whole["removed"], whole["added"]) == (2, 2)
    named = json.loads(diff(*files, "--json", "--key", "contract_id"))
    assert (named["removed"], named["amended"], named["added"]) == (1, 1, 1)


@pytest.mark.parametrize("suffix", ["xlsx", "csv", "parquet"])
def test_all_rows_are_in_the_file_that_was_asked_for(tmp_path: Path, suffix: str) -> None:
    files = str(as_csv(tmp_path / "a.csv", ROWS)), str(as_csv(tmp_path / "b.csv", NOW))
    target = tmp_path / f"rows.{suffix}"
    diff(*files, "--guide", "contracts_register", "--rows", str(target), "--language", "en", "--limit", "0")
    if suffix == "parquet":
        import pyarrow.parquet

        table = pyarrow.parquet.read_table(target).to_pylist()
        assert [row["kind"] for row in table] == ["removed", "amended", "added"]
        assert table[1]["changed"] == ["value_amount"]
        assert (table[1]["value_amount:before"], table[1]["value_amount:after"]) == ("24.5", "99")
        assert table[2]["title:after"] == "=HYPERLINK(1)"
        assert (table[0]["row_before"], table[0]["row_after"]) == (2, None)
        return
    if suffix == "csv":
        with target.open(encoding="utf-8-sig", newline="") as handle:
            rows = list(csv.reader(handle))
    else:
        from python_calamine import CalamineWorkbook

        book = CalamineWorkbook.from_path(str(target))
        assert book.sheet_names == ["Rows", "Summary"]
        rows = [[str(cell) for cell in row] for row in book.get_sheet_by_name("Rows").to_python()]
        summary = book.get_sheet_by_name("Summary").to_python()
        assert ["removed", 1.0] in summary
        assert ["value_amount", 1.0] in summary
    head, removed, amended, added = rows
    assert head[:4] == ["change", "row before", "row now", "columns amended"]
    assert [row[0] for row in rows[1:]] == ["removed", "amended", "added"]
    assert removed[head.index("contract_id (before)")] == "C-1"
    assert amended[head.index("value_amount (now)")] == "99"
    assert added[head.index("title (now)")] == "'=HYPERLINK(1)"


def test_values_of_personal_columns_leave_no_trace_even_where_no_layout_fits_any_more(tmp_path: Path) -> None:
    head = ("sanction_id", "entity_name", "entity_id", "sanction_type", "start_date", "end_date")
    rows = [
        (f"S-{n}", f"Persona Inventada {n}", f"RFC{n}", "multa", "2025-01-01", "2026-01-01")
        for n in range(30)
    ]
    old = as_csv(tmp_path / "a.csv", rows, head)
    changed = [(row[0], row[1] + " Bis", *row[2:]) for row in rows[1:]]
    for name, columns in (("b", head), ("c", ("sanction_id", "entity_name", "entity_id", "x", "y", "z"))):
        new = as_csv(tmp_path / f"{name}.csv", changed, columns)
        target = tmp_path / f"{name}-rows.csv"
        arguments = (str(old), str(new), "--guide", "debarred_contractors", "--key", "sanction_id")
        shown = diff(*arguments) + diff(*arguments, "--json", "--rows", str(target))
        written = target.read_text(encoding="utf-8-sig")
        for text in (shown, written):
            assert "***" in text
            assert "S-7" in text or "S-0" in text
            assert "Persona Inventada" not in text
            assert "RFC" not in text


def test_cells_of_strangers_are_no_markup(tmp_path: Path) -> None:
    old = as_csv(tmp_path / "a.csv", ROWS)
    new = as_csv(tmp_path / "b.csv", [*ROWS, ("C-99", "[bold red]x[/]\x1b[31m", "1", "2025-02-01")])
    shown = diff(str(old), str(new), "--key", "contract_id")
    assert "[bold red]x[/]" in shown
    assert "\x1b[31m" not in shown


@pytest.mark.slow
def test_a_million_rows_are_compared_in_bounded_memory(tmp_path: Path) -> None:
    from pipelines.row_changes.compare import comparing
    from pipelines.row_changes.pairing import paired
    from pipelines.row_changes.version import scanned
    from pipelines.tables.read import worked
    from pipelines.tables.table import Hint

    names = ["id", *(f"c{n}" for n in range(19))]
    for name, first, step in (("a", 0, 0), ("b", 1_000, 1)):
        with (tmp_path / name).open("w", encoding="utf-8") as handle:
            handle.write(",".join(names) + "\n")
            for n in range(first, first + 1_000_000):
                cells = [str((n * k + (step if n % 10_000 == 0 else 0)) % 99_991) for k in range(19)]
                handle.write(f"C-{n}," + ",".join(cells) + "\n")

    def opening(name: str):  # type: ignore[no-untyped-def]
        return lambda work: worked(
            tmp_path / name, Hint("f", "0" * 64, format="csv"), work, memory_limit="200MB"
        )

    versions = [
        scanned(opening(name), lambda content: (content.tables[0], None, None), tmp_path / f"{name}.parquet")
        for name in ("a", "b")
    ]
    prints = [version.prints for version in versions]
    pairing = paired(prints[0], prints[1], key=["id"])
    with comparing(prints[0], prints[1], pairing, tmp_path, memory_limit="100MB") as found:
        assert (found.removed, found.added, found.amended) == (1_000, 1_000, 99)
        assert found.columns == {f"c{n}": 99 for n in range(19)}
