"""How one snapshot's read reports come about: its tables, the layout that fits one of them, and what its columns were.

Belongs here: what the stages read and validate ask of a snapshot. Does not belong here: artifacts and their order
(`stages`), reading itself (`tables`), or looking back through run folders (`past_runs`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from pipelines.errors import ReadFault
from pipelines.model import Catalog, ColumnChange, Dataset, Distribution, ReadReport, Snapshot
from pipelines.sources import Source
from pipelines.tables.column_changes import Values, apart, changes, sample_of
from pipelines.tables.layouts import Fit, Layout, choose, nearest, of_roles
from pipelines.tables.profile import kinds, profiles
from pipelines.tables.read import opened, worked
from pipelines.tables.rows_hash import hashed
from pipelines.tables.table import Hint, Opened, Unproven
from pipelines.tools import Tools

T = TypeVar("T")


# The tables of so many snapshots stay open at a time, of so many cells in all, some 10 MB: many sources are at work at
# once, most of them waiting for servers meanwhile.
MOST_OPEN, MOST_CELLS = 8, 400_000
SMALL = 4_000_000  # bytes of a file


@dataclass
class _Kept:
    """A snapshot's tables and what has to be closed with them."""

    content: Opened
    stack: ExitStack
    cells: int


class _Shared:
    """Snapshots that were opened and not closed yet, the one that was asked for last at the end."""

    def __init__(self) -> None:
        self._kept: dict[Hint, _Kept] = {}

    def worked(self, hint: Hint, tools: Tools, work: Callable[[Opened], T]) -> T:
        """As `tables.read.worked`, on tables that stay open for the next work, unless something went wrong."""
        kept = self._kept.pop(hint, None) or _open(hint, tools, presuming=True)
        try:
            return self._done(hint, kept, work)
        except Unproven:
            return self._done(hint, _open(hint, tools, presuming=False), work)

    def _done(self, hint: Hint, kept: _Kept, work: Callable[[Opened], T]) -> T:
        with ExitStack() as ending:
            ending.push(kept.stack)
            made = work(kept.content)
            for table in kept.content.tables:
                table.settle()
            ending.pop_all()
        self._kept[hint] = kept
        while len(self._kept) > MOST_OPEN or sum(it.cells for it in self._kept.values()) > MOST_CELLS:
            self._kept.pop(next(iter(self._kept))).stack.close()
        return made

    def close(self) -> None:
        """Close all of them."""
        while self._kept:
            self._kept.popitem()[1].stack.close()


_SHARED: ContextVar[_Shared | None] = ContextVar("shared tables", default=None)


@contextmanager
def sharing_tables() -> Iterator[None]:
    """Within the context, whatever asks for a snapshot's tables asks the same ones, which are read once.

    For one source's night, in one thread.
    """
    shared = _Shared()
    token = _SHARED.set(shared)
    try:
        yield
    finally:
        _SHARED.reset(token)
        shared.close()


def snapshot_worked(hint: Hint, tools: Tools, work: Callable[[Opened], T]) -> T:
    """What `work` makes of the tables of a snapshot in the store. Raises `ReadFault`, and `OSError` without it."""
    shared = _SHARED.get()
    if shared is not None:
        return shared.worked(hint, tools, work)
    limits = tools.settings
    with tools.store.local(hint.sha256) as path:
        threads = _threads(path, limits.threads)
        return worked(path, hint, work, memory_limit=limits.memory_limit, threads=threads)


def _threads(path: Path, most: int) -> int:
    """One for a small file, which is done before it could be shared out, while other sources are at work anyway."""
    return most if path.stat().st_size > SMALL else 1


def _open(hint: Hint, tools: Tools, *, presuming: bool) -> _Kept:
    limits = tools.settings
    with ExitStack() as stack:
        path = stack.enter_context(tools.store.local(hint.sha256))
        content = stack.enter_context(
            opened(
                path,
                hint,
                memory_limit=limits.memory_limit,
                threads=_threads(path, limits.threads),
                presuming=presuming,
            )
        )
        cells = sum(report.rows * len(report.columns) for report in content.reports)
        return _Kept(content, stack.pop_all(), cells)


def declared(catalog: Catalog, distribution: str) -> tuple[Dataset, Distribution]:
    """The dataset and the distribution of a key. Raises `LookupError`."""
    for dataset in catalog.datasets:
        for item in dataset.distributions:
            if item.key == distribution:
                return dataset, item
    raise LookupError(f"{distribution} is in no dataset of the catalog of {catalog.source}")


def hint_of(catalog: Catalog, snapshot: Snapshot) -> Hint:
    """What the portal promised about the bytes of a snapshot."""
    _, distribution = declared(catalog, snapshot.distribution)
    return Hint(
        distribution=snapshot.distribution,
        sha256=snapshot.sha256 or "",
        format=distribution.format,
        media_type=snapshot.media_type or distribution.media_type,
        file_name=snapshot.file_name,
        part=distribution.part,
    )


