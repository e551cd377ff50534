"""The last line of defence: what a library throws at a hostile file becomes a fault of that file.

Belongs here: telling what the bytes did from what our machine did. Does not belong here: any fault that a
reader knows how to explain; readers say it better, and nothing of theirs is changed here.
"""

from __future__ import annotations

import csv
import errno
import lzma
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines import interrupts
from pipelines.errors import ReadFault
from pipelines.model import FaultKind

_OF_THE_BYTES = (
    csv.Error,
    ArithmeticError,
    lzma.LZMAError,
    zlib.error,
    UnicodeError,
    struct.error,
    EOFError,
    RecursionError,
)
_DISK_IS_FULL = ("max_temp_directory_size", "No space left on device")
_OUT_OF_MEMORY = "SET memory_limit="  # DuckDB's advice; it says so too when a transaction cannot be committed


@contextmanager
def guarded() -> Iterator[None]:
    """Run the reading of one file. Raises `ReadFault` for what only its bytes can have caused.

    Wrap reading alone, never the work of whoever uses the tables. An `OSError` passes: a full disk is ours, and
    DuckDB's word for it becomes one. DuckDB spills to disk what exceeds its memory, so that what it still has no
    memory for is one record larger than all of it.
    """
    import duckdb

    try:
        yield
    except MemoryError as error:
        raise _too_large(type(error).__name__) from None  # the cause would keep alive what filled the memory
    except duckdb.Error as error:
        said = str(error)
        if any(words in said for words in _DISK_IS_FULL):
            raise OSError(errno.ENOSPC, said.partition("\n")[0]) from error
        if isinstance(error, duckdb.OutOfMemoryException) or _OUT_OF_MEMORY in said:
            raise _too_large(type(error).__name__) from None
        raise
    except _OF_THE_BYTES as error:
        interrupts.end_if_heard(error)
        raise ReadFault(
            FaultKind.BROKEN_FILE, f"The file cannot be read: its content caused {type(error).__name__}."
        ) from error


def _too_large(name: str) -> ReadFault:
    return ReadFault(
        FaultKind.TOO_LARGE,
        f"The file needs more memory than one file is given ({name}).",
        "Publish the records as CSV, in several files if need be.",
    )


def of_the_bytes(error: OSError) -> bool:
    """Whether the content caused `error`: a decoder's complaint has no number, an absurd offset has EINVAL.

    Everything else (no space, too many open files, a failing disk) is about our machine.
    """
    return error.errno in (None, errno.EINVAL)
