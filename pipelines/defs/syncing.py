"""Keeping the partitions as sources.yaml is, while nothing runs. https://docs.dagster.io/guides/automate/sensors

Belongs here: looking at the file now and then, so that a source which was just declared can be run by hand at once. A
file that cannot be used changes nothing: the screen says what is wrong with it.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

import dagster as dg

from pipelines.defs.partitions import sync_partitions
from pipelines.errors import SourcesError
from pipelines.settings import Settings
from pipelines.sources import load

SYNC_SOURCES = "sync_sources"
SECONDS = 60


def sync_sources_sensor(settings: Settings) -> dg.SensorDefinition:
    """One partition for each enabled source, a minute after the file was saved."""

    @dg.sensor(
        name=SYNC_SOURCES,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Makes the partitions those of sources.yaml, so that a new source can be run by hand.",
    )
    def tick(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        try:
            sources = load(settings.sources)
        except SourcesError as error:
            return dg.SkipReason(f"{error.message} {error.advice}")
        added, removed = sync_partitions(context.instance, sources)
        if not added and not removed:
            return dg.SkipReason(f"{len(sources.enabled)} sources, as before")
        return dg.SkipReason(f"{len(added)} sources added, {len(removed)} removed")

    return tick
