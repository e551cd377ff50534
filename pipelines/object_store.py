"""A place for whole objects: a folder, or an object store through fsspec. https://filesystem-spec.readthedocs.io/

Belongs here: reading an address, and objects that are there whole or not at all, under keys such as `a/b.json`. Does
not belong here: what an object holds (`snapshots.store`, `run_store`). Nothing is cached: other machines write too.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol

from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
# What object stores say of an object that changes whenever the object does, else when it was written.
MARKS = ("ETag", "etag", "generation", "md5Hash")
TIMES = ("LastModified", "last_modified", "updated", "mtime", "created")


@dataclass(frozen=True)
class Remote:
    """An object store: one of fsspec's file systems, and what every key of ours begins with."""

    files: AbstractFileSystem
    prefix: str


def located(address: str, variable: str) -> Path | Remote:
    """The place that `address` names. `variable` is the setting it comes from, for the message.

    Raises `ConfigurationError` for an address that cannot be used; whether an object store answers is seen when it is
    used.
    """
    scheme = SCHEME.match(address)
    if scheme is None:
        return Path(address).expanduser()
    if scheme[1].lower() in ("file", "local"):
        return Path(address[scheme.end() :])
    from fsspec.core import url_to_fs

    try:
        files, prefix = url_to_fs(address, use_listings_cache=False)
    except (ImportError, ValueError) as error:  # a library that is not installed; an unknown scheme
        raise ConfigurationError(
            f"{variable} names a place of kind {scheme[1]!r} that cannot be used: {error}",
            "Name a folder, or install the library that the message names (for s3:// it is s3fs).",
        ) from error
    return Remote(files, prefix.rstrip("/"))


class Objects(Protocol):
    """The objects at one place. Safe for several threads, processes and machines."""

    def versions(self, folder: str) -> dict[str, str]:
        """The names of the objects directly in `folder`, each with a mark that changes when the object does."""

    def folders(self, folder: str) -> list[str]:
        """The names of the folders directly in `folder`."""

    def version(self, key: str) -> str | None:
        """The mark of one object; None when there is none."""

    def read(self, key: str, at_most: int) -> bytes:
        """The bytes of an object. Raises `FileNotFoundError`, and `ValueError` for more than `at_most` bytes."""

    def write(self, key: str, content: bytes, *, only_new: bool = False) -> bool:
        """Put an object there; with `only_new` only where there is none. Gives whether it was put."""

    def fetch(self, key: str, to: Path, at_most: int) -> None:
        """As `read`, into a new file, in little memory."""

    def put(self, key: str, file: Path, *, only_new: bool = False) -> bool:
        """As `write`, from a file, in little memory."""

    def remove(self, folder: str) -> None:
        """Remove every object below `folder`."""


def objects_at(place: Path | Remote) -> Objects:
    """The objects at a place."""
    return FolderObjects(place) if isinstance(place, Path) else RemoteObjects(place)


@dataclass(frozen=True)
class FolderObjects:
    """Objects as files of a folder, which several machines may share."""

    root: Path

    def versions(self, folder: str) -> dict[str, str]:
        """The files of a folder; those that are being written have other names."""
        found = {}
        with suppress(FileNotFoundError):
            for path in (self.root / folder).iterdir():
                with suppress(FileNotFoundError):  # another machine has just removed it
                    if _is_object(path):
                        found[path.name] = _version_of_file(path.stat())
        return found

    def version(self, key: str) -> str | None:
        """From the file's own facts."""
        try:
            return _version_of_file((self.root / key).stat())
        except FileNotFoundError:
            return None

    def read(self, key: str, at_most: int) -> bytes:
        """The file."""
        path = self.root / key
        _not_more(key, path.stat().st_size, at_most)
        return path.read_bytes()

    def write(self, key: str, content: bytes, *, only_new: bool = False) -> bool:
        """By one rename, or one link, which never replaces."""
        return self._placed(key, io.BytesIO(content), only_new=only_new)

    def fetch(self, key: str, to: Path, at_most: int) -> None:
        """A copy."""
        path = self.root / key
        _not_more(key, path.stat().st_size, at_most)
        shutil.copyfile(path, to)

    def put(self, key: str, file: Path, *, only_new: bool = False) -> bool:
        """A copy, by one rename or link as in `write`."""
        with file.open("rb") as content:
            return self._placed(key, content, only_new=only_new)

    def _placed(self, key: str, content: BinaryIO, *, only_new: bool) -> bool:
        path = self.root / key
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
        try:
            with temporary.open("wb") as handle:
                shutil.copyfileobj(content, handle)
                handle.flush()
                os.fsync(handle.fileno())
            if only_new:
                os.link(temporary, path)
            else:
                temporary.replace(path)
        except FileExistsError:
            return False
        finally:
            temporary.unlink(missing_ok=True)
        return True

    def folders(self, folder: str) -> list[str]:
        """The folders in a folder."""
        place = self.root / folder
        return [it.name for it in place.iterdir() if it.is_dir()] if place.is_dir() else []

    def remove(self, folder: str) -> None:
        """The folder with all in it."""
        shutil.rmtree(self.root / folder, ignore_errors=True)


