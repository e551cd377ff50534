"""Run folders of the least content that later nights look back to, made from a plan, and all that they can find there.

Belongs here: what compaction must not change. A plan says for each night and source what kind of run it was.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines import artifacts, past_runs
from pipelines.model import (
    Catalog,
    ContactPoint,
    Dataset,
    Distribution,
    Fault,
    FaultKind,
    Publisher,
    ReadReport,
    RunIndex,
    Snapshot,
)

# success · the portal did not answer · a fault of ours before, or after fetching · killed before, or after fetching
KINDS = ("success", "silent", "failed early", "failed late", "killed early", "killed late")
RULES, DECLARED = "rules", "declared"

# How each function that looks back is asked; a new one in past_runs has to be named here.
LOOKUPS: Mapping[str, Any] = {
    "last_finished": lambda runs, source, night: past_runs.last_finished(
        runs, source, night, RULES, DECLARED
    ),
    "folder_before": past_runs.folder_before,
    "index_before": past_runs.index_before,
    "out_of_reach": past_runs.out_of_reach,
    "night_before": lambda runs, source, night: past_runs.night_before(runs, source, night, DECLARED),
    "previous_reads": past_runs.previous_reads,
    "previous_pages": lambda runs, source, night: list(past_runs.previous_pages(runs, source, night)),
    "previous_snapshots": past_runs.previous_snapshots,
}


def functions_that_look_back() -> set[str]:
    """The public functions of past_runs whose first parameter is the folder of runs."""
    return {
        name
        for name, function in inspect.getmembers(past_runs, inspect.isfunction)
        if function.__module__ == past_runs.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(function).parameters), "") == "runs"
    }


def found(runs: Path, sources: list[str], night: date) -> dict[str, Any]:
    """Everything that a night may find of earlier ones, and what it reads there."""
    answers = {
        f"{name} {source}": lookup(runs, source, night)
        for name, lookup in LOOKUPS.items()
        for source in sources
    }
    for name, folder in list(answers.items()):
        if isinstance(folder, Path):
            answers[f"{name} files"] = {it.name: it.read_bytes() for it in folder.iterdir()}
    return answers


def write(runs: Path, plan: Mapping[tuple[date, str], str]) -> None:
    """Write the run folders of a plan."""
    for (night, source), kind in plan.items():
        folder = artifacts.run_folder(runs, night, source)
        instant = datetime(night.year, night.month, night.day, 9, tzinfo=UTC)
        artifacts.write_text(folder / artifacts.DECLARATION, DECLARED)
        if not kind.endswith("early"):
            _fetched(folder, source, instant, silent=kind == "silent")
        if not kind.startswith("killed"):
            result = "failure" if kind.startswith("failed") else "success"
            index = RunIndex(source, night, "veedor", instant, instant, result, RULES)
            artifacts.write_value(folder / artifacts.INDEX, index)
        artifacts.write_text(artifacts.night_folder(runs, night) / artifacts.ALERTS, "")


def _fetched(folder: Path, source: str, instant: datetime, *, silent: bool) -> None:
    fault = Fault(FaultKind.TIMED_OUT, "no answer", "Try again.", True) if silent else None
    key = f"{source}/d"
    files = (Distribution(f"{key}/f", "f", f"https://example.org/{source}.csv"),)
    datasets = () if silent else (Dataset(key, "d", Publisher("p", "MX"), ContactPoint("c", None), files),)
    artifacts.write_value(
        folder / artifacts.CATALOG, Catalog(source, "ckan", "https://example.org", datasets, instant, fault)
    )
    sha256 = f"{instant.toordinal():064x}"
    visits = [] if silent else [Snapshot(f"{key}/f", "", instant, sha256)]
    reads = [] if silent else [ReadReport(f"{key}/f", "t", "csv", rows=1, rows_hash=sha256, sha256=sha256)]
    artifacts.write_values(folder / artifacts.SNAPSHOTS, visits)
    artifacts.write_values(folder / artifacts.READS, reads)
