"""The stages of one source's night, each a plain function from artifact to artifact.

Belongs here: what a stage takes, what it leaves in the run folder, and that it is never done twice. Does not
belong here: how anything is done (the floors below), or in which order (`night.py`). A stage whose artifact
exists gives it back as it is, so a run that was killed anywhere is finished by running it again; whatever a
stage needs of the past it takes from earlier nights only, so that the second run equals the first.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import TypeVar

from pipelines import artifacts, logs, stage_seconds
from pipelines.compacted import not_settled
from pipelines.comparing import row_change
from pipelines.errors import VeedorError
from pipelines.gathering import evidence_of, keys_of, main_table
from pipelines.log_context import within_stage
from pipelines.measurement.measure import Findings, assess
from pipelines.model import (
    Catalog,
    Outcome,
    PageVisit,
    ReadReport,
    RowChange,
    RunIndex,
    Snapshot,
    ValidationResult,
    Verdict,
)
from pipelines.past_runs import (
    by_bytes,
    dated,
    dated_reads,
    night_before,
    out_of_reach,
    previous_pages,
    previous_reads,
    previous_snapshots,
)
from pipelines.portals.discover import discover as discover_catalog
from pipelines.reading import compared, declared, hint_of, read_one
from pipelines.revisit import next_visit
from pipelines.run_folder import Run
from pipelines.run_mark import mark, state_of
from pipelines.snapshots.fetch import fetch as fetch_distribution
from pipelines.snapshots.page_visit import visited
from pipelines.sources import Source
from pipelines.tools import Step, Tools
from pipelines.validating import validated
from pipelines.visiting import Past, Wanted, pages_of
from pipelines.visiting import key as key_of

log = logging.getLogger("veedor")

T = TypeVar("T")


def discover(run: Run, tools: Tools) -> Catalog:
    """source -> catalog.json: what the portal says exists."""
    path = run.folder / artifacts.CATALOG
    if path.exists():
        return artifacts.read_value(path, Catalog)
    with stage_seconds.noted(run.seconds, "discover", tools.clock), _step(tools, "discover", run.source.id):
        catalog = discover_catalog(run.source, tools.http, tools.clock)
        named = tuple(
            replace(item, guide_title=tools.guide[item.guide_dataset].name)
            if item.guide_dataset in tools.guide
            else item
            for item in catalog.datasets
        )
        content = artifacts.json_of(replace(catalog, datasets=named))
        run.write(artifacts.CATALOG, content)
    return artifacts.value_in(content, Catalog, path)


def fetch(run: Run, catalog: Catalog, tools: Tools) -> list[Snapshot]:
    """catalog -> snapshots.jsonl: the bytes of every distribution, or why there are none."""

    def make() -> Iterator[Snapshot]:
        wanted = {item.key for dataset in catalog.datasets for item in dataset.distributions}
        past = previous_snapshots(
            tools.settings.runs, run.source.id, run.night, wanted=wanted, files=run.past
        )
        for dataset in catalog.datasets:
            for distribution in dataset.distributions:
                with _step(tools, "fetch", distribution.key):
                    before = past.get(distribution.key)
                    snapshot = fetch_distribution(distribution, tools.http, tools.store, before, tools.clock)
                    yield dated(snapshot, before)

    return _once(run, "fetch", artifacts.SNAPSHOTS, Snapshot, make, tools)


def read(run: Run, catalog: Catalog, snapshots: list[Snapshot], tools: Tools) -> list[ReadReport]:
    """snapshots -> reads.jsonl: how each became tables, and which layout fits them."""

    def make() -> Iterator[ReadReport]:
        earlier = run.earlier
        reports = run.past.values(earlier / artifacts.READS, ReadReport) if earlier else None
        known = by_bytes(reports or ())
        past = _previous_reads(run, snapshots, tools)
        for snapshot in snapshots:
            if snapshot.sha256 is not None:
                with _step(tools, "read", snapshot.distribution):
                    same = known.get((snapshot.distribution, snapshot.sha256))
                    before = past.get(snapshot.distribution)
                    dataset, _ = declared(catalog, snapshot.distribution)
                    hint = hint_of(catalog, snapshot)
                    reports = same or list(read_one(run.source, dataset, hint, tools))
                    yield from dated_reads(compared(reports, before, hint, tools), snapshot, before)

    return _once(run, "read", artifacts.READS, ReadReport, make, tools, maybe_as_before=True)


def validate(
    run: Run, catalog: Catalog, snapshots: list[Snapshot], reads: list[ReadReport], tools: Tools
) -> list[ValidationResult]:
    """tables whose layout is known -> validation_results.jsonl; reused for the same bytes and rules."""

    def make() -> Iterator[ValidationResult]:
        earlier = run.earlier
        results = (
            run.past.values(earlier / artifacts.VALIDATION_RESULTS, ValidationResult) if earlier else None
        )
        known = by_bytes(results or ())
        arrived = {snapshot.distribution: snapshot for snapshot in snapshots}
        for report in reads:
            if report.layout is not None:
                with _step(tools, "validate", report.distribution):
                    same = known.get((report.distribution, report.sha256 or ""))
                    if same and earlier:
                        night = earlier.parent.name
                        yield from (it if it.reused_from else replace(it, reused_from=night) for it in same)
                    else:
                        yield validated(run.source, catalog, report, arrived[report.distribution], tools)

    return _once(
        run, "validate", artifacts.VALIDATION_RESULTS, ValidationResult, make, tools, maybe_as_before=True
    )


def compare(
    run: Run, catalog: Catalog, snapshots: list[Snapshot], reads: list[ReadReport], tools: Tools
) -> list[RowChange]:
    """reads -> row_changes.jsonl: the rows of each distribution's table against those of its last reading."""

    def make() -> Iterator[RowChange]:
        past = _previous_reads(run, snapshots, tools)
        for snapshot in snapshots:
            report = main_table(snapshot.distribution, reads)
            if report is not None and report.fault is None:
                with _step(tools, "compare", snapshot.distribution):
                    own = [item for item in reads if item.distribution == snapshot.distribution]
                    before = past.get(snapshot.distribution, [])
                    dataset, _ = declared(catalog, snapshot.distribution)
                    hint = hint_of(catalog, snapshot)
                    yield row_change(run.source, dataset, report, own, before, hint, tools)

    return _once(run, "compare", artifacts.ROW_CHANGES, RowChange, make, tools)


