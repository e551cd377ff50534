"""The server: files with validators, CKAN's `package_show`, a log of requests, and faults where they are asked for.

with PortalServer({"/contratos.csv": b"id\\n1\\n"}, {"contratos": {"title": ...}}) as portal:
    portal.fault("/contratos.csv", "reset", times=1)      # then it works again
    ... portal.url ... portal.requests ...
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import socket
import ssl
import sys
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from tests.portal_server.faults import FAULTS, answer, page

ROBOTS = "/robots.txt"
PAGES = "/dataset/"
PACKAGE_SHOW = "/api/3/action/package_show"
BYTES_MODIFIED = 1_767_225_600.0  # 2026-01-01: bytes in memory have no time of their own


@dataclass(frozen=True)
class Request:
    """One request as it arrived. `headers` are by lower-case name."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass
class _Planned:
    kind: str
    options: dict[str, Any]
    times: int | None = None
    method: str | None = None


@dataclass
class _Site:
    files: dict[str, Path | bytes]
    ckan: dict[str, dict[str, Any]]
    validators: bool = True
    planned: dict[str, list[_Planned]] = field(default_factory=dict)
    requests: list[Request] = field(default_factory=list)
    robots_requests: list[Request] = field(default_factory=list)
    url: str = ""
    answering: Callable[[str, Mapping[str, str]], tuple[int, Any] | None] = lambda path, query: None
    lock: threading.Lock = field(default_factory=threading.Lock)


