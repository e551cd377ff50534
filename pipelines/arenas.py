"""How a process that reads large files takes memory from the system.

Belongs here: the one setting of the C library that keeps it small. Does not belong here: DuckDB's own limit (`duck`),
or how that is shared (`workers`).
"""

from __future__ import annotations

import os
from contextlib import suppress

# mallopt(3) of glibc: by itself it gives the threads of a process up to eight arenas a processor, and each keeps what
# was freed in it. With two, the process of a large file takes a seventh less memory in the same time; that of the
# night, with its many small files, hardly less.
M_ARENA_MAX = -8
MOST = 2


def keep_few() -> None:
    """Let the threads of this process share their memory.

    Does nothing where the operator has set `MALLOC_ARENA_MAX`, or the C library is another.
    """
    if "MALLOC_ARENA_MAX" in os.environ:
        return
    import ctypes

    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, MOST)
