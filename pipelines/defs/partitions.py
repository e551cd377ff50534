"""Partitions: which sources and which night a run is about. https://docs.dagster.io/guides/build/partitions-and-backfills

Belongs here: the partitions definition (one key a source: the unit of retry and blame) and the run tags that
say what a run covers. A night is no partition: what a portal showed yesterday can never be fetched again.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import dagster as dg

from pipelines.errors import ConfigurationError
from pipelines.night import night_of
from pipelines.sources import Source, Sources

NIGHT_TAG = "veedor/night"
KEY_TAG = "dagster/partition"
RANGE_TAGS = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")


def source_partitions(sources: Sources) -> dg.StaticPartitionsDefinition:
    """One partition for each enabled source, in the order of sources.yaml."""
    return dg.StaticPartitionsDefinition([source.id for source in sources.enabled])


def whole_night(sources: Sources, night: date) -> dict[str, str]:
    """The tags of a run that takes every enabled source through `night`. There must be at least one."""
    keys = source_partitions(sources).get_partition_keys()
    return {RANGE_TAGS[0]: keys[0], RANGE_TAGS[1]: keys[-1], NIGHT_TAG: night.isoformat()}


def sources_of_run(tags: Mapping[str, str], sources: Sources) -> tuple[Source, ...]:
    """The sources that a run with these tags covers; none when it was started without partitions."""
    enabled = sources.enabled
    keys = [source.id for source in enabled]
    first = tags.get(KEY_TAG, tags.get(RANGE_TAGS[0]))
    last = tags.get(KEY_TAG, tags.get(RANGE_TAGS[1]))
    if first not in keys or last not in keys:
        return ()
    return enabled[keys.index(first) : keys.index(last) + 1]


def night_of_run(tags: Mapping[str, str], sources: Sources, now: datetime) -> date:
    """The night that a run is about: the one it is tagged with, else the one that `now` belongs to.

    Raises `ConfigurationError` when somebody typed a tag that is no date.
    """
    tagged = tags.get(NIGHT_TAG)
    if tagged is None:
        return night_of(now, sources)
    try:
        return date.fromisoformat(tagged)
    except ValueError:
        raise ConfigurationError(
            f"the run's tag {NIGHT_TAG} is {tagged!r}, which is no date.", "Write it as 2026-03-02."
        ) from None
