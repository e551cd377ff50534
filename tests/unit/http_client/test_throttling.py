"""How long a server asks to be left alone, and what comes of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.http_client.throttling import asked_pause, used_up
from pipelines.model import FaultKind
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"
NOW = 1_767_225_600.0  # 2026-01-01


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, b"", None),
        ({"Retry-After": "120"}, b"", 120),
        ({"Retry-After": " 1.5 "}, b"", 1.5),
        ({"Retry-After": "Thu, 01 Jan 2026 00:01:00 GMT"}, b"", 60),
        ({"Retry-After": "Thursday, 01-Jan-26 00:01:00 GMT"}, b"", 60),
        ({"Retry-After": "Wed, 31 Dec 2025 00:00:00 GMT"}, b"", 0),
        ({"Retry-After": "-5"}, b"", None),
        ({"Retry-After": "soon"}, b"", None),
        ({"Retry-After": "9" * 500}, b"", None),
        ({"Retry-After": "nan"}, b"", None),
        ({}, b'{"errorcode": 10002, "reset_time": "2026-01-01T00:10:00Z"}', 600),
        ({}, b'{"reset_time": "2026-01-01T00:10:00"}', 600),
        ({}, b'{"reset_time": 5}', None),
        ({}, b"[1]", None),
        ({}, b"[" * 4000, None),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(NOW) + 30)}, b"", 30),
        ({"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, b"", 30),
        ({"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "30"}, b"", None),
        ({"X-RateLimit-Remaining": "-1", "X-RateLimit-Reset": "30"}, b"", None),
        ({"X-RateLimit-Remaining": "0"}, b"", None),
        ({"Retry-After": "7", "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "30"}, b"", 7),
    ],
)
def test_every_form_of_asking(headers: dict[str, str], body: bytes, seconds: float | None) -> None:
    assert asked_pause(headers, body, NOW) == seconds


@given(st.text(max_size=40), st.binary(max_size=60), st.text(max_size=20), st.text(max_size=20))
def test_whatever_is_said_gives_seconds_or_nothing(after: str, body: bytes, left: str, reset: str) -> None:
    headers = {"Retry-After": after, "X-RateLimit-Remaining": left, "X-RateLimit-Reset": reset}
    asked = asked_pause(headers, body, NOW)
    assert asked is None or 0 <= asked < float("inf")
    assert (used_up(headers, NOW) or 0) >= 0


def test_a_throttled_host_is_left_alone_by_every_client(
    settings: Settings, clock: FixedClock, portal: PortalServer, destination: Path
) -> None:
    portal.fault(PATH, "answer", status=429)
    moment = [NOW]

    def download(path: str) -> None:
        with HttpClient(settings, clock, sleep=lambda _: None, now=lambda: moment[0]) as http:
            http.download(portal.url + path, destination)

    with pytest.raises(FetchFault, match="too often"):
        download(PATH)
    asked = len(portal.requests)
    with pytest.raises(FetchFault, match=r"left alone until 2026-01-01 01:00 UTC: .* 429") as caught:
        download("/otro.csv")
    assert (caught.value.kind, caught.value.fault.transient) == (FaultKind.THROTTLED, True)
    assert len(portal.requests) == asked
    portal.heal()
    moment[0] += settings.cool_off_seconds + 1
    download(PATH)
    assert destination.read_bytes() == TABLE


@pytest.mark.parametrize(("reset", "waits"), [("20", True), ("7200", False)])
def test_a_quota_that_is_used_up_is_kept(
    reset: str, waits: bool, settings: Settings, clock: FixedClock, portal: PortalServer
) -> None:
    slept: list[float] = []
    headers = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
    portal.fault("/api", "answer", headers=headers, body=b"{}", times=1)
    portal.files["/api"] = b"{}"
    with HttpClient(settings, clock, sleep=slept.append, now=lambda: NOW) as http:
        assert http.get_json(portal.url + "/api").body == {}
        if waits:
            assert http.get_json(portal.url + "/api").body == {}
            assert slept == [20.0]
        else:
            with pytest.raises(FetchFault, match="quota"):
                http.get_json(portal.url + "/api")


def test_pauses_grow_and_are_never_alike(
    settings: Settings, clock: FixedClock, portal: PortalServer, destination: Path
) -> None:
    portal.fault(PATH, "answer", status=503)
    slept: list[float] = []
    jitter = iter((0.0, 0.5, 1.0))
    patient = replace(settings, retries=3)
    with (
        HttpClient(patient, clock, sleep=slept.append, jitter=lambda: next(jitter)) as http,
        pytest.raises(FetchFault),
    ):
        http.download(portal.url + PATH, destination)
    assert slept == [0.5, 1.5, 4.0]


def test_an_export_that_is_being_made_is_waited_for(
    http: HttpClient, portal: PortalServer, destination: Path, slept: list[float]
) -> None:
    portal.fault(PATH, "answer", status=202, body=b'{"status": "Processing"}', times=3)
    assert http.download(portal.url + PATH, destination).bytes == len(TABLE)
    assert slept == [2.0, 4.0, 8.0]


def test_an_api_that_is_not_ready_is_asked_again_and_then_believed(
    http: HttpClient, portal: PortalServer, slept: list[float]
) -> None:
    portal.files["/api"] = b'{"rows": 1}'
    portal.fault("/api", "answer", status=202, body=b'{"status": "Processing"}', times=2)
    assert http.get_json(portal.url + "/api").body == {"rows": 1}
    assert slept == [2.0, 4.0]
    portal.fault("/api", "answer", status=202, body=b'{"status": "Processing"}', headers={"Retry-After": "1"})
    answer = http.get_json(portal.url + "/api")
    assert (answer.status, answer.body) == (202, {"status": "Processing"})


def test_a_slow_download_is_ended_long_before_the_deadline(
    settings: Settings, clock: FixedClock, fault_of: Callable[..., object], portal: PortalServer
) -> None:
    slow = replace(settings, min_bytes_per_second=1000, throughput_seconds=0.2, deadline_seconds=9999.0)
    with HttpClient(slow, clock) as http:
        assert "too slow" in str(fault_of("drip", http))
    with HttpClient(replace(slow, min_bytes_per_second=0, deadline_seconds=0.5), clock) as http:
        assert "not finished" in str(fault_of("drip", http))