def visit(
    run: Run, catalog: Catalog, snapshots: list[Snapshot], reads: list[ReadReport], tools: Tools
) -> list[PageVisit]:
    """addresses that datasets lead to -> pages.jsonl: which of them answer.

    Each visit is noted as it ends, so that a night that was interrupted asks nobody twice.
    """
    notes = run.folder / artifacts.PAGES_UNDER_WAY

    def ask(one: Wanted) -> PageVisit:
        with _step(tools, "visit", one.visit.distribution or f"{one.visit.dataset}/{one.visit.purpose}"):
            seen = visited(one.visit, one.url, tools.http, tools.clock)
            artifacts.append_value(notes, seen)
        return seen

    def make() -> Iterable[PageVisit]:
        earlier = run.earlier
        same = run.past.values(earlier / artifacts.PAGES, PageVisit) if earlier else None
        past = Past(
            same_rules=same or (),
            earlier=previous_pages(tools.settings.runs, run.source.id, run.night, files=run.past),
            tonight={key_of(it): it for it in artifacts.read_notes(notes, PageVisit)},
        )
        return pages_of(run.source, catalog, snapshots, reads, past, ask, tools)

    pages = _once(run, "visit", artifacts.PAGES, PageVisit, make, tools, maybe_as_before=True)
    notes.unlink(missing_ok=True)
    return pages


