"""Resources: what a run works with. https://docs.dagster.io/guides/build/external-resources

Belongs here: opening the core's own `Tools` once a run and closing them at its end. They are plain objects, not
configuration: no setting, let alone a mail server's password, ever gets into a run's stored config.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import nullcontext

import dagster as dg

from pipelines.alerts.addresses import TakesMail
from pipelines.clock import Clock
from pipelines.defs.alive import alive
from pipelines.defs.executors import IN_PROCESS
from pipelines.defs.partitions import NIGHT_TAG, night_of_run
from pipelines.night import Tonight
from pipelines.settings import Settings
from pipelines.sources import Sources
from pipelines.tools import Step, opened_tools, silent

CLOCK = "clock"
TONIGHT = "tonight"


def tonight_resource(
    settings: Settings,
    sources: Sources,
    *,
    step: Callable[[Step], None] = silent,
    takes_mail: TakesMail | None = None,
) -> dg.ResourceDefinition:
    """`Tonight`, opened when a run's first asset needs it and closed when the run ends.

    The night is settled once: a run that goes on past midnight stays on its night, and a run that was started
    by hand is tagged with it, so that its re-execution a day later goes on with the same one. `step` and `takes_mail`
    are those of `opened_tools`.
    """

    @dg.resource(required_resource_keys={CLOCK}, description="The night and the tools of its stages.")
    def tonight(context: dg.InitResourceContext) -> Iterator[Tonight]:
        clock: Clock = getattr(context.resources, CLOCK)
        run = context.run
        night = night_of_run(run.tags if run else {}, sources, clock.now())
        if run is not None and context.instance is not None and NIGHT_TAG not in run.tags:
            context.instance.add_run_tags(run.run_id, {NIGHT_TAG: night.isoformat()})
        one_process = run is not None and settings.executor == IN_PROCESS
        with (
            alive(settings, run.run_id) if run is not None and one_process else nullcontext(),
            opened_tools(settings, sources, clock=clock, step=step, takes_mail=takes_mail) as tools,
        ):
            yield Tonight(sources, night, tools)

    return tonight
