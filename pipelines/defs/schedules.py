"""Schedules: when the night begins. https://docs.dagster.io/guides/automate/schedules

Belongs here: the cron line and time zone of sources.yaml as one tick, one run. A tick that was missed is made
up for on its own night only: what is fetched a day later must not be recorded as that night's.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

from datetime import date, datetime, timedelta

import dagster as dg

from pipelines.clock import Clock
from pipelines.defs.jobs import NIGHT
from pipelines.defs.partitions import NIGHT_TAG
from pipelines.sources import Sources
from pipelines.tonight import night_of

NIGHTLY = "nightly"
# A tick comes some seconds after its minute; at 23:59 that is the next day already.
GRACE = timedelta(hours=1)


def nightly(sources: Sources) -> dg.ScheduleDefinition:
    """One run for all sources that are due; on from the first start, because a watch that is off watches nothing."""

    @dg.schedule(
        name=NIGHTLY,
        job_name=NIGHT,
        cron_schedule=sources.schedule,
        execution_timezone=sources.time_zone,
        default_status=dg.DefaultScheduleStatus.RUNNING,
        description="Starts the night at the hour that sources.yaml names.",
    )
    def tick(
        context: dg.ScheduleEvaluationContext, clock: dg.ResourceParam[Clock]
    ) -> dg.RunRequest | dg.SkipReason:
        if not sources.enabled:
            return dg.SkipReason("sources.yaml has no enabled source")
        scheduled = context.scheduled_execution_time
        night = night_of(scheduled, sources)
        if is_over(night, clock.now(), sources):
            return dg.SkipReason(f"the night of {night} is over: what is published today is not its data")
        return dg.RunRequest(run_key=scheduled.isoformat(), tags={NIGHT_TAG: night.isoformat()})

    return tick


def is_over(night: date, now: datetime, sources: Sources) -> bool:
    """Whether `now` belongs to a later night."""
    return night_of(now - GRACE, sources) > night
