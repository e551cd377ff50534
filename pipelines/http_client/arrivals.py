"""A file on its way in: written as it comes, and taken up where it broke off (RFC 9110, 13.1.5 and 14).

Belongs here: the bytes that are there already, what is asked for next, and whether what comes continues them. Does
not belong here: when a download is tried again (`retries`).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.http_client import bodies, faults

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CONTENT_RANGE = re.compile(r"bytes (\d{1,18})-(\d{1,18})/(\d{1,18}|\*)")
# A date stands for one version only when the server wrote it well after the change (RFC 9110, 8.8.2.2).
SETTLED = timedelta(seconds=60)
# What a finished text ends with, and the beginnings of formats whose own end is looked for: gzip, ZIP, Parquet.
ENDS = b"\r\n]}>"
ENDED = (bodies.GZIP, b"PK", b"PAR1")


class Arrival:
    """The file at `path`: `size` bytes of it have come, of one version only, which `headers` describe."""

    def __init__(self, path: Path, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.size = 0
        self.headers: Mapping[str, str] = {}
        self._digest = hashlib.sha256()
        self._version: str | None = None
        self._total: int | None = None
        self._announced = False

    @property
    def is_doubtful(self) -> bool:
        """Whether nothing said where the body ends, and its last line has no end either: it may have been cut."""
        if self._announced or not self.size:
            return False
        with self._path.open("rb") as handle:
            head = handle.read(4)
            handle.seek(-1, os.SEEK_END)
            return handle.read(1) not in ENDS and not head.startswith(ENDED)

    @property
    def sha256(self) -> str:
        """The checksum of what has come."""
        return self._digest.hexdigest()

    def wanted(self) -> dict[str, str]:
        """The headers that ask for the rest; none when everything has to be asked for."""
        if not self.size or self._version is None:
            return {}
        return {"Range": f"bytes={self.size}-", "If-Range": self._version}

    def take(self, status: int, raw: BaseHTTPResponse) -> None:
        """Write the body of an answer, which has to be the whole file (200, 203) or the rest of it (206).

        Raises `FetchFault`: as `bodies.pieces` does, and TRUNCATED when the answer does not continue what is
        here, after which everything is asked for again.
        """
        if status == 206:
            self._demand_rest(raw.headers)
        else:
            self._begin_anew()
            self.headers = raw.headers
            self._version = _version(raw.headers)
            length = raw.headers.get("Content-Length", "")
            self._total = int(length) if re.fullmatch(r"\d{1,18}", length) else None
            chunked = "chunked" in raw.headers.get("Transfer-Encoding", "").lower()
            self._announced = bool(length or chunked or bodies.content_coding(raw.headers))
        with self._path.open("ab" if self.size else "wb") as handle:
            for piece in bodies.pieces(raw, self._limit, self.size):
                handle.write(piece)
                self._digest.update(piece)
                self.size += len(piece)
        if status == 206 and self.size != self._total:
            raise self.refused("the parts do not make up the file")

    def refused(self, reason: str) -> Exception:
        """The fault of a rest that cannot be used; what is here is given up."""
        self._begin_anew()
        return faults.cut_short(reason)

    def _demand_rest(self, headers: Mapping[str, str]) -> None:
        told = CONTENT_RANGE.fullmatch(headers.get("Content-Range", "").strip())
        if told is None or bodies.content_coding(headers):
            raise self.refused("its rest came in a form that cannot be joined to it")
        first, last, total = told.groups()
        end = int(last) + 1
        whole = end if total == "*" else int(total)
        if int(first) != self.size or end != whole or self._total not in (None, whole):
            raise self.refused("another part of it came than the one that was missing")
        if _version(headers) not in (None, self._version):
            raise self.refused("it was changed in the meantime")
        self._total = whole


def _version(headers: Mapping[str, str]) -> str | None:
    """What names this version of the file for `If-Range`: a strong entity tag, or a date that is old enough."""
    if bodies.content_coding(headers):
        return None  # offsets count bytes on the wire, and what is kept is decoded
    tag = bodies.etag(headers)
    if tag is not None:
        return tag if tag.startswith('"') else None
    modified = bodies.last_modified(headers)
    try:
        written = parsedate_to_datetime(headers.get("Date", ""))
        settled = modified is not None and written - parsedate_to_datetime(modified) >= SETTLED
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return modified if settled else None
