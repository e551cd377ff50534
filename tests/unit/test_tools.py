"""What a night works with is opened once, and is shared by its threads."""

from __future__ import annotations

import os

import pytest

from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.unit.test_sources import GOOD


@pytest.mark.parametrize(("allowed", "computing"), [(1, 1), (2, 1), (4, 3)])
def test_one_processor_is_left_for_what_does_not_compute(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, allowed: int, computing: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)))
    with opened_tools(settings, parse(GOOD)) as tools:
        taken = 0
        while tools.processor.acquire(blocking=False):  # type: ignore[attr-defined]
            taken += 1
        assert taken == computing
