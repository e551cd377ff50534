"""Assets: the artifacts of a night as Dagster shows them. https://docs.dagster.io/guides/build/assets

    catalog -> snapshots -> reads -> validation_results -> visited_pages -> quality_measurements       by source
    -> quality_history                                                                                 by source
    -> alerts -> public_site                                                                           by night

Belongs here: the graph and its descriptions. Each asset is one stage, called for every source of the run
(`source_runs`); a stage whose artifact exists gives it back, so that any asset may be materialised alone or
again. A fault of the data is in the artifact, and no failure of the run.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import dagster as dg

from pipelines import artifacts, night
from pipelines.defs import source_runs
from pipelines.defs.delivery import metadata_of
from pipelines.defs.partitions import source_partitions, sources_of_run
from pipelines.defs.resources import Tonight
from pipelines.sources import Sources

GROUP = "night"
OWNERS = ["team:operators"]
QUALITY_HISTORY, ALERTS, PUBLIC_SITE = "quality_history", "alerts", "public_site"

# name, stage, artifact, kinds, description; in the order of the night
STAGES: tuple[tuple[str, source_runs.Stage, str, set[str], str], ...] = (
    (
        "catalog",
        source_runs.discover,
        artifacts.CATALOG,
        {"dcat", "json"},
        "What each portal says exists: datasets, distributions, publisher and contact point, in DCAT's words. "
        "A portal that does not answer is recorded as its fault.",
    ),
    (
        "snapshots",
        source_runs.fetch,
        artifacts.SNAPSHOTS,
        {"http", "jsonlines"},
        "One visit to each distribution: its exact bytes, kept under their SHA-256, or the fault that kept us "
        "from them.",
    ),
    (
        "reads",
        source_runs.read,
        artifacts.READS,
        {"duckdb", "jsonlines"},
        "How the bytes became tables: encoding, delimiter, header row, layout, rows, and what was lost.",
    ),
    (
        "validation_results",
        source_runs.validate,
        artifacts.VALIDATION_RESULTS,
        {"greatexpectations", "jsonlines"},
        "What came of each expectation of the guide's suite on each table whose layout is known. Unchanged "
        "bytes under unchanged rules keep their earlier result.",
    ),
    (
        "visited_pages",
        source_runs.visit,
        artifacts.PAGES,
        {"http", "jsonlines"},
        "Which of the datasets' own pages answer (landing page, contact, data dictionary, licence), and of a sample of "
        "the links in their files. What answered within some days is not asked again.",
    ),
    (
        "quality_measurements",
        source_runs.measure,
        artifacts.MEASUREMENTS,
        {"dqv", "jsonlines"},
        "Measurements, scores from 0 to 100 (access apart from content) and one verdict for each dataset. Marks "
        "the source's night as finished.",
    ),
    (
        QUALITY_HISTORY,
        source_runs.measure,
        "history.duckdb",
        {"duckdb"},
        "Everything above as rows of the history database; recording a night again replaces its rows. The "
        "checks show each dataset's verdict.",
    ),
)
ORDER = (*(name for name, *_ in STAGES), ALERTS, PUBLIC_SITE)


def source_assets(sources: Sources) -> list[dg.AssetsDefinition]:
    """The seven assets that are partitioned by source."""
    partitions = source_partitions(sources)
    before = [None, *(name for name, *_ in STAGES)]
    return [
        _source_asset(*stage, before=upstream, partitions=partitions)
        for stage, upstream in zip(STAGES, before, strict=False)
    ]


def _source_asset(
    name: str,
    stage: source_runs.Stage,
    artifact: str,
    kinds: set[str],
    description: str,
    *,
    before: str | None,
    partitions: dg.StaticPartitionsDefinition,
) -> dg.AssetsDefinition:
    @_asset(name, kinds, description, artifact, before=before, partitions=partitions)
    def source_asset(
        context: dg.AssetExecutionContext, tonight: dg.ResourceParam[Tonight]
    ) -> dg.MaterializeResult[None]:
        return source_runs.each_source(
            context,
            tonight,
            stage,
            begins=before is None,
            then=night.record if name == QUALITY_HISTORY else None,
            more_to_come=_goes_on_to_publish(context, name),
        )

    return source_asset


def night_assets() -> list[dg.AssetsDefinition]:
    """The two assets that are about all sources at once."""

    @_asset(
        ALERTS,
        {"email"},
        "One message to each owner whose data got worse or was mended since the night before, and the record "
        "of its delivery. Waits until every source of the night is through it.",
        "_night/alerts.jsonl",
        before=QUALITY_HISTORY,
    )
    def alerts(tonight: dg.ResourceParam[Tonight]) -> dg.MaterializeResult[None]:
        folders = night.visited(tonight.sources, tonight.night, tonight.tools)
        waiting = night.waiting(tonight.sources, tonight.night, tonight.tools)
        found = []
        if not waiting:
            with night.alone(tonight.tools.settings, night.ALERTS):
                found = night.alert(folders, tonight.sources, tonight.night, tonight.tools)
        return dg.MaterializeResult(
            metadata={
                "night": str(tonight.night),
                **metadata_of(found),
                "waits_for": waiting,
                "outbox": dg.MetadataValue.path(str(tonight.tools.settings.outbox)),
            }
        )

    @_asset(
        PUBLIC_SITE,
        {"html", "duckdb"},
        "What anybody may read: the scorecards, and `quality.duckdb` with the whole history for SQL. A run in "
        "which our own fault stopped a source fails here, after everything else was published.",
        "public/",
        before=ALERTS,
    )
    def public_site(
        context: dg.AssetExecutionContext, tonight: dg.ResourceParam[Tonight]
    ) -> Iterator[dg.MaterializeResult[None]]:
        night.publish(tonight.tools)
        mine = sources_of_run(context.run.tags, tonight.sources)
        found = [source_runs.stopped_run(source_runs.run_folder(tonight, source)) for source in mine]
        stopped = [index for index in found if index is not None]
        public = tonight.tools.settings.public
        yield dg.MaterializeResult(
            metadata={
                "night": str(tonight.night),
                "stopped": len(stopped),
                "site": dg.MetadataValue.path(str(public / "index.html")),
                "history": dg.MetadataValue.path(str(public / "quality.duckdb")),
            }
        )
        source_runs.fail_when_stopped(stopped)

    return [alerts, public_site]


def _asset(
    name: str,
    kinds: set[str],
    description: str,
    artifact: str,
    *,
    before: str | None,
    partitions: dg.StaticPartitionsDefinition | None = None,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """`dg.asset` with what every asset says of itself, for whoever reads the graph without having written it."""
    with warnings.catch_warnings():
        # `backfill_policy` is in beta in Dagster 1.13, and would say so at every start of every process.
        warnings.simplefilter("ignore", dg.BetaWarning)
        return dg.asset(
            name=name,
            deps=[before] if before else [],
            partitions_def=partitions,
            backfill_policy=dg.BackfillPolicy.single_run() if partitions else None,
            group_name=GROUP,
            owners=OWNERS,
            kinds=kinds,
            description=description,
            tags={"veedor/unit": "source" if partitions else "night"},
            metadata={"artifact": artifact},
        )


def _goes_on_to_publish(context: dg.AssetExecutionContext, name: str) -> bool:
    """Whether the run takes all that follows `name`, so that it may still fail at its end."""
    run = context.run
    selected = {key.to_user_string() for key in run.asset_selection or ()} or set(ORDER)
    steps = set(run.step_keys_to_execute or ORDER)
    return set(ORDER[ORDER.index(name) :]) <= selected & steps
