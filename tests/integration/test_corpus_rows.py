"""Real published files: as many records are read as the corpus says that each holds.

Where the corpus counts otherwise than we do, `OURS` has our number and the reason, seen in the file.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.conftest import corpus_folder

PLACES = ("mx", "br", "uk", "fr", "ocds")
FORMATS = {"csv", "tsv", "xlsx", "xls", "ods", "json", "gzip"}

BLANK_LAST = "the last row of the sheet is formatted and blank"
TITLES = "the corpus takes the first row for the header; here titles stand above it"
BLANKS = "the corpus counts rows of nothing but delimiters"
OURS = {
    "real/br/mg_compras_covid19_raw.xlsx": (524, BLANK_LAST),
    "real/br/mg_empenhos_2022.xlsx": (50720, BLANK_LAST),
    "real/br/mg_empenhos_2023.xlsx": (45900, BLANK_LAST),
    "real/br/mg_empenhos_2024.xlsx": (45844, BLANK_LAST),
    "real/br/mg_empenhos_2025.xlsx": (45214, BLANK_LAST),
    "real/mx/cuenta_publica_2016.xls": (5101, TITLES),
    "real/mx/cuenta_publica_2019.xls": (5094, TITLES),
    "real/mx/diputados_comisiones_2012.ods": (1578, "the corpus adds up two sheets; the second has three rows"),
    "real/mx/reeleccion_incumbents.ods": (16, "a blank row stands between the table and its sources"),
    "real/mx/sipot_pnt_declaraciones_cide.xls": (404, TITLES),
    "real/uk/gt_1011-bbsrc-25k-spend-return.csv": (67, BLANKS),
    "real/uk/gt_BIS_spending_over__25_000_July_2014.csv": (3675, BLANKS),
    "real/uk/gt_gla-2012-13-P10-250.csv": (861, f"{BLANKS} below the table"),
    "real/uk/gt_gla-250-report-2014-15-P07.csv": (677, f"{BLANKS} below the table"),
    "real/uk/gt_gla-250-report-2014-15-P08.csv": (718, TITLES),
    "real/uk/gt_gzip_csv.gz": (598, "the corpus counts lines, the header too; five cells have line breaks"),
    "real/uk/qa_10-p108-data-results-2010-finance-survey-mid-cap-businesses.xls": (352, f"{TITLES}, and blank rows"),
    "real/uk/qa_CloudStore_-_May_2012_cat_export_three_header_rows_.ods": (1135, TITLES),
    "real/uk/qa_decc_local_authority_data_xlsx.xlsx": (383, "the corpus counts the first sheet, not the fullest"),
}  # fmt: skip


def published() -> list[dict[str, str]]:
    """The corpus's tabular files of the five places whose number of records is known."""
    folder = corpus_folder()
    if folder is None:
        return []
    with (folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as handle:
        return [
            row
            for row in csv.DictReader(handle)
            if row["path"].startswith(tuple(f"real/{place}/" for place in PLACES))
            and row["rows"]
            and row["format"].removesuffix(" (OCDS release package)").removesuffix(" (OCDS record package)")
            in FORMATS
        ]


def hint(row: dict[str, str]) -> Hint:
    return Hint("corpus/file/0", row["sha256"], file_name=Path(row["path"]).name)


@pytest.mark.parametrize("row", published(), ids=lambda row: row["path"].removeprefix("real/"))
def test_rows(corpus, row):
    expected, reason = OURS.get(row["path"], (int(row["rows"]), "as the corpus says"))
    with opened(corpus / row["path"], hint(row)) as result:
        table = result.tables[0]
        stored = table.connection.execute(f'SELECT count(*) FROM "{table.relation}"').fetchall()[0][0]
    assert (table.report.rows, stored, table.report.fault) == (expected, expected, None), reason


def test_there_are_enough_of_them_and_few_exceptions(corpus):
    assert len(published()) >= 100
    assert len(OURS) <= 0.15 * len(published())
    assert set(OURS) <= {row["path"] for row in published()}


def test_a_preamble_in_an_archive(corpus, manifest):
    """The electoral institute's preliminary results: title, time and a summary above the table, in a ZIP."""
    row = next(row for row in manifest if row["path"].endswith("ine_prep_2017_coahuila_gob.zip"))
    with opened(corpus / row["path"], hint(row)) as result:
        main = result.tables[0].report
        assert main.member == "prep/COAH_GOB_2017.csv"
        assert (main.header_row, main.columns[:2], main.rows) == (6, ("ID_ESTADO", "ESTADO"), 3628)
        assert main.ragged == 525
        assert [report.main for report in result.reports] == [True, False]


@pytest.mark.slow
@pytest.mark.parametrize("part", ["real", "dirty"])
def test_nothing_but_read_faults(corpus, manifest, part):
    """Every file, tabular or not, broken or not: what is reported is there, or it is a fault."""
    kinds: dict[FaultKind, int] = {}
    for row in manifest:
        if not row["path"].startswith(f"{part}/"):
            continue
        try:
            with opened(corpus / row["path"], hint(row)) as result:
                for table in result.tables:
                    read = table.connection.execute(f'SELECT count(*) FROM "{table.relation}"').fetchall()
                    assert read[0][0] == table.report.rows, row["path"]
        except ReadFault as error:
            kinds[error.kind] = kinds.get(error.kind, 0) + 1
    assert FaultKind.EMPTY in kinds
    assert FaultKind.UNKNOWN_FORMAT in kinds
