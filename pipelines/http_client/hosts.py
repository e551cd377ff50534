"""How hosts are spared: a pause between requests, few at a time, and cool-off; kept among all processes.

    <root>/<SHA-256 of the host>.json    when it may be asked next, and until when it is left alone and why
    <root>/<SHA-256 of the host>.<n>     an empty file for each request at a time, locked while it is under way

Every process of a data folder takes its turns from the same files, under the operating system's locks, which
end with the process that holds them, however it ends. A turn is reserved before it is waited for, so nobody holds
a lock while asleep. Belongs here: whose turn it is. Does not belong here: how long a server wishes to be left
alone (`throttling`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.http_client import faults
from pipelines.http_client.addresses import printable

DAY = 86_400.0
# No turn lies further ahead than this: whatever says so was written when the machine's time was wrong.
LONGEST_QUEUE_SECONDS = 600.0
POLL_SECONDS = 0.2


@dataclass
class _State:
    next: float = 0.0
    until: float = 0.0
    reason: str = ""
    crawl_delay: float = 0.0


class Hosts:
    """The turns at every host (`example.org:8080`). `pause` in seconds, `at_once` requests to one host.

    `now` gives seconds since 1970: it has to be the machine's time, which other processes go by too.
    """

    def __init__(
        self,
        root: Path,
        *,
        pause: float,
        at_once: int,
        now: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._root = root
        self._pause = pause
        self._at_once = at_once
        self._now = now
        self._sleep = sleep

    def file(self, host: str, ending: str) -> Path:
        """Where something about `host` is kept."""
        return self._root / f"{hashlib.sha256(host.lower().encode()).hexdigest()}.{ending}"

    @contextmanager
    def turn(self, host: str, patience: float) -> Iterator[None]:
        """Wait until `host` may be asked, and hold a place there.

        Raises `FetchFault` THROTTLED while the host is left alone, and when no place was to be had in
        `patience` seconds.
        """
        with self._place(host, patience):
            with self._state(host) as state:
                now = self._now()
                if now < state.until <= now + DAY:
                    raise faults.left_alone(host, datetime.fromtimestamp(state.until, UTC), state.reason)
                begins = min(max(now, state.next), now + LONGEST_QUEUE_SECONDS)
                state.next = begins + max(self._pause, state.crawl_delay)
            if begins > now:
                self._sleep(begins - now)
            yield

    def delay(self, host: str, seconds: float) -> None:
        """Let nobody ask `host` within the next `seconds`; whoever wants to waits."""
        with self._state(host) as state:
            state.next = max(state.next, self._now() + seconds)

    def leave_alone(self, host: str, seconds: float, reason: str) -> None:
        """Let nobody ask `host` within the next `seconds`, a day at most; whoever wants to is told `reason`."""
        with self._state(host) as state:
            state.until = max(state.until, self._now() + min(seconds, DAY))
            state.reason = printable(reason, 300)

    def crawl_delay(self, host: str, seconds: float) -> None:
        """Let at least `seconds` pass between two requests to `host` from now on."""
        with self._state(host) as state:
            state.crawl_delay = seconds

    @contextmanager
    def _place(self, host: str, patience: float) -> Iterator[None]:
        waited = 0.0
        while (held := self._free(host)) is None:
            if waited >= patience:
                raise faults.crowded(host)
            self._sleep(POLL_SECONDS)
            waited += POLL_SECONDS
        try:
            yield
        finally:
            os.close(held)

    def _free(self, host: str) -> int | None:
        for number in range(self._at_once):
            place = self._opened(host, str(number))
            try:
                fcntl.flock(place, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(place)
            else:
                return place
        return None

    def _opened(self, host: str, ending: str) -> int:
        path = self.file(host, ending)
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except FileNotFoundError:
            path.parent.mkdir(parents=True, exist_ok=True)
            return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    @contextmanager
    def _state(self, host: str) -> Iterator[_State]:
        """The host's state, under its lock; written back unless an exception leaves."""
        descriptor = self._opened(host, "json")
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            state = _parsed(os.read(descriptor, 10_000))
            yield state
            content = json.dumps({"host": printable(host, 300), **asdict(state)}).encode()
            # One call, so that a process that is killed leaves the old or the new; what may be left behind
            # the new is not read.
            os.pwrite(descriptor, content, 0)
            os.ftruncate(descriptor, len(content))
        finally:
            os.close(descriptor)


def _parsed(content: bytes) -> _State:
    """A state as written by any version; what cannot be read says nothing."""
    try:
        told, _ = json.JSONDecoder().raw_decode(content.decode("utf-8", "replace"))
        numbers = {name: float(told[name]) for name in ("next", "until", "crawl_delay")}
        return _State(**numbers, reason=str(told["reason"]))
    except (ValueError, TypeError, KeyError, RecursionError):
        return _State()
