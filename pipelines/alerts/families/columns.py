"""Columns: dropped, renamed or given another type since the file was last read.

Belongs here: which changed columns are a loss for who uses the file, and whether they came back. The bytes are proof.
Columns that were added break nothing. Does not belong here: telling a rename from a drop (`tables.column_changes`).
"""

from __future__ import annotations

from pipelines.alerts.finding import CERTAIN, Finding, Known
from pipelines.alerts.signs import COLUMNS
from pipelines.model import ColumnChange, ColumnChangeKind, Severity

LOST = (ColumnChangeKind.DROPPED, ColumnChangeKind.RENAMED, ColumnChangeKind.RETYPED)
# Between the names in `Incident.column`: no published name has it.
BETWEEN = "\x1f"


def judge(known: Known) -> list[Finding]:
    """At most one finding: columns are lost, or those of the standing incident are back."""
    changes, standing = known.night.columns, known.standing.get(COLUMNS)
    lost = [it.before for it in changes if it.kind in LOST and it.before]
    if standing is not None:
        missing = set(standing.column.split(BETWEEN)) - {""}
        left = (missing - _returned(changes)) | set(lost)
        if lost and set(lost) - missing:
            return [_finding(sorted(left), known, bad=True)]
        return [_finding(sorted(missing), known, good_nights=CERTAIN)] if changes and not left else []
    return [_finding(lost, known, bad=True)] if lost else []


def _returned(changes: tuple[ColumnChange, ...]) -> set[str]:
    """The names that are there again; a column whose type changed back is under its own name."""
    kinds = (ColumnChangeKind.ADDED, ColumnChangeKind.RENAMED, ColumnChangeKind.RETYPED)
    return {it.after or it.before or "" for it in changes if it.kind in kinds}


def _finding(names: list[str], known: Known, *, bad: bool = False, good_nights: int = 0) -> Finding:
    count = float(len(names))
    return Finding(
        COLUMNS,
        bad=bad,
        good_nights=good_nights,
        before=0.0 if bad else count,
        after=count if bad else 0.0,
        badness=count if bad else 0.0,
        since=known.night.night,
        severity=Severity.CRITICAL,
        column=BETWEEN.join(names),
    )
