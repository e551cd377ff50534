"""A whole data folder that an earlier version left: today's software takes it over, and nothing of before is lost.

What is checked of the history alone is in `test_history_released`.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.backup import back_up
from pipelines.backup.give_back import give_back
from pipelines.backup.place import place_at
from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.history import asking, rebuild, verify
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.snapshots.store import store_at
from pipelines.sources import Source, Sources, parse
from pipelines.tools import opened_tools
from tests.integration.test_history_released import columns_of, rows_of, versions
from tests.unit.backup import installation

ROOT = Path(__file__).resolve().parents[2]
RELEASED = sorted((ROOT / "tests" / "released").glob("data_*.tar.xz"))
NIGHT = story.night_date(5)  # the folders hold nights 3 and 4, on the second of which the contracts broke
NOW = datetime(NIGHT.year, NIGHT.month, NIGHT.day, 9, tzinfo=UTC)


@pytest.fixture(params=RELEASED, ids=lambda path: path.name)
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """The installation as the earlier version left it."""
    with tarfile.open(request.param) as tar:
        tar.extractall(settings.data.parent, filter="data")
    settings.sources.write_text("version: 1\ntime_zone: UTC\nsources: []\n", encoding="utf-8")
    return settings


@pytest.fixture
def portal() -> Iterator[DemoPortal]:
    with DemoPortal(story.edition(7, 5), NOW - timedelta(hours=6)) as running:
        yield running


def watched(portal: DemoPortal) -> Sources:
    """Contracts and budget of the demonstration."""

    def of(source: Source) -> Source:
        kept = tuple(it for it in source.datasets if it.id in ("contratos", "presupuesto"))
        return source.model_copy(update={"datasets": kept})

    sources = parse(story.sources(portal.url))
    chosen = tuple(of(it) for it in sources.sources if it.id in ("demo-compras", "demo-hacienda"))
    return sources.model_copy(update={"sources": chosen})


def night(settings: Settings, sources: Sources) -> None:
    with opened_tools(settings, sources, clock=FixedClock(NOW)) as tools:
        report = run_night(sources, NIGHT, tools)
    assert not report.failures
    assert report.alerts is not None
    assert len(report.runs) == 2


def test_there_is_one() -> None:
    assert RELEASED


@pytest.mark.slow
def test_the_next_night_goes_on_where_the_earlier_version_ended(
    settings: Settings, portal: DemoPortal
) -> None:
    before = rows_of(settings.history)
    ran = {path: path.read_bytes() for path in settings.runs.rglob("*") if path.is_file()}
    assert versions(settings.history)[-1] < 13
    night(settings, watched(portal))
    after = rows_of(settings.history, columns_of(before))
    assert len(after["expectation"][1]) >= len(before["expectation"][1])
    for name, (_, rows) in before.items():
        if name == "expectation":  # says of each on which night it was last used
            continue
        assert set(rows) <= set(after[name][1]), name
    assert {path: path.read_bytes() for path in ran} == ran

    def ask(sql: str) -> list[tuple[object, ...]]:
        return asking.columns_and_rows(sql, public=settings.public)[1]

    nights = ask("SELECT DISTINCT night FROM score_history ORDER BY 1")
    assert [night for (night,) in nights] == [story.night_date(number) for number in (3, 4, 5)]
    told = ask(
        "SELECT dataset, night, outcome FROM verdict_history WHERE dataset LIKE '%contratos' ORDER BY night"
    )
    assert [outcome for _, _, outcome in told][1] == "failed"
    assert (settings.public / "index.html").is_file()


@pytest.mark.slow
def test_history_and_run_folders_of_two_versions_say_the_same(settings: Settings, portal: DemoPortal) -> None:
    night(settings, watched(portal))
    proved = verify.verify(settings.history, settings.runs)
    assert (proved.differences, proved.loose) == ((), ())
    done = rebuild.rebuild(settings.history, settings.runs)
    assert (done.nights, done.runs) == (3, 6)
    again = verify.verify(settings.history, settings.runs)
    assert again.equal
    assert again.checksums == proved.checksums


@pytest.mark.slow
def test_the_way_back_is_the_backup_from_before(
    settings: Settings, portal: DemoPortal, tmp_path: Path
) -> None:
    before = installation.tree(settings.data)
    place = place_at(str(tmp_path / "bak"))
    back_up.back_up(place, settings, store_at(None, settings.snapshots), NOW)
    night(settings, watched(portal))
    back = replace(settings, data=tmp_path / "back")
    give_back(place, back.data)
    assert installation.tree(back.data).items() >= before.items()
    assert versions(back.history)[-1] < 13
    assert not artifacts.run_folder(back.runs, NIGHT, "demo-compras").exists()
