"""The definitions of `pipelines.definitions` on the clock of the night that is replayed.

Belongs here: what the environment says to a process of the replay: `SOAK_NOW`, the instant at which time stands still;
`SOAK_KILL_AT`, the point of the night at which the process ends itself with SIGKILL. No name service is asked.
"""

from __future__ import annotations

import itertools
import os
import signal
from collections.abc import Callable
from datetime import datetime

import dagster as dg

from pipelines.clock import FixedClock
from pipelines.definitions import build_definitions
from pipelines.defs.resources import tonight_resource
from pipelines.settings import Settings
from pipelines.sources import load
from pipelines.tools import Step


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    settings = Settings.from_env()
    sources = load(settings.sources)
    tonight = tonight_resource(settings, sources, step=ending(), takes_mail=nobody_asked)
    return build_definitions(settings, sources, {"clock": clock(), "tonight": tonight})


def clock() -> FixedClock:
    """The clock of this process."""
    return FixedClock(datetime.fromisoformat(os.environ["SOAK_NOW"]))


def nobody_asked(_: str) -> None:
    """Whether a domain takes mail is not known."""


def ending() -> Callable[[Step], None]:
    """Counts the points of a night, of all its threads, and ends the process at the one that it was told."""
    point = int(os.environ.get("SOAK_KILL_AT", "-1"))
    counted = itertools.count()  # one step in C: safe for threads

    def step(_: Step) -> None:
        if next(counted) == point:
            os.kill(os.getpid(), signal.SIGKILL)

    return step
