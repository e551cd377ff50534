"""What an earlier night already knows: the last finished run of a source under the rules of today, and since when
the data have been as they are.

Belongs here: looking back through run folders. What is looked for here stays in folders, however old it is
(`history.compact`): a function that looks for something else has to be named there. Only nights strictly before this
one are looked at, so that a night run twice sees the same past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from pipelines import artifacts
from pipelines.artifacts import Files
from pipelines.measurement.dates import said_of
from pipelines.measurement.evidence import OUT_OF_REACH, NightBefore
from pipelines.model import Catalog, PageVisit, ReadReport, RunIndex, Snapshot, ValidationResult
from pipelines.tables.rows_hash import data_hash

R = TypeVar("R", ReadReport, ValidationResult)


def last_finished(
    runs: Path, source: str, before: date, rules: str, declared: str, *, files: Files | None = None
) -> Path | None:
    """The folder of the newest earlier run of `source`, if it was made under the same rules and declaration.

    A newest run under others ends the search: older results are of older rules still.
    """
    files = files or Files()
    for folder in _folders(runs, source, before, files):
        index = files.value(folder / artifacts.INDEX, RunIndex)
        if index is None or index.result == "failure":
            continue
        same = files.text(folder / artifacts.DECLARATION) == declared
        return folder if same and index.rules == rules else None
    return None


def folder_before(runs: Path, source: str, before: date, *, files: Files | None = None) -> Path | None:
    """The folder of the newest earlier run of `source` that is through, whatever came of it; None without one."""
    files = files or Files()
    found = _folders(runs, source, before, files)
    return next((folder for folder in found if files.content(folder / artifacts.INDEX) is not None), None)


def index_before(runs: Path, source: str, before: date, *, files: Files | None = None) -> RunIndex | None:
    """The mark of the newest earlier run of `source`, whatever came of it; None without one."""
    files = files or Files()
    found = (
        files.value(folder / artifacts.INDEX, RunIndex) for folder in _folders(runs, source, before, files)
    )
    return next((index for index in found if index is not None), None)


def out_of_reach(runs: Path, source: str, before: date, *, files: Files | None = None) -> frozenset[str]:
    """The keys of datasets and distributions that gave no answer at all on the newest earlier night."""
    files = files or Files()
    for folder in _folders(runs, source, before, files):
        snapshots = files.values(folder / artifacts.SNAPSHOTS, Snapshot)
        if snapshots is None:
            continue
        catalog = files.value(folder / artifacts.CATALOG, Catalog)
        faults = [(item.key, item.fault) for item in catalog.datasets] if catalog else []
        faults += [(item.distribution, item.fault) for item in snapshots]
        return frozenset(key for key, fault in faults if fault and fault.kind in OUT_OF_REACH)
    return frozenset()


def night_before(
    runs: Path, source: str, before: date, declared: str, *, files: Files | None = None
) -> dict[str, NightBefore]:
    """What the newest earlier night with an answer of the portal knew, by dataset.

    A night under another declaration ends the search: a file that the operator no longer names is not gone.
    """
    files = files or Files()
    for folder in _folders(runs, source, before, files):
        catalog = files.value(folder / artifacts.CATALOG, Catalog)
        if catalog is None or catalog.fault is not None:
            continue
        if files.text(folder / artifacts.DECLARATION) != declared:
            return {}
        return {
            dataset.key: NightBefore(
                on=catalog.discovered_on,
                files=frozenset(file.key for file in dataset.distributions),
                modified={file.key: said_of(file, dataset, catalog.portal) for file in dataset.distributions},
            )
            for dataset in catalog.datasets
            if dataset.fault is None
        }
    return {}


def _folders(
    runs: Path, source: str, before: date, files: Files, look_back: int | None = None
) -> Iterator[Path]:
    """The folders that the source has or would have on earlier nights, newest first."""
    for night in files.nights_before(runs, before)[:look_back]:
        yield artifacts.run_folder(runs, night, source)


def by_bytes(values: Iterable[R]) -> dict[tuple[str, str], list[R]]:
    """Results by (distribution, sha256): what may be used again for the same bytes.

    What could not be read is looked at anew each night: the fault may have been a full disk of ours.
    """
    grouped: dict[tuple[str, str], list[R]] = defaultdict(list)
    for value in values:
        if value.sha256:
            grouped[(value.distribution, value.sha256)].append(value)
    return {key: group for key, group in grouped.items() if not any(map(_in_doubt, group))}


def _in_doubt(value: ReadReport | ValidationResult) -> bool:
    """A report of data that could not be read; a manual left aside in an archive is none."""
    return isinstance(value, ReadReport) and value.fault is not None and (value.main or value.share_read < 1)


def previous_snapshots(
    runs: Path,
    source: str,
    before: date,
    *,
    look_back: int = 30,
    wanted: Collection[str] | None = None,
    files: Files | None = None,
) -> dict[str, Snapshot]:
    """The newest earlier visit that brought bytes, by distribution, from the last `look_back` nights.

    Of the distributions `wanted`, all by default: the search ends as soon as every one of them is found.
    """
    files = files or Files()
    newest: dict[str, Snapshot] = {}
    for folder in _folders(runs, source, before, files, look_back):
        for snapshot in files.values(folder / artifacts.SNAPSHOTS, Snapshot) or ():
            if snapshot.sha256 is not None:
                newest.setdefault(snapshot.distribution, snapshot)
        if wanted is not None and newest.keys() >= set(wanted):
            break
    return newest


def previous_reads(
    runs: Path,
    source: str,
    before: date,
    *,
    look_back: int = 30,
    wanted: Collection[str] | None = None,
    files: Files | None = None,
) -> dict[str, list[ReadReport]]:
    """The reports of the newest earlier night on which all of a distribution's data was read, by distribution.

    Of the distributions `wanted`, all by default: the search ends as soon as every one of them is found.
    """
    files = files or Files()
    newest: dict[str, list[ReadReport]] = {}
    for folder in _folders(runs, source, before, files, look_back):
        tonight: dict[str, list[ReadReport]] = defaultdict(list)
        for report in files.values(folder / artifacts.READS, ReadReport) or ():
            tonight[report.distribution].append(report)
        for distribution, reports in tonight.items():
            if data_hash(reports) is not None:
                newest.setdefault(distribution, reports)
        if wanted is not None and newest.keys() >= set(wanted):
            break
    return newest


def previous_pages(
    runs: Path, source: str, before: date, *, look_back: int = 30, files: Files | None = None
) -> Iterator[list[PageVisit]]:
    """What each of the last `look_back` nights knew of pages and links, the newest first: all its visits, those too
    that are yet to be made.

    A night takes over what the nights before it knew, so that whatever is in its list need not be looked for further
    back: an address without a visit there had none before.
    """
    files = files or Files()
    for folder in _folders(runs, source, before, files, look_back):
        visits = files.values(folder / artifacts.PAGES, PageVisit)
        if visits is not None:
            yield visits


def dated(snapshot: Snapshot, before: Snapshot | None) -> Snapshot:
    """`snapshot` with when its bytes changed. A first visit does not tell: the file may be years old."""
    if before is None:
        return replace(snapshot, same_since=snapshot.visited_on if snapshot.sha256 else None)
    if snapshot.sha256 is None:
        return replace(snapshot, changed_on=before.changed_on)
    if snapshot.sha256 == before.sha256:
        since = before.same_since or before.visited_on
        return replace(snapshot, changed_on=before.changed_on, same_since=since)
    return replace(snapshot, changed_on=snapshot.visited_on, same_since=snapshot.visited_on)


def dated_reads(
    reports: list[ReadReport], snapshot: Snapshot, before: list[ReadReport] | None
) -> list[ReadReport]:
    """`reports` of all tables of `snapshot` with when their records changed, by comparison with earlier ones.

    The same bytes hold the same records whatever the reader has learned since. Without earlier reports the dates
    of the bytes stand; records that are not all known have no dates.
    """
    found = data_hash(reports)
    if found is None:
        return reports
    since, changed_on = snapshot.same_since, snapshot.changed_on
    if before and (before[0].sha256 == snapshot.sha256 or data_hash(before) == found):
        since, changed_on = before[0].rows_since, before[0].rows_changed_on
    elif before:
        since = changed_on = snapshot.visited_on
    return [replace(report, rows_since=since, rows_changed_on=changed_on) for report in reports]


def changes(snapshot: Snapshot, tables: Iterable[ReadReport]) -> tuple[datetime | None, datetime | None]:
    """When we last saw a distribution's data change, and since when they are as they are: records before bytes."""
    for report in tables:
        if report.distribution == snapshot.distribution and report.rows_since is not None:
            return report.rows_changed_on, report.rows_since
    return snapshot.changed_on, snapshot.same_since
