"""Addresses of files as they are published, in any script, moved or of no web at all, visited as a night does."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest

from pipelines.model import FaultKind, Snapshot
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer({PATH: TABLE, "/datos abiertos/año.csv": b"id\n1\n"}) as running:
        yield running


@pytest.mark.parametrize(
    "url",
    ["ftp://datos.example/x.csv", "sftp://datos.example/x", "mailto:datos@dependencia.example", "http:///x.csv",
     "x.csv", "http://[x", "http://a..b/x.csv", f"http://{'a' * 70}.example/x.csv", "file:///etc/passwd"],
)  # fmt: skip
def test_what_is_no_address_of_the_web(url: str, visit: Callable[..., Snapshot]) -> None:
    fault = visit(url).fault
    assert fault is not None
    assert fault.kind is FaultKind.UNSUPPORTED_ADDRESS


@pytest.mark.parametrize("written", ["  {}/datos abiertos/año.csv\n", "{}/datos%20abiertos/a%C3%B1o.csv"])
def test_blanks_and_letters_are_encoded_once(
    written: str, portal: PortalServer, visit: Callable[..., Snapshot]
) -> None:
    snapshot = visit(written.format(portal.url))
    assert (snapshot.fault, snapshot.bytes) == (None, 5)
    assert snapshot.final_url == f"{portal.url}/datos%20abiertos/a%C3%B1o.csv"


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every host name that was looked up; whatever it is, the portal on loopback has it."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(host.decode() if isinstance(host, bytes) else host)
        return real("127.0.0.1", *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


IDN = "datos.xn--ao-zja.example"


@pytest.mark.parametrize("host", ["datos.año.example", "DATOS.AÑO.example", "datos.an\u0303o.example", IDN])
@pytest.mark.parametrize("way", ["named", "redirected", "redirected in bare UTF-8"])
def test_a_host_that_is_not_ascii_is_asked_by_its_punycode(
    host: str, way: str, portal: PortalServer, visit: Callable[..., Snapshot], resolved: list[str]
) -> None:
    """As IDNA has it: the name in lower case and composed, whoever writes it."""
    port = portal.url.rpartition(":")[2]
    url = f"http://{host}:{port}/datos abiertos/año.csv?año=niño&x=1%202"
    if way != "named":
        to = url.encode().decode("latin-1") if way.endswith("UTF-8") else quote(url, safe=":/?&=%")
        if way == "redirected":  # the host as it is written in headers
            to = to.replace(quote(host), IDN)
        portal.fault("/aqui", "answer", status=302, headers={"Location": to})
        url = f"{portal.url}/aqui"
    snapshot = visit(url)
    assert (snapshot.fault, snapshot.bytes) == (None, 5)
    assert snapshot.final_url == (
        f"http://{IDN}:{port}/datos%20abiertos/a%C3%B1o.csv?a%C3%B1o=ni%C3%B1o&x=1%202"
    )
    assert IDN in resolved
    arrived = portal.requests[-1]
    assert arrived.headers["host"] == f"{IDN}:{port}"
    assert (arrived.path, arrived.query) == ("/datos abiertos/año.csv", {"año": "niño", "x": "1 2"})


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("/datos/a\u00f1o.csv", "/datos/año.csv"),
        ("/datos/a%c3%b1o.csv", "/datos/año.csv"),
        ("/datos/100%25.csv", "/datos/100%.csv"),
        ("/datos/100%.csv", "/datos/100%.csv"),  # no escape: the sign itself
        ("/datos/a%2520b.csv", "/datos/a%20b.csv"),
        ("/datos/\u6f22\u5b57 \U0001f4c4.csv", "/datos/漢字 📄.csv"),
        ('/datos/"a"<b>|c.csv', '/datos/"a"<b>|c.csv'),
        ("/datos/a+b.csv", "/datos/a+b.csv"),
    ],
)
def test_letters_of_a_path_are_encoded_as_utf_8_and_once(
    written: str, path: str, portal: PortalServer, visit: Callable[..., Snapshot]
) -> None:
    portal.files[path] = b"id\n1\n"
    snapshot = visit(portal.url + written)
    assert (snapshot.fault, portal.requests[-1].path) == (None, path)
    assert snapshot.final_url is not None
    assert snapshot.final_url.isascii()
    assert visit(snapshot.final_url).final_url == snapshot.final_url


@pytest.mark.parametrize(("status", "moved"), [(301, True), (308, True), (302, False), (307, False)])
def test_a_file_that_moved_for_good_is_told(
    status: int, moved: bool, portal: PortalServer, visit: Callable[..., Snapshot]
) -> None:
    portal.fault("/viejo.csv", "redirect", to="/nuevo.csv", status=status)
    portal.fault("/nuevo.csv", "redirect", to=PATH, status=302)
    snapshot = visit(portal.url + "/viejo.csv")
    assert snapshot.final_url == portal.url + PATH
    assert snapshot.moved_to == (f"{portal.url}/nuevo.csv" if moved else None)
