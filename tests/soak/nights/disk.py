"""A disk that can be full: a small file system of its own where the system allows one, else a limit on files.

Belongs here: making it, filling it up and making room. A file system in memory needs rights that a user has in a
namespace of his own (`apart`), and goes with the processes that are in it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

SIZE = "2g"
MARK = "SOAK_APART"
OWN, LIMITED = "a file system of its own", "a limit on the size of files"


def apart() -> None:
    """Go on in namespaces of our own, if the system has them; returns there, or here when it has none.

    With the first process of a namespace all others end, however it ends: no daemon outlives a test that is killed.
    """
    if MARK in os.environ or shutil.which("unshare") is None:
        return
    within = ["unshare", "--map-root-user", "--mount", "--pid", "--mount-proc", "--fork", "--kill-child"]
    if subprocess.run([*within, "true"], capture_output=True, check=False).returncode == 0:
        command = [*within, sys.executable, "-m", "tests.soak.nights", *sys.argv[1:]]
        os.execvpe(command[0], command, {**os.environ, MARK: "1"})  # noqa: S606


@dataclass(frozen=True)
class Disk:
    """The file system at `folder`. `kind` says whether it is one of its own."""

    folder: Path
    kind: str

    def fill(self, room: int) -> int:
        """Leave `room` bytes; gives the limit on files that a process needs instead, 0 for none."""
        if self.kind == LIMITED:
            return room
        found = os.statvfs(self.folder)
        size = max(0, found.f_bavail - -(-room // found.f_frsize)) * found.f_frsize
        with (self.folder / "filler").open("wb") as handle:
            if size:
                os.posix_fallocate(handle.fileno(), 0, size)
        return 0

    def make_room(self) -> None:
        """Remove what `fill` put there."""
        (self.folder / "filler").unlink(missing_ok=True)

    def keep(self) -> None:
        """A file system of its own goes with us: keep what is on it, for whoever wants to know what was wrong."""
        if self.kind == OWN:
            self.make_room()
            shutil.copytree(self.folder, self.folder.with_name("data-kept"))


@contextmanager
def disk(folder: Path) -> Iterator[Disk]:
    """A disk at `folder`, which is made."""
    folder.mkdir()
    own = False
    if MARK in os.environ:
        command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(folder)]
        own = subprocess.run(command, capture_output=True, check=False).returncode == 0
    made = Disk(folder, OWN if own else LIMITED)
    try:
        yield made
    except BaseException:
        made.keep()
        raise
    finally:
        if own:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)
