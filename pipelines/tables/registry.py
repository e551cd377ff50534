"""Every format that is read as a table, every archive and every compression: one line each.

Belongs here: the name of a format, the first bytes that tell it, the words that publishers use for it, and the
function that reads it. Does not belong here: reading, or the choice between formats that begin alike (`sniff`).
Content decides what a file is; the words only say whether the publisher's promise was kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.tables import (
    archives,
    compressed,
    dbf,
    delimited,
    html_table,
    json_standards,
    old_workbook,
    parquet,
    seven_zip,
    spreadsheet,
    tarball,
    xml_standards,
)
from pipelines.tables.archives import Budget
from pipelines.tables.table import Table
from pipelines.tables.workspace import Workspace


@dataclass(frozen=True)
class Reader:
    """How files of `format` are read: `read` gives their tables, the main one first, or raises `ReadFault`.

    `starts` are first bytes that no other format has; `recognises` says the same of the first 64 KB where no
    fixed beginning tells. `words` are the extensions and declared formats that promise this format; the third
    argument of `read` is the one that was declared, or None. A reader with `only_as` is asked only when one of
    these words was declared.
    """

    format: str
    read: Callable[[Path, Workspace, str | None], list[Table]]
    words: frozenset[str]
    starts: tuple[bytes, ...] = ()
    recognises: Callable[[bytes], bool] | None = None
    only_as: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Archive:
    """How named files come out of an archive; `unpack` is as `archives.unzip` says."""

    format: str
    unpack: Callable[[Path, Path, Budget, list[str]], Iterator[tuple[str, ReadFault | None]]]
    words: frozenset[str]
    starts: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Compression:
    """How the one nameless file comes out of a compressed one; `unpack` is as `compressed.gunzip` says."""

    format: str
    unpack: Callable[[Path, Path, Budget], None]
    words: frozenset[str]
    starts: tuple[bytes, ...] = ()


def _text(path: Path, space: Workspace, declared: str | None) -> list[Table]:
    return delimited.read(path, space)


def _workbook(format: str) -> Callable[[Path, Workspace, str | None], list[Table]]:
    return lambda path, space, declared: spreadsheet.read(path, space, format)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TEXT = _words("csv tsv tab txt text")
WORKBOOKS = _words("xlsx xlsm xlsb xls ods")
_OLD_EXCEL = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", *old_workbook.STARTS)

READERS = (
    Reader("text", _text, TEXT),
    Reader("json", json_standards.read, _words("json geojson ocds bods ndjson jsonl jsonlines")),
    Reader("xml", xml_standards.read, _words("xml iati")),
    Reader("html", html_table.read, _words(""), only_as=WORKBOOKS),
    Reader("xlsx", _workbook("xlsx"), _words("xlsx xlsm")),
    Reader("xlsb", _workbook("xlsb"), _words("xlsb")),
    Reader("ods", _workbook("ods"), _words("ods")),
    Reader("xls", _workbook("xls"), _words("xls"), _OLD_EXCEL),
    Reader("parquet", parquet.read, _words("parquet parq geoparquet"), (b"PAR1", b"PARE")),
    Reader("dbf", dbf.read, _words("dbf"), recognises=dbf.recognises),
)
ARCHIVES = (
    Archive("zip", archives.unzip, _words("zip shp shapefile")),
    Archive("tar", tarball.unpack, _words("tar tgz tbz tbz2 txz")),
    Archive("7z", seven_zip.unpack, _words("7z"), (b"7z\xbc\xaf\x27\x1c",)),
)
COMPRESSIONS = (
    Compression("gzip", archives.gunzip, _words("gzip gz tgz"), (b"\x1f\x8b",)),
    Compression("bzip2", compressed.bunzip, _words("bzip2 bz2 tbz tbz2"), (b"BZh",)),
    Compression("xz", compressed.unxz, _words("xz txz"), (b"\xfd7zXZ\x00",)),
    Compression("zstd", compressed.unzstd, _words("zst zstd"), (b"\x28\xb5\x2f\xfd",)),
)
