"""The client, and a portal that misbehaves when told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.model import Fault
from pipelines.settings import Settings
from tests.portal_server import PortalServer
from tests.portal_server.faults import TABLE

PATH = "/contratos.csv"


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer({PATH: TABLE}) as running:
        yield running


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def http(settings: Settings, clock: FixedClock, slept: list[float]) -> Iterator[HttpClient]:
    with HttpClient(settings, clock, sleep=slept.append, jitter=lambda: 1.0) as client:
        yield client


@pytest.fixture
def destination(tmp_path: Path) -> Path:
    return tmp_path / "incoming.part"


@pytest.fixture
def fault_of(http: HttpClient, portal: PortalServer, destination: Path) -> Callable[..., Fault]:
    """What comes of a download when the portal misbehaves as told."""

    def visit(kind: str, client: HttpClient = http, **options: Any) -> Fault:
        portal.fault(PATH, kind, **options)
        with pytest.raises(FetchFault) as caught:
            client.download(portal.url + PATH, destination)
        return caught.value.fault

    return visit
