"""One version of a table: how it is opened, and what one scan of it has told.

Belongs here: the version as a value, made of any file. Does not belong here: where its bytes are.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeVar

from pipelines.model import ColumnChange, ReadReport
from pipelines.row_changes.fingerprint import Fingerprints, fingerprint
from pipelines.tables.column_changes import Values, apart, changes, sample_of
from pipelines.tables.layouts import Fit
from pipelines.tables.profile import kinds, profiles
from pipelines.tables.table import Opened, Table
from pipelines.validation.suites import Suite

T = TypeVar("T")


class Opening(Protocol):
    """What `work` makes of the tables of one snapshot, as `tables.read.worked` does it."""

    def __call__(self, work: Callable[[Opened], T]) -> T:
        """Raise what `worked` raises."""
        ...


# The table that is meant, as some layout lays it out and with its suite; raises LookupError when it is not there.
Choosing = Callable[[Opened], tuple[Table, Fit | None, Suite | None]]


@dataclass(frozen=True)
class Version:
    """One version of a table. `report` is as it was read now, its `kinds` and `layout` included.

    `proven`: what was presumed of the table has been shown by the scan for its fingerprints.
    """

    opening: Opening
    choosing: Choosing
    report: ReadReport
    prints: Fingerprints
    proven: bool

    def work(self, work: Callable[[Table], T]) -> T:
        """What `work` makes of the table, opened once more."""

        def on_table(content: Opened) -> T:
            for each in content.tables:
                if self.proven and each.presumption is not None:
                    each.presumption.settled = True
            return work(self.choosing(content)[0])

        return self.opening(on_table)


def scanned(opening: Opening, choosing: Choosing, path: Path) -> Version:
    """Open a version and write its fingerprints to `path`. Raises what `opening` and `choosing` do."""

    def work(content: Opened) -> tuple[ReadReport, Fingerprints, bool]:
        table, fit, suite = choosing(content)
        prints = fingerprint(table, fit, suite, path)
        report = replace(table.report, layout=fit.layout.name if fit else None, kinds=kinds(profiles(table)))
        return report, prints, len(content.tables) == 1 and table.presumption is not None

    return Version(opening, choosing, *opening(work))


def columns_between(before: Version, after: Version) -> tuple[ColumnChange, ...]:
    """What became of the columns from one version to the other; where a name is new, values are looked at."""
    old, new = before.report, after.report
    dropped, added = apart(old.columns, new.columns)
    values: tuple[Values, Values] = ({}, {})
    if dropped and added:
        values = (
            before.work(lambda table: sample_of(table, dropped)),
            after.work(lambda table: sample_of(table, added)),
        )
    return changes(old.columns, new.columns, (old.kinds, new.kinds), values)
