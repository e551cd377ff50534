"""One source's night, from declaration to verdicts.

Belongs here: the order of the stages, and what happens when one of our own faults stops a source. A fault of the data
never does: it is a result by the time it gets here. Does not belong here: other sources (`batch`), or what a stage
does (`stages`). Its parts may run in different processes one after the other: all that passes between them is files.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

from pipelines import artifacts, interrupts, stage_seconds, stages
from pipelines.errors import ArtifactDamaged
from pipelines.locks import alone
from pipelines.log_context import within_source
from pipelines.model import RunIndex
from pipelines.reading import sharing_tables
from pipelines.run_folder import Run
from pipelines.sources import Source
from pipelines.tools import Tools

log = logging.getLogger("veedor")


@dataclass(frozen=True)
class Large:
    """The source is fetched, and what is left to do is for a process of its own: the largest file's size in bytes."""

    size: int


def run_source(source: Source, night: date, tools: Tools, *, wait: bool = False) -> RunIndex:
    """The whole night of a source. Our own fault ends in `failure`, not in silence.

    Raises `OSError` and `MemoryError`: with a full disk or an exhausted machine no other source would fare better. And
    `HistoryLocked` while another process is at work on the source, unless it is to `wait`.
    """
    found = run_unless_large(source, night, tools, larger_than=sys.maxsize, wait=wait)
    assert isinstance(found, RunIndex)
    return found


def run_unless_large(
    source: Source, night: date, tools: Tools, *, larger_than: int, wait: bool = False
) -> RunIndex | Large:
    """The same, but no further than to its files when one of more than `larger_than` bytes is to be read."""
    with _at_work(source, night, tools, wait=wait) as damaged:
        run = stages.declare(source, night, tools)
        try:
            _sound(damaged)
            with stage_seconds.handed_on(run.folder, run.seconds):
                return _staged(run, tools, larger_than)
        except (OSError, MemoryError):
            raise
        except Exception as fault:
            interrupts.end_if_heard(fault)
            return _stopped(run, fault, tools)


def _staged(run: Run, tools: Tools, larger_than: int) -> RunIndex | Large:
    catalog = stages.discover(run, tools)
    snapshots = stages.fetch(run, catalog, tools)
    if max((it.bytes or 0 for it in snapshots if it.sha256), default=0) > larger_than:
        size = max(stages.unread(run, snapshots, tools), default=0)
        if size > larger_than:
            return Large(size)
    with tools.processor:
        reads = stages.read(run, catalog, snapshots, tools)
        validations = stages.validate(run, catalog, snapshots, reads, tools)
    pages = stages.visit(run, catalog, snapshots, reads, tools)
    with tools.processor:
        verdicts = stages.measure(run, catalog, snapshots, reads, validations, pages, tools)
        index = stages.close(run, catalog, snapshots, verdicts, tools)
    log.info("source %s is through: %s", run.source.id, index.result)
    return index


def stopped(source: Source, night: date, fault: Exception, tools: Tools) -> RunIndex:
    """Leave the mark of a fault of ours that this process was not at work on the source to see."""
    with _at_work(source, night, tools, wait=True):
        return _stopped(stages.declare(source, night, tools), fault, tools)


def spoilt(source: Source, night: date, fault: ArtifactDamaged, tools: Tools) -> RunIndex:
    """The same for a run that is through, but cannot be read back. Its folder is kept aside, for whoever looks why."""
    with _at_work(source, night, tools, wait=True):
        artifacts.set_aside(artifacts.run_folder(tools.settings.runs, night, source.id))
        return _stopped(stages.declare(source, night, tools), fault, tools)


def _stopped(run: Run, fault: Exception, tools: Tools) -> RunIndex:
    log.warning("source %s stopped by a fault of ours", run.source.id, exc_info=fault)
    return stages.give_up(run, fault, tools)


def _sound(damaged: ArtifactDamaged | None) -> None:
    if damaged is not None:
        raise damaged


@contextmanager
def _at_work(source: Source, night: date, tools: Tools, *, wait: bool) -> Iterator[ArtifactDamaged | None]:
    """Nobody else is at work on the source. Its runs come from the store that several machines share, and go there.

    Gives the fault by which the source's past cannot be had, as one of its night like any other.
    """
    with (
        within_source(night, source.id),
        alone(tools.settings, source.id, wait=wait),
        tools.store.in_use(),
        sharing_tables(),
    ):
        damaged = None
        if tools.run_store is not None:
            try:
                tools.run_store.bring_once(source.id, night)
            except ArtifactDamaged as fault:
                damaged = fault
        yield damaged
        if tools.run_store is not None:
            tools.run_store.send(source.id, night)
