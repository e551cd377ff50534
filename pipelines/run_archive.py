"""A run folder as one file: a tar.gz whose first member, SHA256SUMS, vouches for all others.

    tar xzf 2026-03-02.tar.gz && sha256sum -c SHA256SUMS

Belongs here: the form, and refusing whatever is not exactly that. Does not belong here: where archives lie
(`run_store`). The same folder gives the same bytes, so that two archives are compared by their checksum. No file is
held in memory: many sources are packed and unpacked at once.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pipelines.errors import ArtifactDamaged

SUMS = "SHA256SUMS"
# A run folder takes some 100 kB; one of a portal with thousands of datasets some 100 MB.
LARGEST = 1_000_000_000
MOST_FILES = 10_000
# Such a folder as an archive, when nothing in it can be made smaller.
LARGEST_ARCHIVE = LARGEST + 50_000_000
LARGEST_SUMS = 200 * MOST_FILES
CHUNK = 1_000_000
# No part of a name is `.` or `..`, or begins with a dash.
NAME = re.compile(r"(?:(?!\.{1,2}(?:/|$))[A-Za-z0-9._][A-Za-z0-9._-]*(?:/(?=.)|$))+")
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def pack(folder: Path, archive: Path, *, largest: int = LARGEST) -> str:
    """Write the archive of a run folder, which nobody changes meanwhile, and give its SHA-256.

    Raises `ArtifactDamaged` for what `unpack` would refuse.
    """
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if _kept(path)}
    where = str(folder)
    for name in files:
        _check_name("/" if name == SUMS else name, where)
    if len(files) > MOST_FILES or sum(path.stat().st_size for path in files.values()) > largest:
        raise ArtifactDamaged(f"{where}: a run folder of more than {MOST_FILES} files or {largest} bytes")
    sums = "".join(f"{sha256_of(files[name])}  {name}\n" for name in sorted(files)).encode()
    with (
        archive.open("wb") as packed,
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=6) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as made,
    ):
        _add(made, SUMS, io.BytesIO(sums), len(sums))
        for name in sorted(files):
            with files[name].open("rb") as content:
                _add(made, name, content, files[name].stat().st_size)
    return sha256_of(archive)


def unpack(archive: Path, folder: Path, where: str, *, largest: int = LARGEST) -> None:
    """Write the files of an archive into `folder`, which is new. `where` names the archive in messages.

    Raises `ArtifactDamaged`, before anything is written, for whatever `pack` does not make: a cut or changed archive, a
    name that leads out of the folder, a link, a file that is not vouched for.
    """
    found: dict[str, str] = {}
    vouched: bytes | None = None
    with _told(where):
        for name, content in _members(archive, where, largest):
            if name == SUMS:
                vouched = b"".join(content)
            else:
                found[name] = _digest(content)
    sums = _sums(vouched, where)
    if found != sums:
        wrong = sorted(name for name in found | sums if found.get(name) != sums.get(name))
        raise ArtifactDamaged(f"{where}: {wrong[0]!r} is not what {SUMS} says")
    if inside := next(
        (it for it in found if any(str(up) in found for up in PurePosixPath(it).parents)), None
    ):
        raise ArtifactDamaged(f"{where}: {inside!r} lies in what is a file")
    for name, content in _members(archive, where, largest):
        if name != SUMS:
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as handle:
                handle.writelines(content)
                handle.flush()
                os.fsync(handle.fileno())


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _digest(content: Iterator[bytes]) -> str:
    digest = hashlib.sha256()
    for chunk in content:
        digest.update(chunk)
    return digest.hexdigest()


def _add(archive: tarfile.TarFile, name: str, content: BinaryIO, size: int) -> None:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o644, 0
    archive.addfile(member, content)


def _kept(path: Path) -> bool:
    """Files, without those that were being written when a process was killed (`artifacts.replacing`)."""
    return path.is_file() and not (path.name.startswith(".") and path.name.endswith(".tmp"))


@contextmanager
def _told(where: str) -> Iterator[None]:
    """Whatever is wrong with the form is damage, and told as such."""
    try:
        yield
    except (tarfile.TarError, gzip.BadGzipFile, EOFError, zlib.error, ValueError) as error:
        raise ArtifactDamaged(f"{where}: {error}") from error


def _members(archive: Path, where: str, largest: int) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Each file with its content, which can be read until the next one. Its headers are those of `pack` only."""
    seen: set[str] = set()
    left = largest + LARGEST_SUMS
    with archive.open("rb") as packed, gzip.GzipFile(fileobj=packed) as unzipped:
        while (header := _exactly(unzipped, tarfile.BLOCKSIZE)).strip(b"\0"):
            member = tarfile.TarInfo.frombuf(header, "utf-8", "surrogateescape")
            _check_name(member.name, where)
            if member.type != tarfile.REGTYPE or member.name in seen:
                raise ArtifactDamaged(f"{where}: {member.name!r} is no plain file, or there twice")
            seen.add(member.name)
            left -= max(0, member.size)
            if len(seen) > MOST_FILES + 1 or left < 0 or (member.name == SUMS and left < largest):
                raise ArtifactDamaged(f"{where}: it holds more than {MOST_FILES} files, or is too large")
            content = _content(unzipped, member.size)
            yield member.name, content
            deque(content, maxlen=0)  # what was not read
            _exactly(unzipped, -member.size % tarfile.BLOCKSIZE)
        if unzipped.read(tarfile.RECORDSIZE).strip(b"\0") or unzipped.read(1):
            raise ArtifactDamaged(f"{where}: more follows its end")


def _content(unzipped: gzip.GzipFile, size: int) -> Iterator[bytes]:
    while size > 0:
        chunk = _exactly(unzipped, min(size, CHUNK))
        size -= len(chunk)
        yield chunk


def _exactly(unzipped: gzip.GzipFile, size: int) -> bytes:
    content = unzipped.read(size)
    if len(content) != size:
        raise EOFError("it is cut off")
    return content


def _sums(content: bytes | None, where: str) -> dict[str, str]:
    if content is None:
        raise ArtifactDamaged(f"{where}: it has no {SUMS}")
    lines = [LINE.fullmatch(it) for it in content.decode("utf-8", "replace").splitlines()]
    if None in lines:
        raise ArtifactDamaged(f"{where}: its {SUMS} is not what Veedor wrote")
    return {it[2]: it[1] for it in lines if it is not None}


def _check_name(name: str, where: str) -> None:
    if not NAME.fullmatch(name) or len(name) > 100:
        raise ArtifactDamaged(f"{where}: no run folder has a file named {name!r}")
