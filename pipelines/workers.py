"""The processes for large files: started when the first one comes, sharing DuckDB's memory, gone with this process.

Belongs here: starting them, giving them the largest waiting source first, and telling which one died over which source.
Does not belong here: what they do (`source_night.run_source`). A process that the system ends for want of memory takes
nothing with it but its own source. Spawned and not forked, because threads are at work here.
"""

from __future__ import annotations

import itertools
import multiprocessing
import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from multiprocessing.connection import Connection

from pipelines import arenas, interrupts, logs
from pipelines.clock import Clock
from pipelines.errors import HistoryLocked
from pipelines.model import RunIndex
from pipelines.settings import Settings
from pipelines.settings_values import part_of
from pipelines.source_night import run_source
from pipelines.sources import Sources
from pipelines.tools import Step, Tools, opened_tools

Found = RunIndex | Exception
Told = Callable[[str, Found], None]


class WorkerDied(Exception):
    """The process that was at work on a source ended without a word: killed, or brought down by a library."""


@dataclass
class Workers:
    """Up to `settings.workers` processes for one night. `told` hears, in another thread, what came of each source."""

    night: date
    tools: Tools
    declared: Sources
    told: Told
    _waiting: queue.PriorityQueue[tuple[int, int, str | None]] = field(default_factory=queue.PriorityQueue)
    _numbers: itertools.count[int] = field(default_factory=itertools.count)
    _processes: list[multiprocessing.process.BaseProcess] = field(default_factory=list)
    _threads: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _closed: threading.Event = field(default_factory=threading.Event)

    def add(self, name: str, size: int) -> None:
        """Take on the source `name`, of whose files the largest has `size` bytes."""
        self._waiting.put((-size, next(self._numbers), name))
        with self._lock:
            if self._threads >= self.tools.settings.workers:
                return
            self._threads += 1
            number = self._threads
        threading.Thread(target=self._serve, name=f"veedor-worker-{number}", daemon=True).start()

    def close(self) -> None:
        """End every process at once, whatever it is at, and begin no more."""
        with self._lock:
            self._closed.set()
            for process in self._processes:
                process.terminate()
        for _ in range(self._threads):
            self._waiting.put((0, next(self._numbers), None))

    def _serve(self) -> None:
        """Keep one process busy, and start another one in its place when it dies."""
        pipe: Connection | None = None
        while (name := self._waiting.get()[2]) is not None and not self._closed.is_set():
            found: Found
            try:
                if pipe is None:
                    pipe, process = self._started()
            except Exception as fault:  # this thread must not end without a word: the night waits for one
                self.told(name, fault)
                continue
            self.tools.at("large", name)
            try:
                pipe.send(name)
                found = pipe.recv()
            except (EOFError, OSError):
                process.join()
                found, pipe = WorkerDied(f"exit code {process.exitcode}"), None
            self.tools.step(Step("large", name, done=True))
            self.told(name, found)
        if pipe is not None:
            pipe.close()

    def _started(self) -> tuple[Connection, multiprocessing.process.BaseProcess]:
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        of_all = self.tools.settings
        settings = replace(of_all, memory_limit=part_of(of_all.memory_limit, of_all.workers))
        at = (theirs, settings, self.declared, self.night, self.tools.clock, logs.shared())
        process = context.Process(target=_work, args=at, name="veedor-worker", daemon=True)
        with self._lock:
            if self._closed.is_set():
                raise WorkerDied("the night was ended")
            process.start()
            self._processes.append(process)
        theirs.close()  # so that we hear when the process is gone
        return ours, process


def _work(
    pipe: Connection, settings: Settings, declared: Sources, night: date, clock: Clock, logged: logs.Shared
) -> None:
    """What the process does until nobody asks it for anything more."""
    arenas.keep_few()
    logs.set_up_as(logged)
    interrupts.listen()
    by_id = {it.id: it for it in declared.enabled}
    with (
        suppress(EOFError, KeyboardInterrupt, BrokenPipeError),
        opened_tools(settings, declared, clock=clock, takes_mail=lambda _: None) as tools,
    ):
        while True:
            name = pipe.recv()
            try:
                found: Found = run_source(by_id[name], night, tools)
            except HistoryLocked as fault:
                found = HistoryLocked(fault.message, fault.advice)
            except OSError as fault:
                found = OSError(fault.errno, fault.strerror, fault.filename)
            except MemoryError:
                found = MemoryError()
            pipe.send(found)
