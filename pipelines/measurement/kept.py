"""What was there before and is there still: files, columns, records. (guide checks G12, G13, G34)

Belongs here: tonight against the last night that knew. Does not belong here: whether a change is alarming (`alerts`).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.measurement.evidence import Evidence, measurement, tables
from pipelines.model import QualityMeasurement, ReadReport, RowChange


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure one dataset against the night before; a first night says nothing."""
    before = evidence.before
    if before is not None and before.files and evidence.dataset.fault is None:
        now = {file.key for file in evidence.dataset.distributions}
        gone = sorted(before.files - now)
        reason = f"no longer listed: {', '.join(gone[:5])}" if gone else ""
        share = 1 - len(gone) / len(before.files)
        yield measurement("availability.files_kept", evidence, share, reason=reason)
    for read in tables(evidence):
        known = evidence.reads_before.get(read.distribution)
        if read.fault is None and known is not None and known.table == read.table:
            yield from _of_table(read, known, evidence)


def _rows(read: ReadReport, before: ReadReport, change: RowChange | None) -> tuple[int, int, str]:
    """How many records are gone, of how many, and why: by their key where that is known, else by their number.

    Whole rows that are no longer there tell nothing: they may have been amended.
    """
    if change is not None and change.lost is not None and change.rows_before and change.table == read.table:
        gone, rows = change.lost, change.rows_before
        return gone, rows, f"{gone} of {rows} records that were there before are gone, by their key"
    fewer = max(before.rows - read.rows, 0)
    return fewer, before.rows, f"{fewer} of {before.rows} records fewer than before"


def _of_table(read: ReadReport, before: ReadReport, evidence: Evidence) -> Iterator[QualityMeasurement]:
    on, sha256 = read.distribution, read.sha256
    if before.rows:
        lost, rows, reason = _rows(read, before, evidence.row_changes.get(on))
        share, reason = 1 - lost / rows, reason if lost else ""
        yield measurement("structure.rows_kept", evidence, share, on=on, reason=reason, sha256=sha256)
    if before.columns:
        gone = [name for name in dict.fromkeys(before.columns) if name not in set(read.columns)]
        reason = f"columns that are gone: {', '.join(gone[:5])}" if gone else ""
        share = 1 - len(gone) / len(set(before.columns))
        yield measurement("structure.columns_kept", evidence, share, on=on, reason=reason, sha256=sha256)
