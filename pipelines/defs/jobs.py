"""Jobs: what is started as one. https://docs.dagster.io/guides/build/jobs

Belongs here: the selection of assets. There is one job because there is one flow; a single source is the same
job with one partition chosen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

if TYPE_CHECKING:  # Dagster has no public name for what `define_asset_job` gives
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

NIGHT = "night"


def night_job() -> UnresolvedAssetJobDefinition:
    """Every asset, with its checks, in one process: a process a step would cost seconds of imports each."""
    return dg.define_asset_job(
        NIGHT,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="The whole night: fetch, read, validate, measure and record the chosen sources, then "
        "alert and publish. May be started again at any time; what is finished is kept.",
    )
