"""Runs whose process died with the machine. https://docs.dagster.io/deployment/execution/run-monitoring

Belongs here: the sensor that gives them up. Dagster's code server sees a run's process die only while it lives itself:
after a power cut, or on a full disk, a run would count as under way until its longest time is over. Given up, it is
started anew (`run_retries` in `instance`), on its own night alone. Does not belong here: how it is known that a process
is gone (`alive`).
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

import dagster as dg
from dagster._core.launcher import DefaultRunLauncher

from pipelines.clock import Clock
from pipelines.defs.alive import ended, forget
from pipelines.defs.executors import IN_PROCESS
from pipelines.defs.partitions import night_of_run
from pipelines.defs.schedules import is_over
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings
from pipelines.sources import Sources

DEAD_RUNS = "dead_runs"
SECONDS = 60
# By this tag Dagster's daemon asks how often a run may be started anew.
MAX_RETRIES_TAG = "dagster/max_retries"


def dead_runs_sensor(settings: Settings, sources: Sources) -> dg.SensorDefinition:
    """Give up what nobody is at work on, so that it is started anew, or the operator told."""

    @dg.sensor(
        name=DEAD_RUNS,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Finds runs whose process died with the machine, and has them started anew on their own night.",
    )
    def tick(context: dg.SensorEvaluationContext, clock: dg.ResourceParam[Clock]) -> dg.SkipReason:
        if settings.executor != IN_PROCESS or not isinstance(
            context.instance.run_launcher, DefaultRunLauncher
        ):
            return dg.SkipReason(
                "a run is not one process of this machine: its launcher knows whether it lives"
            )
        found = ended(settings)
        given_up = [run_id for run_id in found if give_up(context.instance, run_id, sources, clock)]
        for run_id in found:
            forget(settings, run_id)
        return dg.SkipReason(f"given up: {', '.join(given_up)}" if given_up else "every run that began lives")

    return tick


def give_up(instance: dg.DagsterInstance, run_id: str, sources: Sources, clock: Clock) -> bool:
    """Mark the run as failed; whether it was still thought to be under way. When its night is over, it is left at that.

    What is fetched a day later must not be recorded as that night's.
    """
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return False
    if run.status is dg.DagsterRunStatus.CANCELING:
        instance.report_run_canceled(run)
        return True
    try:
        over = is_over(night_of_run(run.tags, sources, clock.now()), clock.now(), sources)
    except ConfigurationError:  # a tag that somebody typed
        over = True
    if over:
        instance.add_run_tags(run_id, {MAX_RETRIES_TAG: "0"})
        run = instance.get_run_by_id(run_id) or run
    instance.report_run_failed(
        run, "Its process ended without a word: killed, stopped with the machine, or on a full disk."
    )
    return True
