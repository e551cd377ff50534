"""A portal on loopback and a client in a hurry, for every test of what all portals must do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipelines.clock import FixedClock
from pipelines.http_client import HttpClient
from pipelines.settings import Settings
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
