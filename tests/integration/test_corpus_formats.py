"""Real and broken files of every format but CSV and workbooks: as many records as the corpus says.

Where the corpus counts otherwise than we do, `OURS` has our number (None: no table) and the reason, seen in the
file. Delimited files and workbooks are in test_corpus_rows.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pipelines.errors import ReadFault
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.conftest import corpus_folder

FORMATS = {"json", "ndjson", "geojson", "iati", "xml", "parquet", "rdf/xml"}
STATEMENTS = {"ownership_or_control", "entity", "person", "statement"}

HEADER = "the corpus counts the first row, which holds the names"
NOTHING = "an empty list is no table"
NO_TABLE = "a map, or the description of a service, is no table"
OURS = {
    "dirty/frictionless/issue-494.package.json": (2, "the largest list of objects is another"),
    "dirty/frictionless/package-with-fields-993.json": (2, "the corpus counts the list that is empty"),
    "dirty/frictionless/schema-invalid-wrong-type.json": (None, NOTHING),
    "dirty/frictionless/table.json": (2, HEADER),
    "dirty/frictionless/transform.json": (3, HEADER),
    "dirty/goodtables/schema_invalid_wrong_type.json": (None, NOTHING),
    "dirty/sniffing/allotment.kml": (None, NO_TABLE),
    "dirty/sniffing/blaby_get_capabilities_2_0.wfs": (None, NO_TABLE),
    "dirty/sniffing/oldham_get_capabilities.wms": (None, NO_TABLE),
    "dirty/sniffing/ukho_bathymetry.wcs": (None, NO_TABLE),
    "dirty/sniffing/ukk1202-36000.rdf": (None, "a graph is no table"),
    "real/standard_samples/iati_iati-org-root-only.xml": (None, NOTHING),
    "real/standard_samples/iati_iati-org-schema-errors-broken-root-element.xml": (2, "the third has another name"),
    "real/uk/qa_300911---EH---organogram---ver1.rdf": (None, "a graph is no table"),
    "real/uk/qa_DfidProjects-trunc.xml": (2, "one project with two years, of which the years repeat"),
    "real/un/un_consolidated.xml": (730, "the corpus counts the two lists, not the persons in the longer one"),
}  # fmt: skip


def published() -> list[dict[str, str]]:
    """The corpus's files of these formats whose number of records is known."""
    folder = corpus_folder()
    if folder is None:
        return []
    with (folder / "MANIFEST.csv").open(encoding="utf-8", newline="") as handle:
        return [
            row
            for row in csv.DictReader(handle)
            if row["path"].startswith(("real/", "dirty/")) and row["rows"] and row["format"] in FORMATS
        ]


def rows_of(path: Path, sha256: str) -> int | None:
    """The records of the main table; for statements on ownership those of all their tables; None for a fault."""
    try:
        with opened(path, Hint("corpus/file/0", sha256, file_name=path.name)) as result:
            main = result.tables[0].report
            if main.format != "bods":
                return main.rows
            return sum(table.report.rows for table in result.tables if table.report.table in STATEMENTS)
    except ReadFault:
        return None


@pytest.mark.parametrize("row", published(), ids=lambda row: row["path"])
def test_rows(corpus, row):
    expected, reason = OURS.get(row["path"], (int(row["rows"]), "as the corpus says"))
    assert rows_of(corpus / row["path"], row["sha256"]) == expected, reason


def test_there_are_enough_of_them_and_few_exceptions(corpus):
    assert len(published()) >= 200
    assert len(OURS) <= 0.07 * len(published())
    assert set(OURS) <= {row["path"] for row in published()}
