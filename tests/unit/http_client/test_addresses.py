"""Where no connection is ever made, however the way there is dressed up."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.http_client.addresses import printable, refusal
from pipelines.model import Fault, FaultKind
from pipelines.settings import Settings
from tests.portal_server import PortalServer

PATH = "/contratos.csv"


@pytest.mark.parametrize(
    "target",
    [
        "ftp://127.0.0.1/contratos.csv",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://169.254.169.254/latest/meta-data/",
        "http://[fe80::1]/",
        "http://0.0.0.0/",
        "http://[::1",
        "http://a..b/",
        "http://" + "a" * 70 + ".example/",
    ],
)
def test_nobody_leads_us_where_we_must_not_go(target: str, fault_of: Callable[..., Fault]) -> None:
    assert fault_of("redirect", to=target).kind is FaultKind.UNSUPPORTED_ADDRESS


def test_without_leave_the_own_network_is_closed(
    settings: Settings, clock: FixedClock, portal: PortalServer, destination: Path
) -> None:
    port = portal.url.rpartition(":")[2]
    with HttpClient(replace(settings, allow_private_addresses=False), clock) as http:
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "2130706433"):
            with pytest.raises(FetchFault) as caught:
                http.download(f"http://{host}:{port}{PATH}", destination)
            assert caught.value.kind is FaultKind.UNSUPPORTED_ADDRESS
            assert "VEEDOR_ALLOW_PRIVATE_ADDRESSES" in caught.value.advice
    assert portal.requests == []


def test_the_address_that_is_judged_is_the_one_connected_to(
    settings: Settings,
    clock: FixedClock,
    portal: PortalServer,
    destination: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A name that resolves to a public address first and to a private one afterwards gains nothing by it."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def rebinding(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        if host != "portal.example":
            return real(host, port, *args, **kwargs)
        asked.append(host)
        # Once for robots.txt and once for the file: who looked twice for one request would get the third.
        return real("8.8.8.8" if len(asked) <= 2 else "127.0.0.1", port, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    with (
        HttpClient(replace(settings, allow_private_addresses=False, retries=0), clock) as http,
        pytest.raises(FetchFault) as caught,
    ):
        http.download(portal.url.replace("127.0.0.1", "portal.example") + PATH, destination)
    assert "not to 8.8.8.8" in str(caught.value)  # the tests' own guard met it at the socket
    assert asked == ["portal.example"] * 2
    assert portal.requests == []


@pytest.mark.parametrize(
    ("address", "private_too"),
    [
        ("10.0.0.1", True),
        ("127.0.0.1", True),
        ("192.168.1.1", True),
        ("100.64.0.1", True),
        ("::1", True),
        ("fd12::1", True),
        ("fec0::1", True),
        ("::ffff:10.0.0.1", True),
        ("::7f00:1", True),
        ("64:ff9b::7f00:1", True),
        ("64:ff9b:1::1", True),
        ("2002:7f00:1::", True),
        ("169.254.169.254", False),
        ("::ffff:169.254.169.254", False),
        ("64:ff9b::a9fe:a9fe", False),
        ("fd00:ec2::254", False),
        ("100.100.100.200", False),
        ("168.63.129.16", False),
        ("fe80::1%eth0", False),
        ("224.0.0.1", False),
        ("ff02::1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("::", False),
        ("255.255.255.255", False),
        ("name", False),
    ],
)
def test_addresses_that_are_refused(address: str, private_too: bool) -> None:
    assert refusal(address) is not None
    assert (refusal(address, allow_private=True) is None) is private_too


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_addresses_are_not_refused(address: str) -> None:
    assert refusal(address) is None


def test_text_of_strangers_becomes_one_clean_line() -> None:
    assert printable("a\u202eb\x00c\r\n\td\ud800", 20) == "ab c d"
    assert printable("x" * 50, 10) == "x" * 9 + "…"
    assert [printable(value, 9) for value in (None, True, [], {}, 7)] == ["", "", "", "", "7"]
