"""The place of a backup: a folder, or an object store in fsspec's form (`s3://bucket/prefix`).

Belongs here: putting bytes under a key whole or not at all, giving them back, listing and removing them. A key is a
relative path of letters, digits, `.`, `-` and `/`. Does not belong here: what any of them is (`manifest`).
"""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Protocol

from pipelines.errors import ConfigurationError, DiskFull, VeedorError
from pipelines.object_store import located
from pipelines.redaction import redacted

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

READ_AT_ONCE = 1 << 20
# What the machine says of a place without room; the last of a file beyond what a user or file system may have.
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
KEEP_FEWER = "Make room there, or keep fewer backups (`--keep`). Those that were complete are as they were."


@dataclass(frozen=True)
class Kept:
    """One object: its length in bytes, and when it was put there."""

    bytes: int
    modified: datetime


class Place(Protocol):
    """Where backups lie."""

    @property
    def name(self) -> str:
        """Its path or address."""

    def listed(self, folder: str) -> dict[str, Kept]:
        """Everything below `folder`, by key."""

    def put(self, path: Path, key: str) -> None:
        """Copy a file there, whole or not at all."""

    def opened(self, key: str) -> AbstractContextManager[IO[bytes]]:
        """The bytes of a key. Raises `FileNotFoundError`."""

    def move(self, key: str, to: str) -> None:
        """Give an object another key."""

    def remove(self, key: str) -> None:
        """Remove an object, if it is there."""

    def staging(self) -> AbstractContextManager[Path]:
        """A folder for files on their way there, gone at the end."""

    def sweep(self) -> None:
        """Remove what a backup that was killed had on its way."""

    def foreign(self) -> bool:
        """Whether something lies there that is not of a backup."""


def place_at(address: str) -> Place:
    """The place at `address`. Raises `ConfigurationError` for an address that cannot be used."""
    place = located(address, "The address of the backups")
    if isinstance(place, Path):
        return Folder(place.absolute())
    return Elsewhere(address, place.files, place.prefix)


@contextmanager
def telling(where: str, advice: str = KEEP_FEWER) -> Iterator[None]:
    """Tell a disk or a place without room as `DiskFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise DiskFull(f"there is no room at {where}: {error.strerror}", advice) from error
        raise


@dataclass(frozen=True)
class Folder:
    """A folder. Every file is flushed to the disk before it has its name."""

    root: Path

    @property
    def name(self) -> str:
        """Its path."""
        return str(self.root)

    def listed(self, folder: str) -> dict[str, Kept]:
        """Everything below `folder`, by key."""
        return dict(self._walk(folder))

    def _walk(self, folder: str) -> Iterator[tuple[str, Kept]]:
        with suppress(FileNotFoundError), os.scandir(self.root / folder) as entries:
            for entry in entries:
                key = f"{folder}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    yield from self._walk(key)
                elif not entry.name.startswith("."):
                    found = entry.stat(follow_symlinks=False)
                    yield key, Kept(found.st_size, datetime.fromtimestamp(found.st_mtime, UTC))

    def put(self, path: Path, key: str) -> None:
        """Copy a file there; one that was staged here is moved."""
        with telling(self.name):
            target = self.root / key
            _make(target.parent)
            if path.is_relative_to(self._incoming):
                _flush(path)
                path.replace(target)
                _flush(target.parent)
                return
            with self.staging() as staged:
                copied = Path(shutil.copyfile(path, staged / "copy"))
                _flush(copied)
                copied.replace(target)
                _flush(target.parent)

    @contextmanager
    def opened(self, key: str) -> Iterator[IO[bytes]]:
        """The bytes of a key. Raises `FileNotFoundError`."""
        with (self.root / key).open("rb") as handle:
            yield handle

    def move(self, key: str, to: str) -> None:
        """Give an object another key."""
        (self.root / to).parent.mkdir(parents=True, exist_ok=True)
        (self.root / key).replace(self.root / to)

    def remove(self, key: str) -> None:
        """Remove an object, if it is there."""
        (self.root / key).unlink(missing_ok=True)

    @property
    def _incoming(self) -> Path:
        return self.root / ".incoming"

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """On the same disk, so that what is staged gets there by a rename; a killed backup's is cleared by the next."""
        with telling(self.name):
            self.root.mkdir(mode=0o700, parents=True, exist_ok=True)  # mail addresses are in it
            folder = self._incoming / uuid.uuid4().hex
            folder.mkdir(parents=True)
            try:
                yield folder
            finally:
                shutil.rmtree(folder, ignore_errors=True)

    def sweep(self) -> None:
        """Remove what a backup that was killed had on its way."""
        shutil.rmtree(self._incoming, ignore_errors=True)

    def foreign(self) -> bool:
        """Whether something lies there besides what a killed backup left."""
        return self.root.exists() and any(not it.name.startswith(".") for it in self.root.iterdir())


