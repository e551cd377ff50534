"""Bundles: many small files of the data folder as one compressed tar, made again only when one of them changed.

Belongs here: which files go together, how it is seen cheaply that none changed, packing and unpacking. Files are
grouped so that a group is closed soon: the sources of a night, what concerns a whole night, everything else by month.
The same files make the same bundle, byte for byte. A stage puts its file into the run folder whole (`artifacts`), so
the time of the folder tells of every change, and thousands of small files need not be looked at.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import tarfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import IO, NamedTuple

from pipelines import artifacts
from pipelines.backup.manifest import path_in
from pipelines.errors import BackupDamaged

# What changed so shortly ago may change again within one tick of the disk's clock, without a trace.
SETTLED_NS = 10_000_000_000
# How often a folder is read anew that somebody is writing to.
TRIES = 5

# What is no part of a backup: made anew by the next night, or of this machine and this day only.
LEFT_OUT = ("public", "dagster", "batches", "hosts", "locks", "restored", "run_store")
# In a demonstration's folder, which may lie in that of an installation.
DEMONSTRATION = ".veedor-demo"
# What is kept in another way than as bundles.
RUNS = "runs"
ELSEWHERE = (RUNS, "snapshots")
# A source is left alone for so many nights at most, so that its last visit is one of the last nights (`revisit`).
REST = 7
# So many bytes of a file are in memory when it is given back.
AT_ONCE = 1 << 20


class File(NamedTuple):
    """A file of a bundle by its path in the data folder. `again`: it is the same file as one of an earlier night."""

    name: str
    content: bytes
    again: bool = False


Files = Iterator[File]


@dataclass(frozen=True)
class Bundle:
    """Files that go together. `fingerprint` is empty where it cannot yet be told whether they change.

    `files` gives them, and notes in the list what could not be had.
    """

    name: str
    fingerprint: str
    files: Callable[[list[str]], Files]


@dataclass
class Packed:
    """What packing came to: checksum and length of the bundle, number and room of the files in it."""

    sha256: str = ""
    bytes: int = 0
    files: int = 0
    unpacked: int = 0
    left: list[str] = field(default_factory=list)


def of_runs(data: Path, runs: Path) -> Iterator[Bundle]:
    """Two bundles for each night that has a folder: its sources, and what concerns the whole night."""
    nights = artifacts.nights(runs)
    for number, night in enumerate(nights):
        folder, before = runs / night.isoformat(), nights[max(0, number - REST) : number]
        try:
            entries = sorted(it.name for it in os.scandir(folder) if it.is_dir(follow_symlinks=False))
        except FileNotFoundError:  # compacted meanwhile
            continue
        sources = [name for name in entries if name != artifacts.NIGHT_FOLDER]
        if sources:
            yield Bundle(
                f"runs/{night}",
                _of_folders(folder / name for name in sources),
                lambda left, folder=folder, before=before, sources=sources: (  # type: ignore[misc]
                    file
                    for name in sources
                    for file in _whole(folder / name, data, left, _newest(runs, before, name))
                ),
            )
        if artifacts.NIGHT_FOLDER in entries:
            whole = folder / artifacts.NIGHT_FOLDER
            yield Bundle(
                f"runs/{night}/{artifacts.NIGHT_FOLDER}",
                _of_files(_walk(whole)),
                lambda left, whole=whole: _whole(whole, data, left),  # type: ignore[misc]
            )


def of_others(data: Path, history: str) -> Iterator[Bundle]:
    """Everything else in the data folder, by its first folder and the month in which it was written."""
    months: dict[str, list[Path]] = defaultdict(list)
    for entry in sorted(data.iterdir()):
        if entry.name.startswith((".", history)) or entry.name in (*LEFT_OUT, *ELSEWHERE):
            continue
        if (entry / DEMONSTRATION).exists():
            continue
        for path in _walk(entry) if entry.is_dir() else [entry]:
            try:
                found = path.stat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(found.st_mode):
                month = f"{datetime.fromtimestamp(found.st_mtime, UTC):%Y-%m}"
                months[f"{entry.name}/{month}" if entry.is_dir() else f"files/{month}"].append(path)
    for name, paths in sorted(months.items()):
        yield Bundle(f"data/{name}", _of_files(paths), lambda _, paths=paths: _each(paths, data))  # type: ignore[misc]


def of_folder(name: str, folder: Path, prefix: str) -> Bundle:
    """A folder from elsewhere, given back below `prefix`."""
    paths = sorted(_walk(folder))
    return Bundle(
        name,
        _of_files(paths),
        lambda _: (File(f"{prefix}/{path}", content) for path, content, _again in _each(paths, folder)),
    )


def pack(bundle: Bundle, target: Path) -> Packed:
    """Write a bundle to `target`, one file in memory at a time. A name that is no text is left out and told."""
    import pyarrow as pa

    done = Packed()
    with target.open("wb") as raw:
        counted = _Counted(raw)
        with (
            pa.CompressedOutputStream(pa.PythonFile(counted, mode="w"), "zstd") as stream,
            tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as tar,
        ):
            for name, content, again in bundle.files(done.left):
                if not name.isprintable():
                    done.left.append(f"{name!r} is no text")
                    continue
                entry = tarfile.TarInfo(name)
                entry.size = len(content)
                entry.mode = 0o644
                tar.addfile(entry, io.BytesIO(content))
                done.files += 1
                done.unpacked += 0 if again else len(content)
    done.sha256, done.bytes = counted.digest.hexdigest(), counted.bytes
    return done


def unpack(stream: IO[bytes], root: Path) -> int:
    """Lay the files of a bundle out below `root`; gives how many. Raises `BackupDamaged` for what is no bundle.

    What a night has in common with the night before it, if that is there already, is one file again.
    """
    import pyarrow as pa

    count, nights = 0, artifacts.nights(root / RUNS)
    try:
        with (
            pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd") as plain,
            tarfile.open(fileobj=plain, mode="r|") as tar,
        ):
            for entry in tar:
                content = tar.extractfile(entry) if entry.isreg() else None
                if content is None:
                    raise BackupDamaged(f"a bundle holds {entry.name!r}, which is no plain file")
                path = path_in(root, entry.name)
                path.parent.mkdir(parents=True, exist_ok=True)
                count += 1
                block = content.read(AT_ONCE)
                if len(block) == entry.size and artifacts.linked(
                    path, block, _earlier(entry.name, root, nights)
                ):
                    continue
                with path.open("xb") as handle:
                    while block:
                        handle.write(block)
                        block = content.read(AT_ONCE)
    except FileExistsError as error:
        raise BackupDamaged(f"two parts of the backup hold {error.filename}") from error
    except (tarfile.TarError, pa.ArrowException) as error:
        raise BackupDamaged(f"a bundle cannot be read: {error}") from error
    return count


def _earlier(name: str, root: Path, nights: Sequence[date]) -> Path | None:
    """Where the artifact `name` of some night lies of an earlier one of `nights`; None for any other file."""
    first, *rest = name.split("/")
    if first != RUNS or len(rest) != 3 or (night := artifacts.day_of(rest[0])) is None:
        return None
    folder = _newest(root / RUNS, [it for it in nights if it < night][-REST:], rest[1])
    return folder / rest[2] if folder else None


def _newest(runs: Path, nights: Sequence[date], source: str) -> Path | None:
    """The folder of the newest of `nights`, oldest first, on which a source was visited."""
    found = (artifacts.run_folder(runs, night, source) for night in reversed(nights))
    return next((folder for folder in found if folder.is_dir()), None)


class _Counted(io.RawIOBase):
    """Hashes and counts what is written through it."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self.digest = hashlib.sha256()
        self.bytes = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        block = bytes(data)  # type: ignore[call-overload]
        self.digest.update(block)
        self.bytes += len(block)
        self._raw.write(block)
        return len(block)


