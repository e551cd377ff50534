"""What an asset does for each source of its run: one stage, and what the screen shows of it.

Belongs here: the stages as the assets call them, the counts that become metadata, and what happens when one of
our own faults stops a source: as in `pipelines.night`, the other sources go on, and the run fails at its end.
Published texts are cleaned before they become metadata.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import artifacts, night, stages
from pipelines.alerts.message import clean
from pipelines.defs.resources import Tonight
from pipelines.model import Fault, Outcome, RunIndex
from pipelines.sources import Source
from pipelines.stages import Run
from pipelines.tools import Tools

Counts = Mapping[str, Any]
Stage = Callable[[Run, Tools], Counts]
SHOWN_FAULTS = 5
ADVICE = (
    "The other sources went on. Mend the cause and start the job `night` again with all its steps: what is "
    "finished is kept, and the sources named here are taken up where they stopped."
)


def discover(run: Run, tools: Tools) -> Counts:
    """Source -> catalog.json; how much the portal lists."""
    catalog = stages.discover(run, tools)
    return {
        "datasets": len(catalog.datasets),
        "distributions": sum(len(dataset.distributions) for dataset in catalog.datasets),
        **_faults([catalog.fault, *(dataset.fault for dataset in catalog.datasets)]),
    }


def fetch(run: Run, tools: Tools) -> Counts:
    """Catalog -> snapshots.jsonl; how many files came, in bytes."""
    snapshots = stages.fetch(run, stages.discover(run, tools), tools)
    return {
        "snapshots": len(snapshots),
        "changed": sum(snapshot.changed is True for snapshot in snapshots),
        "bytes": sum(snapshot.bytes or 0 for snapshot in snapshots),
        **_faults(snapshot.fault for snapshot in snapshots),
    }


def read(run: Run, tools: Tools) -> Counts:
    """Snapshots -> reads.jsonl; how many tables and rows, and what was lost."""
    catalog = stages.discover(run, tools)
    reads = stages.read(run, catalog, stages.fetch(run, catalog, tools), tools)
    return {
        "tables": len(reads),
        "rows": sum(report.rows for report in reads),
        "lost": sum(report.lost for report in reads),
        "without_layout": sum(report.layout is None for report in reads),
        **_faults(report.fault for report in reads),
    }


def validate(run: Run, tools: Tools) -> Counts:
    """Tables -> validation_results.jsonl; how many expectations ended in which outcome."""
    catalog = stages.discover(run, tools)
    snapshots = stages.fetch(run, catalog, tools)
    validations = stages.validate(run, catalog, snapshots, stages.read(run, catalog, snapshots, tools), tools)
    outcomes = Counter(result.outcome for validation in validations for result in validation.results)
    return {
        "validation_results": len(validations),
        "reused": sum(validation.reused_from is not None for validation in validations),
        **{f"expectations_{outcome}": outcomes[outcome] for outcome in _OF_EXPECTATIONS},
    }


def visit(run: Run, tools: Tools) -> Counts:
    """Addresses that the datasets lead to -> pages.jsonl; how many answer, and of how many nobody knows."""
    catalog = stages.discover(run, tools)
    snapshots = stages.fetch(run, catalog, tools)
    pages = stages.visit(run, catalog, snapshots, stages.read(run, catalog, snapshots, tools), tools)
    return {
        "pages": len(pages),
        "answer": sum(page.answers is True for page in pages),
        "unknown": sum(page.answers is None for page in pages),
        **_faults(page.fault for page in pages),
    }


def measure(run: Run, tools: Tools) -> Counts:
    """All of it -> measurements, scores, verdicts, and index.json, the mark of a finished run; the verdicts."""
    catalog = stages.discover(run, tools)
    snapshots = stages.fetch(run, catalog, tools)
    reads = stages.read(run, catalog, snapshots, tools)
    validations = stages.validate(run, catalog, snapshots, reads, tools)
    pages = stages.visit(run, catalog, snapshots, reads, tools)
    verdicts = stages.measure(run, catalog, snapshots, reads, validations, pages, tools)
    index = stages.close(run, snapshots, tools)
    return {
        "result": index.result,
        "passed": sum(verdict.outcome is Outcome.PASSED for verdict in verdicts),
        "not_passed": sum(verdict.outcome is not Outcome.PASSED for verdict in verdicts),
        "verdicts": {verdict.dataset: verdict.outcome.value for verdict in verdicts},
    }


def each_source(
    context: dg.AssetExecutionContext,
    tonight: Tonight,
    stage: Stage,
    *,
    begins: bool = False,
    then: Callable[[Sequence[Path], Tools], None] | None = None,
    more_to_come: bool,
) -> dg.MaterializeResult[None]:
    """Take every source of the run through `stage`, and their run folders together through `then`.

    `begins` takes up again what a fault of ours had stopped; a later stage leaves such a source alone. With
    `more_to_come` the run goes on without the sources that stopped, else it fails here with `dg.Failure`.
    """
    totals: Counter[str] = Counter()
    stopped = []
    through: list[Path] = []
    chosen = set(context.partition_keys)
    # A source that somebody asks for is visited on any night
    visited = tonight.sources.enabled if len(chosen) == 1 else tonight.sources.due(tonight.night)
    for source in (source for source in visited if source.id in chosen):
        folder = run_folder(tonight, source)
        with night.alone(tonight.tools.settings, source.id), tonight.tools.store.in_use():
            index = None if begins else stopped_run(folder)
            counts: Counts = {}
            if index is None:
                run = stages.declare(source, tonight.night, tonight.tools)
                try:
                    counts = stage(run, tonight.tools)
                except (OSError, MemoryError):
                    raise  # as in the night: no other source would fare better
                except Exception as fault:
                    context.log.error(f"{source.id} was stopped by a fault of ours", exc_info=True)
                    index = stages.give_up(run, fault, tonight.tools)
                    night.record([folder], tonight.tools)
                else:
                    through.append(folder)
        if index is not None:
            stopped.append(index)
            counts = {"stopped_by_a_fault_of_ours": clean(index.reason)}
        totals.update({name: count for name, count in counts.items() if isinstance(count, int)})
        context.add_asset_metadata(
            {**counts, "run_folder": dg.MetadataValue.path(str(folder))}, partition_key=source.id
        )
    if then is not None:
        then(through, tonight.tools)
    if not more_to_come:
        fail_when_stopped(stopped)
    return dg.MaterializeResult(
        metadata={
            "night": str(tonight.night),
            "night_totals": dg.MetadataValue.json(
                {"sources": len(chosen), "stopped": len(stopped), **totals}
            ),
        }
    )


def fail_when_stopped(stopped: Sequence[RunIndex]) -> None:
    """Raise `dg.Failure` naming the sources that our own faults stopped, if there are any."""
    if stopped:
        told = "; ".join(f"{index.source}: {clean(index.reason)}" for index in stopped)
        raise dg.Failure(f"Stopped by a fault of ours: {told}. {ADVICE}", allow_retries=False)


def stopped_run(folder: Path) -> RunIndex | None:
    """The mark that a fault of ours left in a run folder, if it did."""
    path = folder / artifacts.INDEX
    if not path.exists():
        return None
    index = artifacts.read_value(path, RunIndex)
    return index if index.result == "failure" else None


def run_folder(tonight: Tonight, source: Source) -> Path:
    """Where the artifacts of one source's night are."""
    return artifacts.run_folder(tonight.tools.settings.runs, tonight.night, source.id)


_OF_EXPECTATIONS = (Outcome.PASSED, Outcome.FAILED, Outcome.NOT_APPLICABLE, Outcome.ERROR)


def _faults(faults: Iterable[Fault | None]) -> Counts:
    found = [fault for fault in faults if fault is not None]
    shown = [f"{fault.kind}: {clean(fault.message)}" for fault in found[:SHOWN_FAULTS]]
    return {"faults": len(found), **({"first_faults": shown} if shown else {})}
