"""The assets of a source, for the screen and for a source that is run by hand. https://docs.dagster.io/guides/build/assets

    catalog -> snapshots -> validation_results -> quality_history          one partition a source

Belongs here: the four assets, which are materialised together because one visit gives them all, and the check of the
verdicts. A night materialises them too, of the sources of which something changed (`night_graph`). However many sources
are chosen, they are one run. A fault of the data is in the artifact, and no failure of the run.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

import warnings
from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg
from dagster_shared.utils.warnings import PreviewWarning

from pipelines import artifacts
from pipelines.alerts.message import clean
from pipelines.defs.event_log import many_events
from pipelines.defs.executors import at_recorder
from pipelines.defs.night_graph import VISITS
from pipelines.defs.partitions import source_partitions
from pipelines.defs.source_events import (
    CATALOG,
    QUALITY_HISTORY,
    SNAPSHOTS,
    VALIDATION_RESULTS,
    VERDICT,
    materializations,
    materialized,
    verdict,
)
from pipelines.model import RunIndex
from pipelines.past_runs import index_before
from pipelines.settings import Settings
from pipelines.tonight import Tonight

ADVICE = (
    "The other sources went on. Mend the cause and start it again: what is finished is kept, and the sources named "
    "here are taken up where they stopped."
)

# name, artifact, kinds, what it depends on, description
SPECS: tuple[tuple[str, str, set[str], str, str], ...] = (
    (
        CATALOG,
        artifacts.CATALOG,
        {"dcat", "json"},
        VISITS,
        "What the portal says exists: datasets, distributions, publisher and contact point, in DCAT's words. A portal "
        "that does not answer is recorded as its fault.",
    ),
    (
        SNAPSHOTS,
        artifacts.SNAPSHOTS,
        {"http", "jsonlines"},
        CATALOG,
        "One visit to each distribution: its exact bytes, kept under their SHA-256, or the fault that kept us from "
        "them.",
    ),
    (
        VALIDATION_RESULTS,
        artifacts.VALIDATION_RESULTS,
        {"greatexpectations", "duckdb"},
        SNAPSHOTS,
        "How the bytes became tables, and what came of each expectation of the guide's suite on each table whose "
        "layout is known. Unchanged bytes under unchanged rules keep their earlier result.",
    ),
    (
        QUALITY_HISTORY,
        "history.duckdb",
        {"dqv", "duckdb"},
        VALIDATION_RESULTS,
        "Measurements, scores from 0 to 100 (access apart from content) and one verdict for each dataset, as rows of "
        "the history database; recording a night again replaces its rows.",
    ),
)


def source_assets(settings: Settings, group: str, owners: Sequence[str]) -> dg.AssetsDefinition:
    """The four assets in one step."""
    with warnings.catch_warnings():
        # `backfill_policy` is in beta in Dagster 1.13, and would say so at every start of every process.
        warnings.simplefilter("ignore", dg.BetaWarning)

        @dg.multi_asset(
            name="source_night",
            specs=[
                dg.AssetSpec(
                    name,
                    deps=[before],
                    group_name=group,
                    owners=list(owners),
                    kinds=kinds,
                    description=description,
                    metadata={"artifact": f"data/runs/<night>/<source>/{artifact}"},
                    tags={"veedor/unit": "source"},
                )
                for name, artifact, kinds, before, description in SPECS
            ],
            partitions_def=source_partitions(),
            op_tags=at_recorder(settings),
            backfill_policy=dg.BackfillPolicy.single_run(),
        )
        def source_night(
            context: dg.AssetExecutionContext, tonight: dg.ResourceParam[Tonight]
        ) -> Iterator[dg.MaterializeResult[None]]:
            from pipelines import night
            from pipelines.batch import run_batch

            chosen = set(context.partition_keys)
            sources = [source for source in tonight.sources.enabled if source.id in chosen]
            indexes = list(run_batch(sources, tonight.night, tonight.tools, tonight.sources))
            runs = tonight.tools.settings.runs
            folders = [artifacts.run_folder(runs, tonight.night, it.source) for it in indexes]
            spoilt = {it.source: it for it in night.record_all(folders, tonight)}
            indexes = [spoilt.get(it.source, it) for it in indexes]
            by_id = {source.id: source for source in sources}
            for index in indexes:
                folder = artifacts.run_folder(runs, tonight.night, index.source)
                for it in materializations(by_id[index.source], tonight.night, folder):
                    context.add_asset_metadata(it.metadata, it.asset_key, partition_key=it.partition)
            yield from (dg.MaterializeResult(asset_key=name) for name, *_ in SPECS)
            # A verdict is about what is there now
            targets = materialized(context.instance, [index.source for index in indexes])
            public = tonight.tools.settings.public
            with many_events(context.instance):
                for index in indexes:
                    source = by_id[index.source]
                    folder = artifacts.run_folder(runs, tonight.night, source.id)
                    context.log_event(verdict(source, tonight.night, folder, public, targets.get(source.id)))
            fail_when_stopped([index for index in indexes if index.result == "failure"])

    return source_night


def verdict_check() -> dg.AssetChecksDefinition:
    """The check of `quality_history`. A night evaluates it for what changed; by itself it looks at the newest night."""

    with warnings.catch_warnings():
        # `partitions_def` of a check is a preview in Dagster 1.13; `test_definitions` fails when it goes.
        warnings.simplefilter("ignore", PreviewWarning)

        @dg.asset_check(
            name=VERDICT,
            asset=QUALITY_HISTORY,
            partitions_def=source_partitions(),
            description="Whether every dataset of the source met every expectation of its suite. A warning is a fault "
            "of the data or something unknown, an error is ours. It never stops anything.",
        )
        def evaluated(
            context: dg.AssetCheckExecutionContext, tonight: dg.ResourceParam[Tonight]
        ) -> dg.AssetCheckResult:
            by_id = {source.id: source for source in tonight.sources.enabled}
            settings = tonight.tools.settings
            found = []
            keys = context.op_execution_context.partition_keys
            targets = materialized(context.op_execution_context.instance, keys)
            for key in keys:
                if key in by_id:
                    newest = index_before(settings.runs, key, tonight.night + timedelta(days=1))
                    of = newest.night if newest else tonight.night
                    folder = artifacts.run_folder(settings.runs, of, key)
                    found.append(verdict(by_id[key], of, folder, settings.public, targets.get(key)))
            if len(found) != 1:
                log: Any = context.op_execution_context  # its annotation does not name check evaluations
                with many_events(log.instance):
                    for each in found:
                        log.log_event(each)
            ours = any(it.severity is dg.AssetCheckSeverity.ERROR for it in found)
            return dg.AssetCheckResult(
                passed=bool(found) and all(it.passed for it in found),
                severity=dg.AssetCheckSeverity.ERROR if ours else dg.AssetCheckSeverity.WARN,
                description=found[0].description if len(found) == 1 else f"{len(found)} sources",
                metadata=found[0].metadata if len(found) == 1 else {"sources": len(found)},
            )

    return evaluated


def fail_when_stopped(stopped: Sequence[RunIndex]) -> None:
    """Raise `dg.Failure` naming the sources that our own faults stopped, if there are any."""
    if stopped:
        told = "; ".join(f"{index.source}: {clean(index.reason)}" for index in stopped)
        raise dg.Failure(f"Stopped by a fault of ours: {told}. {ADVICE}", allow_retries=False)
