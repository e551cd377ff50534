"""ZIP and GZIP, and the limits of every archive.

Belongs here: unpacking into temporary files, and the limits that keep a small archive from filling the disk.
Does not belong here: reading what was inside. Names of members are shown, never used as paths.
"""

from __future__ import annotations

import gzip
import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import FaultKind
from pipelines.tables.guard import of_the_bytes

MAX_MEMBERS = 1_000
MAX_DECODED = 5_000_000_000
MAX_RATIO = 200
RATIO_ABOVE = 100_000_000
_CHUNK = 1 << 20
_DEBRIS = re.compile(r"(?:^|/)(?:__MACOSX/.*|\._[^/]*|\.DS_Store|Thumbs\.db)$", re.IGNORECASE)
_README = re.compile(
    r"(?:^|/)(?:readme|leeme|l[eé]ame|licen[cs]e|licencia)[^/]*\.(?:txt|md|pdf|docx?|html?)$", re.IGNORECASE
)
# What a name can promise that is not data: texts to be read, pictures, and what belongs to a web page
_NOT_DATA = re.compile(
    r"\.(?:pdf|docx?|odt|rtf|md|rst|pptx?|odp|html?|css|js|url|lnk"
    r"|png|jpe?g|gif|svg|webp|tiff?|bmp|ico|mp[34]|exe)$",
    re.IGNORECASE,
)
_SAYS_UTF8 = 0x800
_NOT_IN_NAMES = re.compile(r"[\u0370-\u03ff\u2200-\u25ff]")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


@dataclass
class Budget:
    """Bytes that one snapshot may still unpack to, archives in archives included."""

    left: int = field(default_factory=lambda: MAX_DECODED)


def claims_data(name: str) -> bool:
    """Whether a member called `name` may be data: all but manuals, pictures and web pages."""
    return not (_README.search(name) or _NOT_DATA.search(name))


def unzip(
    path: Path, target: Path, budget: Budget, aside: list[str]
) -> Iterator[tuple[str, ReadFault | None]]:
    """Unpack one member after another into `target`, giving its name, and the fault when it cannot be had.

    Readme files are passed over and named in `aside`; folders and what desktop computers leave in archives
    are passed over in silence. Raises `ReadFault` for an archive that is broken, or larger than any honest
    one, and `OSError` when our disk has no room.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, EOFError, struct.error) as error:
        if isinstance(error, OSError) and not of_the_bytes(error):
            raise
        raise ReadFault(
            FaultKind.BROKEN_FILE, f"The ZIP file is damaged: {shown(str(error))}.", "Publish it again."
        ) from None
    with archive:
        members = archive.infolist()
        room = enough_room(path, [member.file_size for member in members], budget)
        for member in members:
            name = _decoded(member) or "?"
            if name.endswith("/") or passed_over(name, aside):
                continue
            if member.compress_type not in _METHODS:
                yield shown(name), locked(f"compression method {member.compress_type}")
                continue
            try:
                with archive.open(member) as source:
                    room -= copied(source.read, target, room, budget)
            except ReadFault:
                raise
            except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError) as error:
                if isinstance(error, OSError) and not of_the_bytes(error):
                    raise
                yield (
                    shown(name),
                    ReadFault(
                        FaultKind.BROKEN_FILE,
                        f"The file in the archive is damaged: {shown(str(error))}.",
                        "Publish it again.",
                    ),
                )
            except RuntimeError as error:  # a password, or a feature of ZIP that is not known
                yield shown(name), locked(shown(str(error)))
            else:
                yield shown(name), None


def gunzip(path: Path, target: Path, budget: Budget) -> None:
    """Unpack `path` into `target`. Raises `ReadFault` when it is cut off, damaged or far too large."""
    try:
        with gzip.open(path) as source:
            copied(source.read, target, allowed(path.stat().st_size, budget), budget)
    except EOFError:
        raise ReadFault(
            FaultKind.TRUNCATED, "The GZIP file ends in the middle.", "Publish the whole file again."
        ) from None
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ReadFault(
            FaultKind.BROKEN_FILE, f"The GZIP file is damaged: {error}.", "Publish it again."
        ) from None


def shown(name: str) -> str:
    """A member's name, fit to be shown: no control characters, at most 200 long."""
    return re.sub(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", "?", name)[-200:]


def _decoded(member: zipfile.ZipInfo) -> str:
    """The member's name. Old ZIPs do not say the code page: UTF-8 when it can be, DOS 850 for western Europe.

    `zipfile` then takes DOS 437, which has boxes and Greek where 850 has accented capitals.
    """
    if member.flag_bits & _SAYS_UTF8:
        return member.filename
    try:
        raw = member.filename.encode("cp437")
    except UnicodeEncodeError:
        return member.filename
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp850") if _NOT_IN_NAMES.search(member.filename) else member.filename


def allowed(size: int, budget: Budget) -> int:
    """How many bytes an archive of `size` may unpack to."""
    return min(budget.left, max(RATIO_ABOVE, size * MAX_RATIO))


def copied(read: Callable[[int], bytes], target: Path, room: int, budget: Budget) -> int:
    """Write what `read(size)` gives into `target` and return how much; `ReadFault` beyond `room` bytes."""
    done = 0
    with target.open("wb") as out:
        while chunk := read(_CHUNK):
            done += len(chunk)
            budget.left -= len(chunk)
            if done > room:
                raise rejected(f"unpacks to more than {room:,} bytes")
            out.write(chunk)
    return done


def enough_room(path: Path, sizes: Sequence[int], budget: Budget) -> int:
    """How many bytes the archive at `path` may unpack to, whose members declare `sizes`.

    Raises `ReadFault` when it holds more files, or declares more bytes, than any honest one.
    """
    if len(sizes) > MAX_MEMBERS:
        raise rejected(f"holds {len(sizes):,} files; at most {MAX_MEMBERS:,} are read")
    room = allowed(path.stat().st_size, budget)
    if sum(sizes) > room:
        raise rejected(f"unpacks to more than {room:,} bytes")
    return room


def passed_over(name: str, aside: list[str]) -> bool:
    """Whether a member is a readme, which is named in `aside`, or what desktop computers leave in archives."""
    if readme := _README.search(name):
        aside.append(shown(name))
    return bool(readme or _DEBRIS.search(name))


def locked(why: str) -> ReadFault:
    """The fault of a member, or of an archive, that needs a password or an unknown method."""
    return ReadFault(
        FaultKind.ARCHIVE_REJECTED,
        f"The file in the archive cannot be unpacked: {why}.",
        "Publish a plain ZIP (stored or deflated) without a password.",
    )


def rejected(what: str) -> ReadFault:
    """The fault of an archive that no honest publisher makes."""
    return ReadFault(
        FaultKind.ARCHIVE_REJECTED,
        f"The archive {what}.",
        "Publish large tables one by one, compressed with GZIP.",
    )
