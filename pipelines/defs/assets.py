"""The graph as Dagster shows it. https://docs.dagster.io/guides/build/assets

    visits (plan -> batches -> record) -> catalog -> snapshots -> validation_results -> quality_history    by source
                                                                          -> alerts -> public_site         by night

Belongs here: the assets that are about all sources at once, and what every asset says of itself. Each calls the core's
own function; a fault of the data is in an artifact, and no failure of the run.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

from collections.abc import Iterator

import dagster as dg

from pipelines.defs.delivery import metadata_of
from pipelines.defs.executors import at_recorder
from pipelines.defs.freshness import freshness
from pipelines.defs.night_graph import VISITS, visits_asset
from pipelines.defs.source_assets import fail_when_stopped, source_assets
from pipelines.defs.source_events import QUALITY_HISTORY, stopped_run
from pipelines.settings import Settings
from pipelines.sources import Sources
from pipelines.tonight import Tonight

GROUP = "night"
OWNERS = ("team:operators",)
ALERTS, PUBLIC_SITE = "alerts", "public_site"


def all_assets(settings: Settings, sources: Sources) -> list[dg.AssetsDefinition]:
    """Every asset, from the night to the public site."""
    retry = dg.RetryPolicy(max_retries=2, delay=settings.retry_seconds, backoff=dg.Backoff.EXPONENTIAL)

    @dg.asset(
        name=ALERTS,
        deps=[QUALITY_HISTORY, VISITS],
        group_name=GROUP,
        owners=list(OWNERS),
        kinds={"email"},
        op_tags=at_recorder(settings),
        retry_policy=retry,
        description="One message to each owner whose data got worse or was mended since the night before, and the "
        "record of its delivery. Waits until every source of the night is through it.",
        metadata={"artifact": "data/runs/<night>/_night/alerts.jsonl"},
        tags={"veedor/unit": "night"},
    )
    def alerts(tonight: dg.ResourceParam[Tonight]) -> dg.MaterializeResult[None]:
        from pipelines import night

        waiting = night.waiting(tonight)
        found = [] if waiting else night.told(tonight)
        return dg.MaterializeResult(
            metadata={
                "night": str(tonight.night),
                **metadata_of(found),
                "waits_for": waiting,
                "outbox": dg.MetadataValue.path(str(tonight.tools.settings.outbox)),
            }
        )

    @dg.asset(
        name=PUBLIC_SITE,
        deps=[ALERTS],
        group_name=GROUP,
        owners=list(OWNERS),
        kinds={"html", "duckdb"},
        op_tags=at_recorder(settings),
        retry_policy=retry,
        freshness_policy=freshness(sources),
        description="What anybody may read: the scorecards, and `quality.duckdb` with the whole history for SQL. A "
        "night in which our own fault stopped a source fails here, after everything else was published.",
        metadata={"artifact": "data/public/"},
        tags={"veedor/unit": "night"},
    )
    def public_site(
        context: dg.AssetExecutionContext, tonight: dg.ResourceParam[Tonight]
    ) -> Iterator[dg.MaterializeResult[None]]:
        from pipelines import night

        night.publish(tonight.tools)
        if not night.waiting(tonight):
            night.finished(tonight)
        tonight.ended.set()
        folders = night.visited(tonight)
        stopped = [index for folder in folders if (index := stopped_run(folder)) is not None]
        public = tonight.tools.settings.public
        yield dg.MaterializeResult(
            metadata={
                "night": str(tonight.night),
                "stopped": len(stopped),
                "site": dg.MetadataValue.path(str(public / "index.html")),
                "history": dg.MetadataValue.path(str(public / "quality.duckdb")),
            }
        )
        fail_when_stopped(stopped)

    return [
        visits_asset(settings, GROUP, OWNERS),
        source_assets(settings, GROUP, OWNERS),
        alerts,
        public_site,
    ]
