"""A file in pieces that begin with a line each, so that DuckDB numbers the rows of one while it parses another.

Belongs here: where to cut, and showing DuckDB a stretch of a file as a file of its own. Numbering rows takes one
thread a file; in pieces, as many threads as there are pieces work at it. Does not belong here: whether every line is
a record, without which no cut is safe (`in_place`).
"""

from __future__ import annotations

import os
from bisect import bisect_left
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipelines.tables.lines import Ends

if TYPE_CHECKING:
    import duckdb

PROTOCOL = "veedor"
# A piece is at least this large: below, the file is parsed before two threads have come together.
LEAST = 16 << 20  # bytes
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True)
class Piece:
    """The bytes of a file from `begin` to before `end`; `lines` stand before it."""

    begin: int
    end: int
    lines: int


def cut(path: Path, count: int, ends: Ends) -> list[Piece]:
    """At most `count` pieces of about the same size, or one when the file is small or has no line to cut at."""
    size = path.stat().st_size
    count = max(1, min(count, size // LEAST))
    begins = [(0, 0)]
    with path.open("rb") as handle:
        for number in range(1, count):
            place = bisect_left(ends.offsets, size * number // count)
            handle.seek(ends.offsets[place])
            if handle.readline(_LONGEST_LINE).endswith(b"\n") and begins[-1][0] < handle.tell() < size:
                begins.append((handle.tell(), ends.before[place] + 1))
    stops = [*(begin for begin, _ in begins[1:]), size]
    return [Piece(begin, stop, lines) for (begin, lines), stop in zip(begins, stops, strict=True)]


def shown(connection: duckdb.DuckDBPyConnection, path: Path, pieces: list[Piece]) -> list[str]:
    """The names under which SQL on this connection reads each of `pieces` of `path`."""
    if not connection.filesystem_is_registered(PROTOCOL):
        connection.register_filesystem(_stretches()())
    named = os.fsencode(path.absolute()).hex()  # no name of a file means anything to DuckDB, not even "*"
    return [f"{PROTOCOL}://{piece.begin}-{piece.end}-{named}" for piece in pieces]


@dataclass
class _Stretch:
    """An open stretch of a file, as DuckDB wants an open file."""

    descriptor: int
    begin: int
    size: int
    place: int = 0
    mode: str = "rb"

    def read(self, count: int = -1) -> bytes:
        left = self.size - self.place
        found = os.pread(self.descriptor, left if count < 0 else min(count, left), self.begin + self.place)
        self.place += len(found)
        return found

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self.place = offset + {os.SEEK_SET: 0, os.SEEK_CUR: self.place, os.SEEK_END: self.size}[whence]
        return self.place

    def tell(self) -> int:
        return self.place

    def close(self) -> None:
        os.close(self.descriptor)


@cache
def _stretches() -> type:
    from fsspec import AbstractFileSystem

    class Stretches(AbstractFileSystem):  # type: ignore[misc] # fsspec has no types
        """Addresses are `<protocol>://<begin>-<end>-<the file's path in hexadecimal>`."""

        protocol = PROTOCOL
        cachable = False

        def _open(self, path: str, mode: str = "rb", **options: Any) -> _Stretch:
            begin, end, named = self._parts(path)
            return _Stretch(os.open(named, os.O_RDONLY), begin, end - begin, mode=mode)

        open = _open

        def info(self, path: str, **options: Any) -> dict[str, Any]:
            begin, end, _ = self._parts(path)
            return {"name": path, "size": end - begin, "type": "file"}

        def exists(self, path: str, **options: Any) -> bool:
            return True

        def glob(self, path: str, **options: Any) -> list[str]:
            return [path]

        def modified(self, path: str) -> datetime:
            changed = Path(os.fsdecode(self._parts(path)[2])).stat().st_mtime
            return datetime.fromtimestamp(changed, UTC)

        def _parts(self, path: str) -> tuple[int, int, bytes]:
            begin, end, named = path.rpartition("/")[2].split("-")
            return int(begin), int(end), bytes.fromhex(named)

    return Stretches
