"""Certificates that are not to be trusted, each named by its flaw (OpenSSL's verify codes)."""

from __future__ import annotations

import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.certificates import authority, certificate
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"


@pytest.mark.parametrize(
    ("flaw", "says"),
    [
        (None, ""),
        ("expired", "has expired"),
        ("self-signed", "is self-signed"),
        ("other host", "another host name|IP address mismatch"),
        ("no intermediate", "lacks the intermediate"),
    ],
)
def test_certificates_are_judged_by_their_flaw(
    flaw: str | None, says: str, settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    root = authority(tmp_path)
    issuer = authority(tmp_path, root, "Intermediate") if flaw == "no intermediate" else root
    files = certificate(
        tmp_path,
        None if flaw == "self-signed" else issuer,
        host="otro.example" if flaw == "other host" else "127.0.0.1",
        days=-1 if flaw == "expired" else 1,
    )
    with (
        PortalServer({PATH: TABLE}, tls=files) as portal,
        HttpClient(settings, clock, ca_bundle=root.bundle) as http,
    ):
        if flaw is None:
            assert http.download(portal.url + PATH, tmp_path / "got").bytes == len(TABLE)
            return
        with pytest.raises(FetchFault, match=says) as caught:
            http.download(portal.url + PATH, tmp_path / "got")
    assert caught.value.kind is FaultKind.TLS
    assert not caught.value.fault.transient


def test_a_server_that_only_speaks_an_old_version_is_told(
    settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    root = authority(tmp_path)
    with (
        PortalServer({}, tls=certificate(tmp_path, root), newest_tls=ssl.TLSVersion.TLSv1_1) as portal,
        HttpClient(settings, clock, ca_bundle=root.bundle) as http,
        pytest.raises(FetchFault, match="old version of TLS") as caught,
    ):
        http.download(portal.url + PATH, tmp_path / "got")
    assert caught.value.kind is FaultKind.TLS


def test_redirects_between_http_and_https_are_followed_and_have_an_end(
    settings: Settings, clock: FixedClock, tmp_path: Path
) -> None:
    root = authority(tmp_path)
    with (
        PortalServer({PATH: TABLE}) as plain,
        PortalServer({PATH: TABLE}, tls=certificate(tmp_path, root)) as secure,
        HttpClient(settings, clock, ca_bundle=root.bundle) as http,
    ):
        plain.fault("/a", "redirect", to=f"{secure.url}/b", status=301)
        secure.fault("/b", "redirect", to=plain.url + PATH, status=301)
        got = http.download(f"{plain.url}/a", tmp_path / "got")
        assert (got.bytes, got.final_url, got.moved_to) == (len(TABLE), plain.url + PATH, plain.url + PATH)
        plain.heal()
        secure.heal()
        plain.fault("/a", "redirect", to=f"{secure.url}/a")
        secure.fault("/a", "redirect", to=f"{plain.url}/a")
        before = len(plain.requests) + len(secure.requests)
        with pytest.raises(FetchFault, match="more than 10 redirects") as caught:
            http.download(f"{plain.url}/a", tmp_path / "got")
        assert caught.value.kind is FaultKind.HTTP_STATUS
        assert len(plain.requests) + len(secure.requests) == before + 11


def test_the_deadline_holds_over_tls_too(settings: Settings, clock: FixedClock, tmp_path: Path) -> None:
    root = authority(tmp_path)
    with (
        PortalServer({}, tls=certificate(tmp_path, root)) as portal,
        HttpClient(replace(settings, deadline_seconds=0.5), clock, ca_bundle=root.bundle) as http,
    ):
        portal.fault(PATH, "drip")
        with pytest.raises(FetchFault) as caught:
            http.download(portal.url + PATH, tmp_path / "got")
    assert caught.value.kind is FaultKind.TIMED_OUT


def test_https_at_a_port_that_speaks_http_is_a_tls_fault(
    http: HttpClient, portal: PortalServer, destination: Path
) -> None:
    with pytest.raises(FetchFault) as caught:
        http.download(portal.url.replace("http:", "https:") + PATH, destination)
    assert caught.value.kind is FaultKind.TLS