@dataclass(frozen=True)
class Elsewhere:
    """An object store: an object is there whole or not at all."""

    address: str
    files: AbstractFileSystem
    prefix: str

    @property
    def name(self) -> str:
        """Its address, without a log-in."""
        return redacted(self.address)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        """Tell what a store's library says (no keys, no network, another answer) in words of ours."""
        try:
            yield
        except (OSError, VeedorError):
            raise
        except Exception as error:
            raise ConfigurationError(
                f"{self.name} did not answer as a store of backups does: {type(error).__name__}: {error}",
                "Look at the address, at the keys in the environment of its library, and at the network.",
            ) from error

    def listed(self, folder: str) -> dict[str, Kept]:
        """Everything below `folder`, by key."""
        start = len(self.prefix.lstrip("/")) + 1
        with self._answering():
            found = self.files.find(f"{self.prefix}/{folder}", detail=True)
            return {
                key.lstrip("/")[start:]: Kept(int(it["size"]), self._modified(key, it))
                for key, it in found.items()
            }

    def _modified(self, key: str, told: dict[str, object]) -> datetime:
        """When an object was put there; asked for one by one only where the listing does not tell."""
        for name in ("LastModified", "mtime", "updated", "created"):
            if isinstance(found := told.get(name), datetime) and found.tzinfo is not None:
                return found
        asked: datetime = self.files.modified(key)
        return asked if asked.tzinfo is not None else asked.replace(tzinfo=UTC)

    def put(self, path: Path, key: str) -> None:
        """Copy a file there, and see that all of it arrived."""
        with self._answering():
            self.files.put_file(str(path), f"{self.prefix}/{key}")
            size, arrived = path.stat().st_size, int(self.files.info(f"{self.prefix}/{key}")["size"])
        if arrived != size:
            raise OSError(f"of {size} bytes {arrived} arrived at {self.name} as {key}")

    @contextmanager
    def opened(self, key: str) -> Iterator[IO[bytes]]:
        """The bytes of a key. Raises `FileNotFoundError`."""
        with self._answering(), self.files.open(f"{self.prefix}/{key}", "rb") as handle:
            yield handle

    def move(self, key: str, to: str) -> None:
        """Give an object another key."""
        with self._answering():
            self.files.mv(f"{self.prefix}/{key}", f"{self.prefix}/{to}")

    def remove(self, key: str) -> None:
        """Remove an object, if it is there."""
        with suppress(FileNotFoundError), self._answering():
            self.files.rm_file(f"{self.prefix}/{key}")

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A temporary folder of this machine."""
        with tempfile.TemporaryDirectory(prefix="veedor-backup-") as folder:
            yield Path(folder)

    def sweep(self) -> None:
        """Nothing is left half way there."""

    def foreign(self) -> bool:
        """Whether anything lies below the prefix."""
        with self._answering():
            return bool(self.files.find(self.prefix, maxdepth=2))


def key_of(sha256: str) -> str:
    """Where the object of that checksum lies."""
    return f"objects/{sha256[:2]}/{sha256}"


def sha256_of(handle: IO[bytes]) -> str:
    """The checksum of all that comes from `handle`."""
    digest = hashlib.sha256()
    while block := handle.read(READ_AT_ONCE):
        digest.update(block)
    return digest.hexdigest()


def _make(folder: Path) -> None:
    """Make a folder whose name, too, outlives a loss of power."""
    if not folder.is_dir():
        _make(folder.parent)
        folder.mkdir(exist_ok=True)
        _flush(folder.parent)


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
