"""A visit: one call of the client, with its deadline and the least speed that a body must come at.

Belongs here: when a visit is over, and the socket that is cut then. Does not belong here: connecting
(`connections`), or whether the same is asked again (`retries`).

urllib3 makes its connections itself, so what they have to know of the call that they serve is handed to them by
a context variable, `VISIT`. Time is the machine's own, whatever clock the night was given.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Self

from pipelines.errors import FetchFault
from pipelines.http_client import alarms, faults
from pipelines.http_client.alarms import Alarm
from pipelines.settings import Settings


class Visit:
    """One call of the client. Its deadline is kept by an alarm that cuts the connection.

    A server that drips one byte a minute never lets a read time out: the alarm ends it at the latest, and
    `received` long before. `fault` is what ended the visit, None while it goes on; `host` is who is asked,
    `moved_to` where permanent redirects led, `stale` whether an old connection turned out to be closed, `secrets`
    what was told to a server that no answer may repeat. Use it in a `with`.
    """

    def __init__(self, seconds: float, settings: Settings, sleep: Callable[[float], None]) -> None:
        self.seconds = seconds
        self.settings = settings
        self.fault: FetchFault | None = None
        self.host = ""
        self.moved_to: str | None = None
        self.stale = False
        self.secrets: frozenset[bytes] = frozenset()
        self._sleep = sleep
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        # It is set when our turn has come (`stopped`): until then nobody is asked.
        self._alarm: Alarm | None = None
        self._ends = time.monotonic() + seconds

    def __enter__(self) -> Self:
        self._token = VISIT.set(self)
        return self

    def __exit__(self, *_: object) -> None:
        self._off()
        self.reads_from(None)  # by now the connection may serve another visit
        VISIT.reset(self._token)

    def remaining(self) -> float:
        """Seconds until the deadline."""
        return self._ends - time.monotonic()

    def pause(self, seconds: float) -> None:
        """Sleep, but not beyond the deadline."""
        self._sleep(max(min(seconds, self.remaining()), 0.0))

    @contextlib.contextmanager
    def stopped(self) -> Iterator[None]:
        """Stop the clock: while we wait for our turn, the server has nothing to answer for."""
        self._off()
        left = max(self.remaining(), 0.0)
        try:
            yield
        finally:
            self._ends = time.monotonic() + left
            self._alarm = alarms.after(left, self._expire)

    def reads_from(self, connected: socket.socket | None) -> None:
        """Tell which socket is to be cut when time is up."""
        with self._lock:
            self._socket = connected
            if self.fault is not None:
                self._cut()

    def body_begins(self) -> None:
        """A body is about to come: its speed is measured from now on."""
        self._window, self._received = time.monotonic(), 0

    def received(self, size: int) -> None:
        """Count bytes of a body as they come. Raises `FetchFault` when they come too slowly."""
        self._received += size
        passed = time.monotonic() - self._window
        if passed >= self.settings.throughput_seconds:
            if self._received < self.settings.min_bytes_per_second * passed:
                self.fault = faults.too_little(self._received, passed)
                raise self.fault
            self.body_begins()

    def _off(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()

    def _expire(self) -> None:
        with self._lock:
            self.fault = self.fault or faults.too_slow(self.seconds)
            self._cut()

    def _cut(self) -> None:
        if self._socket is not None:
            with contextlib.suppress(OSError):
                # Not `SSLSocket.shutdown`: that takes the TLS layer away from the thread that reads.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


VISIT: ContextVar[Visit] = ContextVar("visit")
