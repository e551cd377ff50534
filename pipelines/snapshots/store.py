"""The store: bytes under the name of their SHA-256, written once and never changed.

    <root>/sha256/ab/abcdef...      whole files; with an object store, copies of those in use
    <root>/incoming/                files on their way in, on the same file system
    <root>/lock                     held by whoever relies on what is here

Belongs here: where bytes lie and how they get there in one step, in a folder or in an object store. Does not
belong here: whose they are (the run folders say so), or which may go (`retention`). Equal files of two nights or
two publishers take the room of one. Nothing but a checksum ever names a file here.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pipelines.errors import ArtifactDamaged, HistoryLocked
from pipelines.object_store import Remote, located

SHA256 = re.compile(r"[0-9a-f]{64}")
ABANDONED_SECONDS = 86_400.0


@dataclass(frozen=True)
class Version:
    """One file that is kept: its checksum, its length, and when it was (last) written."""

    sha256: str
    bytes: int
    modified: datetime


def store_at(address: str | None, root: Path) -> Store:
    """The store at `address`: a folder, an fsspec address such as `s3://bucket/prefix`, or None for `root`.

    With an object store `root` holds copies of the files in use. Raises `ConfigurationError` for an address
    that cannot be used; whether the store answers is seen when it is used.
    """
    if address is None:
        return Store(root)
    place = located(address, "VEEDOR_STORE")
    return Store(place) if isinstance(place, Path) else Store(root, place)


class Store:
    """Snapshots in the folder `root`, or in `remote` with `root` for copies. Safe for several threads and processes.

    Readers need files: `local` gives one, in a folder the kept file itself.
    """

    def __init__(self, root: Path, remote: Remote | None = None) -> None:
        self._root = root
        self._remote = remote

    @property
    def is_remote(self) -> bool:
        """Whether what is kept lies in an object store, and only copies here."""
        return self._remote is not None

    def path(self, sha256: str) -> Path:
        """Where the bytes of that checksum, or their copy, lie or would. Raises `ValueError` for no SHA-256 in hex."""
        return self._root / _key(sha256)

    def size(self, sha256: str) -> int | None:
        """The length of the bytes that are kept under that checksum, None when there are none."""
        try:
            if self._remote is None:
                return self.path(sha256).stat().st_size
            return int(self._remote.files.info(self._remote_key(sha256))["size"])
        except FileNotFoundError:
            return None

    def has(self, sha256: str) -> bool:
        """Whether the bytes are kept."""
        return self.size(sha256) is not None

    def incoming(self) -> Path:
        """A path for a file on its way in; what a killed process left there long ago is cleared away."""
        folder = self._root / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        _clear(folder.iterdir())
        return folder / f"{uuid.uuid4().hex}.part"

    def adopt(self, temporary: Path, sha256: str) -> Path:
        """Take a file in under its checksum (trusted as given) and return its path.

        A process killed on any line leaves the whole file or none. Bytes that are in the folder already are
        replaced by the same bytes, which also mends a file that somebody damaged.
        """
        path = self.path(sha256)
        if self._remote is not None:
            self._upload(temporary, sha256)
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

    @contextlib.contextmanager
    def local(self, sha256: str) -> Iterator[Path]:
        """A path at which the bytes can be read until the context ends.

        Raises `FileNotFoundError` when they are not kept, and `ArtifactDamaged` when what came from the object
        store is not what its name says: no other file fares worse for it.
        """
        path = self.path(sha256)
        if self._remote is not None:
            try:
                os.utime(path)  # a copy in use is not cleared away
            except FileNotFoundError:
                self._copy(sha256, path)
        yield path

    @contextlib.contextmanager
    def in_use(self) -> Iterator[None]:
        """Nothing is dropped by another process while the context lasts; several may be in theirs at once."""
        with self._locked(fcntl.LOCK_SH):
            if self._remote is not None:
                _clear(self._root.glob("sha256/*/*"))
            yield

    @contextlib.contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else is in `in_use` while the context lasts. Raises `HistoryLocked` when somebody is."""
        with self._locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
            yield

    def versions(self) -> Iterator[Version]:
        """Everything that is kept, in no particular order; what is not ours in the same place is left out."""
        if self._remote is None:
            for path in self._root.glob("sha256/*/*"):
                if SHA256.fullmatch(path.name):
                    found = path.stat()
                    yield Version(path.name, found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))
            return
        files = self._remote.files
        for key, found in files.find(f"{self._remote.prefix}/sha256", detail=True).items():
            sha256 = key.rpartition("/")[2]
            if SHA256.fullmatch(sha256):
                yield Version(sha256, int(found["size"]), files.modified(key))

    def drop(self, sha256: str) -> None:
        """Remove the bytes of that checksum, if they are here."""
        with contextlib.suppress(FileNotFoundError):
            if self._remote is not None:
                self._remote.files.rm_file(self._remote_key(sha256))
        self.path(sha256).unlink(missing_ok=True)

    def _remote_key(self, sha256: str) -> str:
        assert self._remote is not None
        return f"{self._remote.prefix}/{_key(sha256)}"

    def _upload(self, temporary: Path, sha256: str) -> None:
        """Put the file under its final key: an object is there whole or not at all."""
        assert self._remote is not None
        size = temporary.stat().st_size
        if self.size(sha256) != size:
            self._remote.files.put_file(str(temporary), self._remote_key(sha256))
            if (arrived := self.size(sha256)) != size:
                raise OSError(f"of {size} bytes {arrived} arrived in the object store as {sha256}")

    def _copy(self, sha256: str, path: Path) -> None:
        assert self._remote is not None
        temporary = self.incoming()
        try:
            self._remote.files.get_file(self._remote_key(sha256), str(temporary))
            with temporary.open("rb") as handle:
                found = hashlib.file_digest(handle, "sha256").hexdigest()
            if found != sha256:
                raise ArtifactDamaged(
                    f"the object store gives bytes of {found} for {sha256}",
                    f"Remove the object {_key(sha256)} from VEEDOR_STORE: what is still published is fetched again.",
                )
            path.parent.mkdir(parents=True, exist_ok=True)
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)

    @contextlib.contextmanager
    def _locked(self, how: int) -> Iterator[None]:
        self._root.mkdir(parents=True, exist_ok=True)
        with (self._root / "lock").open("w") as handle:
            try:
                fcntl.flock(handle, how)
            except BlockingIOError:
                raise HistoryLocked(
                    "a night is at work on the snapshots", "Wait for it to finish; nothing was removed."
                ) from None
            yield


def _key(sha256: str) -> str:
    if not SHA256.fullmatch(sha256):
        raise ValueError(f"{sha256!r} is not a SHA-256 in lower-case hex")
    return f"sha256/{sha256[:2]}/{sha256}"


def _clear(files: Iterator[Path]) -> None:
    """Remove the files that nobody has touched for a day."""
    for file in files:
        with contextlib.suppress(FileNotFoundError):  # another process clears too
            if time.time() - file.stat().st_mtime > ABANDONED_SECONDS:
                file.unlink()
