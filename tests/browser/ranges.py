"""A static host on loopback that counts what it sends, and gives parts of files or does not.

Belongs here: the host, and whether the engine of the page of SQL is there to be tested (`make engine`).
"""

from __future__ import annotations

import os
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from pipelines.site import engine

# In `.ci/run` a test without its engine fails, as it does without Chromium.
needs_engine = pytest.mark.skipif(
    engine.weight() is None and not os.environ.get("CI"), reason="the engine is not built: make engine"
)
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}


@dataclass
class Host:
    """`ranges` is by which requests it gives parts: "head" (and GET), "get" alone, or "none"."""

    public: Path
    url: str = ""
    ranges: str = "head"
    sent: Counter[str] = field(default_factory=Counter)


@contextmanager
def hosting(public: Path) -> Iterator[Host]:
    """Serve a public folder until the block ends."""
    host = Host(public)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.give(body=False)

        def do_GET(self) -> None:
            self.give(body=True)

        def give(self, *, body: bool) -> None:
            path = self.path.partition("?")[0]
            place = public / path.lstrip("/")
            if not place.is_file():
                self.send_response(404)
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            stat = place.stat()
            first, last = 0, stat.st_size - 1
            part = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
            given = part is not None and (host.ranges == "head" or (host.ranges == "get" and body))
            if part and given:
                first, last = int(part[1]), min(int(part[2] or last), last)
            self.send_response(206 if given else 200)
            if given:
                self.send_header("Content-Range", f"bytes {first}-{last}/{stat.st_size}")
            self.send_header("Content-Length", str(last - first + 1))
            self.send_header("Content-Type", TYPES.get(place.suffix, "application/octet-stream"))
            self.send_header("Last-Modified", self.date_time_string(int(stat.st_mtime)))
            self.send_header("ETag", f'"{stat.st_mtime_ns}-{stat.st_size}"')
            self.end_headers()
            if not body:
                return
            with place.open("rb") as file:
                file.seek(first)
                left = last - first + 1
                while left and (piece := file.read(min(left, 65_536))):
                    try:
                        self.wfile.write(piece)
                    except OSError:  # the reader hung up
                        self.close_connection = True
                        return
                    left -= len(piece)
                    host.sent[path] += len(piece)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    host.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield host
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