def measure(
    run: Run,
    catalog: Catalog,
    snapshots: list[Snapshot],
    reads: list[ReadReport],
    validations: list[ValidationResult],
    pages: list[PageVisit],
    tools: Tools,
) -> list[Verdict]:
    """everything above -> row_changes.jsonl, measurements.jsonl, scores.jsonl, scales.jsonl, fixes.jsonl and, last,
    verdicts.jsonl.
    """
    path = run.folder / artifacts.VERDICTS
    if path.exists():
        return artifacts.read_values(path, Verdict)
    with stage_seconds.noted(run.seconds, "measure", tools.clock):
        return _measure(run, catalog, snapshots, reads, validations, pages, tools)


def _measure(
    run: Run,
    catalog: Catalog,
    snapshots: list[Snapshot],
    reads: list[ReadReport],
    validations: list[ValidationResult],
    pages: list[PageVisit],
    tools: Tools,
) -> list[Verdict]:
    runs, source = tools.settings.runs, run.source.id
    silent = out_of_reach(runs, source, run.night, files=run.past)
    past = _previous_reads(run, snapshots, tools)
    earlier = night_before(runs, source, run.night, run.declaration, files=run.past)
    changed = {it.distribution: it for it in compare(run, catalog, snapshots, reads, tools)}
    heard = tools.heard.of(source, run.night)
    found: list[Findings] = []
    for dataset in catalog.datasets:
        with _step(tools, "measure", dataset.key):
            own = evidence_of(dataset, catalog, snapshots, reads, validations, tools)
            evidence = replace(
                own,
                pages=tuple(page for page in pages if page.dataset == dataset.key),
                feedback=heard.get(dataset.key, ()),
                out_of_reach_before=silent,
                before=earlier.get(dataset.key),
                row_changes={key: it for key, it in changed.items() if key in keys_of(dataset)},
                reads_before={
                    it.distribution: known
                    for it in own.reads
                    if (known := main_table(it.distribution, past.get(it.distribution, [])))
                },
            )
            suite = tools.suites.get(dataset.guide_dataset or "")
            rules = f"{suite.name} {suite.version}" if suite else None
            found.append(assess(evidence, tools.weights, tools.scales, rules))
    for name, values in (
        (artifacts.MEASUREMENTS, [value for it in found for value in it.measurements]),
        (artifacts.SCORES, [value for it in found for value in it.scores]),
        (artifacts.SCALES, [value for it in found for value in it.scale_scores]),
        (artifacts.FIXES, [value for it in found for value in it.fixes]),
    ):
        run.write(name, artifacts.lines_of(values))
    content = artifacts.lines_of([it.verdict for it in found])
    run.write(artifacts.VERDICTS, content)
    return artifacts.values_in(content, Verdict, run.folder / artifacts.VERDICTS)


def close(
    run: Run, catalog: Catalog, snapshots: list[Snapshot], verdicts: list[Verdict], tools: Tools
) -> RunIndex:
    """Mark the run as finished: index.json."""
    path = run.folder / artifacts.INDEX
    if path.exists():
        content = path.read_bytes()
    else:
        faulty = any(snapshot.fault is not None for snapshot in snapshots)
        index = mark(run, "partial" if faulty else "success", tools, catalog)
        next_night = next_visit(run.night, catalog, snapshots)
        state = state_of(snapshots, verdicts, tools.heard.of(run.source.id, run.night))
        content = artifacts.json_of(replace(index, state=state, revisit_on=next_night))
        artifacts.write_bytes(path, content)
    stage_seconds.forget(run.folder, run.seconds)
    return artifacts.value_in(content, RunIndex, path)


