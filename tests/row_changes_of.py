"""Two tables compared in memory, for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path

from pipelines.model import ColumnChange
from pipelines.row_changes.compare import CHANGED, Comparison, OpenComparison, comparing
from pipelines.row_changes.compare import compared as few
from pipelines.row_changes.fingerprint import Fingerprints, fingerprint
from pipelines.row_changes.pairing import paired
from pipelines.tables.layouts import Layout, lay
from pipelines.validation.suites import Suite
from tests.tables_of import table_of

Rows = Sequence[Sequence[str | None]]


@dataclass(frozen=True)
class Compared:
    """What came of it, and the rows that changed by their `_row` before and after; the first row is 2."""

    found: Comparison
    changed: tuple[tuple[int | None, int | None], ...]


def prints(
    columns: Sequence[str], rows: Rows, path: Path, layout: Layout | None = None, suite: Suite | None = None
) -> Fingerprints:
    """The fingerprints of a table of these cells."""
    with table_of(columns, rows) as table:
        return fingerprint(table, lay(layout, columns) if layout else None, suite, path)


@contextmanager
def comparison(
    folder: Path,
    before: tuple[Sequence[str], Rows],
    after: tuple[Sequence[str], Rows],
    key: Sequence[str] | None = None,
    *,
    changed: Sequence[ColumnChange] = (),
    layout: Layout | None = None,
    suite: Suite | None = None,
) -> Iterator[OpenComparison]:
    """Compare two tables, each of columns and rows."""
    old = prints(*before, folder / "old.parquet", layout, suite)
    new = prints(*after, folder / "new.parquet", layout, suite)
    pairing = paired(old, new, changed, key)
    with comparing(old, new, pairing, folder) as found:
        figures = {it.name: getattr(found, it.name) for it in fields(Comparison)}
        assert few(old, new, pairing, folder) == Comparison(**figures)
        yield found


def compared(
    folder: Path,
    before: tuple[Sequence[str], Rows],
    after: tuple[Sequence[str], Rows],
    key: Sequence[str] | None = None,
    *,
    layout: Layout | None = None,
    suite: Suite | None = None,
) -> Compared:
    """The same, with the rows that changed."""
    with comparison(folder, before, after, key, layout=layout, suite=suite) as found:
        rows = found.asked.rows(f'SELECT "before", "after" FROM {CHANGED} ORDER BY ALL')
        return Compared(found, tuple(rows))
