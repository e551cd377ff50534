"""Bodies on their way in: content coding undone, limits kept, cut ends noticed; and the headers that describe them.

Belongs here: turning a response into pieces of bytes, and header values into something safe to keep. Does not
belong here: where the pieces go (`client`), or how a connection is ended when time is up (`connections`).
"""

from __future__ import annotations

import contextlib
import zlib
from collections.abc import Iterable, Iterator, Mapping
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import chain
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from urllib3.exceptions import HTTPError

from pipelines.errors import FetchFault
from pipelines.http_client import causes, faults
from pipelines.http_client.addresses import printable
from pipelines.http_client.credentials import discreet
from pipelines.http_client.visits import VISIT

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

CHUNK = 1 << 20
GZIP = b"\x1f\x8b"
# Codings that no request of ours offers and that are not undone here.
NOT_UNDONE = ("br", "zstd", "deflate", "compress")


def pieces(raw: BaseHTTPResponse, limit: int, already: int = 0) -> Iterator[bytes]:
    """The body in pieces of at most CHUNK bytes, its content coding undone; `already` bytes came before it.

    Raises `FetchFault`: TOO_LARGE beyond `limit` decoded bytes, TRUNCATED, TIMED_OUT, BROKEN_FILE, BLOCKED for a
    body that tells our own secrets, or NOT_WHAT_WAS_PROMISED for a coding that no request of ours offers. An unknown
    coding (servers write a character set there) is none.
    """
    declared = raw.headers.get("Content-Length", "")
    if declared.isdecimal() and already + int(declared[:20]) > limit:  # int() refuses thousands of digits
        raise faults.too_large(limit, already + int(declared[:20]))
    coding = content_coding(raw.headers)
    if coding in NOT_UNDONE:
        raise faults.unasked_coding(coding)
    size = already
    for piece in discreet(gunzipped(_wire(raw)) if coding in ("gzip", "x-gzip") else _wire(raw)):
        size += len(piece)
        if size > limit:
            raise faults.too_large(limit)
        yield piece


def head(raw: BaseHTTPResponse, limit: int) -> bytes:
    """The first `limit` bytes of a refusal's body, as far as they come at once; b"" when none do."""
    with contextlib.suppress(FetchFault):
        return next(pieces(raw, 1 << 62), b"")[:limit]
    return b""


def beginning(raw: BaseHTTPResponse, limit: int) -> bytes | None:
    """The first `limit` bytes of a successful body, as far as they come at once; None in a coding that we cannot undo.

    b"" for a body without any. Raises `FetchFault` as `pieces` does.
    """
    if content_coding(raw.headers) in NOT_UNDONE:
        return None
    return next(pieces(raw, 1 << 62), b"")[:limit]


def content_coding(headers: Mapping[str, str]) -> str:
    """The content coding, lower case; "" for none."""
    return headers.get("Content-Encoding", "").strip().lower().replace("identity", "")


def _wire(raw: BaseHTTPResponse) -> Iterator[bytes]:
    visit = VISIT.get()
    visit.body_begins()
    while True:
        try:
            # read1 gives what has come; read would wait for a whole chunk from a server that drips.
            piece = raw.read1(CHUNK, decode_content=False)
        except (HTTPError, OSError, ValueError) as error:
            raise causes.of_broken_body(error) from error
        if not piece:
            return
        visit.received(len(piece))
        yield piece


def gunzipped(source: Iterable[bytes]) -> Iterator[bytes]:
    """Undo gzip (RFC 1952), several members too, a CHUNK at a time; what is not gzip passes as it is.

    Raises `FetchFault`: TRUNCATED when the end is missing, BROKEN_FILE when the stream is damaged.
    """
    rest = iter(source)
    head = b""
    while len(head) < len(GZIP) and (piece := next(rest, b"")):
        head += piece
    if not head.startswith(GZIP):
        yield from chain([head] if head else [], rest)
        return
    inflate = zlib.decompressobj(31)
    for piece in chain([head], rest):
        data, full = piece, False
        while data or full:
            if inflate.eof:
                data = data.lstrip(b"\0")  # what tapes and disks pad with
                if not data:
                    break
                if not GZIP.startswith(data[:2]):
                    return  # something else after the end: gzip leaves it alone too
                inflate = zlib.decompressobj(31)
            try:
                out = inflate.decompress(data, CHUNK)
            except zlib.error as error:
                raise faults.damaged_gzip(error) from error
            if out:
                yield out
            full = len(out) == CHUNK and not inflate.eof
            data = inflate.unused_data if inflate.eof else inflate.unconsumed_tail
    if not inflate.eof:
        raise faults.cut_short("its gzip stream has no end")


def etag(headers: Mapping[str, str]) -> str | None:
    """The entity tag, when it can be sent back as it came."""
    text = headers.get("ETag", "")
    return text if 0 < len(text) <= 200 and all("!" <= it <= "~" for it in text) else None


def last_modified(headers: Mapping[str, str]) -> str | None:
    """The date of the last change, when it is a date."""
    text = headers.get("Last-Modified", "")
    try:
        parsedate_to_datetime(text)
    except (ValueError, OverflowError, IndexError):
        return None
    return text if len(text) <= 64 and text.isascii() and text.isprintable() else None


def media_type(headers: Mapping[str, str]) -> str | None:
    """The media type without its parameters, lower case."""
    return printable(headers.get("Content-Type", "").partition(";")[0].lower(), 100) or None


def file_name(headers: Mapping[str, str], url: str) -> str | None:
    """The name that the server gives the file, else the last part of `url`; for show, never for a path."""
    header = Message()
    header["Content-Disposition"] = printable(headers.get("Content-Disposition", ""), 1000)
    try:
        name = header.get_filename() or unquote(urlsplit(url).path)
    except (ValueError, LookupError):
        return None
    with contextlib.suppress(UnicodeError):  # header bytes come as Latin-1; UTF-8 was meant
        name = name.encode("latin-1").decode("utf-8")
    return printable(name.replace("\\", "/").rpartition("/")[2].lstrip(". "), 200) or None