class PortalServer:
    """Serves `files` (path to bytes, to a file, or to a folder with all beneath it) and the `ckan` packages.

    `files` and `ckan` may be changed while it runs. In a package `{portal}` stands for the server's address,
    and a missing `name` or `id` is filled in. `tls` is a certificate's and its key's PEM files. With
    `validators=False` no ETag and no Last-Modified is sent. `newest_tls` makes an old server of it; `address` is
    one of 127.0.0.0/8, each another host.
    """

    def __init__(
        self,
        files: Mapping[str, Path | bytes] | None = None,
        ckan: Mapping[str, dict[str, Any]] | None = None,
        *,
        tls: tuple[Path, Path] | None = None,
        validators: bool = True,
        newest_tls: ssl.TLSVersion | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self._address = address
        self._site = _Site(dict(files or {}), dict(ckan or {}), validators)
        self._tls = tls
        self._newest_tls = newest_tls

    def __enter__(self) -> Self:
        self._server = _Server(self._site, self._tls, self._newest_tls, self._address)
        self._site.url = self.url
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.ended.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The base address, without a slash at its end."""
        return f"{'https' if self._tls else 'http'}://{self._address}:{self._server.server_port}"

    @property
    def files(self) -> dict[str, Path | bytes]:
        """What is served by path."""
        return self._site.files

    @property
    def ckan(self) -> dict[str, dict[str, Any]]:
        """The packages by name."""
        return self._site.ckan

    def answers(self, answering: Callable[[str, Mapping[str, str]], tuple[int, Any] | None]) -> None:
        """Speak an API: a status and a body for a path and its query, None for what is served as before.

        The body is what JSON can say, or a tuple of bytes and their content type.
        """
        self._site.answering = answering

    @property
    def requests(self) -> list[Request]:
        """Every request so far, oldest first, but those for robots.txt."""
        return self._site.requests

    @property
    def robots_requests(self) -> list[Request]:
        """Every request for robots.txt, oldest first."""
        return self._site.robots_requests

    def fault(
        self, path: str, kind: str, *, times: int | None = None, method: str | None = None, **options: Any
    ) -> None:
        """Misbehave on `path` as `kind` (see `faults.FAULTS`): always, or only the next `times` requests.

        Faults of one path queue up: the first is used up before the second begins. With `method`, only requests of that
        method meet it.
        """
        if kind not in FAULTS:
            raise KeyError(f"{kind!r} is no fault; there are {', '.join(FAULTS)}")
        self._site.planned.setdefault(path, []).append(_Planned(kind, options, times, method))

    def heal(self) -> None:
        """Behave again."""
        self._site.planned.clear()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(
        self,
        site: _Site,
        tls: tuple[Path, Path] | None,
        newest_tls: ssl.TLSVersion | None = None,
        address: str = "127.0.0.1",
    ) -> None:
        self.site = site
        self.ended = threading.Event()
        self._open: set[socket.socket] = set()
        self._context: ssl.SSLContext | None = None
        if tls is not None:
            self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self._context.load_cert_chain(*tls)
            if newest_tls is not None:
                self._context.set_ciphers("ALL:@SECLEVEL=0")
                with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
                    self._context.minimum_version = ssl.TLSVersion.TLSv1
                    self._context.maximum_version = newest_tls
        super().__init__((address, 0), Handler)

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self._context is None:
            return super().finish_request(request, client_address)
        with self._context.wrap_socket(request, server_side=True) as secured:  # in the request's own thread
            return super().finish_request(secured, client_address)  # type: ignore[arg-type]

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # A client that hangs up, or will have none of our certificate, is what many tests are about.
        if not isinstance(sys.exception(), OSError | ValueError):
            super().handle_error(request, client_address)


class Handler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    timeout = 30
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        site, parts = self.server.site, urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = unquote(parts.path)
        arrived = Request(self.command, path, query, headers)
        with site.lock:
            (site.robots_requests if path == ROBOTS else site.requests).append(arrived)
            planned = _next(site.planned.get(path, []), self.command)
        if planned is not None:
            self.close_connection = True
            FAULTS[planned.kind](self, **planned.options)
        elif (told := site.answering(path, query)) is not None:
            status, body = told[0], told[1]
            text, media = body if isinstance(body, tuple) else (json.dumps(body).encode(), "application/json")
            answer(self, status, {"Content-Type": media}, text)
        elif path == PACKAGE_SHOW:
            self._package_show(query)
        elif path.removeprefix(PAGES) in site.ckan and path.startswith(PAGES):
            page(self)
        else:
            self._file(path)

    do_HEAD = do_GET

    def _package_show(self, query: Mapping[str, str]) -> None:
        site, wanted = self.server.site, query.get("id", "")
        packages = [{"name": name, "id": name, **package} for name, package in site.ckan.items()]
        found = next((it for it in packages if wanted in (it["name"], it["id"])), None)
        error = {"__type": "Not Found Error", "message": "Not found"}
        told = {"success": True, "result": found} if found else {"success": False, "error": error}
        body = json.dumps({"help": "", **told}).replace("{portal}", site.url).encode()
        answer(self, 200 if found else 404, {"Content-Type": "application/json;charset=utf-8"}, body)

    def _file(self, path: str) -> None:
        found = _find(self.server.site.files, path)
        if found is None:
            body = b"<!doctype html><title>404</title><h1>404</h1>"
            return answer(self, 404, {"Content-Type": "text/html"}, body)
        content, modified = found
        tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        headers = {"ETag": tag, "Last-Modified": formatdate(modified, usegmt=True)}
        known = (self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since"))
        if not self.server.site.validators:
            headers = {}
        elif known[0] == tag or (known[0] is None and known[1] == headers["Last-Modified"]):
            return answer(self, 304, headers)
        headers["Content-Type"] = "application/octet-stream"
        return answer(self, 200, headers, content)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


def _next(queue: list[_Planned], method: str) -> _Planned | None:
    planned = [it for it in queue if it.method in (None, method)]
    while planned:
        first = planned[0]
        if first.times is None:
            return first
        if first.times > 0:
            first.times -= 1
            return first
        queue.remove(planned.pop(0))
    return None


def _find(files: Mapping[str, Path | bytes], path: str) -> tuple[bytes, float] | None:
    held = files.get(path)
    if isinstance(held, bytes):
        return held, BYTES_MODIFIED
    candidate = held
    for folder, root in files.items():
        beneath = path.removeprefix(folder.rstrip("/") + "/")
        if held is None and isinstance(root, Path) and root.is_dir() and beneath != path:
            within = (root / beneath).resolve()
            candidate = within if within.is_relative_to(root.resolve()) else None
    if candidate is None or not candidate.is_file():
        return None
    return candidate.read_bytes(), candidate.stat().st_mtime
