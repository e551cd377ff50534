"""A stage's artifact, made once: what is as it was last night is written as it stands there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipelines import artifacts
from pipelines.clock import SystemClock
from pipelines.model import PagePurpose, PageVisit, RunIndex
from pipelines.stages import Run, _once

NIGHT = date(2026, 3, 2)
VISIT = PageVisit("s/d", PagePurpose.LANDING_PAGE, "https://datos.example/d")


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Tonight, after a night under the same rules whose pages are written as no night writes them: with a blank."""
    at = datetime(2026, 3, 1, 3, tzinfo=UTC)
    folders = [artifacts.run_folder(tmp_path, NIGHT - timedelta(days=days), "s") for days in (1, 0)]
    for folder in folders:
        artifacts.write_text(folder / artifacts.DECLARATION, "{}")
    index = RunIndex("s", at.date(), "veedor", at, at, "success", rules="r")
    artifacts.write_value(folders[0] / artifacts.INDEX, index)
    artifacts.write_bytes(folders[0] / artifacts.PAGES, b" " + artifacts.line_of(VISIT))
    source: Any = SimpleNamespace(id="s")
    return Run(source, NIGHT, folders[1])


def made(run: Run, visit: PageVisit, rules: str = "r") -> bytes:
    tools: Any = SimpleNamespace(
        settings=SimpleNamespace(runs=run.folder.parent.parent), rules=rules, clock=SystemClock()
    )
    found = _once(run, "visit", artifacts.PAGES, PageVisit, lambda: [visit], tools, maybe_as_before=True)
    assert found == [visit] == artifacts.read_values(run.folder / artifacts.PAGES, PageVisit)
    return (run.folder / artifacts.PAGES).read_bytes()


def test_what_is_equal_is_written_as_it_stands(run: Run) -> None:
    assert made(run, replace(VISIT)) == b" " + artifacts.line_of(VISIT)


def test_what_is_not_is_not(run: Run) -> None:
    other = replace(VISIT, http_status=200)
    assert made(run, other) == artifacts.line_of(other)


def test_nor_is_what_other_rules_had_made(run: Run) -> None:
    assert made(run, replace(VISIT), rules="others") == artifacts.line_of(VISIT)
