"""A run whose process died with the machine is given up, and started anew on its own night; a living one is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from pipelines.clock import FixedClock
from pipelines.defs.alive import SETTLED, alive, ended
from pipelines.defs.dead_runs import dead_runs_sensor
from pipelines.defs.instance import dagster_home
from pipelines.demo import story
from pipelines.settings import Settings
from pipelines.sources import parse

ROOT = Path(__file__).resolve().parents[3]
SOURCES = parse(story.sources("http://127.0.0.1:9"))
# 03:00 of 2 March in Mexico City
BEGUN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TAGS = {"veedor/night": "2026-03-02"}
# A process that holds the lock of a run until it is killed.
HOLDS = """
import sys, time
from pathlib import Path
from pipelines.defs.alive import alive
from pipelines.settings import Settings
with alive(Settings(data=Path(sys.argv[1])), sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(dagster_home(settings))) as running:
        yield running


def begun(instance: dg.DagsterInstance, tags: dict[str, str]) -> str:
    """A run that Dagster thinks is under way."""

    @dg.job
    def night() -> None:
        pass

    run = instance.create_run_for_job(night, tags=tags)
    instance.report_dagster_event(
        dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_START.value, job_name="night"), run.run_id
    )
    return run.run_id


def killed(settings: Settings, run_id: str) -> None:
    """Hold the run's lock in a process, and kill that."""
    command = [sys.executable, "-c", HOLDS, str(settings.data), run_id]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == b"held\n"
            aged(settings)
            assert run_id not in ended(settings), "it lives"
        finally:
            os.kill(process.pid, signal.SIGKILL)
    aged(settings)


def aged(settings: Settings) -> None:
    """Let some minutes pass."""
    for path in (settings.data / "locks" / "runs").iterdir():
        os.utime(path, (time.time() - 2 * SETTLED, time.time() - 2 * SETTLED))


def ticked(instance: dg.DagsterInstance, settings: Settings, now: datetime) -> str:
    sensor = dead_runs_sensor(settings, SOURCES)
    context = dg.build_sensor_context(instance=instance, resources={"clock": FixedClock(now)})
    answer = sensor(context)
    assert isinstance(answer, dg.SkipReason)
    return answer.skip_message or ""


def state(instance: dg.DagsterInstance, run_id: str) -> tuple[str, str | None]:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.status.value, run.tags.get("dagster/will_retry")


def test_on_its_own_night_it_is_started_anew(settings: Settings, instance: dg.DagsterInstance) -> None:
    run_id = begun(instance, TAGS)
    killed(settings, run_id)
    assert ended(settings) == [run_id]
    assert ticked(instance, settings, BEGUN + timedelta(hours=5)) == f"given up: {run_id}"
    assert state(instance, run_id) == ("FAILURE", "true")
    assert ticked(instance, settings, BEGUN + timedelta(hours=5)) == "every run that began lives"


@pytest.mark.parametrize("tags", [TAGS, {"veedor/night": "the other day"}])
def test_when_its_night_is_over_it_is_left_at_that(
    settings: Settings, instance: dg.DagsterInstance, tags: dict[str, str]
) -> None:
    run_id = begun(instance, tags)
    killed(settings, run_id)
    assert ticked(instance, settings, BEGUN + timedelta(days=1)) == f"given up: {run_id}"
    assert state(instance, run_id) == ("FAILURE", "false"), "and the operator is told"


def test_a_run_that_was_to_end_is_not_started_anew(settings: Settings, instance: dg.DagsterInstance) -> None:
    run_id = begun(instance, TAGS)
    run = instance.get_run_by_id(run_id)
    assert run is not None
    instance.report_run_canceling(run)
    killed(settings, run_id)
    assert ticked(instance, settings, BEGUN) == f"given up: {run_id}"
    assert state(instance, run_id) == ("CANCELED", None)


def test_a_run_that_lives_or_ended_well_is_left_alone(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    lives, ended, unknown = begun(instance, TAGS), begun(instance, TAGS), "never-heard-of"
    for run_id in (ended, unknown):
        killed(settings, run_id)
    instance.report_dagster_event(
        dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_SUCCESS.value, job_name="night"), ended
    )
    with alive(settings, lives):
        aged(settings)
        assert ticked(instance, settings, BEGUN) == "every run that began lives"
        assert state(instance, lives) == ("STARTED", None)
    assert state(instance, ended)[0] == "SUCCESS"
    assert [path.name for path in (settings.data / "locks" / "runs").iterdir()] == [lives]
    assert ticked(instance, settings, BEGUN) == "every run that began lives", "it has just ended, or not yet"
    assert state(instance, lives) == ("STARTED", None)


def test_a_run_whose_end_could_not_be_written_down_is_given_up(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    run_id = begun(instance, TAGS)
    with alive(settings, run_id):
        pass
    aged(settings)
    assert ticked(instance, settings, BEGUN) == f"given up: {run_id}"
    assert state(instance, run_id) == ("FAILURE", "true")


def test_a_run_on_other_machines_is_left_to_its_launcher(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    run_id = begun(instance, TAGS)
    killed(settings, run_id)
    said = ticked(instance, replace(settings, executor="celery"), BEGUN)
    assert said == "a run is not one process of this machine: its launcher knows whether it lives"
    assert state(instance, run_id) == ("STARTED", None)
