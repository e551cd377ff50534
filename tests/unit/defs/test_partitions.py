"""Which sources and which night a run is about, and when the schedule asks for one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import dagster as dg
import pytest

from pipelines.clock import FixedClock
from pipelines.defs.partitions import NIGHT_TAG, night_of_run, sync_partitions
from pipelines.defs.schedules import nightly
from pipelines.demo import story
from pipelines.errors import ConfigurationError
from pipelines.sources import parse

SOURCES = parse(story.sources("http://127.0.0.1:9"))
ALL = ("demo-compras", "demo-registros", "demo-hacienda")
# 03:00 of 2 March in Mexico City
SCHEDULED = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_the_partitions_become_those_of_the_file() -> None:
    fewer = SOURCES.model_copy(update={"sources": SOURCES.sources[1:]})
    with dg.DagsterInstance.ephemeral() as instance:
        assert sync_partitions(instance, SOURCES) == (list(ALL), [])
        assert sync_partitions(instance, SOURCES) == ([], [])
        assert sync_partitions(instance, fewer) == ([], ["demo-compras"])
        assert set(instance.get_dynamic_partitions("source")) == set(ALL[1:])


def test_the_night_is_the_tag_else_the_date_where_the_sources_are() -> None:
    late_evening_in_mexico = datetime(2026, 3, 3, 5, 59, tzinfo=UTC)
    assert night_of_run({}, SOURCES, late_evening_in_mexico) == date(2026, 3, 2)
    assert night_of_run({}, SOURCES, late_evening_in_mexico + timedelta(minutes=1)) == date(2026, 3, 3)
    assert night_of_run({NIGHT_TAG: "2026-01-31"}, SOURCES, SCHEDULED) == date(2026, 1, 31)
    with pytest.raises(ConfigurationError, match="'yesterday', which is no date"):
        night_of_run({NIGHT_TAG: "yesterday"}, SOURCES, SCHEDULED)


def tick(now: datetime, scheduled: datetime = SCHEDULED) -> dg.RunRequest | str:
    context = dg.build_schedule_context(
        scheduled_execution_time=scheduled, resources={"clock": FixedClock(now)}
    )
    answer = nightly(SOURCES)(context)
    if isinstance(answer, dg.SkipReason):
        return answer.skip_message or ""
    assert isinstance(answer, dg.RunRequest)
    return answer


def test_a_tick_asks_for_one_run_of_the_whole_night() -> None:
    request = tick(SCHEDULED + timedelta(seconds=7))
    assert isinstance(request, dg.RunRequest)
    assert request.tags == {"veedor/night": "2026-03-02"}
    assert request.run_key == "2026-03-02T09:00:00+00:00"


def test_a_missed_tick_is_made_up_for_on_its_own_night_only() -> None:
    assert isinstance(tick(SCHEDULED + timedelta(hours=20)), dg.RunRequest)
    assert tick(SCHEDULED + timedelta(days=1)) == (
        "the night of 2026-03-02 is over: what is published today is not its data"
    )


def test_a_tick_of_the_last_minute_of_a_day_still_counts_for_that_day() -> None:
    scheduled = datetime(2026, 3, 3, 5, 59, tzinfo=UTC)  # 23:59 of 2 March in Mexico City
    request = tick(scheduled + timedelta(seconds=90), scheduled)
    assert isinstance(request, dg.RunRequest)
    assert request.tags[NIGHT_TAG] == "2026-03-02"
