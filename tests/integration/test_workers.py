"""Large files go to processes of their own, and what such a process takes with it when it dies is one try."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.clock import FixedClock
from pipelines.model import RunIndex
from pipelines.night import NightReport, run_night
from pipelines.settings import Settings
from pipelines.sources import Sources, parse
from pipelines.tools import Step, opened_tools
from pipelines.workers import Workers
from tests.portal_server.server import PortalServer

pytestmark = pytest.mark.slow

NIGHT = date(2026, 3, 2)
CLOCK = FixedClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
SAMPLE = Path(__file__).parents[1] / "samples" / "contracts_register" / "good.csv"
NAMES = ("one", "two", "three")


@pytest.fixture
def portal() -> Iterator[PortalServer]:
    with PortalServer({f"/{name}.csv": SAMPLE for name in NAMES}) as running:
        yield running


def declared(portal: PortalServer) -> Sources:
    entry = (
        "  - {{id: {0}, portal: direct, publisher: {{name: P}}, owner: {{name: O}}, datasets: [{{id: d, title: D, "
        "guide_dataset: contracts_register, distributions: [{{id: f, url: '{1}/{0}.csv', format: csv}}]}}]}}\n"
    )
    text = "".join(entry.format(name, portal.url) for name in NAMES)
    return parse(f"version: 1\ntime_zone: UTC\nsources:\n{text}")


def run(settings: Settings, sources: Sources, steps: list[Step] | None = None) -> NightReport:
    with opened_tools(settings, sources, clock=CLOCK, step=(steps or []).append) as tools:
        return run_night(sources, NIGHT, tools)


def left(settings: Settings) -> dict[str, bytes]:
    """Every artifact, without the path of the installation."""
    return {
        str(path.relative_to(settings.runs)): path.read_bytes()
        for path in settings.runs.rglob("*.json*")
        if artifacts.NIGHT_FOLDER not in path.parts
    }


def test_what_a_process_leaves_is_what_the_night_itself_leaves(
    settings: Settings, portal: PortalServer, tmp_path: Path
) -> None:
    sources = declared(portal)
    steps: list[Step] = [Step("none", "", done=True)]
    apart = replace(settings, large_bytes=10, workers=2)
    assert {it.result for it in run(apart, sources, steps).runs} == {"success"}
    assert not any(step.stage in ("read", "validate", "measure") for step in steps), (
        "they were read elsewhere"
    )
    alone = replace(settings, data=tmp_path / "alone", large_bytes=10, workers=0)
    run(alone, sources, steps)
    assert {step.stage for step in steps} >= {"read", "validate", "measure"}
    assert left(apart) == left(alone)
    assert not multiprocessing.active_children()


@pytest.mark.parametrize("kills", [1, 10])
def test_a_process_that_is_killed_costs_one_try_of_its_own_source(
    settings: Settings, portal: PortalServer, kills: int
) -> None:
    """Killed over and over, the sources are stopped by a fault of ours, and the night ends all the same."""
    sources = declared(portal)
    ended, killed = threading.Event(), set[int]()

    def kill() -> None:
        while not ended.wait(0.01) and len(killed) < kills:
            for child in multiprocessing.active_children():
                if child.pid is not None and child.pid not in killed and len(killed) < kills:
                    os.kill(child.pid, signal.SIGKILL)
                    killed.add(child.pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        report = run(replace(settings, large_bytes=10, workers=1), sources)
    finally:
        ended.set()
        killer.join()
    results = [index.result for index in report.runs]
    assert len(results) == len(NAMES)
    if kills == 1:
        assert results == ["success"] * 3, "it was tried once more"
    else:
        assert results == ["failure"] * 3
        index = artifacts.read_value(
            artifacts.run_folder(settings.runs, NIGHT, "one") / artifacts.INDEX, RunIndex
        )
        assert index.reason == "WorkerDied, see failure.log in the run folder"
        log = artifacts.run_folder(settings.runs, NIGHT, "one") / "failure.log"
        assert "exit code -9" in log.read_text(encoding="utf-8")
        # Nothing of it stands in the way of the next try.
        assert [it.result for it in run(settings, sources).runs] == ["success"] * 3


def test_what_still_waits_when_a_night_is_ended_is_not_begun(
    settings: Settings, portal: PortalServer
) -> None:
    told: list[str] = []
    sources = declared(portal)
    with opened_tools(replace(settings, workers=1), sources, clock=CLOCK) as tools:
        workers = Workers(NIGHT, tools, sources, lambda name, found: told.append(name))
        for name in NAMES:
            workers.add(name, 10)
        workers.close()
        deadline = time.monotonic() + 30
        while any(thread.name.startswith("veedor-worker") for thread in threading.enumerate()):
            assert time.monotonic() < deadline, "the thread of a process goes with it"
            time.sleep(0.01)
    assert len(told) <= 1, "the one under way at most"
    assert not multiprocessing.active_children()
