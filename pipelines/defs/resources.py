"""Resources: what a run works with. https://docs.dagster.io/guides/build/external-resources

Belongs here: opening the core's own `Tools` once a run and closing them at its end. They are plain objects, not
configuration: no setting, let alone a mail server's password, ever gets into a run's stored config.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

import dagster as dg

from pipelines.alerts.addresses import TakesMail
from pipelines.clock import Clock
from pipelines.defs.alive import alive
from pipelines.defs.assets import PUBLIC_SITE
from pipelines.defs.executors import IN_PROCESS
from pipelines.defs.jobs import NIGHT
from pipelines.defs.partitions import NIGHT_TAG, night_of_run
from pipelines.settings import Settings
from pipelines.sources import Sources
from pipelines.tonight import Tonight

if TYPE_CHECKING:
    from pipelines.tools import Step

CLOCK = "clock"
TONIGHT = "tonight"


def tonight_resource(
    settings: Settings,
    sources: Sources,
    *,
    step: Callable[[Step], None] | None = None,
    takes_mail: TakesMail | None = None,
) -> dg.ResourceDefinition:
    """`Tonight`, opened when a run's first asset needs it and closed when the run ends.

    The night is settled once: a run that goes on past midnight stays on its night, and a run that was started
    by hand is tagged with it, so that its re-execution a day later goes on with the same one. `step` and `takes_mail`
    are those of `opened_tools`.
    """

    @dg.resource(required_resource_keys={CLOCK}, description="The night and the tools of its stages.")
    def tonight(context: dg.InitResourceContext) -> Iterator[Tonight]:
        from pipelines.garbage import seldom_collected
        from pipelines.http_client import HttpClient
        from pipelines.operation import closing
        from pipelines.tools import opened_tools, silent

        clock: Clock = getattr(context.resources, CLOCK)
        run = context.run
        night = night_of_run(run.tags if run else {}, sources, clock.now())
        one_process = run is not None and settings.executor == IN_PROCESS
        opened: Tonight | None = None
        try:
            if run is not None and context.instance is not None and NIGHT_TAG not in run.tags:
                context.instance.add_run_tags(run.run_id, {NIGHT_TAG: night.isoformat()})
            with (
                alive(settings, run.run_id) if run is not None and one_process else nullcontext(),
                seldom_collected(),
                opened_tools(
                    settings, sources, clock=clock, step=step or silent, takes_mail=takes_mail
                ) as tools,
            ):
                opened = Tonight(sources, night, tools)
                yield opened
        finally:
            # Here the run ends, whatever ended it: on a full disk Dagster may not come to write that down.
            heard = opened is not None and opened.ended.is_set()
            if run and one_process and not heard and _is_night(run) and not _settled(context.instance, run):
                with HttpClient(settings, clock) as http:
                    told = f"run {run.run_id[:8]}"
                    closing.broken_off(night, told, sources.language, settings, clock, http)

    return tonight


def _is_night(run: dg.DagsterRun) -> bool:
    """Whether the run is a night to its end, and not a part of one that somebody chose."""
    return run.job_name == NIGHT and PUBLIC_SITE in (run.step_keys_to_execute or [PUBLIC_SITE])


def _settled(instance: dg.DagsterInstance | None, run: dg.DagsterRun) -> bool:
    """Whether somebody has ended the run, or it has ended before: Dagster opens resources once more for its outputs.

    On a full disk Dagster may not be able to say.
    """
    with suppress(Exception):
        found = instance.get_run_by_id(run.run_id) if instance is not None else None
        return found is not None and (found.is_finished or found.status is dg.DagsterRunStatus.CANCELING)
    return False
