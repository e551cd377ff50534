"""One source's night, from declaration to verdicts.

Belongs here: the order of the stages, and what happens when one of our own faults stops a source. A fault of the data
never does: it is a result by the time it gets here. Does not belong here: other sources (`batch`), or what a stage
does (`stages`). Its parts may run in different processes one after the other: all that passes between them is files.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from pipelines import stages
from pipelines.locks import alone
from pipelines.log_context import within_source
from pipelines.model import RunIndex
from pipelines.sources import Source
from pipelines.tools import Tools

log = logging.getLogger("veedor")


def run_source(source: Source, night: date, tools: Tools, *, wait: bool = False) -> RunIndex:
    """The whole night of a source. Our own fault ends in `failure`, not in silence.

    Raises `OSError` and `MemoryError`: with a full disk or an exhausted machine no other source would fare better. And
    `HistoryLocked` while another process is at work on the source, unless it is to `wait`.
    """
    with _at_work(source, night, tools, wait=wait):
        run = stages.declare(source, night, tools)
        try:
            catalog = stages.discover(run, tools)
            snapshots = stages.fetch(run, catalog, tools)
            with tools.processor:
                reads = stages.read(run, catalog, snapshots, tools)
                validations = stages.validate(run, catalog, snapshots, reads, tools)
            pages = stages.visit(run, catalog, snapshots, reads, tools)
            with tools.processor:
                verdicts = stages.measure(run, catalog, snapshots, reads, validations, pages, tools)
                index = stages.close(run, catalog, snapshots, verdicts, tools)
            log.info("source %s is through: %s", source.id, index.result)
            return index
        except (OSError, MemoryError):
            raise
        except Exception as fault:
            return _stopped(run, fault, tools)


def stopped(source: Source, night: date, fault: Exception, tools: Tools) -> RunIndex:
    """Leave the mark of a fault of ours that this process was not at work on the source to see."""
    with _at_work(source, night, tools, wait=True):
        return _stopped(stages.declare(source, night, tools), fault, tools)


def arrive(source: Source, night: date, tools: Tools, *, larger_than: int) -> int | RunIndex:
    """The first part, which waits for servers: how many bytes came that are still to be read and validated.

    It is the size of the largest such file; 0 when no file at all is larger than `larger_than`. The index when our own
    fault stopped the source. Raises what `run_source` does.
    """
    with _at_work(source, night, tools, wait=False):
        run = stages.declare(source, night, tools)
        try:
            catalog = stages.discover(run, tools)
            snapshots = stages.fetch(run, catalog, tools)
            sizes = [it.bytes or 0 for it in snapshots if it.sha256 is not None]
            if max(sizes, default=0) <= larger_than:
                return 0
            return max(stages.unread(run, snapshots, tools), default=0)
        except (OSError, MemoryError):
            raise
        except Exception as fault:
            return _stopped(run, fault, tools)


def _stopped(run: stages.Run, fault: Exception, tools: Tools) -> RunIndex:
    log.warning("source %s stopped by a fault of ours", run.source.id, exc_info=fault)
    return stages.give_up(run, fault, tools)


@contextmanager
def _at_work(source: Source, night: date, tools: Tools, *, wait: bool) -> Iterator[None]:
    with (
        within_source(night, source.id),
        alone(tools.settings, source.id, wait=wait),
        tools.store.in_use(),
    ):
        yield
