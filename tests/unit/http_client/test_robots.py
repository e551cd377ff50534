"""robots.txt: whom it binds, when it is asked for, and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.model import FaultKind
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"
NOW = 1_767_225_600.0
Opened = Callable[..., HttpClient]


@pytest.fixture
def opened(settings: Settings, clock: FixedClock, slept: list[float]) -> Iterator[Opened]:
    with ExitStack() as held:
        yield lambda named=(), now=NOW: held.enter_context(
            HttpClient(settings, clock, sleep=slept.append, named=named, now=lambda: now)
        )


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        ("", True),
        ("User-agent: *\nDisallow: /", False),
        ("User-agent: *\nDisallow: /*.csv$", False),
        ("User-agent: *\nDisallow: /*.xlsx$", True),
        ("User-agent: *\nDisallow: /\nAllow: /contratos", True),
        ("User-agent: veedor\nDisallow: /contratos", False),
        ("User-agent: veedor\nDisallow:\n\nUser-agent: *\nDisallow: /", True),
        ("User-agent: otro\nDisallow: /", True),
        ("<!DOCTYPE html><html><body>Disallow: /</body></html>", True),
        ("\0\xff" * 100, True),
    ],
)
def test_what_robots_txt_says_of_a_file(
    rules: str, allowed: bool, opened: Opened, portal: PortalServer, destination: Path
) -> None:
    portal.files["/robots.txt"] = rules.encode("latin-1")
    if allowed:
        assert opened().download(portal.url + PATH, destination).bytes == len(TABLE)
        return
    with pytest.raises(FetchFault, match=r"robots\.txt") as caught:
        opened().download(portal.url + PATH, destination)
    assert (caught.value.kind, caught.value.fault.transient) == (FaultKind.BLOCKED, False)
    assert "allow the user agent Veedor" in caught.value.advice
    assert portal.requests == []


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("answer", {"status": 404}),
        ("answer", {"status": 500}),
        ("reset", {}),
        ("redirect", {}),
        ("endless", {}),
    ],
)
def test_whoever_has_no_rules_allows(
    kind: str, options: dict[str, int], opened: Opened, portal: PortalServer, destination: Path
) -> None:
    portal.fault("/robots.txt", kind, **options)
    assert opened().download(portal.url + PATH, destination).bytes == len(TABLE)


def test_it_does_not_bind_who_was_sent_by_a_person_nor_an_api(
    opened: Opened, portal: PortalServer, destination: Path
) -> None:
    portal.files.update({"/robots.txt": b"User-agent: *\nDisallow: /", "/api": b"{}"})
    named = opened(named=[portal.url + "/"])
    assert named.download(portal.url + PATH, destination).bytes == len(TABLE)
    assert opened().get_json(portal.url + "/api").body == {}


def test_it_is_asked_for_once_a_day(opened: Opened, portal: PortalServer, destination: Path) -> None:
    for now in (NOW, NOW + 1, NOW + 86_000):
        opened(now=now).download(portal.url + PATH, destination)
    assert len(portal.robots_requests) == 1
    assert portal.robots_requests[0].headers["user-agent"].startswith("Veedor/")
    portal.files["/robots.txt"] = b"User-agent: *\nDisallow: /"
    with pytest.raises(FetchFault):
        opened(now=NOW + 86_401).download(portal.url + PATH, destination)
    assert len(portal.robots_requests) == 2


@pytest.mark.parametrize(("wish", "kept"), [("2", 2.0), ("600", 5.0), ("-1", 0.0), ("nan", 0.0), ("x", 0.0)])
def test_a_pause_that_is_wished_for_is_kept_within_reason(
    wish: str, kept: float, opened: Opened, portal: PortalServer, destination: Path, slept: list[float]
) -> None:
    portal.files["/robots.txt"] = f"User-agent: *\nCrawl-delay: {wish}".encode()
    for _ in range(2):
        opened().download(portal.url + PATH, destination)
    assert sum(slept) == pytest.approx(kept, abs=1e-3)
