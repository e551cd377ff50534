"""The definitions of `pipelines.definitions` on the clock of the past: `VEEDOR_BENCH_NOW` says what time it is.

Belongs here: nothing else. Only the last night of the past is run with it.
"""

from __future__ import annotations

import os
from datetime import datetime

import dagster as dg

from pipelines.clock import FixedClock
from pipelines.definitions import build_definitions
from pipelines.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """What Dagster loads."""
    clock = FixedClock(datetime.fromisoformat(os.environ["VEEDOR_BENCH_NOW"]))
    return build_definitions(Settings.from_env(), overrides={"clock": clock})
