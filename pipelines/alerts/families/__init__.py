"""Families of conditions: one file each, with one function `judge`, that says what is bad tonight and what is mended.

Belongs here: pure functions over a dataset's night and its past. Does not belong here: who is told.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.alerts.families import columns, lateness, levels, rows, states
from pipelines.alerts.finding import Family

FAMILIES: Sequence[Family] = (states.judge, columns.judge, rows.judge, lateness.judge, levels.judge)
