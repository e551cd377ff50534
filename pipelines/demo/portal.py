"""The demo's portal: a real HTTP server on loopback that speaks CKAN's action API and serves files.

Belongs here: requests and responses (RFC 9110: HEAD, validators, 304). Does not belong here: what CKAN says
(`ckan.py`) or what is published (`story.py`). It answers whatever a client sends, reads nothing from disk and
writes no log.
"""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from html import escape
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import MappingProxyType, TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from pipelines.demo.ckan import ACTIONS, ActionError, Site
from pipelines.demo.packages import FILES, PACKAGES, Package, PublishedFile

API = ("/api/3/action/", "/api/action/")
NO_PAGE = "<!doctype html><html lang='es'><title>404</title><h1>404: no hay tal página</h1></html>".encode()


class DemoPortal:
    """A portal that runs between `with` and its end, and shows one edition at a time.

    `editions` holds the files by name (those of `story.edition`), `published_on` the instant of their
    publication, which must be aware. Raises `ValueError` for a file that belongs to none of the datasets or
    for a naive instant.
    """

    def __init__(self, editions: Mapping[str, bytes], published_on: datetime) -> None:
        self._files: Mapping[str, PublishedFile] = MappingProxyType({})
        self._server: _Server | None = None
        self._thread: threading.Thread | None = None
        self.publish(editions, published_on)
        self._opened = published_on.astimezone(UTC)

    def publish(self, editions: Mapping[str, bytes], published_on: datetime) -> None:
        """Show another edition from the next request on; a file's time moves only when its bytes change."""
        if published_on.tzinfo is None:
            raise ValueError("published_on must be an aware datetime")
        unknown = sorted(set(editions) - FILES)
        if unknown:
            raise ValueError(f"no dataset of the demonstration has the file {unknown[0]!r}")
        files = {}
        for name, content in editions.items():
            former = self._files.get(name)
            same = former is not None and former.content == content
            files[name] = former if former and same else PublishedFile(content, published_on.astimezone(UTC))
        self._files = MappingProxyType(files)

    @property
    def url(self) -> str:
        """The portal's base address. Raises `RuntimeError` when it is not running."""
        if self._server is None:
            raise RuntimeError("the portal is not running; enter it with `with`")
        return f"http://127.0.0.1:{self._server.server_port}"

    def site(self) -> Site:
        """What one request sees: a publication in the middle of it changes nothing for it."""
        return Site(self.url, self._files, self._opened)

    def __enter__(self) -> DemoPortal:
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, name="demo-portal", daemon=True
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        server, thread = self._server, self._thread
        if server is not None and thread is not None:
            server.shutdown()
            thread.join()
            server.hang_up()
            server.server_close()
        self._server = self._thread = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64  # the default of five costs a client a second when many come at once

    def __init__(self, portal: DemoPortal) -> None:
        self.portal = portal
        self._open: set[socket.socket] = set()
        super().__init__(("127.0.0.1", 0), _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """End the connections that clients keep alive, or they would be answered after the end."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was faster

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that goes away in the middle is no fault of the server; anything else is shown.
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = 30  # seconds that an idle connection is kept
    disable_nagle_algorithm = True  # headers and body are two writes; waiting between them costs 40 ms
    server: _Server

    def do_GET(self) -> None:
        # A body is never read here: the connection cannot be used again after one.
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.close_connection = True
        try:
            address = urlsplit(self.path)
            params = dict(parse_qsl(address.query, keep_blank_values=True, max_num_fields=100))
        except ValueError:  # an address that is none, or a flood of parameters
            return self._answer(HTTPStatus.NOT_FOUND, "text/html; charset=utf-8", NO_PAGE)
        site = self.server.portal.site()
        for prefix in API:
            if address.path.startswith(prefix):
                return self._act(site, address.path.removeprefix(prefix).rstrip("/"), params)
        for package in PACKAGES:
            file = site.files.get(package.file)
            if file is not None and address.path.startswith(package.download_path):
                return self._download(package, file)
        for package in PACKAGES:
            if address.path == f"/dataset/{package.name}":
                page = f"<!doctype html><html lang='es'><title>{escape(package.title)}</title></html>"
                return self._answer(HTTPStatus.OK, "text/html; charset=utf-8", page.encode())
        return self._answer(HTTPStatus.NOT_FOUND, "text/html; charset=utf-8", NO_PAGE)

    do_HEAD = do_GET

    def _act(self, site: Site, name: str, params: Mapping[str, str]) -> None:
        action = ACTIONS.get(name)
        if action is None:  # not even an envelope: CKAN answers a bare string
            return self._json(HTTPStatus.BAD_REQUEST, f"Bad request: Action name not known: {name}")
        envelope: dict[str, Any] = {"help": f"{site.url}/api/3/action/help_show?name={name}"}
        try:
            return self._json(HTTPStatus.OK, {**envelope, "success": True, "result": action(site, params)})
        except ActionError as error:
            return self._json(error.status, {**envelope, "success": False, "error": error.error})

    def _download(self, package: Package, file: PublishedFile) -> None:
        headers = {
            "ETag": file.etag,
            "Last-Modified": format_datetime(file.modified, usegmt=True),
            "Cache-Control": "no-cache",
        }
        if self._unchanged(file):
            return self._answer(HTTPStatus.NOT_MODIFIED, None, b"", headers)
        headers["Content-Disposition"] = f"inline; filename={package.file}"
        return self._answer(HTTPStatus.OK, package.media_type, file.content, headers)

    def _unchanged(self, file: PublishedFile) -> bool:
        """Whether the client's copy is current (RFC 9110, 13.2.2: an If-None-Match hides the other)."""
        tags = self.headers.get("If-None-Match")
        if tags is not None:
            known = {tag.strip().removeprefix("W/") for tag in tags.split(",")}
            return file.etag in known or "*" in known
        try:
            since = parsedate_to_datetime(self.headers.get("If-Modified-Since", ""))
        except (ValueError, OverflowError):
            return False
        if since.tzinfo is None:
            since = since.replace(tzinfo=UTC)
        return file.modified.replace(microsecond=0) <= since

    def _json(self, status: int, value: Any) -> None:
        self._answer(status, "application/json;charset=utf-8", json.dumps(value).encode())

    def _answer(
        self, status: int, media_type: str | None, body: bytes, headers: Mapping[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if media_type is not None:
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def version_string(self) -> str:
        """What stands in the header `Server`."""
        return "DemoPortal"

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the demonstration's screen belongs to the night."""