def _whole(folder: Path, root: Path, left: list[str], earlier: Path | None = None) -> Files:
    """The files of a folder as they were at one moment; nothing of one that is never still.

    `earlier` is the folder of its last night, with which it may have files in common.
    """
    for _ in range(TRIES):
        before = _state(folder)
        try:
            found = [
                File(
                    path.relative_to(root).as_posix(),
                    path.read_bytes(),
                    earlier is not None and _same_file(path, earlier / path.relative_to(folder)),
                )
                for path in sorted(_walk(folder))
            ]
        except FileNotFoundError:
            continue
        if before == _state(folder):
            yield from found
            return
    left.append(f"{folder.name} was being written to; the next backup takes it")


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except FileNotFoundError:
        return False


def _state(folder: Path) -> list[tuple[str, int, int]]:
    """Which folders there are and when each last changed: set aside and made anew is another one."""
    return [
        (path, found.st_ino, found.st_mtime_ns)
        for path, _, _ in os.walk(folder, onerror=_unlisted)
        for found in [os.stat(path)]  # noqa: PTH116 - as os.walk gives it
    ]


def _each(paths: Sequence[Path], root: Path) -> Files:
    for path in sorted(paths):
        try:
            yield File(path.relative_to(root).as_posix(), path.read_bytes())
        except FileNotFoundError:  # removed meanwhile
            continue


def _walk(folder: Path) -> Iterator[Path]:
    """Plain files; what begins with a dot is on its way to another name."""
    for path, folders, names in os.walk(folder, onerror=_unlisted):
        folders.sort()
        for name in sorted(names):
            file = Path(path, name)
            if not name.startswith(".") and not file.is_symlink() and file.is_file():
                yield file


def _unlisted(error: OSError) -> None:
    """A folder that cannot be listed is no empty one; one that is gone meanwhile is none."""
    if not isinstance(error, FileNotFoundError):
        raise error


def _of_files(paths: Iterable[Path]) -> str:
    found = []
    for path in paths:
        try:
            state = path.stat()
        except FileNotFoundError:
            return ""
        found.append((str(path), state.st_size, state.st_mtime_ns))
    return _fingerprint(found)


def _of_folders(folders: Iterable[Path]) -> str:
    found = []
    for folder in folders:
        try:
            found.append((folder.name, 0, folder.stat().st_mtime_ns))
        except FileNotFoundError:
            return ""
    return _fingerprint(found)


def _fingerprint(found: Sequence[tuple[str, int, int]]) -> str:
    if not all(settled(changed) for _, _, changed in found):
        return ""
    return hashlib.sha256(repr(found).encode("utf-8", "surrogatepass")).hexdigest()


def settled(changed: int) -> bool:
    """Whether something changed so long ago (nanoseconds since 1970) that a further change would show."""
    return changed <= time.time_ns() - SETTLED_NS
