"""Downloads from a real server: what arrives, and every way of not getting it."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines import __version__
from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient, StatusFault
from pipelines.model import Fault, FaultKind
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"


def test_a_download_is_the_published_bytes(http: HttpClient, portal: PortalServer, destination: Path) -> None:
    got = http.download(portal.url + PATH, destination)
    assert destination.read_bytes() == TABLE
    assert (got.status, got.bytes, got.sha256) == (200, len(TABLE), hashlib.sha256(TABLE).hexdigest())
    assert got.media_type == "application/octet-stream"
    assert got.file_name == "contratos.csv"
    assert got.final_url == portal.url + PATH


def test_requests_say_who_asks_and_want_the_file_as_it_is(
    portal: PortalServer, settings: Settings, clock: FixedClock, destination: Path
) -> None:
    with HttpClient(replace(settings, contact="https://veedor.example\r\nX: y"), clock) as http:
        http.download(portal.url + PATH, destination)
    headers = portal.requests[0].headers
    assert headers["user-agent"] == f"Veedor/{__version__} (+https://veedor.example X: y)"
    assert headers["accept-encoding"] == "identity"


@pytest.mark.parametrize(
    ("status", "kind", "transient"),
    [
        (202, FaultKind.NOT_WHAT_WAS_PROMISED, True),
        (204, FaultKind.EMPTY, False),
        (206, FaultKind.HTTP_STATUS, False),
        (304, FaultKind.HTTP_STATUS, False),
        (400, FaultKind.HTTP_STATUS, False),
        (401, FaultKind.BLOCKED, False),
        (403, FaultKind.BLOCKED, False),
        (404, FaultKind.GONE, False),
        (410, FaultKind.GONE, False),
        (429, FaultKind.THROTTLED, True),
        (500, FaultKind.HTTP_STATUS, True),
        (503, FaultKind.HTTP_STATUS, True),
        (599, FaultKind.HTTP_STATUS, True),
    ],
)
def test_a_status_is_a_fault_that_says_it(
    status: int,
    kind: FaultKind,
    transient: bool,
    http: HttpClient,
    portal: PortalServer,
    destination: Path,
) -> None:
    portal.fault(PATH, "answer", status=status)
    with pytest.raises(StatusFault) as caught:
        http.download(portal.url + PATH, destination)
    assert caught.value.status == status
    assert caught.value.fault.kind is kind
    assert caught.value.fault.transient is transient
    assert str(status) in caught.value.message


def test_a_file_without_a_byte_is_empty(fault_of: Callable[..., Fault]) -> None:
    assert fault_of("answer", status=200).kind is FaultKind.EMPTY


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("endless", {}),
        ("endless", {"headers": {"Content-Length": "999999999999"}}),
        ("endless", {"headers": {"Content-Length": "9" * 9000}}),
        ("bomb", {"megabytes": 8}),
    ],
)
def test_no_more_than_the_limit_is_taken(
    kind: str,
    options: dict[str, Any],
    settings: Settings,
    clock: FixedClock,
    fault_of: Callable[..., Fault],
    destination: Path,
) -> None:
    with HttpClient(replace(settings, max_bytes=3 << 20), clock) as http:
        assert fault_of(kind, http, **options).kind is FaultKind.TOO_LARGE
    assert not destination.exists() or destination.stat().st_size <= (3 << 20)


def test_redirects_are_followed_with_their_cookies(
    http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    portal.fault("/a", "answer", status=302, headers={"Location": "/datos/año.csv", "Set-Cookie": "k=v"})
    portal.files["/datos/año.csv"] = b"id\n1\n"
    got = http.download(portal.url + "/a", destination)
    assert got.file_name == "año.csv"
    assert portal.requests[-1].headers["cookie"] == "k=v"


def test_a_redirect_that_never_ends_is_given_up(fault_of: Callable[..., Fault], portal: PortalServer) -> None:
    assert "10 redirects" in fault_of("redirect").message
    assert len(portal.requests) == 11


def test_the_endless_body_of_a_redirect_or_refusal_is_not_read(
    http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    portal.fault("/a", "endless", status=302, headers={"Location": PATH})
    portal.fault("/b", "endless", status=503, times=1)
    portal.files["/b"] = TABLE
    assert http.download(portal.url + "/a", destination).bytes == len(TABLE)
    assert http.download(portal.url + "/b", destination).bytes == len(TABLE)


@pytest.mark.parametrize("validator", ["etag", "last_modified"])
def test_what_did_not_change_is_not_sent_again(
    validator: str, http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    first = http.download(portal.url + PATH, destination)
    destination.unlink()
    again = http.download(portal.url + PATH, destination, **{validator: getattr(first, validator)})
    assert (again.status, again.bytes, again.sha256) == (304, 0, None)
    assert not destination.exists()


def test_a_full_disk_is_our_fault(http: HttpClient, portal: PortalServer) -> None:
    with pytest.raises(OSError, match="No space left"):
        http.download(portal.url + PATH, Path("/dev/full"))


def test_nobody_listening_is_not_reachable(settings: Settings, http: HttpClient, destination: Path) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        with pytest.raises(FetchFault, match="refused") as caught:
            http.download(f"http://127.0.0.1:{bound.getsockname()[1]}/", destination)
    assert (caught.value.kind, caught.value.fault.transient) == (FaultKind.NOT_REACHABLE, True)
