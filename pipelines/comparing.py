"""How a night's tables are held, row by row, against those of their last reading.

Belongs here: finding both versions in the store and telling why there is nothing to compare. A version that is not
there, or was not read whole, is no row that was removed. Does not belong here: the comparison (`row_changes`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pipelines.errors import ReadFault
from pipelines.model import Dataset, ReadReport, RowChange, RowsCompared, RowsReason
from pipelines.reading import layouts_of, pairs, snapshot_worked
from pipelines.row_changes import kept
from pipelines.row_changes.compare import Comparison, compared
from pipelines.row_changes.fingerprint import Fingerprints, fingerprint, of_file
from pipelines.row_changes.pairing import paired
from pipelines.sources import Source
from pipelines.tables import temporary
from pipelines.tables.layouts import Layout, lay
from pipelines.tables.table import Hint, Opened, Table
from pipelines.tools import Tools
from pipelines.validation.columns import FEW
from pipelines.validation.suites import Suite


def row_change(
    source: Source,
    dataset: Dataset,
    report: ReadReport,
    reports: Sequence[ReadReport],
    before: Sequence[ReadReport],
    hint: Hint,
    tools: Tools,
) -> RowChange:
    """The rows of the table of `report`, one of a snapshot's `reports`, against those of the last reading `before`.

    Bytes or rows that have not changed are known without opening anything.
    """
    earlier = next((old for new, old in pairs(reports, before) if new is report), None)
    reason = _not_comparable(report, earlier, before)
    if earlier is None or reason:
        sha256 = before[0].sha256 if before else None
        return _not_compared(report, sha256, reason or RowsReason.NO_TABLE_BEFORE)
    if report.sha256 == earlier.sha256 or (report.rows_hash and report.rows_hash == earlier.rows_hash):
        return RowChange(
            report.distribution,
            report.table,
            report.sha256,
            earlier.sha256,
            RowsCompared.SAME,
            rows_before=report.rows,
            rows=report.rows,
            added=0,
            removed=0,
            amended=0,
            unchanged=report.rows,
        )
    if not tools.store.has(earlier.sha256 or ""):
        return _not_compared(report, earlier.sha256, RowsReason.PRUNED)
    newest = kept.place(tools.settings.fingerprints, report.distribution, report.table, report.member)
    with temporary.folder() as folder:
        try:
            old = _known(source, dataset, earlier, hint, newest, tools) or _scanned(
                source, dataset, earlier, hint, folder / "before.parquet", tools
            )
            new = _scanned(source, dataset, report, hint, folder / "after.parquet", tools)
        except (ReadFault, FileNotFoundError, LookupError):  # as an older version of the reader had read it
            return _not_compared(report, earlier.sha256, RowsReason.UNREADABLE)
        found = _compared(old, new, report, earlier, folder, tools)
        if report.rows <= kept.MOST_ROWS:
            kept.keep(new, newest)
        return found


def counted(found: Comparison, report: ReadReport, sha256_before: str | None) -> RowChange:
    """A comparison as a value of the model."""
    by_key = found.compared is RowsCompared.BY_KEY
    return RowChange(
        report.distribution,
        report.table,
        report.sha256,
        sha256_before,
        found.compared,
        found.reason,
        key=tuple(new for _, new in found.key),
        rows_before=found.rows_before,
        rows=found.rows,
        added=found.added,
        removed=found.removed,
        amended=found.amended if by_key else None,
        unchanged=found.unchanged,
        repeated_removed=found.repeated_removed,
        keyless_before=found.keyless_before,
        keyless=found.keyless,
        keyless_added=found.keyless_added,
        keyless_removed=found.keyless_removed,
        columns=found.columns,
    )


def _not_comparable(
    report: ReadReport, earlier: ReadReport | None, before: Sequence[ReadReport]
) -> RowsReason | None:
    if not before:
        return RowsReason.FIRST_READING
    if earlier is None:
        return RowsReason.NO_TABLE_BEFORE
    return RowsReason.PARTLY_READ if min(report.share_read, earlier.share_read) < 1 else None


def _compared(
    old: Fingerprints, new: Fingerprints, report: ReadReport, earlier: ReadReport, folder: Path, tools: Tools
) -> RowChange:
    pairing = paired(old, new, report.column_changes)
    if not pairing.columns:
        return _not_compared(report, earlier.sha256, RowsReason.NO_COMMON_COLUMNS)
    if pairing.key_lost:
        return _not_compared(report, earlier.sha256, RowsReason.KEY_LOST)
    limits = tools.settings
    threads = limits.threads if max(report.rows, earlier.rows) > FEW else 1
    found = compared(old, new, pairing, folder, memory_limit=limits.memory_limit, threads=threads)
    return counted(found, report, earlier.sha256)


def _known(
    source: Source, dataset: Dataset, report: ReadReport, hint: Hint, path: Path, tools: Tools
) -> Fingerprints | None:
    """The fingerprints of what `report` is about, if those at `path` are."""
    if not kept.is_kept(path, _made_of(dataset, report, hint, tools), report.rows):
        return None
    layout, suite = _laid(source, dataset, report, tools)
    return of_file(path, report.columns, lay(layout, report.columns) if layout else None, suite)


def _scanned(
    source: Source, dataset: Dataset, report: ReadReport, hint: Hint, path: Path, tools: Tools
) -> Fingerprints:
    layout, suite = _laid(source, dataset, report, tools)
    made_of = _made_of(dataset, report, hint, tools)

    def work(content: Opened) -> Fingerprints:
        table = table_of(content, report)
        return fingerprint(table, lay(layout, table.report.columns) if layout else None, suite, path, made_of)

    return snapshot_worked(replace(hint, sha256=report.sha256 or ""), tools, work)


def _laid(
    source: Source, dataset: Dataset, report: ReadReport, tools: Tools
) -> tuple[Layout | None, Suite | None]:
    suite = tools.suites.get(dataset.guide_dataset or "")
    return next((it for it in layouts_of(source, dataset, tools) if it.name == report.layout), None), suite


def _made_of(dataset: Dataset, report: ReadReport, hint: Hint, tools: Tools) -> str:
    """All that the fingerprints of the table of `report` are made of."""
    asked = (hint.part, dataset.guide_dataset, tools.rules)
    return kept.made_of(report.sha256, report.table, report.member, report.columns, report.layout, asked)


def table_of(content: Opened, report: ReadReport) -> Table:
    """The table that a report is about. Raises `LookupError` when the snapshot has none of that name now."""
    for table in content.tables:
        if (table.report.table, table.report.member) == (report.table, report.member):
            return table
    raise LookupError(report.table)


def _not_compared(report: ReadReport, sha256_before: str | None, reason: RowsReason) -> RowChange:
    return RowChange(
        report.distribution, report.table, report.sha256, sha256_before, RowsCompared.NOT_COMPARED, reason
    )