def give_up(run: Run, fault: Exception, tools: Tools) -> RunIndex:
    """Our own fault kept the source from its night: its datasets are `not_run`; a later run tries again.

    The traceback is kept in the run folder as failure.log, for whoever mends it, and what to do as far as it is known.
    """
    trace = "".join(traceback.format_exception(fault))
    if isinstance(fault, VeedorError):
        trace += f"\nWhat to do: {fault.advice}\n"
    artifacts.write_text(run.folder / "failure.log", logs.without_secrets(trace))
    # The history is public and a message may quote a cell: only the kind of fault goes there.
    reason = f"{type(fault).__name__}, see failure.log in the run folder"
    index = replace(mark(run, "failure", tools), reason=reason)
    # The mark comes first: without it these verdicts would pass for the work of `measure`.
    artifacts.write_value(run.folder / artifacts.INDEX, index)
    stage_seconds.forget(run.folder, run.seconds)
    verdicts = [
        Verdict(f"{run.source.id}/{item.id}", Outcome.NOT_RUN, "our own fault, not the publisher's")
        for item in run.source.datasets
    ]
    artifacts.write_values(run.folder / artifacts.VERDICTS, verdicts)
    return index


def declare(source: Source, night: date, tools: Tools) -> Run:
    """sources.yaml -> declaration.json; what an earlier try of this night left behind is made fit to go on.

    A try that our own fault ended is taken up where it stopped. When the declaration has been edited since,
    the old folder is set aside, because its artifacts are about something else. Raises `ConfigurationError` for a
    night whose past has been compacted.
    """
    not_settled(tools.settings.runs, night)
    run = Run(source, night, artifacts.run_folder(tools.settings.runs, night, source.id), tools.rules)
    path = run.folder / artifacts.DECLARATION
    entry = source.declaration
    if path.exists() and path.read_text(encoding="utf-8") != entry:
        artifacts.set_aside(run.folder)
    index_path = run.folder / artifacts.INDEX
    if index_path.exists() and artifacts.read_value(index_path, RunIndex).result == "failure":
        (run.folder / artifacts.VERDICTS).unlink(missing_ok=True)
        index_path.unlink()
    artifacts.clear_left(run.folder)  # nobody else is at work on this source
    if not path.exists():
        run.folder.mkdir(parents=True, exist_ok=True)
        run.write(artifacts.DECLARATION, entry.encode("utf-8"))
    return run


def _once(
    run: Run,
    stage: str,
    name: str,
    kind: type[T],
    make: Callable[[], Iterable[T]],
    tools: Tools,
    *,
    maybe_as_before: bool = False,
) -> list[T]:
    """What the artifact holds, made first if it is not there: always as the file says it, like a later run has it.

    `maybe_as_before`: it was made by way of the same artifact of the last night under the same rules. What is equal to
    that is written as it stands there, and known without reading.
    """
    path = run.folder / name
    if path.exists():
        return artifacts.read_values(path, kind)
    with stage_seconds.noted(run.seconds, stage, tools.clock):
        made = list(make())
        earlier = run.earlier if maybe_as_before else None
        known = run.past.values(earlier / name, kind) if earlier else None
        if earlier and known is not None and made == known:
            run.write(name, run.past.content(earlier / name) or b"")
            return known
        content = artifacts.lines_of(made)
        run.write(name, content)
    return artifacts.values_in(content, kind, path)


@contextmanager
def _step(tools: Tools, stage: str, key: str) -> Iterator[None]:
    with within_stage(stage, key):
        tools.step(Step(stage, key, done=False))
        log.debug("begins")
        yield
        log.debug("is done")
        tools.step(Step(stage, key, done=True))


def _previous_reads(run: Run, snapshots: Iterable[Snapshot], tools: Tools) -> dict[str, list[ReadReport]]:
    """What each distribution of which there are bytes tonight was read as the last time."""
    wanted = {item.distribution for item in snapshots if item.sha256 is not None}
    return previous_reads(tools.settings.runs, run.source.id, run.night, wanted=wanted, files=run.past)


def unread(run: Run, snapshots: Iterable[Snapshot], tools: Tools) -> list[int]:
    """The lengths in bytes of the files whose reading and validation no earlier night can spare this one."""
    if (run.folder / artifacts.VALIDATION_RESULTS).exists():
        return []
    earlier = run.earlier
    reports = run.past.values(earlier / artifacts.READS, ReadReport) if earlier else None
    known = by_bytes(reports or ())
    return [it.bytes or 0 for it in snapshots if it.sha256 and (it.distribution, it.sha256) not in known]
