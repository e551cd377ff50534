"""Readers' reports in a night of many sources: the inbox is read once, and a night that is run again knows no more."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.batch import run_batch
from pipelines.clock import FixedClock
from pipelines.feedback import inbox
from pipelines.model import RunIndex
from pipelines.settings import Settings
from pipelines.sources import Sources, parse
from pipelines.tools import Step, opened_tools, silent
from tests.portal_server.server import PortalServer
from tests.unit.feedback.reports import NOW, event, item

CLOCK = FixedClock(datetime(2026, 3, 12, 9, tzinfo=UTC))
NIGHT = CLOCK.now().date()
SAMPLE = Path(__file__).parents[1] / "samples" / "contracts_register" / "good.csv"
NAMES = [f"s{number:02}" for number in range(20)]
ENTRY = (
    "  - {{id: {0}, portal: direct, publisher: {{name: P}}, owner: {{name: O}}, datasets: [{{id: d, title: D, "
    "distributions: [{{id: f, url: '{1}/f.csv', format: csv}}]}}]}}\n"
)
LISTED: Counter[str] = Counter()


def _heard(kind: str, arguments: tuple[object, ...]) -> None:
    if (
        kind in ("os.listdir", "os.scandir", "open")
        and watched
        and f"/{artifacts.FEEDBACK}" in str(arguments[0])
    ):
        LISTED[str(arguments[0])] += 1


watched: list[bool] = []
sys.addaudithook(_heard)  # for good: Python has no way to take one away


@contextmanager
def listening() -> Iterator[Counter[str]]:
    """What is listed and opened of an inbox."""
    LISTED.clear()
    watched.append(True)
    try:
        yield LISTED
    finally:
        watched.clear()


@pytest.fixture
def sources() -> Iterator[Sources]:
    with PortalServer({"/f.csv": SAMPLE}) as portal:
        text = "".join(ENTRY.format(name, portal.url) for name in NAMES)
        yield parse(f"version: 1\ntime_zone: UTC\nsources:\n{text}")


def reports(settings: Settings, count: int) -> None:
    for number in range(count):
        name = f"r{number}"
        inbox.receive(settings.runs, item(name, dataset=f"{NAMES[number % len(NAMES)]}/d"), waiting=0)
        inbox.add(settings.runs, event("accepted", 1, name))


def run(settings: Settings, sources: Sources, step: object = silent) -> list[RunIndex]:
    with opened_tools(settings, sources, clock=CLOCK, step=step) as tools:  # type: ignore[arg-type]
        return list(run_batch(sources.enabled, NIGHT, tools, sources))


def test_the_inbox_is_listed_and_each_file_opened_once_for_all_sources(
    settings: Settings, sources: Sources
) -> None:
    reports(settings, 200)
    with listening() as listed:
        assert {it.result for it in run(settings, sources)} == {"success"}
    assert len(listed) == 1 + 3 * 200  # the inbox; of each report its folder, itself and an event
    assert set(listed.values()) == {1}


class Killed(BaseException):
    """What ends a process at once ends as little after itself."""


def test_a_night_that_was_killed_and_is_run_again_says_what_it_would_have_said(
    settings: Settings, sources: Sources, tmp_path: Path
) -> None:
    one = replace(settings, sources_at_once=1)
    whole = replace(one, data=tmp_path / "whole")
    for it in (one, whole):
        reports(it, 20)
    run(whole, sources)

    def kill(step: Step) -> None:
        if (step.stage, step.key) == ("measure", f"{NAMES[9]}/d"):
            raise Killed

    with pytest.raises(Killed):
        run(one, sources, kill)
    for number in range(20):  # meanwhile, on the same date
        later = event("answered", 10.0, f"r{number}", text="Sí.", by="owner")
        assert later.night == NIGHT
        inbox.add(one.runs, later)
        more = item(
            f"m{number}", dataset=f"{NAMES[number]}/d", night=NIGHT, received_at=NOW + timedelta(days=10)
        )
        inbox.receive(one.runs, more)
    run(one, sources)
    assert left(one) == left(whole)
    assert sum(b"feedback.overdue" in it for it in left(one).values()) == len(NAMES)


def left(settings: Settings) -> dict[str, bytes]:
    """Every artifact, by its path."""
    return {str(it.relative_to(settings.runs)): it.read_bytes() for it in settings.runs.rglob("*.json*")}
