"""The store: bytes under the name of their SHA-256, written once and never changed.

    <root>/sha256/ab/abcdef...      whole files
    <root>/incoming/                files on their way in, on the same file system

Belongs here: where bytes lie and how they get there in one step. Does not belong here: whose they are (the run
folders say so). Equal files of two nights or two publishers take the room of one.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
import uuid
from pathlib import Path

SHA256 = re.compile(r"[0-9a-f]{64}")
ABANDONED_SECONDS = 86_400.0


class Store:
    """A folder of snapshots. Safe for several threads and processes."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def path(self, sha256: str) -> Path:
        """Where the bytes of that checksum lie, or would. Raises `ValueError` for no SHA-256 in hex."""
        if not SHA256.fullmatch(sha256):
            raise ValueError(f"{sha256!r} is not a SHA-256 in lower-case hex")
        return self._root / "sha256" / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the bytes are here."""
        return self.path(sha256).is_file()

    def incoming(self) -> Path:
        """A path for a file on its way in; what a killed process left there long ago is cleared away."""
        folder = self._root / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        for entry in folder.iterdir():
            with contextlib.suppress(FileNotFoundError):  # another process clears too
                if time.time() - entry.stat().st_mtime > ABANDONED_SECONDS:
                    entry.unlink()
        return folder / f"{uuid.uuid4().hex}.part"

    def adopt(self, temporary: Path, sha256: str) -> Path:
        """Take a file in under its checksum (trusted as given) and return its path.

        A process killed on any line leaves the whole file or none. Bytes that are here already are replaced
        by the same bytes, which also mends a file that somebody damaged.
        """
        path = self.path(sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("rb") as handle:
            os.fsync(handle.fileno())
        temporary.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name too has to outlive a loss of power
        finally:
            os.close(folder)
        return path