@dataclass(frozen=True)
class RemoteObjects:
    """Objects of an object store: each is put whole by one request, as they promise."""

    remote: Remote

    def versions(self, folder: str) -> dict[str, str]:
        """One listing."""
        try:
            with _asked(folder):
                listed = self.remote.files.ls(self._path(folder), detail=True)
        except FileNotFoundError:
            return {}
        return {it["name"].rpartition("/")[2]: _version(it) for it in listed if it["type"] == "file"}

    def version(self, key: str) -> str | None:
        """From what the store tells of it."""
        try:
            with _asked(key):
                return _version(self.remote.files.info(self._path(key)))
        except FileNotFoundError:
            return None

    def read(self, key: str, at_most: int) -> bytes:
        """Its length is asked for first."""
        self._not_more(key, at_most)
        with _asked(key):
            content: bytes = self.remote.files.cat_file(self._path(key))
        return content

    def write(self, key: str, content: bytes, *, only_new: bool = False) -> bool:
        """One request, on a condition with `only_new` (S3: `If-None-Match`)."""
        try:
            with _asked(key):
                how = "create" if only_new else "overwrite"
                self.remote.files.pipe_file(self._path(key), content, mode=how)
        except FileExistsError:
            return False
        return True

    def fetch(self, key: str, to: Path, at_most: int) -> None:
        """Its length is asked for first."""
        self._not_more(key, at_most)
        with _asked(key):
            self.remote.files.get_file(self._path(key), str(to))

    def put(self, key: str, file: Path, *, only_new: bool = False) -> bool:
        """One request, or the parts of one, on a condition with `only_new`."""
        try:
            with _asked(key):
                how = "create" if only_new else "overwrite"
                self.remote.files.put_file(str(file), self._path(key), mode=how)
        except FileExistsError:
            return False
        return True

    def folders(self, folder: str) -> list[str]:
        """What stands before the next slash in the keys below a folder."""
        path = self._path(folder)
        with _asked(folder):
            keys = self.remote.files.find(path)
        return sorted({key[len(path) + 1 :].partition("/")[0] for key in keys})

    def remove(self, folder: str) -> None:
        """Each object by itself."""
        with _asked(folder):
            if keys := self.remote.files.find(self._path(folder)):
                self.remote.files.rm(keys)

    def _not_more(self, key: str, at_most: int) -> None:
        with _asked(key):
            size = int(self.remote.files.info(self._path(key))["size"])
        _not_more(key, size, at_most)

    def _path(self, key: str) -> str:
        return f"{self.remote.prefix}/{key}"


@contextmanager
def _asked(key: str) -> Iterator[None]:
    """Whatever a library raises when the store does not answer is an `OSError` that names the object."""
    try:
        yield
    except OSError:
        raise
    except Exception as fault:  # botocore's and aiohttp's have no class in common
        raise OSError(f"the object store, asked for {key}: {type(fault).__name__}: {fault}") from fault


def _is_object(path: Path) -> bool:
    return not path.name.startswith(".") and path.is_file()


def _not_more(key: str, size: int, at_most: int) -> None:
    if size > at_most:
        raise ValueError(f"{key} has more than {at_most} bytes")


def _version_of_file(found: os.stat_result) -> str:
    return f"{found.st_size} {found.st_mtime_ns} {found.st_ino}"


def _version(found: Mapping[str, Any]) -> str:
    """The same whether an object was listed or asked for alone."""
    for name in MARKS:
        if found.get(name):
            return str(found[name]).strip('"')
    written = next((found[it] for it in TIMES if found.get(it)), "")
    return f"{found.get('size')} {written.timestamp() if isinstance(written, datetime) else written}"
