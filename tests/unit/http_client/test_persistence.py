"""Retries, deadlines and pauses: how long a server is asked, and when it is left alone."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock, SystemClock
from pipelines.http_client import HttpClient
from pipelines.model import Fault, FaultKind
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"


@pytest.mark.parametrize(
    ("kind", "options"),
    [("reset", {}), ("short", {}), ("cut_chunked", {}), ("cut_coding", {}), ("answer", {"status": 500})],
)
def test_a_fault_that_passes_is_not_seen(
    kind: str,
    options: dict[str, Any],
    http: HttpClient,
    portal: PortalServer,
    destination: Path,
    slept: list[float],
) -> None:
    portal.fault(PATH, kind, times=1, **options)
    assert http.download(portal.url + PATH, destination).sha256 == hashlib.sha256(TABLE).hexdigest()
    assert len(portal.requests) == 2
    assert slept == [1.0]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("reset", FaultKind.NOT_REACHABLE),
        ("short", FaultKind.TRUNCATED),
        ("cut_chunked", FaultKind.TRUNCATED),
        ("cut_coding", FaultKind.TRUNCATED),
        ("flood", FaultKind.NOT_REACHABLE),
    ],
)
def test_a_broken_answer_is_tried_again_and_then_told(
    kind: str, expected: FaultKind, fault_of: Callable[..., Fault], portal: PortalServer
) -> None:
    fault = fault_of(kind)
    assert fault.kind is expected
    assert fault.transient
    assert len(portal.requests) == 2


@pytest.mark.parametrize(
    ("kind", "options"),
    [("drip", {}), ("drip", {"headers": True}), ("hang", {}), ("endless", {"headers": {"X-A": "b"}})],
)
def test_the_deadline_ends_whatever_is_under_way(
    kind: str,
    options: dict[str, Any],
    settings: Settings,
    clock: FixedClock,
    fault_of: Callable[..., Fault],
    portal: PortalServer,
) -> None:
    hurried = replace(settings, deadline_seconds=0.4, max_bytes=1 << 60)
    began = time.monotonic()
    with HttpClient(hurried, clock, sleep=lambda _: None) as http:
        assert fault_of(kind, http, **options).kind is FaultKind.TIMED_OUT
    assert time.monotonic() - began < 5
    assert len(portal.requests) == 1


def test_a_cut_connection_does_not_harm_the_next_visit(
    settings: Settings,
    clock: FixedClock,
    fault_of: Callable[..., Fault],
    portal: PortalServer,
    destination: Path,
) -> None:
    with HttpClient(replace(settings, deadline_seconds=0.4), clock, sleep=lambda _: None) as http:
        fault_of("drip", http, times=1)
        assert http.download(portal.url + PATH, destination).bytes == len(TABLE)


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_a_server_is_left_alone_for_as_long_as_it_asks(
    form: str, http: HttpClient, portal: PortalServer, destination: Path, slept: list[float]
) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(seconds=12), usegmt=True)
    asked = "10" if form == "seconds" else later
    portal.fault(PATH, "answer", status=429, headers={"Retry-After": asked}, times=1)
    assert http.download(portal.url + PATH, destination).status == 200
    assert len(slept) == 1
    assert 9 <= slept[0] <= 12


def test_a_server_that_wants_to_be_left_alone_for_long_is_not_asked_again(
    fault_of: Callable[..., Fault], portal: PortalServer, slept: list[float]
) -> None:
    fault = fault_of("answer", status=429, headers={"Retry-After": "3600"})
    assert (fault.kind, fault.transient) == (FaultKind.THROTTLED, True)
    assert len(portal.requests) == 1
    assert slept == []


def test_a_retry_after_that_means_nothing_is_ignored(
    http: HttpClient, portal: PortalServer, destination: Path, slept: list[float]
) -> None:
    portal.fault(PATH, "answer", status=503, headers={"Retry-After": "soon"}, times=1)
    assert http.download(portal.url + PATH, destination).status == 200
    assert slept == [1.0]


def test_a_connection_that_was_closed_meanwhile_is_no_fault(
    settings: Settings, clock: FixedClock, portal: PortalServer
) -> None:
    portal.files["/api"] = b"{}"
    with HttpClient(replace(settings, retries=0), clock) as http:
        for _ in range(20):
            portal.fault("/hangs-up", "answer", body=b"{}", times=1)  # and says nothing of closing
            assert http.get_json(portal.url + "/hangs-up").body == {}
            assert http.get_json(portal.url + "/api").body == {}


def test_a_host_is_not_asked_twice_without_a_pause(
    settings: Settings, clock: FixedClock, portal: PortalServer, tmp_path: Path
) -> None:
    slept: list[float] = []
    careful = replace(settings, host_pause_seconds=0.7)
    with (
        PortalServer({PATH: b"{}"}) as other,
        HttpClient(careful, clock, sleep=slept.append, now=lambda: 1e9) as http,
    ):
        http.download(portal.url + PATH, tmp_path / "1")
        assert slept == pytest.approx([0.7])  # robots.txt was asked for first
        http.get_json(other.url + PATH)
        assert len(slept) == 1
        http.download(portal.url + PATH, tmp_path / "3")
    assert slept == pytest.approx([0.7, 1.4])


def test_threads_keep_the_pause_among_them(settings: Settings, portal: PortalServer, tmp_path: Path) -> None:
    with HttpClient(replace(settings, host_pause_seconds=0.05), SystemClock()) as http:
        threads = [
            threading.Thread(target=http.download, args=(portal.url + PATH, tmp_path / str(number)))
            for number in range(6)
        ]
        began = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert time.monotonic() - began >= 0.25
    assert all((tmp_path / str(number)).read_bytes() == TABLE for number in range(6))
