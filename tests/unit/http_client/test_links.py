"""Addresses as people publish them."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest

from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.http_client.links import direct, host_of, origin_of
from pipelines.model import FaultKind
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE


@pytest.mark.parametrize(
    ("published", "fetched"),
    [
        (
            "https://drive.google.com/file/d/1aB-c_2/view?usp=sharing",
            "https://drive.google.com/uc?export=download&id=1aB-c_2",
        ),
        (
            "https://drive.google.com/open?id=1aB&authuser=0",
            "https://drive.google.com/uc?export=download&id=1aB",
        ),
        ("https://drive.google.com/uc?id=1aB", "https://drive.google.com/uc?export=download&id=1aB"),
        ("https://drive.google.com/drive/folders/1aB", "https://drive.google.com/drive/folders/1aB"),
        (
            "https://docs.google.com/spreadsheets/d/1aB/edit#gid=7",
            "https://docs.google.com/spreadsheets/d/1aB/export?format=csv&gid=7",
        ),
        (
            "https://docs.google.com/spreadsheets/d/1aB/edit?usp=sharing",
            "https://docs.google.com/spreadsheets/d/1aB/export?format=xlsx",
        ),
        (
            "https://www.dropbox.com/s/x/contratos.csv?dl=0",
            "https://www.dropbox.com/s/x/contratos.csv?dl=1",
        ),
        (
            "https://www.dropbox.com/scl/fi/x/c.csv?rlkey=y&dl=0",
            "https://www.dropbox.com/scl/fi/x/c.csv?rlkey=y&dl=1",
        ),
        (
            "https://gob.sharepoint.com/:x:/s/a/E1?e=2",
            "https://gob.sharepoint.com/:x:/s/a/E1?e=2&download=1",
        ),
        ("https://github.com/o/r/blob/main/a b.csv", "https://github.com/o/r/raw/main/a b.csv"),
        ("https://datos.example/blob/x.csv?dl=0", "https://datos.example/blob/x.csv?dl=0"),
    ],
)
def test_share_links_become_downloads(published: str, fetched: str) -> None:
    assert direct(published) == fetched


def test_the_download_behind_a_share_link_is_fetched(
    http: HttpClient, portal: PortalServer, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *rest, **more: real("127.0.0.1", *rest, **more))
    portal.files["/s/x/contratos.csv"] = TABLE
    shared = portal.url.replace("127.0.0.1", "www.dropbox.com") + "/s/x/contratos.csv?dl=0"
    assert http.download(shared, destination).bytes == len(TABLE)
    assert portal.requests[-1].query == {"dl": "1"}


def test_a_host_is_the_same_with_its_default_port() -> None:
    assert host_of("https://a.example/x") == host_of("https://u:p@A.example:443/") == "a.example:443"
    assert origin_of("http://u:p@a.example:8080/x?y") == "http://a.example:8080"


def test_a_host_whose_ipv6_is_dead_is_reached_by_ipv4(
    http: HttpClient, portal: PortalServer, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many dead addresses stand before the living one: the families take turns."""
    real = socket.getaddrinfo

    def resolved(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        if host != "portal.example":
            return real(host, port, *rest, **more)
        dead = [
            (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (f"fd00::{n}", port, 0, 0)) for n in range(1, 20)
        ]
        return [*dead, *real("127.0.0.1", port, *rest, **more)]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    url = portal.url.replace("127.0.0.1", "portal.example") + "/contratos.csv"
    assert http.download(url, destination).bytes == len(TABLE)


@pytest.mark.parametrize(
    ("code", "says"), [(socket.EAI_NONAME, "does not exist"), (socket.EAI_AGAIN, "cannot be resolved now")]
)
def test_a_name_that_is_gone_is_told_from_one_that_cannot_be_looked_up(
    code: int, says: str, http: HttpClient, destination: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(code, "no such name")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(FetchFault, match=says) as caught:
        http.download("http://portal.example/x.csv", destination)
    assert caught.value.kind is FaultKind.NOT_REACHABLE
