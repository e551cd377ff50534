"""What one portal alone is told stays between it and us."""

from __future__ import annotations

import gzip
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"
TOKEN = "k9-only-for-the-portal"  # noqa: S105 - invented
HEADER = "x-app-token"


@pytest.fixture
def other() -> Iterator[PortalServer]:
    with PortalServer({PATH: TABLE, "/api": b"{}"}) as running:
        yield running


@pytest.fixture
def http(settings: Settings, clock: FixedClock, portal: PortalServer) -> Iterator[HttpClient]:
    told = {f"{portal.url}/anywhere": {"X-App-Token": TOKEN}}
    with HttpClient(settings, clock, sleep=lambda _: None, credentials=told) as client:
        yield client


def told(server: PortalServer) -> list[str | None]:
    requests = [*server.requests, *server.robots_requests]
    return [it.headers.get(HEADER) for it in requests]


def test_the_portal_is_told_whatever_is_asked_of_it(
    http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    portal.files["/api"] = b"{}"
    http.get_json(f"{portal.url}/api")
    http.download(portal.url + PATH, destination)
    assert told(portal) == [TOKEN] * 3
    assert http.known_at(f"{portal.url}/x")


def test_nobody_else_is_told(
    http: HttpClient, portal: PortalServer, other: PortalServer, destination: Path
) -> None:
    port = portal.url.rpartition(":")[2]
    http.get_json(f"{other.url}/api")
    http.download(other.url + PATH, destination)
    http.download(f"http://localhost:{port}{PATH}", destination)  # the same server by another name is another
    http.download(
        f"http://{portal.url.removeprefix('http://')}@{other.url.removeprefix('http://')}{PATH}", destination
    )
    assert set(told(other)) == set(told(portal)) == {None}
    for url in (
        other.url,
        f"https://127.0.0.1:{port}",
        "ftp://127.0.0.1",
        "http://[",
        "",
        "http://127.0.0.1:x",
    ):
        assert not http.known_at(url)


@pytest.mark.parametrize("written", ["http://{other}\\@{portal}{path}", "http://{other}\\.{portal}{path}"])
def test_an_address_that_two_parsers_read_differently_is_told_to_the_portal_at_most(
    written: str, http: HttpClient, portal: PortalServer, other: PortalServer, destination: Path
) -> None:
    hosts = {"portal": portal.url.removeprefix("http://"), "other": other.url.removeprefix("http://")}
    with pytest.raises(FetchFault):
        http.download(written.format(path=PATH, **hosts), destination)
    assert set(told(other)) <= {None}


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("kind", ["json", "file"])
def test_a_redirect_takes_it_nowhere_else(
    status: int, kind: str, http: HttpClient, portal: PortalServer, other: PortalServer, destination: Path
) -> None:
    ask: Callable[[str], Any] = http.get_json if kind == "json" else lambda it: http.download(it, destination)
    portal.fault("/gone", "redirect", to=f"{other.url}/api", status=status)
    ask(f"{portal.url}/gone")
    assert told(portal)[0] == TOKEN
    assert told(other) == [None]
    # There and back again: it is told to the portal, and to nobody on the way.
    other.fault("/back", "redirect", to=f"{portal.url}/api", status=status)
    portal.fault("/there", "redirect", to=f"{other.url}/back", status=status)
    portal.files["/api"] = b"{}"
    ask(f"{portal.url}/there")
    assert set(told(other)) == {None}
    assert portal.requests[-1].path == "/api"
    assert set(told(portal)) == {TOKEN}


def test_what_a_portal_made_elsewhere_is_fetched_without_it(
    http: HttpClient, portal: PortalServer, other: PortalServer, destination: Path
) -> None:
    path = "/api/download/v1/items/0123/csv"
    body = f'{{"status": "Completed", "resultUrl": "{other.url}{PATH}"}}'.encode()
    portal.fault(path, "answer", headers={"Content-Type": "application/json"}, body=body)
    assert http.download(portal.url + path, destination).bytes == len(TABLE)
    assert told(other) == [None]


ECHO = f"your token is {TOKEN}".encode()


@pytest.mark.parametrize(
    "options",
    [
        {"body": ECHO},
        {"body": b"x" * ((1 << 20) - 10) + TOKEN.encode() + b"y" * 9},  # across two pieces
        {"body": gzip.compress(ECHO), "headers": {"Content-Encoding": "gzip"}},
        {"status": 403, "body": b'{"error": true, "message": "' + ECHO + b'"}'},
        {"status": 500, "body": ECHO},
        {"status": 302, "headers": {"Location": f"/x?token={TOKEN}"}},
        {"headers": {"Content-Disposition": f"attachment; filename={TOKEN}.csv"}, "body": b"id\n1\n"},
        {"headers": {"ETag": f'"{TOKEN}"'}, "body": b"id\n1\n"},
    ],
)
@pytest.mark.parametrize("kind", ["json", "file"])
def test_an_answer_that_repeats_it_leaves_no_trace_of_it(
    options: dict[str, Any], kind: str, http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    portal.fault(PATH, "answer", **options)
    ask: Callable[[str], Any] = http.get_json if kind == "json" else lambda it: http.download(it, destination)
    with pytest.raises(FetchFault) as caught:
        ask(portal.url + PATH)
    assert TOKEN not in f"{caught.value.message} {caught.value.advice} {caught.value!r}"
    assert not destination.exists() or TOKEN.encode() not in destination.read_bytes()
    if options.get("status") not in (
        403,
        500,
    ):  # of a refusal only the beginning is read, and what is read is dropped
        assert caught.value.kind is FaultKind.BLOCKED
        assert "VEEDOR_SOCRATA_APP_TOKEN" in caught.value.advice
    assert not any(TOKEN in it.query.get("token", "") for it in portal.requests)


def test_who_was_told_nothing_may_say_what_it_likes(
    http: HttpClient, other: PortalServer, destination: Path
) -> None:
    other.files["/echo"] = ECHO
    assert http.download(f"{other.url}/echo", destination).bytes == len(ECHO)


def test_a_portal_under_a_name_that_is_not_ascii_is_the_same_in_punycode(
    settings: Settings, clock: FixedClock, portal: PortalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more))
    declared = portal.url.replace("127.0.0.1", "Año.example")
    with HttpClient(settings, clock, credentials={declared: {"X-App-Token": TOKEN}}) as http:
        portal.files["/api"] = b"{}"
        http.get_json(portal.url.replace("127.0.0.1", "xn--ao-zja.example") + "/api")
    assert told(portal) == [TOKEN]
