"""What Dagster loads on every machine of the trial: the definitions as they are, with a clock that stands still."""

from __future__ import annotations

import os
from datetime import datetime

import dagster as dg

from pipelines.clock import FixedClock
from pipelines.definitions import build_definitions
from pipelines.settings import Settings


@dg.definitions
def defs() -> dg.Definitions:
    """The graph, at the moment that the trial names."""
    moment = datetime.fromisoformat(os.environ["TRIAL_NOW"])
    return build_definitions(Settings.from_env(), overrides={"clock": FixedClock(moment)})
