"""Fixtures of these tests."""

from __future__ import annotations

import pytest

from pipelines.settings import Settings
from tests.unit.operation.installation import Installation


@pytest.fixture
def installation(settings: Settings) -> Installation:
    """An empty one."""
    return Installation(settings)
