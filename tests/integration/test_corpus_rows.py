"""Published files of every format, real and broken: as many records are read as each holds.

Where the corpus counts otherwise than we do, `benchmarks/corrections.csv` has our number and the reason, and says
which files are still read otherwise. Both lists are held to here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.row_counts import CORRECTIONS, NO_TABLE, Case, cases, read, right
from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.read import opened
from pipelines.tables.table import Hint
from tests.conftest import corpus_folder

SLOW_ABOVE = 100_000


def published() -> list[object]:
    """The corpus's files whose number of records is known, large ones marked as slow."""
    folder = corpus_folder()
    if folder is None:
        return []
    return [
        pytest.param(case, id=case.path, marks=[pytest.mark.slow] if case.bytes > SLOW_ABOVE else [])
        for case in cases(folder)
    ]


def hint(path: str, sha256: str) -> Hint:
    return Hint("corpus/file/0", sha256, file_name=Path(path).name)


@pytest.mark.parametrize("case", published())
def test_rows(corpus, case: Case):
    found = read(corpus, case)
    if case.kind in NO_TABLE:
        assert not isinstance(found, int), f"{found} read of {NO_TABLE[case.kind]}"
    elif case.miss:
        assert not right(found, case.expected), (
            f"read as it should be: take {case.path} off the list of misses"
        )
    else:
        assert right(found, case.expected), f"{found} read, {case.expected} expected: {case.reason}"


def test_there_are_enough_of_them_and_few_exceptions(corpus):
    every = list(cases(corpus))
    real = [case for case in every if case.path.startswith("real/")]
    corrected = [case for case in every if case.rows != case.expected or case.miss]
    assert len(every) >= 700
    assert sum(bool(case.miss) for case in every) <= 0.01 * len(every)
    assert sum(case.kind in NO_TABLE for case in every) <= 0.02 * len(every)
    assert sum(case.rows != case.expected for case in real) <= 0.15 * len(real)
    with CORRECTIONS.open(encoding="utf-8") as handle:
        assert len(handle.readlines()) - 1 == len(corrected), "a correction that corrects nothing, or twice"


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
