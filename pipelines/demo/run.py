"""The demonstration: a portal on loopback, five nights under an injected clock, and what came of them.

Belongs here: running the main job exactly as an installation does, only against a portal and a clock of our
own. What the nights publish is `story.py`'s matter, what is shown at the end `report.py`'s.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.errors import ConfigurationError
from pipelines.night import NightReport, run_night
from pipelines.settings import Settings
from pipelines.sources import parse
from pipelines.tools import Step, opened_tools, silent

SEED = 2017
MARK = ".veedor-demo"
# 03:00 in Mexico City, when the schedule begins a night; the portal publishes in the evening before.
BEGINS = time(9, 0, tzinfo=UTC)
PUBLISHED_BEFORE = timedelta(hours=6)


@dataclass(frozen=True)
class Demo:
    """What the demonstration left behind."""

    settings: Settings
    nights: tuple[date, ...]
    reports: tuple[NightReport, ...]


def run_demo(
    folder: Path,
    settings: Settings,
    *,
    seed: int = SEED,
    step: Callable[[int, Step], None] | None = None,
) -> Demo:
    """Run all nights of the story into `folder`, which an earlier demonstration may have filled.

    `step` is told the number of the night and the point that it has reached. Raises `ConfigurationError`
    when the folder holds anything else.
    """
    _clear(folder)
    mine = replace(
        settings,
        data=folder,
        sources=folder / "sources.yaml",
        delivery="files",
        allow_private_addresses=True,
        host_pause_seconds=0.0,
        # What watches the real nights is not told of these.
        ping_url=None,
        metrics_file=None,
        otlp_endpoint=None,
    )
    reports = []
    first = _begins(1)
    with DemoPortal(story.edition(seed, 1), first - PUBLISHED_BEFORE) as portal:
        text = story.sources(portal.url)
        mine.sources.write_text(text, encoding="utf-8")
        sources = parse(text, str(mine.sources))
        for number in range(1, story.NIGHTS + 1):
            instant = _begins(number)
            if number > 1:
                portal.publish(story.edition(seed, number), instant - PUBLISHED_BEFORE)
            told = _told(step, number)
            with opened_tools(mine, sources, clock=FixedClock(instant), step=told) as tools:
                reports.append(run_night(sources, story.night_date(number), tools))
    return Demo(mine, tuple(report.night for report in reports), tuple(reports))


def _told(step: Callable[[int, Step], None] | None, number: int) -> Callable[[Step], None]:
    if step is None:
        return silent

    def told(point: Step) -> None:
        step(number, point)

    return told


def _begins(number: int) -> datetime:
    return datetime.combine(story.night_date(number), BEGINS)


def _clear(folder: Path) -> None:
    """Make an empty folder of it; only what an earlier demonstration made is ever removed."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).exists():
            raise ConfigurationError(
                f"the folder {folder} holds something that is not a demonstration.",
                "Name another folder with --folder.",
            )
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MARK).touch()
