"""The temporary folder of one reading, and the removal of those that killed processes left behind.

Belongs here: the folder's name, which says who made it, and when it may be removed by another process. Does
not belong here: what is put into it (`workspace`).
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PREFIX = "veedor-tables-"
MAX_AGE_SECONDS = 86_400
_NAME = re.compile(rf"{PREFIX}(\d{{1,9}})-[a-z0-9_]{{8}}")


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that vanishes with the context; what an earlier process was killed over is removed first."""
    _sweep(Path(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-") as name:
        yield Path(name)


def _sweep(parent: Path) -> None:
    """Remove our user's folders of dead processes when they are older than a day, and nothing else."""
    if os.name != "posix":
        return  # elsewhere a process cannot be asked for a sign of life without ending it
    try:
        with os.scandir(parent) as entries:
            named = [(entry, match) for entry in entries if (match := _NAME.fullmatch(entry.name))]
    except OSError:
        return  # a folder that may be written and not listed: what is ours in it cannot be known
    for entry, match in named:
        if _old_and_ours(entry) and not _alive(int(match[1])):
            shutil.rmtree(entry.path, ignore_errors=True)


def _old_and_ours(entry: os.DirEntry[str]) -> bool:
    try:
        facts = entry.stat(follow_symlinks=False)
    except OSError:
        return False  # another process was faster
    # The age is taken by the machine's own clock, because that wrote the time of modification too
    old = time.time() - facts.st_mtime > MAX_AGE_SECONDS
    return old and stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.getuid()


def _alive(process: int) -> bool:
    """Whether a process has this number; in doubt, yes."""
    if process < 1:
        return True  # 0 would ask the whole process group
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it lives, and belongs to somebody else
        pass
    return True
