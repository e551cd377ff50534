"""Receivers on loopback for tests: a webhook, a chat, and the issues of GitHub and GitLab as far as we use them."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Answer = tuple[int, dict[str, str], bytes]


@dataclass(frozen=True)
class Request:
    """What came in."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)


@dataclass
class Receiver:
    """Keeps every request, and answers with `answer`, which a test may replace."""

    answer: Callable[[Request], Answer] = lambda _: (204, {}, b"")
    requests: list[Request] = field(default_factory=list)


@contextmanager
def running(receiver: Receiver) -> Iterator[str]:
    """Serve `receiver`; give its base address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            request = Request(
                self.command,
                parts.path,
                {key: values[0] for key, values in parse_qs(parts.query).items()},
                {key.lower(): value for key, value in self.headers.items()},
                self.rfile.read(length),
            )
            receiver.requests.append(request)
            status, headers, body = receiver.answer(request)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = handle_one

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Say nothing of a client that has gone."""

    server = Server(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(timeout=5)


def said(status: int, value: object, **headers: str) -> Answer:
    """An answer in JSON."""
    return status, {"Content-Type": "application/json", **headers}, json.dumps(value).encode()


@dataclass
class Issues:
    """The issues of one repository, as both trackers show them.."""

    token: str
    issues: list[dict[str, Any]] = field(default_factory=list)
    comments: dict[int, list[str]] = field(default_factory=dict)
    refuse: Answer | None = None

    def add(self, title: str, body: str, **more: Any) -> dict[str, Any]:
        """Put an issue there."""
        number = len(self.issues) + 1
        issue = {"number": number, "iid": number, "title": title, "state": "open", "body": body, **more}
        self.issues.append(issue)
        return issue

    @property
    def open(self) -> list[dict[str, Any]]:
        """Those that are open, the newest first."""
        return [it for it in reversed(self.issues) if it["state"] == "open"]

    def github(self, request: Request) -> Answer:
        """GitHub's answers. https://docs.github.com/en/rest/issues/issues"""
        if request.headers.get("authorization") != f"Bearer {self.token}":
            return said(401, {"message": "Bad credentials"})
        if self.refuse:
            return self.refuse
        base = "/repos/institucion/datos/issues"
        if not request.path.startswith(base):
            return said(404, {"message": "Not Found"})
        rest = request.path[len(base) :].strip("/").split("/")
        number = int(rest[0]) if rest[0] else 0
        if not number and request.method == "GET":
            return said(200, self._paged(request))
        if not number:
            issue = self.add(request.json["title"], request.json["body"])
            return said(201, self._github(issue))
        if rest[1:] == ["comments"]:
            return self._commented(number, request, "body")
        if request.method == "PATCH":
            self.issues[number - 1]["state"] = request.json["state"]
            return said(200, self._github(self.issues[number - 1]))
        return said(404, {"message": "Not Found"})

    def gitlab(self, request: Request) -> Answer:
        """GitLab's answers. https://docs.gitlab.com/api/issues/"""
        if request.headers.get("private-token") != self.token:
            return said(401, {"message": "401 Unauthorized"})
        if self.refuse:
            return self.refuse
        base = "/api/v4/projects/institucion%2Fdatos/issues"
        if not request.path.startswith(base):
            return said(404, {"message": f"404 Project Not Found {unquote(request.path)}"})
        rest = request.path[len(base) :].strip("/").split("/")
        number = int(rest[0]) if rest[0] else 0
        if not number and request.method == "GET":
            assert request.query["state"] == "opened"
            assert request.query["in"] == "description"
            found = [it for it in self.open if request.query["search"] in it["body"]]
            return said(200, [self._gitlab(it) for it in _cut(found, request)])
        if not number:
            issue = self.add(request.json["title"], request.json["description"])
            return said(201, self._gitlab(issue))
        if rest[1:] == ["notes"]:
            return self._commented(number, request, "body")
        if request.method == "PUT" and request.json == {"state_event": "close"}:
            self.issues[number - 1]["state"] = "closed"
            return said(200, self._gitlab(self.issues[number - 1]))
        return said(404, {"message": "404 Not Found"})

    def _paged(self, request: Request) -> list[dict[str, Any]]:
        assert request.query["state"] == "open"
        return [self._github(it) for it in _cut(self.open, request)]

    def _commented(self, number: int, request: Request, name: str) -> Answer:
        there = self.comments.setdefault(number, [])
        if request.method == "GET":
            return said(200, [{name: it} for it in _cut(there, request)])
        there.append(request.json[name])
        return said(201, {name: there[-1]})

    @staticmethod
    def _github(issue: dict[str, Any]) -> dict[str, Any]:
        return {**issue, "html_url": f"https://github.example/institucion/datos/issues/{issue['number']}"}

    @staticmethod
    def _gitlab(issue: dict[str, Any]) -> dict[str, Any]:
        url = f"https://gitlab.example/institucion/datos/-/issues/{issue['iid']}"
        shown = {key: value for key, value in issue.items() if key not in ("number", "body")}
        return {**shown, "description": issue["body"], "web_url": url}


def _cut(entries: list[Any], request: Request) -> list[Any]:
    size, number = int(request.query["per_page"]), int(request.query["page"])
    return entries[(number - 1) * size : number * size]
