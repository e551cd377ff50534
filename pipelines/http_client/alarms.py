"""Alarms: what has to happen at a moment unless it is called off before, all of them kept by one thread.

Belongs here: that thread. Does not belong here: what is done at the moment. `threading.Timer` starts a thread for each,
which takes a quarter of a millisecond and nearly always is called off.
"""

from __future__ import annotations

import itertools
import logging
import os
import threading
import time
from collections.abc import Callable
from heapq import heappop, heappush

log = logging.getLogger("veedor")


class Alarm:
    """`due` by the machine's monotonic clock, in seconds."""

    def __init__(self, due: float, work: Callable[[], object]) -> None:
        self.due = due
        self._work: Callable[[], object] | None = work

    def cancel(self) -> None:
        """Call it off; nothing when it has gone off."""
        self._work = None

    def ring(self) -> None:
        """Do the work, once."""
        work, self._work = self._work, None
        if work is not None:
            work()


class _Keeper:
    def __init__(self) -> None:
        self._waiting: list[tuple[float, int, Alarm]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def keep(self, alarm: Alarm) -> None:
        with self._changed:
            heappush(self._waiting, (alarm.due, next(self._numbers), alarm))
            if self._thread is None:
                thread = threading.Thread(target=self._watch, name="alarms", daemon=True)
                thread.start()
                self._thread = thread  # one that could not be started is tried again
            elif self._waiting[0][2] is alarm:
                self._changed.notify()

    def _watch(self) -> None:
        while True:
            with self._changed:
                while not self._waiting or self._waiting[0][0] > time.monotonic():
                    left = self._waiting[0][0] - time.monotonic() if self._waiting else None
                    self._changed.wait(None if left is None else min(max(left, 0.0), threading.TIMEOUT_MAX))
                alarm = heappop(self._waiting)[2]
            try:
                alarm.ring()
            except Exception:
                log.error("an alarm could not do its work", exc_info=True)


_KEEPER = _Keeper()


def after(seconds: float, work: Callable[[], object]) -> Alarm:
    """Do `work`, which must not take long, in another thread when `seconds` have passed."""
    alarm = Alarm(time.monotonic() + seconds, work)
    _KEEPER.keep(alarm)
    return alarm


def _forked() -> None:
    """The thread stays with the process that this one was forked from, and so do its alarms."""
    global _KEEPER
    _KEEPER = _Keeper()


os.register_at_fork(after_in_child=_forked)
