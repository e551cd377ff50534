"""What a night works with is opened once, and is shared by its threads."""

from __future__ import annotations

import os
from dataclasses import replace

import pytest

from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import opened_tools
from tests.unit.test_sources import GOOD


@pytest.mark.parametrize(
    ("allowed", "workers", "computing"), [(1, 2, 1), (2, 2, 1), (4, 1, 3), (1, 0, 1), (2, 0, 2)]
)
def test_one_processor_is_left_for_what_does_not_compute(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, allowed: int, workers: int, computing: int
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)))
    with opened_tools(replace(settings, workers=workers), parse(GOOD)) as tools:
        taken = 0
        while tools.processor.acquire(blocking=False):  # type: ignore[attr-defined]
            taken += 1
        assert taken == computing
