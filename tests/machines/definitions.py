"""What Dagster loads on every machine of the trial: the definitions as they are, with a clock that stands still."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import dagster as dg

from pipelines.definitions import build_definitions
from pipelines.defs.resources import tonight_resource
from pipelines.settings import Settings
from pipelines.sources import load


@dataclass(frozen=True)
class ToldClock:
    """Stands still at the moment that is written in a file, for whichever process asks."""

    path: Path

    def now(self) -> datetime:
        """That moment."""
        return datetime.fromisoformat(self.path.read_text(encoding="utf-8"))

    def seconds(self) -> float:
        """No time passes."""
        return 0.0


@dg.definitions
def defs() -> dg.Definitions:
    """The graph, at the moment that the trial names."""
    settings = Settings.from_env()
    sources = load(settings.sources)
    tonight = tonight_resource(settings, sources, takes_mail=lambda _: None)  # nobody is asked about domains
    clock = ToldClock(Path(os.environ["TRIAL_CLOCK"]))
    return build_definitions(settings, sources, {"clock": clock, "tonight": tonight})
