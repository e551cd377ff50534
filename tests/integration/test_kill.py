"""A night killed anywhere and run again leaves the same history, mails and pages as an undisturbed one."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from tests.integration.kill_driver import NIGHT, run

ROOT = Path(__file__).resolve().parents[2]
SEED = 7
STAGES = {
    *("discover", "fetch", "read", "validate", "visit", "compare", "measure", "record"),
    *("source", "alert", "deliver", "publish", "export", "site"),
}


def published(number: int) -> datetime:
    day = story.night_date(number)
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


@pytest.fixture(scope="module")
def before_the_night(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Three finished nights, and a portal that has published the fourth, on which things break."""
    base = tmp_path_factory.mktemp("base")
    with DemoPortal(story.edition(SEED, 1), published(1)) as portal:
        for number in (1, NIGHT - 1):
            if number > 1:
                portal.publish(story.edition(SEED, number), published(number))
            run(base, portal.url, number, lambda step: None)
        portal.publish(story.edition(SEED, NIGHT), published(NIGHT))
        yield portal.url, base


def disturbed(url: str, base: Path, work: Path, points: str, seed: int, count: int) -> dict[str, Any]:
    work.mkdir()
    arguments = [url, str(base), str(work), points, str(seed), str(count)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.integration.kill_driver", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=timedelta(minutes=20).total_seconds(),
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    outcome: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return outcome


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_killed_at_every_stage_and_at_random_moments(before_the_night: Any, tmp_path: Path) -> None:
    url, base = before_the_night
    outcome = disturbed(url, base, tmp_path / "work", "stages", 2026, 4)
    assert {stage for stage, _, _ in outcome["steps"]} == STAGES
    assert outcome["different"] == []
    points = len(STAGES) + 1
    assert [status for _, status in outcome["kills"][:points]] == [-9] * points
    # The night that was disturbed is the one with something to lose: alerts, mails, failed expectations.
    assert not outcome["tables"]["alert"].startswith("0 ")
    assert not outcome["tables"]["notification"].startswith("0 ")
    assert any(name.startswith("outbox/") for name in outcome["tables"])


@pytest.mark.slow
@pytest.mark.long
@pytest.mark.timeout(1800)
def test_killed_at_every_single_step(before_the_night: Any, tmp_path: Path) -> None:
    url, base = before_the_night
    outcome = disturbed(url, base, tmp_path / "work", "every", 31, 40)
    assert outcome["different"] == []
    assert len(outcome["kills"]) == len(outcome["steps"]) + 40
