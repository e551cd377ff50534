"""What Dagster loads on every machine of the trial: the definitions as they are, with a clock that stands still."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import dagster as dg

from pipelines.definitions import build_definitions
from pipelines.settings import Settings


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
    clock = ToldClock(Path(os.environ["TRIAL_CLOCK"]))
    return build_definitions(Settings.from_env(), overrides={"clock": clock})
