"""What is sent is sent once, to the address itself, behind the same guards as what is asked for."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind
from pipelines.settings import Settings
from tests import receivers
from tests.receivers import Receiver


@pytest.fixture
def http(settings: Settings, clock: FixedClock) -> Iterator[HttpClient]:
    with HttpClient(replace(settings, retries=3), clock, sleep=lambda seconds: None) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    found = Receiver()
    with receivers.running(found) as url:
        yield found, url


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_content_and_headers_arrive(http: HttpClient, receiver: tuple[Receiver, str], method: str) -> None:
    found, url = receiver
    found.answer = lambda request: receivers.said(201, {"number": 7})
    headers = {"Content-Type": "application/json", "X-Own": "1"}
    reply = http.send(f"{url}/x", b'{"a":1}', headers, method=method, seconds=5, max_bytes=100)
    assert (reply.status, reply.body) == (201, b'{"number": 7}')
    (request,) = found.requests
    assert (request.method, request.json, request.headers["x-own"]) == (method, {"a": 1}, "1")
    assert request.headers["user-agent"].startswith("Veedor/")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_no_redirect_is_followed(
    http: HttpClient, receiver: tuple[Receiver, str], status: int, method: str
) -> None:
    found, url = receiver
    found.answer = lambda request: (status, {"Location": f"{url}/elsewhere"}, b"")
    content = b"x" if method == "POST" else b""
    reply = http.send(url, content, {"Authorization": "Bearer t"}, method=method, seconds=5)
    assert reply.status == status
    assert len(found.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 502, 503, 404])
def test_a_refusal_is_a_reply_and_is_not_asked_for_again(
    http: HttpClient, receiver: tuple[Receiver, str], status: int
) -> None:
    found, url = receiver
    found.answer = lambda request: receivers.said(status, {"message": "no"}, **{"Retry-After": "30"})
    reply = http.send(url, b"x", {}, seconds=5)
    assert (reply.status, reply.retry_after, reply.throttled) == (status, 30.0, status == 429)
    assert b"no" in reply.body
    assert len(found.requests) == 1


def test_a_connection_that_breaks_off_is_not_tried_again(http: HttpClient) -> None:
    taken: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def cut() -> None:
            while len(taken) < 3:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    taken.append(connection.recv(4096))

        threading.Thread(target=cut, daemon=True).start()
        with pytest.raises(FetchFault) as caught:
            http.send(f"http://127.0.0.1:{server.getsockname()[1]}", b"x", {}, seconds=5)
    assert caught.value.kind is FaultKind.NOT_REACHABLE
    assert len(taken) == 1


def test_a_success_is_read_to_its_limit_and_not_beyond(
    http: HttpClient, receiver: tuple[Receiver, str]
) -> None:
    found, url = receiver
    found.answer = lambda request: (200, {}, b"x" * 1000)
    with pytest.raises(FetchFault) as caught:
        http.send(url, b"", {}, method="GET", seconds=5, max_bytes=999)
    assert caught.value.kind is FaultKind.TOO_LARGE
    assert http.send(url, b"x", {}, seconds=5).body == b""


def test_private_addresses_are_closed_to_it_too(settings: Settings, clock: FixedClock) -> None:
    with HttpClient(replace(settings, allow_private_addresses=False), clock) as http:
        with pytest.raises(FetchFault) as caught:
            http.send("http://127.0.0.1:9/hook", b"x", {}, seconds=5)
        assert caught.value.kind is FaultKind.UNSUPPORTED_ADDRESS


def test_no_path_is_logged(
    http: HttpClient, receiver: tuple[Receiver, str], caplog: pytest.LogCaptureFixture
) -> None:
    _, url = receiver
    with caplog.at_level(logging.DEBUG):
        http.send(f"{url}/s3cr3t-path", b"x", {}, seconds=5)
    assert "s3cr3t" not in caplog.text
