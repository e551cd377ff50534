"""BZIP2, XZ and Zstandard: the one file out of a compressed one, under the guards of `archives`.

Belongs here: one function for each compression beside GZIP. Does not belong here: archives with named members.
"""

from __future__ import annotations

import bz2
import lzma
from collections.abc import Callable
from pathlib import Path
from typing import IO

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.archives import Budget, allowed, copied
from pipelines.tables.guard import of_the_bytes

MAX_DICTIONARY = 256_000_000  # XZ asks for as much memory as its header says
_CHUNK = 1 << 18


class _Xz:
    """A file object over XZ streams, because `lzma.open` cannot be told how much memory they may ask for."""

    def __init__(self, handle: IO[bytes]) -> None:
        self.handle = handle
        self.decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_DICTIONARY)

    def read(self, size: int) -> bytes:
        while True:
            if self.decoder.eof:
                rest = (self.decoder.unused_data or self.handle.read(_CHUNK)).lstrip(b"\0")  # padding
                if not rest:
                    return b""
                self.decoder = lzma.LZMADecompressor(lzma.FORMAT_XZ, memlimit=MAX_DICTIONARY)
            else:
                rest = self.handle.read(_CHUNK) if self.decoder.needs_input else b""
                if self.decoder.needs_input and not rest:
                    raise EOFError
            if found := self.decoder.decompress(rest, size):
                return found


def bunzip(path: Path, target: Path, budget: Budget) -> None:
    """Unpack BZIP2 as `archives.gunzip` does GZIP, with the same faults."""
    with bz2.open(path) as source:
        _copy(source.read, path, target, budget, "BZIP2")


def unxz(path: Path, target: Path, budget: Budget) -> None:
    """Unpack XZ as `archives.gunzip` does GZIP, with the same faults."""
    with path.open("rb") as handle:
        _copy(_Xz(handle).read, path, target, budget, "XZ")


def unzstd(path: Path, target: Path, budget: Budget) -> None:
    """Unpack Zstandard as `archives.gunzip` does GZIP, with the same faults."""
    import pyarrow as pa

    with pa.CompressedInputStream(pa.OSFile(str(path)), "zstd") as source:
        _copy(source.read, path, target, budget, "Zstandard")


def _copy(read: Callable[[int], bytes], path: Path, target: Path, budget: Budget, name: str) -> None:
    try:
        copied(read, target, allowed(path.stat().st_size, budget), budget)
    except EOFError:
        raise _cut(name) from None
    except (OSError, lzma.LZMAError, ValueError) as error:
        if isinstance(error, OSError) and not of_the_bytes(error):
            raise
        if "truncated" in str(error).lower() or "end-of-stream" in str(error).lower():
            raise _cut(name) from None
        raise ReadFault(
            FaultKind.BROKEN_FILE, f"The {name} file is damaged: {error}.", "Publish it again."
        ) from None


def _cut(name: str) -> ReadFault:
    return ReadFault(
        FaultKind.TRUNCATED, f"The {name} file ends in the middle.", "Publish the whole file again."
    )
