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
from pipelines.run_folder import Run
from pipelines.stages import _once

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
    return Run(source, NIGHT, folders[1], "r")


def made(run: Run, visit: PageVisit) -> bytes:
    tools: Any = SimpleNamespace(clock=SystemClock())
    found = _once(run, "visit", artifacts.PAGES, PageVisit, lambda: [visit], tools, maybe_as_before=True)
    assert found == [visit] == artifacts.read_values(run.folder / artifacts.PAGES, PageVisit)
    return (run.folder / artifacts.PAGES).read_bytes()


def in_common(run: Run, name: str) -> bool:
    """Whether an artifact is one file with that of the night before."""
    before = artifacts.run_folder(run.folder.parent.parent, NIGHT - timedelta(days=1), "s")
    return (run.folder / name).samefile(before / name)


def test_what_is_equal_is_the_file_that_stands_there(run: Run) -> None:
    assert made(run, replace(VISIT)) == b" " + artifacts.line_of(VISIT)
    assert in_common(run, artifacts.PAGES)


def test_what_is_not_is_not(run: Run) -> None:
    other = replace(VISIT, http_status=200)
    assert made(run, other) == artifacts.line_of(other)
    assert not in_common(run, artifacts.PAGES)


def test_the_same_bytes_are_one_file_whatever_rules_made_them(run: Run) -> None:
    night = replace(run, rules="others", past=artifacts.Files())
    before = night.before
    assert before is not None
    artifacts.write_bytes(before / artifacts.FIXES, b"{}\n")
    night.write(artifacts.FIXES, b"{}\n")
    assert in_common(night, artifacts.FIXES)
    night.write(artifacts.SCALES, b"{}\n")
    assert (night.folder / artifacts.SCALES).read_bytes() == b"{}\n"


def test_a_night_after_none_writes_its_own(run: Run) -> None:
    first = replace(run, night=NIGHT - timedelta(days=1), past=artifacts.Files())
    assert first.before is None
    first.write(artifacts.FIXES, b"{}\n")
    assert (first.folder / artifacts.FIXES).read_bytes() == b"{}\n"


def test_nor_is_what_other_rules_had_made(run: Run) -> None:
    assert made(replace(run, rules="others"), replace(VISIT)) == artifacts.line_of(VISIT)
