"""Whether a file that arrived is the whole file that was promised.

Belongs here: ends that must be there. A server that closes the connection without having said how long the file
is ends it exactly like one that is done; only the file itself can tell. Does not belong here: whether its
content is sound (`tables`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import FetchFault
from pipelines.http_client.bodies import CHUNK, GZIP, gunzipped
from pipelines.http_client.faults import cut_short
from pipelines.http_client.pages import HEAD_BYTES, instead
from pipelines.model import FaultKind

# Beyond this a gzip file's end is no longer looked for: whoever reads it has limits of his own.
INFLATED_BYTES = 4 << 30
DELIMITERS = (b",", b";", b"\t", b"|")
LINES = 20
_QUOTED = re.compile(rb'"[^"]*"?')
ZIP_LOCAL_HEADER = b"PK\x03\x04"
ZIP_END = b"PK\x05\x06"
ZIP_END_BYTES = 22 + 65_535  # APPNOTE 4.3.16: the end record and the longest comment behind it


def page_where_data_was_promised(path: Path, format: str | None) -> FetchFault | None:
    """The fault when the file is a web page, or an error, although `format`, as declared, is another or none."""
    with path.open("rb") as handle:
        return instead(handle.read(HEAD_BYTES), format)


def cut_off(path: Path) -> FetchFault | None:
    """The fault when a gzip or ZIP file (XLSX and ODS are ZIP files) lacks its end; other files pass."""
    with path.open("rb") as handle:
        head = handle.read(4)
    if head.startswith(GZIP):
        return _cut_gzip(path)
    return _cut_zip(path) if head == ZIP_LOCAL_HEADER else None


def cut_record(path: Path) -> FetchFault | None:
    """The fault when the last line of delimited text has no end, and fewer cells than every line before it.

    For bodies of which nothing said where they end. A last line of one cell passes: it may be a note below the table.
    """
    with path.open("rb") as handle:
        handle.seek(max(path.stat().st_size - CHUNK, 0))
        *lines, last = handle.read().split(b"\n")
    before = [_QUOTED.sub(b"", line) for line in lines[-LINES:] if line.strip()]
    delimiter = max(DELIMITERS, key=lambda it: min((line.count(it) for line in before), default=0))
    held, expected = (
        _QUOTED.sub(b"", last).count(delimiter) + 1,
        min((line.count(delimiter) for line in before), default=0) + 1,
    )
    if not 1 < held < expected:
        return None
    return cut_short(f"its last record has {held} of {expected} cells, and no line end")


def _cut_gzip(path: Path) -> FetchFault | None:
    inflated = 0
    try:
        for piece in gunzipped(_read(path)):
            inflated += len(piece)
            if inflated > INFLATED_BYTES:
                break
    except FetchFault as fault:
        # A damaged stream is what was published; to say so is the reader's business.
        return fault if fault.kind is FaultKind.TRUNCATED else None
    return None


def _cut_zip(path: Path) -> FetchFault | None:
    with path.open("rb") as handle:
        handle.seek(max(path.stat().st_size - ZIP_END_BYTES, 0))
        tail = handle.read()
    return None if ZIP_END in tail else cut_short("its ZIP directory is missing")


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as handle:
        while piece := handle.read(CHUNK):
            yield piece
