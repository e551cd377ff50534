"""What became of a file's columns between two readings.

Belongs here: the comparison of two schemas of the simulation, in the vocabulary's own values.
"""

from __future__ import annotations

from benchmarks.alert_histories.versions import Schema
from pipelines.model.evidence import ColumnChange, ColumnChangeKind


def changes(before: Schema, now: Schema) -> tuple[ColumnChange, ...]:
    found = []
    for what in [*before, *(one for one in now if one not in before)]:
        was, is_now = before.get(what), now.get(what)
        if was == is_now:
            continue
        if was is None and is_now is not None:
            found.append(ColumnChange(ColumnChangeKind.ADDED, None, is_now[0]))
        elif is_now is None and was is not None:
            found.append(ColumnChange(ColumnChangeKind.DROPPED, was[0], None))
        elif was is not None and is_now is not None:
            kind = ColumnChangeKind.RENAMED if was[0] != is_now[0] else ColumnChangeKind.RETYPED
            found.append(ColumnChange(kind, was[0], is_now[0], was[1], is_now[1]))
    return tuple(found)
