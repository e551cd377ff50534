"""Misbehaviour on demand: what real servers were seen to do, one function each, named in FAULTS.

A fault gets the handler of the request and its options, writes whatever it likes to the socket, and ends the
connection. Bytes are written by hand: a well-behaved library would refuse to send most of this.
"""

from __future__ import annotations

import gzip
import socket
import struct
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.portal_server.server import Handler

PAGE = (
    b"<!DOCTYPE html>\n<html lang='es'><head><title>Mantenimiento</title></head><body>Vuelva.</body></html>"
)
TABLE = b"id,nombre\n" + b"".join(b"%d,renglon %d\n" % (row, row) for row in range(2000))


def answer(
    handler: Handler, status: int = 200, headers: Mapping[str, str] | None = None, body: bytes = b"", **_: Any
) -> None:
    """Any status with any headers; Content-Length is right unless `headers` say otherwise."""
    ending = {"Connection": "close"} if handler.close_connection else {}  # else a client asks again on it
    given = {"Content-Length": str(len(body)), **ending, **(headers or {})}
    lines = [f"HTTP/1.1 {status} Whatever", *(f"{name}: {value}" for name, value in given.items())]
    handler.wfile.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


def page(handler: Handler, status: int = 200, body: bytes = PAGE, **_: Any) -> None:
    """A web page, whatever was asked for."""
    answer(handler, status, {"Content-Type": "text/html; charset=utf-8"}, body)


def redirect(handler: Handler, to: str = "", status: int = 302, **_: Any) -> None:
    """A redirect to `to`; without it, to itself for ever."""
    answer(handler, status, {"Location": to or handler.path}, b"moved")


def reset(handler: Handler, after: bytes = b"", **_: Any) -> None:
    """A connection reset (RST), after sending `after`."""
    handler.wfile.write(after)
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()


def hang(handler: Handler, **_: Any) -> None:
    """No answer at all, until the server ends."""
    handler.server.ended.wait(30)


def drip(handler: Handler, headers: bool = False, seconds: float = 0.05, **_: Any) -> None:
    """A byte at a time for ever: of the body, or already of the headers."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"X-Slow: " if headers else b"Connection: close\r\n\r\n"))
    while not handler.server.ended.wait(seconds):
        handler.wfile.write(b"a")


def endless(handler: Handler, status: int = 200, headers: Mapping[str, str] | None = None, **_: Any) -> None:
    """A body without an end, as fast as it is read."""
    extra = "".join(f"{name}: {value}\r\n" for name, value in (headers or {}).items())
    handler.wfile.write(f"HTTP/1.1 {status} Whatever\r\nConnection: close\r\n{extra}\r\n".encode())
    while not handler.server.ended.is_set():
        handler.wfile.write(b"1,endless\n" * 6500)


def short(handler: Handler, body: bytes = TABLE, **_: Any) -> None:
    """Fewer bytes than Content-Length promises."""
    answer(handler, 200, {"Content-Length": str(len(body) + 1000)}, body)


def cut(handler: Handler, body: bytes = TABLE, headers: str = "", **_: Any) -> None:
    """A body without a length, whose connection is closed: it looks like a whole one."""
    handler.wfile.write(f"HTTP/1.1 200 OK\r\nConnection: close\r\n{headers}\r\n".encode() + body)


def cut_chunked(handler: Handler, **_: Any) -> None:
    """A chunked body without its last chunk."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nid,no\r\n400\r\nmbre")


def cut_coding(handler: Handler, **_: Any) -> None:
    """A body under Content-Encoding: gzip without the end of its gzip stream."""
    packed = gzip.compress(TABLE, mtime=0)
    cut(handler, packed[: len(packed) // 2], "Content-Encoding: gzip\r\n")


def bomb(handler: Handler, megabytes: int = 64, **_: Any) -> None:
    """A few bytes under Content-Encoding: gzip that grow to `megabytes`."""
    packed = gzip.compress(b"0" * (megabytes << 20), mtime=0)
    answer(handler, 200, {"Content-Encoding": "gzip"}, packed)


def flood(handler: Handler, **_: Any) -> None:
    """A header that is larger than any parser takes."""
    answer(handler, 200, {"X-Flood": "x" * 70_000}, b"id\n1\n")


FAULTS: Mapping[str, Callable[..., None]] = {
    fault.__name__: fault
    for fault in (
        answer,
        page,
        redirect,
        reset,
        hang,
        drip,
        endless,
        short,
        cut,
        cut_chunked,
        cut_coding,
        bomb,
        flood,
    )
}
