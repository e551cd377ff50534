"""Jobs: what is started as one. https://docs.dagster.io/guides/build/jobs

Belongs here: the two selections of assets: the night, and single sources by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg

from pipelines.defs.assets import ALERTS, PUBLIC_SITE
from pipelines.defs.night_graph import VISITS
from pipelines.defs.source_assets import SPECS

if TYPE_CHECKING:  # Dagster has no public name for what `define_asset_job` gives
    from dagster._core.definitions.unresolved_asset_job_definition import UnresolvedAssetJobDefinition

NIGHT, SOURCES_BY_HAND = "night", "sources_by_hand"
# A run whose process was killed is started anew from its beginning: what is finished is kept in the run folders.
ANEW = {"dagster/retry_strategy": "ALL_STEPS"}


def night_job() -> UnresolvedAssetJobDefinition:
    """The whole night in one run."""
    return dg.define_asset_job(
        NIGHT,
        selection=dg.AssetSelection.assets(VISITS, ALERTS, PUBLIC_SITE),
        description="The whole night: fetch, read, validate, measure and record every source that is due, then alert "
        "and publish. May be started again at any time; what is finished is kept.",
        tags=ANEW,
    )


def sources_by_hand_job() -> UnresolvedAssetJobDefinition:
    """Chosen sources, whether they are due or not."""
    return dg.define_asset_job(
        SOURCES_BY_HAND,
        selection=dg.AssetSelection.assets(
            *(name for name, *_ in SPECS), ALERTS, PUBLIC_SITE
        ).without_checks(),
        description="The chosen sources, whether tonight is their night or not; alerts wait until every source of the "
        "night is through.",
        tags=ANEW,
    )
