"""The plan against Great Expectations itself, with our own suites: on their samples and on published files.

Belongs here: equality of the two. Which outcomes are right is the matter of `tests/contract`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.errors import ReadFault
from pipelines.settings import packaged_expectations
from pipelines.tables.layouts import Fit, choose, lay, load_layouts, of_roles
from pipelines.tables.read import opened
from pipelines.tables.table import Hint, Table
from pipelines.validation.columns import columns_of
from pipelines.validation.suites import Suite, load_suites
from tests.parity_of import of_table
from tests.tables_of import table_of_csv

EXPECTATIONS = packaged_expectations()
SUITES = load_suites(EXPECTATIONS)
LAYOUTS = load_layouts(EXPECTATIONS)
SAMPLES = Path(__file__).resolve().parent.parent / "samples"
READ = {
    "csv",
    "tsv",
    "xlsx",
    "xls",
    "ods",
    "json",
    "json (OCDS release package)",
    "json (OCDS record package)",
}
SMALL = 300_000  # bytes


# SQL is neither's: GX on pandas cannot run it, and the plan leaves it to a connection of its own. And whether a row
# stands there twice the plan asks of every published column, of which GX's frame has only those with a role.
APART = {"unexpected_rows_expectation", "expect_table_rows_to_be_unique"}


def differences(table: Table, fit: Fit, suite: Suite) -> list[object]:
    """The expectations on which plan and GX do not agree, and those that the plan does not know."""
    asked = [
        item for item in suite.expectations if set(item.needs) <= set(fit.roles) and item.type not in APART
    ]
    answers = of_table(table, columns_of(table, fit, suite), asked)
    return [(item.key, plan, gx) for item, (plan, gx) in zip(asked, answers, strict=True) if plan != gx]


# The bad ones make both judges list rows, and so tell more for their time.
@pytest.mark.parametrize("name", [pytest.param("good", marks=pytest.mark.slow), "bad"])
@pytest.mark.parametrize("key", sorted(SUITES))
def test_both_say_the_same_of_the_samples(key: str, name: str) -> None:
    suite = SUITES[key]
    with table_of_csv(SAMPLES / key / f"{name}.csv") as table:
        assert differences(table, lay(of_roles(key, suite.roles), table.report.columns), suite) == []


def laid(path: Path) -> Iterator[tuple[Table, Fit, Suite]]:
    """The tables of a file that a layout fits, with every suite that it fits under."""
    try:
        with opened(path, Hint("c/d/f", "0" * 64, file_name=path.name)) as content:
            for table in content.tables:
                for key, suite in SUITES.items():
                    fit = choose(
                        LAYOUTS,
                        table.report.columns,
                        key,
                        table=table.report.table,
                        minimum=suite.minimum_roles,
                    )
                    if fit is not None:
                        yield table, fit, suite
    except ReadFault:
        return


def compared(files: list[Path]) -> tuple[int, list[object]]:
    """The number of tables that were compared, and the differences."""
    found = [
        (path.name, suite.name, different)
        for path in files
        for table, fit, suite in laid(path)
        for different in [differences(table, fit, suite)]
    ]
    return len(found), [item for item in found if item[2]]


def files(corpus: Path, manifest: list[dict[str, str]]) -> list[tuple[Path, int]]:
    return [
        (corpus / row["path"], int(row["bytes"]))
        for row in manifest
        if row["path"].startswith("real/") and row["format"] in READ and row["rows"]
    ]


@pytest.mark.slow
def test_both_say_the_same_of_small_published_files(corpus: Path, manifest: list[dict[str, str]]) -> None:
    small = sorted(path for path, size in files(corpus, manifest) if size < SMALL)
    by_origin: dict[Path, list[Path]] = {}
    for path in small:
        by_origin.setdefault(path.parent, []).append(path)
    count, different = compared([path for group in by_origin.values() for path in group[:1]])
    assert different == []
    assert count >= 5


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_both_say_the_same_of_every_published_file(corpus: Path, manifest: list[dict[str, str]]) -> None:
    count, different = compared([path for path, size in files(corpus, manifest) if size >= SMALL])
    assert different == []
    assert count >= 9
