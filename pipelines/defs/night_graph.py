"""The asset `visits`: one run takes every due source through its night, batch by batch. https://docs.dagster.io/guides/build/ops

    plan -> batch, batch, ... -> record

Belongs here: the steps of the graph, and the table that speaks for what did not change. In one process the batches come
one after the other; an executor of several machines runs each wherever a worker is free, while all else is done where
the history is. A batch leaves only run folders, so that any step may be run again.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import dagster as dg

from pipelines import artifacts
from pipelines.artifacts import Files
from pipelines.defs.batches import BATCHES, BatchFiles
from pipelines.defs.event_log import many_events
from pipelines.defs.executors import anywhere, at_recorder
from pipelines.defs.partitions import sync_partitions
from pipelines.defs.source_events import has_changed, index_of, materializations, materialized, verdict
from pipelines.model import RunIndex
from pipelines.settings import Settings
from pipelines.tonight import Tonight

VISITS = "visits"
SHOWN_ROWS = 1000


def visits_asset(settings: Settings, group: str, owners: Sequence[str]) -> dg.AssetsDefinition:
    """The graph-backed asset. Its steps are tried again after a fault of ours, `settings.retry_seconds` later."""
    retry = dg.RetryPolicy(max_retries=2, delay=settings.retry_seconds, backoff=dg.Backoff.EXPONENTIAL)

    @dg.op(
        out=dg.DynamicOut(list[str], io_manager_key=BATCHES),
        tags=at_recorder(settings),
        retry_policy=retry,  # each try gives out its batches anew
        description="Which sources the night visits, in batches: those of one host stay together.",
    )
    def plan(
        context: dg.OpExecutionContext, tonight: dg.ResourceParam[Tonight]
    ) -> Iterator[dg.DynamicOutput[list[str]]]:
        from pipelines import machines, night
        from pipelines.batch import batches

        sync_partitions(context.instance, tonight.sources)
        night.begun(tonight)
        machines.gather(
            [it.id for it in tonight.sources.enabled], tonight.night, tonight.tools, tonight=False
        )
        machines.announce(tonight.sources, tonight.night, tonight.tools)
        parts = batches(tonight.due, tonight.tools.settings.batch_sources)
        for number, part in enumerate(parts, 1):
            yield dg.DynamicOutput(
                [source.id for source in part], mapping_key=f"{number:03}_of_{len(parts):03}"
            )

    @dg.op(
        out=dg.Out(dg.Nothing),
        tags=anywhere(),
        retry_policy=retry,
        description="Fetch, read, validate and measure the sources of one batch; leaves their run folders.",
    )
    def batch(context: dg.OpExecutionContext, names: list[str], tonight: dg.ResourceParam[Tonight]) -> None:
        from pipelines import machines
        from pipelines.batch import run_batch

        machines.join(tonight.sources, tonight.night, tonight.tools)
        wanted = set(names)
        chosen = [source for source in tonight.sources.enabled if source.id in wanted]
        for index in run_batch(chosen, tonight.night, tonight.tools, tonight.sources):
            if index.result == "failure":
                context.log.error(f"{index.source} was stopped by a fault of ours: {index.reason}")

    @dg.op(
        ins={"done": dg.In(dg.Nothing)},
        tags=at_recorder(settings),
        retry_policy=retry,
        description="Run folders become rows of history.duckdb; what changed is shown source by source.",
    )
    def record(
        context: dg.OpExecutionContext,
        tonight: dg.ResourceParam[Tonight],
        batches: dg.ResourceParam[BatchFiles],
    ) -> dg.Output[None]:
        from pipelines import machines, night
        from pipelines.history.record import unrecorded
        from pipelines.source_night import stopped

        tools = tonight.tools
        by_id = {it.id: it for it in tonight.due}
        for name, fault in machines.gather(by_id, tonight.night, tools, tonight=True).items():
            stopped(by_id[name], tonight.night, fault, tools)
            context.log.error(f"{name} was stopped by a fault of ours: {fault.message}. {fault.advice}")
        through = [it for it in night.visited(tonight) if (it / artifacts.INDEX).exists()]
        # What a killed night left comes first; of tonight all, since a source may have been taken up again.
        left = unrecorded(tools.settings.history, tools.settings.runs)
        night.record_all(list(dict.fromkeys((*left, *through))), tonight)
        batches.clear(context.run_id, context.instance)
        indexes = [index for folder in through if (index := index_of(folder)) is not None]
        past = Files()
        changed = [index for index in indexes if has_changed(index, tools.settings.runs, past)]
        tell(context, tonight, [index.source for index in changed])
        return dg.Output(None, metadata=_metadata(tonight, indexes, changed))

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)

        @dg.graph_asset(
            name=VISITS,
            group_name=group,
            owners=list(owners),
            kinds={"python", "duckdb"},
            description="One night: every source that is due, from discovery to the history. The table lists what "
            "changed and what did not; only sources of which something changed get events of their own below.",
            metadata={"artifact": "data/runs/<night>/"},
            tags={"veedor/unit": "night"},
        )
        def visits() -> Any:
            return record(plan().map(batch).collect())

    asset: dg.AssetsDefinition = visits
    return asset


def tell(context: Any, tonight: Tonight, names: Sequence[str]) -> None:
    """Log the events of these sources."""
    by_id = {source.id: source for source in tonight.sources.enabled}
    night, settings = tonight.night, tonight.tools.settings
    folders = {name: artifacts.run_folder(settings.runs, night, name) for name in names}
    with many_events(context.instance):
        for name, folder in folders.items():
            for event in materializations(by_id[name], night, folder):
                context.log_event(event)
    targets = materialized(context.instance, names)
    with many_events(context.instance):
        for name, folder in folders.items():
            context.log_event(verdict(by_id[name], night, folder, settings.public, targets.get(name)))


def _metadata(
    tonight: Tonight, indexes: Sequence[RunIndex], changed: Sequence[RunIndex]
) -> dict[str, dg.MetadataValue[Any]]:
    """The counts of the night, what changed in it, and what did not."""
    told = {index.source for index in changed}
    same = [index for index in indexes if index.source not in told]
    values: dict[str, dg.MetadataValue[Any]] = {
        "night": dg.MetadataValue.text(str(tonight.night)),
        "sources": dg.MetadataValue.int(len(indexes)),
        "changed": dg.MetadataValue.int(len(changed)),
        "unchanged": dg.MetadataValue.int(len(same)),
        "partial": dg.MetadataValue.int(sum(index.result == "partial" for index in indexes)),
        "stopped": dg.MetadataValue.int(sum(index.result == "failure" for index in indexes)),
        "resting": dg.MetadataValue.int(len(tonight.sources.enabled) - len(indexes)),
        "run_folders": dg.MetadataValue.path(str(_night_folder(tonight))),
    }
    for name, which in (("what_changed", changed), ("what_did_not", same)):
        rows = [
            dg.TableRecord(
                {
                    "source": index.source,
                    "result": index.result,
                    "seconds": round((index.finished_on - index.started_on).total_seconds(), 1),
                    "next_visit": str(index.revisit_on or ""),
                }
            )
            for index in which[:SHOWN_ROWS]
        ]
        values[name] = dg.MetadataValue.table(rows, schema=SCHEMA)
    return values


SCHEMA = dg.TableSchema(
    [
        dg.TableColumn("source"),
        dg.TableColumn(
            "result", description="success; partial: a file did not come; failure: a fault of ours"
        ),
        dg.TableColumn("seconds", "float"),
        dg.TableColumn("next_visit", description="the night on which it is visited next"),
    ]
)


def _night_folder(tonight: Tonight) -> Path:
    return tonight.tools.settings.runs / tonight.night.isoformat()
