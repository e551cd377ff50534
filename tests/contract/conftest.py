"""A portal on loopback and a client in a hurry, for every test of what all portals must do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.model import Distribution, Snapshot
from pipelines.settings import Settings
from pipelines.snapshots.fetch import fetch
from pipelines.snapshots.store import Store
from tests.portal_server import PortalServer


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer() as running:
        yield running


@pytest.fixture
def http(settings: Settings, clock: FixedClock) -> Iterator[HttpClient]:
    hurried = replace(settings, retries=0, deadline_seconds=1.0)
    with HttpClient(hurried, clock, sleep=lambda _: None) as client:
        yield client


@pytest.fixture
def visit(settings: Settings, clock: FixedClock) -> Callable[..., Snapshot]:
    """Fetch an address as a night does, without waiting for anything."""

    def made(url: str, **given: Any) -> Snapshot:
        hurried = replace(
            settings, **{"retries": 20, "deadline_seconds": 9999.0, "max_bytes": 1 << 22, **given}
        )
        distribution = Distribution("prueba/contratos/csv", "Contratos", url, "csv")
        with HttpClient(hurried, clock, sleep=lambda _: None) as http:
            return fetch(distribution, http, Store(settings.snapshots), None, clock)

    return made
