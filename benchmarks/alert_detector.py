"""Veedor's own alerting as a detector of the benchmark.

Belongs here: the adapter alone. The histories and the scoring know nothing of it.
"""

from __future__ import annotations

from benchmarks.alert_histories.world import World
from benchmarks.alert_scoring import Detector


def product(world: World) -> Detector:
    """A fresh detector with no past. Of the world it may know the owners only.

    Raises `NotImplementedError` as long as there is none: the benchmark then measures the baselines alone.
    """
    raise NotImplementedError("no detector of our own is adapted yet")
