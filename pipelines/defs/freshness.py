"""Freshness: how old the newest night may be. https://docs.dagster.io/guides/observe/asset-freshness-policies

Belongs here: the window, which follows from the schedule of sources.yaml. Whether a single dataset is late is no
question to Dagster: that is measured, and its owner is told.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise

import dagster as dg
from cronsim import CronSim

from pipelines.sources import Sources

LATE, TOO_LATE = timedelta(hours=3), timedelta(hours=9)
TICKS = 60


def freshness(sources: Sources) -> dg.FreshnessPolicy:
    """Warn when no night has ended some hours after the longest time between two that the schedule knows."""
    ticks = islice(CronSim(sources.schedule, datetime(2026, 1, 1, tzinfo=UTC)), TICKS)
    longest = max(after - before for before, after in pairwise(ticks))
    return dg.FreshnessPolicy.time_window(fail_window=longest + TOO_LATE, warn_window=longest + LATE)