def layouts_of(source: Source, dataset: Dataset, tools: Tools) -> tuple[Layout, ...]:
    """The layouts to try: the declared ones alone, else those of the guide dataset and the roles' own names."""
    suite = tools.suites.get(dataset.guide_dataset or "")
    if suite is None:
        return ()
    declared = next(
        (item.layout for item in source.datasets if f"{source.id}/{item.id}" == dataset.key), None
    )
    if declared is not None:
        return tuple(layout for layout in tools.layouts if layout.name in declared)
    return (*tools.layouts, of_roles(suite.guide_dataset, suite.roles))


def read_one(source: Source, dataset: Dataset, hint: Hint, tools: Tools) -> Iterator[ReadReport]:
    """The reports of one snapshot; the one table that a layout fits best bears its name.

    Without such a table the main one tells which layout is nearest, and what it lacks of it.
    """
    try:
        reports = snapshot_worked(hint, tools, _looked_at)
    except ReadFault as fault:
        declared = hint.format or "unknown"
        yield ReadReport(hint.distribution, "", declared, sha256=hint.sha256, fault=fault.fault)
        return
    layouts = layouts_of(source, dataset, tools)
    guide_dataset = dataset.guide_dataset or ""
    minimum = tools.suites[guide_dataset].minimum_roles if guide_dataset in tools.suites else 1
    fits = [
        (position, fit)
        for position, report in enumerate(reports)
        if report.fault is None
        and (fit := choose(layouts, report.columns, guide_dataset, table=report.table, minimum=minimum))
    ]
    best = max(fits, key=lambda pair: (pair[1].quality, -pair[0]), default=None)
    for position, report in enumerate(reports):
        if best and best[0] == position:
            yield _laid(report, best[1])
        elif not fits and report.main and report.fault is None:
            told = nearest(layouts, report.columns, guide_dataset)
            yield replace(report, notes=(*report.notes, told)) if told else report
        else:
            yield report


def compared(
    reports: Sequence[ReadReport], before: Sequence[ReadReport] | None, hint: Hint, tools: Tools
) -> list[ReadReport]:
    """`reports` with what became of the columns since the reports `before`.

    The values of columns that are gone and of those that are new are looked at in both snapshots; where the older one
    is not kept any more, names and places have to do.
    """
    return [
        replace(report, column_changes=_changes(report, earlier, hint, tools) if earlier else ())
        for report, earlier in pairs(reports, before or ())
    ]


def _changes(report: ReadReport, earlier: ReadReport, hint: Hint, tools: Tools) -> tuple[ColumnChange, ...]:
    dropped, added = apart(earlier.columns, report.columns)
    values: tuple[Values, Values] = ({}, {})
    if dropped and added:
        values = (_sample(earlier, dropped, hint, tools), _sample(report, added, hint, tools))
    return changes(earlier.columns, report.columns, (earlier.kinds, report.kinds), values)


def _sample(report: ReadReport, columns: Iterable[str], hint: Hint, tools: Tools) -> Values:
    def work(content: Opened) -> Values:
        for table in content.tables:
            if (table.report.table, table.report.member) == (report.table, report.member):
                return sample_of(table, [name for name in columns if name in table.report.columns])
        return {}

    sha256 = report.sha256 or ""
    try:
        return snapshot_worked(replace(hint, sha256=sha256), tools, work) if tools.store.has(sha256) else {}
    except (ReadFault, ValueError, FileNotFoundError):  # pruned by now, or read by an older version only
        return {}


def pairs(
    reports: Sequence[ReadReport], before: Sequence[ReadReport]
) -> Iterator[tuple[ReadReport, ReadReport | None]]:
    """Each report with that of the same table in the earlier snapshot.

    Tables go by name; where each snapshot has one table only, it is the same one whatever it is called.
    """
    named = {(item.table, item.member): item for item in before if item.fault is None}
    one = len(named) == 1 and sum(item.fault is None for item in reports) == 1
    for report in reports:
        if report.fault is not None:
            yield report, None
        else:
            only = next(iter(named.values())) if one else None
            yield report, named.get((report.table, report.member), only)


def _looked_at(content: Opened) -> list[ReadReport]:
    """All reports of a snapshot, those of its tables with the hash of their rows and the kinds of their columns."""
    reports = hashed(content)
    seen = [
        replace(report, kinds=kinds(profiles(table)))
        for report, table in zip(reports, content.tables, strict=False)
    ]
    return [*seen, *reports[len(seen) :]]


def _laid(report: ReadReport, fit: Fit) -> ReadReport:
    return replace(report, layout=fit.layout.name, roles=dict(fit.roles), missing_roles=fit.missing)
