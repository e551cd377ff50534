"""A run folder as one file: a tar.gz whose first member, SHA256SUMS, vouches for all others.

    tar xzf 2026-03-02.tar.gz && sha256sum -c SHA256SUMS

Belongs here: the form, and refusing whatever is not exactly that. Does not belong here: where archives lie
(`run_store`). The same folder gives the same bytes, so that two archives are compared by their checksum.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import re
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from pipelines.errors import ArtifactDamaged

SUMS = "SHA256SUMS"
# A run folder takes some 100 kB; one of a portal with thousands of datasets some 100 MB.
LARGEST = 1_000_000_000
MOST_FILES = 10_000
# No part of a name is `.` or `..`, or begins with a dash.
NAME = re.compile(r"(?:(?!\.{1,2}(?:/|$))[A-Za-z0-9._][A-Za-z0-9._-]*(?:/(?=.)|$))+")
LINE = re.compile(r"([0-9a-f]{64})  (.+)")


def pack(folder: Path, *, largest: int = LARGEST) -> bytes:
    """The archive of a run folder. Raises `ArtifactDamaged` for what `unpack` would refuse."""
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if _kept(path)}
    where = str(folder)
    for name in files:
        _check_name("/" if name == SUMS else name, where)
    contents = {name: files[name].read_bytes() for name in sorted(files)}
    if len(contents) > MOST_FILES or sum(map(len, contents.values())) > largest:
        raise ArtifactDamaged(f"{where}: a run folder of more than {MOST_FILES} files or {largest} bytes")
    sums = "".join(f"{hashlib.sha256(it).hexdigest()}  {name}\n" for name, it in contents.items())
    packed = io.BytesIO()
    with (
        gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0, compresslevel=6) as zipped,
        tarfile.open(fileobj=zipped, mode="w", format=tarfile.USTAR_FORMAT) as archive,
    ):
        for name, content in {SUMS: sums.encode(), **contents}.items():
            member = tarfile.TarInfo(name)
            member.size, member.mode, member.mtime = len(content), 0o644, 0
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def unpack(content: bytes, folder: Path, where: str, *, largest: int = LARGEST) -> None:
    """Write the files of an archive into `folder`, which is new. `where` names the archive in messages.

    Raises `ArtifactDamaged`, before anything is written, for whatever `pack` does not make: a cut or changed archive, a
    name that leads out of the folder, a link, a file that is not vouched for.
    """
    contents = dict(_members(_unzipped(content, where, largest), where))
    sums = _sums(contents.pop(SUMS, None), where)
    found = {name: hashlib.sha256(it).hexdigest() for name, it in contents.items()}
    if found != sums:
        wrong = sorted(name for name in found | sums if found.get(name) != sums.get(name))
        raise ArtifactDamaged(f"{where}: {wrong[0]!r} is not what {SUMS} says")
    if inside := next(
        (it for it in contents if any(str(up) in contents for up in PurePosixPath(it).parents)), None
    ):
        raise ArtifactDamaged(f"{where}: {inside!r} lies in what is a file")
    for name, it in contents.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as handle:
            handle.write(it)
            handle.flush()
            os.fsync(handle.fileno())


def _kept(path: Path) -> bool:
    """Files, without those that were being written when a process was killed (`artifacts.replacing`)."""
    return path.is_file() and not (path.name.startswith(".") and path.name.endswith(".tmp"))


def _unzipped(content: bytes, where: str, largest: int) -> bytes:
    unzip = zlib.decompressobj(wbits=31)
    try:
        found = unzip.decompress(content, largest)
    except zlib.error as error:
        raise ArtifactDamaged(f"{where}: {error}") from error
    if not unzip.eof or unzip.unused_data:
        raise ArtifactDamaged(f"{where}: it is cut off, too large, or more follows")
    return found


def _members(content: bytes, where: str) -> Iterator[tuple[str, bytes]]:
    seen: set[str] = set()
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for member in archive:
                _check_name(member.name, where)
                if not member.isreg() or member.sparse is not None or member.name in seen:
                    raise ArtifactDamaged(f"{where}: {member.name!r} is no plain file, or there twice")
                if len(seen) > MOST_FILES:
                    raise ArtifactDamaged(f"{where}: it holds more than {MOST_FILES} files")
                seen.add(member.name)
                file = archive.extractfile(member)
                yield member.name, file.read() if file is not None else b""
    except (tarfile.TarError, ValueError, OSError) as error:
        raise ArtifactDamaged(f"{where}: {error}") from error


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
