"""Giving a backup back, and proving that it could be.

Belongs here: a data folder made anew from a backup, all of it or nothing, every byte checked on the way; and reading
every object of a backup without writing anything. Does not belong here: anything over a data folder that is there.
"""

from __future__ import annotations

import fcntl
import hashlib
import io
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pipelines.backup import bundles, manifest
from pipelines.backup.back_up import Step, silent
from pipelines.backup.manifest import Manifest, Part, path_in
from pipelines.backup.place import READ_AT_ONCE, Place, key_of, telling
from pipelines.errors import BackupDamaged, ConfigurationError, DiskFull

MORE_ROOM = "Make room there, or name a folder on another disk in VEEDOR_DATA. Nothing was left behind."


@dataclass(frozen=True)
class GivenBack:
    """What was given back: from which backup, how many files, and their bytes."""

    manifest: Manifest
    files: int
    bytes: int


@dataclass(frozen=True)
class Proved:
    """What reading a whole backup came to: its objects, and those that are gone or were not as they should be."""

    name: str
    objects: int
    bytes: int
    missing: tuple[str, ...]
    damaged: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether the backup could be given back."""
        return not self.missing and not self.damaged


def give_back(place: Place, data: Path, name: str | None = None, step: Step = silent) -> GivenBack:
    """Make the data folder `data` anew from the backup `name` (left out: the newest).

    It is made beside its place and renamed at the end: whoever is killed leaves nothing there. Raises
    `ConfigurationError` when there is something at `data`, `BackupDamaged` naming what is wrong, `DiskFull`.
    """
    data = data.absolute()
    if data.exists() and not (data.is_dir() and not any(data.iterdir())):
        raise ConfigurationError(
            f"{data} is there already, and nothing is written over it.",
            "Move it away, or name another folder in VEEDOR_DATA.",
        )
    wanted = manifest.chosen(place, name)
    data.parent.mkdir(parents=True, exist_ok=True)
    _sweep(data)
    _room(wanted, data.parent)
    with telling(str(data.parent), MORE_ROOM), _beside(data) as folder:
        files = sum(_lay_out(place, part, folder, step) for part in wanted.parts)
        step("flush", str(data))
        os.sync()  # one for all: a flush of each small file would take minutes
        step("rename", str(data))
        folder.rename(data)
    handle = os.open(data.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    return GivenBack(wanted, files, sum(part.unpacked for part in wanted.parts))


def prove(place: Place, name: str | None = None, step: Step = silent) -> Proved:
    """Read every object of a backup and compare it with its checksum.

    A damaged one is set aside, so that the next backup writes it anew if the data folder still has it.
    """
    wanted = manifest.chosen(place, name)
    missing, damaged = [], []
    for sha256, size in sorted(wanted.objects.items()):
        step("read", sha256)
        try:
            for _ in _checked(place, sha256, size):
                pass
        except FileNotFoundError:
            missing.append(sha256)
        except BackupDamaged:
            damaged.append(sha256)
            place.move(key_of(sha256), f"damaged/{sha256}")
    found = wanted.objects
    return Proved(wanted.name, len(found), sum(found.values()), tuple(missing), tuple(damaged))


def _lay_out(place: Place, part: Part, root: Path, step: Step) -> int:
    step(part.kind, part.name)
    if part.kind not in manifest.PART_KINDS:
        raise BackupDamaged(f"the backup holds a part of an unknown kind: {part.kind!r}")
    try:
        if part.kind == "bundle":
            # Read through once before anything of it is believed; a bundle is a night of small files at most.
            with _spooled(place, part, root) as stream:
                return bundles.unpack(stream, root)
        path = path_in(root, part.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as handle:
            for sha256, size in part.objects:
                for block in _checked(place, sha256, size):
                    handle.write(block)
    except FileNotFoundError as error:
        raise BackupDamaged(f"a part of {part.name} is gone: {error.filename or error}") from error
    except FileExistsError as error:
        raise BackupDamaged(f"the backup holds {part.name} twice") from error
    return 1


@contextmanager
def _spooled(place: Place, part: Part, root: Path) -> Iterator[io.BufferedReader]:
    path = root / f".{uuid.uuid4().hex}"
    try:
        with path.open("xb") as handle:
            for sha256, size in part.objects:
                for block in _checked(place, sha256, size):
                    handle.write(block)
        with path.open("rb") as stream:
            yield stream
    finally:
        path.unlink(missing_ok=True)


def _checked(place: Place, sha256: str, size: int) -> Iterator[bytes]:
    """The bytes of an object. Raises `BackupDamaged` at the latest at its end; nothing is believed before."""
    digest, length = hashlib.sha256(), 0
    with place.opened(key_of(sha256)) as handle:
        while block := handle.read(READ_AT_ONCE):
            digest.update(block)
            length += len(block)
            yield block
    if length != size or digest.hexdigest() != sha256:
        raise BackupDamaged(
            f"{key_of(sha256)} at {place.name} is not as it was written ({length} of {size} bytes)"
        )


def _room(wanted: Manifest, where: Path) -> None:
    needed = sum(part.unpacked for part in wanted.parts)
    if (free := shutil.disk_usage(where).free) < needed:
        raise DiskFull(
            f"the backup {wanted.name} takes {needed:,} bytes, and {where} has {free:,} left",
            MORE_ROOM,
        )


@contextmanager
def _beside(data: Path) -> Iterator[Path]:
    """A folder beside `data`, locked for as long as somebody works on it, and gone at the end unless it was renamed."""
    folder = data.parent / f".{data.name}.{uuid.uuid4().hex[:8]}.restoring"
    folder.mkdir()
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _sweep(data: Path) -> None:
    """Remove what a restoration that was killed left."""
    for leftover in data.parent.glob(f".{data.name}.*.restoring"):
        handle = os.open(leftover, os.O_RDONLY)
        try:
            with suppress(BlockingIOError):  # somebody is at work on it
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(leftover)
        finally:
            os.close(handle)
