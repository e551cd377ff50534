"""What Dagster loads: `dagster dev -m pipelines.definitions`. https://docs.dagster.io/guides/build/projects-and-components

Belongs here: putting the parts of `defs/` together. Nothing is read when this module is imported; `defs` reads
the environment and sources.yaml when Dagster asks for it, and never the network.
"""

from __future__ import annotations

from collections.abc import Mapping

import dagster as dg

from pipelines import logs
from pipelines.clock import SystemClock
from pipelines.defs.assets import all_assets
from pipelines.defs.batches import BATCHES, BatchFiles
from pipelines.defs.dead_runs import dead_runs_sensor
from pipelines.defs.delivery import deliver_alerts_sensor
from pipelines.defs.executors import executor_of
from pipelines.defs.jobs import night_job, sources_by_hand_job
from pipelines.defs.pruning import prune_records_sensor
from pipelines.defs.resources import CLOCK, TONIGHT, tonight_resource
from pipelines.defs.schedules import nightly
from pipelines.defs.sensors import run_failure_sensor
from pipelines.defs.source_assets import verdict_check
from pipelines.defs.syncing import sync_sources_sensor
from pipelines.errors import VeedorError
from pipelines.settings import Settings
from pipelines.settings_secrets import secrets_of
from pipelines.sources import Sources, load


def build_definitions(
    settings: Settings, sources: Sources | None = None, overrides: Mapping[str, object] | None = None
) -> dg.Definitions:
    """The graph for `sources` (left out: those of `settings.sources`), with resources replaced by `overrides`.

    `overrides` may name `clock` (any `pipelines.clock.Clock`) and `tonight`. Raises `SourcesError`, and
    `ValueError` for another name.
    """
    declared = load(settings.sources) if sources is None else sources
    resources: dict[str, object] = {
        CLOCK: SystemClock(),
        TONIGHT: tonight_resource(settings, declared),
        BATCHES: BatchFiles(settings),
    }
    unknown = sorted(set(overrides or {}) - set(resources))
    if unknown:
        raise ValueError(f"there is no resource {unknown[0]!r}; there are {', '.join(resources)}")
    return dg.Definitions(
        assets=all_assets(settings, declared),
        asset_checks=[verdict_check()],
        jobs=[night_job(), sources_by_hand_job()],
        schedules=[nightly(declared)],
        sensors=[
            run_failure_sensor(settings, declared),
            deliver_alerts_sensor(settings, declared),
            sync_sources_sensor(settings),
            dead_runs_sensor(settings, declared),
            prune_records_sensor(settings),
        ],
        resources={**resources, **(overrides or {})},
        executor=executor_of(settings),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The graph of this installation. A setting or sources.yaml that cannot be used is named in one line."""
    # Dagster's handlers show our lines as they are: what they carry goes into the message.
    logs.guard(told_in_text=True).hide(secrets_of())
    try:
        return build_definitions(Settings.from_env())
    except VeedorError as error:
        raise dg.DagsterInvalidDefinitionError(f"{error.title}: {error.message} {error.advice}") from None
