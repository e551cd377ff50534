"""The repair kit: what is in it, harmless whatever was published, the same bytes each time, gone when all is mended."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from pipelines import artifacts
from pipelines.history import publish, record
from pipelines.model import Outcome, UnexpectedExample, ValidationResult
from pipelines.site import kit
from pipelines.site.build import build
from pipelines.workbooks import FORMULA
from tests.unit.history import run_folders
from tests.unit.site.conftest import make_public

KIT = "dataset/federal/contratos.xlsx"
LINK = '=HYPERLINK("http://evil.example","Ver")'
TURNED = "contratos\u202egnp.exe\u2066\u200b"
VALUES = (
    "=1+1",
    LINK,
    "\t=2+2",
    "@SUM(A1)",
    "＝1+1",
    "-1\u202e+1",
    "\x00\x0b=3",
    "a\tb\nc",
    "x" * 40_000,
    "",
)
ALIKE = "El importe del contrato es un número: "  # 38 characters
ADVICE = {
    "es": "Escriba solo el número. Bien: 1234.50. Mal: 1.234,50.",
    "en": "Write the number alone. Good: 1234.50. Bad: 1.234,50.",
}


def book(public: Path, language: str, path: str = KIT) -> Workbook:
    return load_workbook(BytesIO((public / language / path).read_bytes()))


def cells(found: Workbook) -> list[str]:
    return [
        str(cell.value)
        for sheet in found.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]


def changed(change: Callable[[ValidationResult], ValidationResult]) -> Callable[[Path], None]:
    def write(run: Path) -> None:
        path = run / artifacts.VALIDATION_RESULTS
        found = [change(it) for it in artifacts.read_values(path, ValidationResult)]
        path.unlink(missing_ok=True)
        artifacts.write_values(path, found)

    return write


def hostile(validation: ValidationResult) -> ValidationResult:
    """All expectations fail, with the worst that may stand in a cell and titles that are alike in their beginning."""
    examples = tuple(UnexpectedExample(at, value, LINK) for at, value in enumerate(VALUES, 4))
    results = [
        replace(
            it,
            outcome=Outcome.FAILED,
            column=LINK if at % 2 else TURNED,
            examples=examples,
            title={"es": f"{ALIKE}'[{at}]*?/\\{TURNED}", "en": f"{ALIKE}{at}"},
            advice={"es": f"={TURNED} Bien: =1. Mal: {LINK}.", "en": "@do"},
        )
        for at, it in enumerate(validation.results)
    ]
    return replace(validation, results=tuple(results))


@pytest.fixture(scope="module")
def harmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    titles = {"federal/contratos": f"{LINK}{TURNED}"}
    public = make_public(tmp_path_factory.mktemp("harmed"), titles=titles, change=changed(hostile))
    build(public)
    return public


def test_it_says_what_failed_how_often_what_it_gains_and_what_to_do(site: Path) -> None:
    found = book(site, "es")
    summary = found["Resumen"]
    assert str(summary["A1"].value).startswith("Qué corregir en «Contratos celebrados")
    heading = next(row[0].row for row in summary.iter_rows() if row[0].value == "N.º")
    rows = list(summary.iter_rows(min_row=heading + 1, values_only=True))
    first = rows[0]
    assert first[:4] == ("1", "Los importes son números", "crítica", "Importe (MXN)")
    assert isinstance(first[4], int)
    assert 0 < first[4] < first[5] == 48_199
    assert first[6] == pytest.approx(10.3)
    assert run_folders.ADVICE["es"] in first
    assert rows[1][6] == "ver N.º 1", (
        "what is gained once is told once: the same expectation fails in two files"
    )
    assert [row[1] for row in rows] == [
        *["Los importes son números"] * 2,
        *["El RFC de cada proveedor es válido"] * 2,
        "Codificación UTF-8",
    ]
    assert rows[-1][0] is None
    assert "Publíquelo en UTF-8." in rows[-1]
    assert len(found.sheetnames) == 5
    link = summary.cell(heading + 1, 1).hyperlink
    assert link.location == f"'{found.sheetnames[1]}'!A1"


def test_a_sheet_has_the_published_rows_and_no_personal_value(site: Path) -> None:
    amounts, ids = (list(book(site, "en").worksheets[at].iter_rows(values_only=True)) for at in (1, 3))
    assert str(amounts[0][0]).startswith("Amounts are numbers")
    heading = next(at for at, row in enumerate(amounts) if row[0] == "Row")
    assert amounts[heading][:5] == ("Row", "Column", "Value as published", "File", "What to do")
    assert [row[2] for row in amounts[heading + 1 :]] == ["1.234,56", "s/d", "N/A"]
    assert all(isinstance(row[0], int) and row[1] == "Importe (MXN)" for row in amounts[heading + 1 :])
    assert {row[2] for row in ids[-2:]} == {"***"}
    assert any("*** hides" in text for text in cells(book(site, "en")))


def test_an_example_is_the_suite_s_own_and_says_so(tmp_path: Path) -> None:
    def advised(validation: ValidationResult) -> ValidationResult:
        return replace(validation, results=tuple(replace(it, advice=ADVICE) for it in validation.results))

    public = make_public(tmp_path, change=changed(advised))
    build(public)
    for language, sentence in (
        ("es", "Ejemplo nuestro, no de su archivo. Así está mal: 1.234,50. Así está bien: 1234.50."),
        ("en", "An example of ours, not of your file. Wrong: 1.234,50. Right: 1234.50."),
    ):
        found = book(public, language)
        assert sentence in [row[0] for row in found.worksheets[1].iter_rows(values_only=True)]
        assert {"1234.50.", "1.234,50."} <= set(cells(found))
    assert not [text for text in cells(book(public, "es")) if "Bien: " in text]


@pytest.mark.parametrize("language", ["es", "en"])
def test_nothing_published_is_computed_or_turns_text_around(harmed: Path, language: str) -> None:
    found = book(harmed, language)
    assert len(found.sheetnames) == 1 + 2 * len(run_folders.EXPECTATIONS)
    for sheet in found.worksheets:
        for cell in (cell for row in sheet.iter_rows() for cell in row if cell.value is not None):
            assert cell.data_type in ("s", "n"), cell.value
            assert not str(cell.value).startswith(FORMULA), cell.value
            assert len(str(cell.value)) <= 1_001
            assert cell.hyperlink is None or cell.hyperlink.location, cell.value
    text = "".join(cells(found)) + "".join(found.sheetnames) + str(found.properties.title)
    assert not set(text) & set("\u202e\u2066\u200b\x00\x0b\t")
    assert f"'{LINK}" in cells(found)


@pytest.mark.parametrize("language", ["es", "en"])
def test_names_of_sheets_are_valid_and_different(harmed: Path, language: str) -> None:
    names = book(harmed, language).sheetnames
    assert len({name.casefold() for name in names}) == len(names)
    for name in names:
        assert 0 < len(name.encode("utf-16-le")) // 2 <= 31
        assert not set(name) & set("[]:*?/\\'\u202e")
    assert names[1].startswith("1 El importe del contrato")


def test_a_page_leads_to_its_kit_and_what_passes_has_none(site: Path) -> None:
    kits = {path.relative_to(site).as_posix() for path in site.rglob("*.xlsx")}
    assert kits == {f"es/{KIT}", f"en/{KIT}"}
    for path in site.glob("*/dataset/*/*.html"):
        leads = f'href="{path.stem}.xlsx"' in path.read_text(encoding="utf-8")
        assert leads == path.with_suffix(".xlsx").is_file(), path


def test_it_is_made_for_pages_that_are_written_anew_and_no_others(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    public = Path(shutil.copytree(site, tmp_path / "public"))
    path = public / "es" / KIT
    before, content = path.stat().st_ino, path.read_bytes()
    with monkeypatch.context() as patched:
        patched.setattr(kit, "workbook", lambda *_: pytest.fail("nothing changed"))
        build(public)
        build(public, "https://calidad.example.org/")  # the pages change, what the kits are about does not
    assert path.stat().st_ino == before
    path.unlink()
    build(public)
    assert path.read_bytes() == content, "what was lost is made again"


def test_when_all_is_mended_the_kit_goes(tmp_path: Path) -> None:
    history, public = tmp_path / "history.duckdb", tmp_path / "public"
    path = public / "es/dataset/federal/proveedores-sancionados.xlsx"
    seen = []
    for folder in run_folders.write(tmp_path / "runs"):
        if folder.name == "federal":
            record.record_run(history, folder)
            publish.publish(history, public)
            build(public)
            seen.append(path.is_file())
    assert seen == [True, True, True, False, False]


@pytest.mark.slow
def test_a_kit_is_bounded(tmp_path: Path) -> None:
    def many(validation: ValidationResult) -> ValidationResult:
        one = validation.results[0]
        examples = tuple(UnexpectedExample(row, "x" * 5_000, None) for row in range(10))
        results = tuple(
            replace(one, key=f"k.{at}", outcome=Outcome.FAILED, examples=examples) for at in range(200)
        )
        return replace(validation, results=results)

    public = make_public(tmp_path, change=changed(many))
    build(public)
    found = book(public, "es")
    assert len(found.sheetnames) == 1 + kit.MAX_SHEETS
    assert found["Resumen"].max_row > 400, "what has no sheet is in the summary"
    assert (public / "es" / KIT).stat().st_size < 1_000_000
