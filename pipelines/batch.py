"""Many sources at once on one machine: threads that wait for servers, and a few processes for large files.

Belongs here: whose turn it is. Of one host only so many sources are at work at a time; a large file goes to a process
of its own, the largest first, so that the night does not end with one processor idle; small ones stay in this process,
where they cost no start. Does not belong here: what is done with a source (`source_night`).

Nothing passes between threads and processes but names: each stage leaves files, so that whatever dies here is taken up
by the next run of the same night.
"""

from __future__ import annotations

import queue
import sys
import threading
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from urllib.parse import urlsplit

from pipelines.errors import HistoryLocked
from pipelines.model import RunIndex
from pipelines.source_night import Large, run_source, run_unless_large, stopped
from pipelines.sources import Source, Sources
from pipelines.tools import Tools
from pipelines.workers import WorkerDied, Workers

Found = RunIndex | BaseException


def host_of(source: Source) -> str:
    """The host that a source is asked for at: of its portal, else of its first file."""
    files = (it.url for dataset in source.datasets for it in dataset.distributions if it.url)
    return urlsplit(source.url or next(files, "")).hostname or source.id


class Turns:
    """Gives out sources, host by host in turn, never more than `at_once` of one host. For several threads."""

    def __init__(self, sources: Sequence[Source], at_once: int) -> None:
        self._waiting: dict[str, deque[Source]] = {}
        for source in sources:
            self._waiting.setdefault(host_of(source), deque()).append(source)
        self._order = deque(self._waiting)
        self._busy: Counter[str] = Counter()
        self._at_once = at_once
        self._changed = threading.Condition()

    def take(self) -> Source | None:
        """The next source, once its host has room; None when there is none left."""
        with self._changed:
            while self._order:
                for _ in range(len(self._order)):
                    host = self._order[0]
                    self._order.rotate(-1)
                    if self._busy[host] < self._at_once:
                        source = self._waiting[host].popleft()
                        if not self._waiting[host]:
                            self._order.remove(host)
                        self._busy[host] += 1
                        return source
                self._changed.wait()
            return None

    def done(self, source: Source) -> None:
        """`source` has left its host alone."""
        with self._changed:
            self._busy[host_of(source)] -= 1
            self._changed.notify_all()

    def stop(self) -> None:
        """Give out no more."""
        with self._changed:
            self._order.clear()
            self._changed.notify_all()


def run_batch(sources: Sequence[Source], night: date, tools: Tools, declared: Sources) -> Iterator[RunIndex]:
    """Run `sources` through the night, and give the mark of each as it is through.

    A source that one of our own faults stopped is tried once more at the end: such a fault may have been of the moment,
    or want of memory, and one large file after the other has all of it then. One that another process is at work on is
    waited for. Raises `OSError` and `MemoryError` at once, because no other source would fare better; what is under way
    elsewhere is finished or left for the next run.
    """
    again: list[Source] = []
    elsewhere: list[Source] = []
    for source, found in _through(sources, night, tools, declared):
        if isinstance(found, HistoryLocked):
            elsewhere.append(source)
        elif isinstance(found, BaseException):
            raise found
        elif found.result == "failure":
            again.append(source)
        else:
            yield found
    one_by_one = replace(tools, settings=replace(tools.settings, workers=min(1, tools.settings.workers)))
    for source, found in _through(again, night, one_by_one, declared):
        if isinstance(found, HistoryLocked):
            elsewhere.append(source)
        elif isinstance(found, BaseException):
            raise found
        else:
            yield found
    for source in elsewhere:
        yield run_source(source, night, tools, wait=True)


def _through(
    sources: Sequence[Source], night: date, tools: Tools, declared: Sources
) -> Iterator[tuple[Source, Found]]:
    """Each source with its mark, or with what was raised."""
    limits = tools.settings
    turns = Turns(sources, limits.host_concurrency)
    results: queue.SimpleQueue[tuple[str, Found]] = queue.SimpleQueue()
    workers = Workers(night, tools, declared, lambda name, found: results.put((name, found)))
    by_id = {it.id: it for it in sources}

    def work() -> None:
        while (source := turns.take()) is not None:
            try:
                found = run_unless_large(source, night, tools, larger_than=largest)
                if isinstance(found, Large):
                    workers.add(source.id, found.size)
                else:
                    results.put((source.id, found))
            except BaseException as fault:  # it is raised where the night is
                results.put((source.id, fault))
            finally:
                turns.done(source)

    largest = limits.large_bytes if limits.workers else sys.maxsize
    for number in range(min(limits.sources_at_once, len(sources))):
        # Daemons: an interrupt ends the night at once, and not when the last server has answered.
        threading.Thread(target=work, name=f"veedor-{number}", daemon=True).start()
    try:
        for _ in sources:
            name, found = results.get()
            if isinstance(found, WorkerDied):
                found = stopped(by_id[name], night, found, tools)
            yield by_id[name], found
    finally:
        turns.stop()
        workers.close()


def batches(sources: Sequence[Source], largest: int) -> list[list[Source]]:
    """`sources` in parts of about `largest`, so that all of one host are in the same one.

    Whoever takes a part then spares its hosts without knowing of the others. A host with more sources than that makes a
    part of its own.
    """
    hosts: dict[str, list[Source]] = {}
    for source in sources:
        hosts.setdefault(host_of(source), []).append(source)
    found: list[list[Source]] = []
    for of_host in sorted(hosts.values(), key=len, reverse=True):
        if not found or len(found[-1]) + len(of_host) > largest:
            found.append([])
        found[-1].extend(of_host)
    return found
