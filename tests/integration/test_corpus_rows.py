"""Published files, real and broken: as many records are read as each holds.

Where the corpus counts otherwise than we do, `benchmarks/corrections.csv` has our number and the reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.row_counts import Case, cases, right
from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.conftest import corpus_folder

FORMATS = {"csv", "tsv", "text", "xlsx", "xls", "ods", "json", "ndjson", "gzip", "empty"}
SLOW_ABOVE = 300_000
# What is read otherwise than it should be
OPEN = {
    "dirty/frictionless/issue-1258.json": "the schema has more records than the data under it",
    "dirty/frictionless/issue-494.package.json": "a package that lists files, of which none is a table",
    "dirty/frictionless/package-with-fields-993.json": "as above",
    "dirty/frictionless/resource-sync.json": "the schema has more records than the data under it",
    "dirty/frictionless/table.json": "an array of arrays",
    "dirty/frictionless/transform.json": "an array of arrays",
    "dirty/frictionless/table.csv.bz2": "bzip2",
    "dirty/frictionless/table.csv.xz": "xz",
    "dirty/messytables/bian-anal-mca-2005-dols-eng-1011-0312-tab3.xlsm": "the sheet of definitions is taken",
    "dirty/messytables/large.xlsx": "the summary is taken, not the sheet of records",
    "dirty/pollock/csv/file_multitable_same.csv": "a second table under the same header is more of the first",
    "dirty/pollock/survey/18-12-06.CSV": "a fourth row of the header holds numbers",
}


def published() -> list[object]:
    """The corpus's tabular files whose number of records is known, large ones marked as slow."""
    folder = corpus_folder()
    if folder is None:
        return []
    return [
        pytest.param(case, id=case.path, marks=[pytest.mark.slow] if case.bytes > SLOW_ABOVE else [])
        for case in cases(folder)
        if case.format.partition(" (")[0] in FORMATS and "BIFF" not in case.format and case.path not in OPEN
    ]


def hint(path: str, sha256: str) -> Hint:
    return Hint("corpus/file/0", sha256, file_name=Path(path).name)


@pytest.mark.parametrize("case", published())
def test_rows(corpus, case: Case):
    try:
        with opened(corpus / case.path, hint(case.path, case.sha256)) as result:
            table = result.tables[0]
            stored = table.connection.execute(f'SELECT count(*) FROM "{table.relation}"').fetchall()[0][0]
            assert (stored, table.report.fault) == (table.report.rows, None)
            read: int | str = stored
    except ReadFault as fault:
        read = fault.kind.value
    assert right(read, case.expected), f"{read} read, {case.expected} expected: {case.reason}"


def test_there_are_enough_of_them_and_few_exceptions(corpus):
    every = list(cases(corpus))
    real = [case for case in every if case.path.startswith("real/")]
    assert len(published()) >= 500
    assert len(OPEN) <= 0.02 * len(published())
    assert sum(case.rows != case.expected for case in real) <= 0.15 * len(real)
    assert set(OPEN) <= {case.path for case in every}


def test_a_preamble_in_an_archive(corpus, manifest):
    """The electoral institute's preliminary results: title, time and a summary above the table, in a ZIP."""
    row = next(row for row in manifest if row["path"].endswith("ine_prep_2017_coahuila_gob.zip"))
    with opened(corpus / row["path"], hint(row["path"], row["sha256"])) as result:
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
            with opened(corpus / row["path"], hint(row["path"], row["sha256"])) as result:
                for table in result.tables:
                    read = table.connection.execute(f'SELECT count(*) FROM "{table.relation}"').fetchall()
                    assert read[0][0] == table.report.rows, row["path"]
        except ReadFault as error:
            kinds[error.kind] = kinds.get(error.kind, 0) + 1
    assert FaultKind.EMPTY in kinds
    assert FaultKind.UNKNOWN_FORMAT in kinds
