"""Partitions: which sources and which night a run is about. https://docs.dagster.io/guides/build/partitions-and-backfills

Belongs here: the partitions definition (one key a source: the unit of retry and blame), keeping it as sources.yaml is,
and the run tag that names the night. A night is no partition: what a portal showed yesterday can never be fetched
again. The partitions are dynamic, so that thousands of sources cost nothing when the definitions are loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import dagster as dg

from pipelines.errors import ConfigurationError
from pipelines.sources import Sources
from pipelines.tonight import night_of

SOURCE = "source"
NIGHT_TAG = "veedor/night"


def source_partitions() -> dg.DynamicPartitionsDefinition:
    """One partition for each enabled source."""
    return dg.DynamicPartitionsDefinition(name=SOURCE)


def sync_partitions(instance: dg.DagsterInstance, sources: Sources) -> tuple[list[str], list[str]]:
    """Make the partitions those of the enabled sources; which keys were added, and which removed.

    What was materialised of a source that is gone stays in Dagster's records, and everything in the history.
    """
    wanted = [source.id for source in sources.enabled]
    known = set(instance.get_dynamic_partitions(SOURCE))
    added = [key for key in wanted if key not in known]
    removed = sorted(known - set(wanted))
    if added:
        instance.add_dynamic_partitions(SOURCE, added)
    for key in removed:
        instance.delete_dynamic_partition(SOURCE, key)
    return added, removed


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
