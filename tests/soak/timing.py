"""Where a process that writes is: told to its parent through memory that both share, which outlives a kill.

Belongs here: the marks around the history's lock, and how long was waited for it. Does not belong here: who is asked.
"""

from __future__ import annotations

import mmap
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import artifacts
from pipelines.history import database, publish, record

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

PLACES = ("outside", "opening", "in the transaction", "committing and closing", "putting the copy in place")
_ROOM = 32


class Marks:
    """One process's place, the longest wait for the lock in seconds, and how often the lock was had."""

    def __init__(self) -> None:
        self._memory = mmap.mmap(-1, _ROOM)
        self._put(0, 0.0, 0)

    def _put(self, place: int, longest: float, times: int) -> None:
        self._memory[:24] = struct.pack("qdq", place, longest, times)

    def _get(self) -> tuple[int, float, int]:
        place, longest, times = struct.unpack("qdq", self._memory[:24])
        return place, longest, times

    @property
    def place(self) -> str:
        return PLACES[self._get()[0]]

    @property
    def longest(self) -> float:
        return self._get()[1]

    @property
    def times(self) -> int:
        return self._get()[2]

    def at(self, place: str, waited: float | None = None) -> None:
        _, longest, times = self._get()
        had = waited is not None
        self._put(PLACES.index(place), max(longest, waited or 0.0), times + had)

    def follow(self) -> None:
        """Mark from now on where this process is when it records and publishes."""

        @contextmanager
        def writing(path: Path) -> Iterator[DuckDBPyConnection]:
            began = time.monotonic()
            self.at("opening")
            with database.writing(path) as connection:
                self.at("in the transaction", time.monotonic() - began)
                yield connection
                self.at("committing and closing")
            self.at("outside")

        @contextmanager
        def replacing(path: Path) -> Iterator[Path]:
            with artifacts_replacing(path) as temporary:
                yield temporary
                self.at("putting the copy in place")
            self.at("outside")

        artifacts_replacing = artifacts.replacing
        for module in (record, publish):
            module.writing = writing  # type: ignore[attr-defined]
        artifacts.replacing = replacing
