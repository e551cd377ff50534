"""Whether a CSV file that an API made holds all records that the same API counts.

Belongs here: counting what came without reading a cell, and holding it against the number. Does not belong here: ends
that must be there whatever made the file (`whole`), or tables (`tables`).

A server that streams an export and fails on the way may end it like a whole one, and CKAN's datastore was seen to put
a dump together from pages that overlapped: the right number of records, some twice and others missing (ckan#4150).
"""

from __future__ import annotations

import csv
from pathlib import Path

from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.http_client.bodies import CHUNK
from pipelines.model import FaultKind
from pipelines.snapshots import counts

BOM = b"\xef\xbb\xbf"
# The column that CKAN's datastore puts before all others: the number of the record.
NUMBERED = (b"_id,", b'"_id",', b"_id\r", b"_id\n")
# Numbers beyond are counted, but not told apart: a bit for each is kept in memory.
MOST = 1_000_000_000


def short_of(path: Path, count_url: str, http: HttpClient) -> FetchFault | None:
    """The fault when fewer records came than the API counts at `count_url`.

    None as well when it does not count them: then nothing is known against the file.
    """
    try:
        total = counts.told(count_url, http)
    except FetchFault:
        return None
    numbered = "/datastore_search?" in count_url and _is_numbered(path)
    held = distinct(path) if numbered else records(path)
    if total is None or held >= total:
        return None
    return FetchFault(
        FaultKind.TRUNCATED,
        f"the portal counts {total:,} records, and its export holds {held:,} of them",
        "Export it once more; if records are missing again, tell whoever runs the portal.",
        transient=True,
    )


def records(path: Path) -> int:
    """The records below the header of a CSV file as programs write it (RFC 4180)."""
    ends, quoted, last = 0, False, b"\n"
    with path.open("rb") as handle:
        while piece := handle.read(CHUNK):
            for part in piece.split(b'"'):
                ends += 0 if quoted else part.count(b"\n")
                quoted = not quoted
            quoted = not quoted  # there is one part more than there are quotes
            last = piece[-1:]
    return max(ends + (last != b"\n") - 1, 0)


def distinct(path: Path) -> int:
    """The records of a CSV file whose first column numbers them, each number once."""
    seen = bytearray()
    count = 0
    try:
        with path.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
            rows = csv.reader(handle)
            next(rows, None)
            for row in rows:
                text = row[0] if row else ""
                number = int(text) if text.isascii() and text.isdigit() and len(text) < 11 else MOST
                if number >= MOST:
                    count += bool(row)
                    continue
                at, bit = number >> 3, 1 << (number & 7)
                if at >= len(seen):
                    seen.extend(bytes(at + 1 - len(seen) + CHUNK))
                count += not seen[at] & bit
                seen[at] |= bit
    except csv.Error:  # a cell of more than the module takes
        return records(path)
    return count


def _is_numbered(path: Path) -> bool:
    with path.open("rb") as handle:
        return handle.read(10).removeprefix(BOM).startswith(NUMBERED)
