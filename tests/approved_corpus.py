"""What the suites say of every published file of the corpus that has a layout, as it was looked at and approved.

    python -m tests.approved_corpus            say what differs from tests/approved/corpus.json
    python -m tests.approved_corpus --approve  write it anew; look at the difference before it is committed

Belongs here: one line for each table: its layout, rows, how many expectations passed, and the count of each that did
not. No value of any file is kept. Does not belong here: the files, which are third parties' (`VEEDOR_CORPUS`).
"""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.errors import ReadFault
from pipelines.settings import packaged_expectations
from pipelines.tables.layouts import Fit, choose, load_layouts
from pipelines.tables.read import opened
from pipelines.tables.table import Hint, Table
from pipelines.validation.suites import load_suites
from pipelines.validation.validate import validate

APPROVED = Path(__file__).resolve().parent / "approved" / "corpus.json"
TODAY = datetime(2026, 6, 30, tzinfo=UTC)
# What the corpus calls files that are nobody's data: pages instead of files, answers of portals, pointers, documents
NO_DATA = {
    "api_response",
    "api_metadata",
    "dirty_corpus",
    "lfs_pointer",
    "html_instead_of_data",
    "guide_type",
}

Outcome = dict[str, Any]


def corpus() -> Path:
    """Where the corpus is."""
    return Path(os.environ.get("VEEDOR_CORPUS", Path(__file__).resolve().parents[2] / "shared" / "corpus"))


def files() -> list[str]:
    """The published files of the corpus with a guide type, by their paths below it."""
    with (corpus() / "MANIFEST.csv").open(encoding="utf-8", newline="") as handle:
        return [
            row["path"]
            for row in csv.DictReader(handle)
            if row["path"].startswith("real/") and row["guide_type"] not in NO_DATA
        ]


@cache
def _rules() -> tuple[Any, Any]:
    expectations = packaged_expectations()
    return load_suites(expectations), load_layouts(expectations)


def best(table: Table) -> Fit | None:
    """The layout that fits a table best, whatever the guide dataset."""
    suites, layouts = _rules()
    fits = [
        fit
        for key, suite in suites.items()
        if (
            fit := choose(
                layouts, table.report.columns, key, table=table.report.table, minimum=suite.minimum_roles
            )
        )
    ]
    return max(fits, key=lambda fit: fit.quality, default=None)


def judged(name: str) -> list[Outcome] | str:
    """What the suites say of each table of a file; words when it cannot be read or no layout fits."""
    path = corpus() / name
    found: list[Outcome] = []
    try:
        with opened(path, Hint("corpus/file/it", "0" * 64, file_name=path.name)) as content:
            for table in content.tables:
                fit = best(table)
                if fit is not None:
                    found.append(_outcome(table, fit))
    except ReadFault as fault:
        return f"not read: {fault.kind}"
    return found or "unknown layout"


def _outcome(table: Table, fit: Fit) -> Outcome:
    suites, _ = _rules()
    result = validate(table, fit, suites[fit.layout.guide_dataset], TODAY)
    outcomes = [str(it.outcome) for it in result.results]
    return {
        "table": table.report.table,
        "layout": fit.layout.name,
        "suite": f"{result.suite} {result.suite_version}",
        "rows": result.rows,
        **{outcome: outcomes.count(outcome) for outcome in ("passed", "not_applicable", "error")},
        "failed": {
            it.key.partition(".")[2]: it.unexpected_count
            for it in result.results
            if str(it.outcome) == "failed"
        },
    }


def _end(key: str) -> str:
    """An expectation's key without its dataset."""
    return key.partition(".")[2]


def found() -> Iterator[tuple[str, list[Outcome] | str]]:
    """Every file and what is said of it, on two processes."""
    names = files()
    # Not forked: what asks may have threads, of DuckDB or of Arrow, which a forked process would be without.
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield from zip(names, pool.map(judged, names, chunksize=4), strict=True)


def approved() -> dict[str, list[Outcome] | str]:
    """What was approved, by file."""
    known: dict[str, list[Outcome] | str] = json.loads(APPROVED.read_text(encoding="utf-8"))
    return known


def main(arguments: list[str]) -> int:
    """Compare or approve."""
    now = dict(found())
    before = approved() if APPROVED.exists() else {}
    different = sorted(name for name in now.keys() | before.keys() if now.get(name) != before.get(name))
    for name in different:
        print(name, before.get(name), now.get(name), sep="\n  ")
    laid = sum(not isinstance(outcome, str) for outcome in now.values())
    print(f"{len(now)} files, {laid} with a layout; {len(different)} differ from what was approved")
    if "--approve" in arguments:
        lines = ",\n".join(
            f" {json.dumps(name)}: {json.dumps(outcome)}" for name, outcome in sorted(now.items())
        )
        APPROVED.parent.mkdir(exist_ok=True)
        APPROVED.write_text(f"{{\n{lines}\n}}\n", encoding="utf-8")
        return 0
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
