"""What an earlier night already knows: the last finished run of a source under the rules of today, and since when
the data have been as they are.

Belongs here: looking back through run folders. What is looked for here stays in folders, however old it is
(`history.compact`): a function that looks for something else has to be named there. Only nights strictly before this
one are looked at, so that a night run twice sees the same past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from pipelines import artifacts
from pipelines.measurement.dates import said_of
from pipelines.measurement.evidence import OUT_OF_REACH, NightBefore
from pipelines.model import Catalog, PageVisit, ReadReport, RunIndex, Snapshot, ValidationResult
from pipelines.tables.rows_hash import data_hash

R = TypeVar("R", ReadReport, ValidationResult)


def last_finished(runs: Path, source: str, before: date, rules: str, declared: str) -> Path | None:
    """The folder of the newest earlier run of `source`, if it was made under the same rules and declaration.

    A newest run under others ends the search: older results are of older rules still.
    """
    for night in reversed([night for night in artifacts.nights(runs) if night < before]):
        folder = artifacts.run_folder(runs, night, source)
        index_path = folder / artifacts.INDEX
        if not index_path.exists():
            continue
        index = artifacts.read_value(index_path, RunIndex)
        if index.result == "failure":
            continue
        same = (folder / artifacts.DECLARATION).read_text(encoding="utf-8") == declared
        return folder if same and index.rules == rules else None
    return None


def index_before(runs: Path, source: str, before: date) -> RunIndex | None:
    """The mark of the newest earlier run of `source`, whatever came of it; None without one."""
    for night in reversed([night for night in artifacts.nights(runs) if night < before]):
        path = artifacts.run_folder(runs, night, source) / artifacts.INDEX
        if path.exists():
            return artifacts.read_value(path, RunIndex)
    return None


def out_of_reach(runs: Path, source: str, before: date) -> frozenset[str]:
    """The keys of datasets and distributions that gave no answer at all on the newest earlier night."""
    for night in reversed([night for night in artifacts.nights(runs) if night < before]):
        folder = artifacts.run_folder(runs, night, source)
        if not (folder / artifacts.SNAPSHOTS).exists():
            continue
        catalog = artifacts.read_value(folder / artifacts.CATALOG, Catalog)
        snapshots = artifacts.read_values(folder / artifacts.SNAPSHOTS, Snapshot)
        faults = [(item.key, item.fault) for item in catalog.datasets]
        faults += [(item.distribution, item.fault) for item in snapshots]
        return frozenset(key for key, fault in faults if fault and fault.kind in OUT_OF_REACH)
    return frozenset()


def night_before(runs: Path, source: str, before: date, declared: str) -> dict[str, NightBefore]:
    """What the newest earlier night with an answer of the portal knew, by dataset.

    A night under another declaration ends the search: a file that the operator no longer names is not gone.
    """
    for night in reversed([night for night in artifacts.nights(runs) if night < before]):
        folder = artifacts.run_folder(runs, night, source)
        path = folder / artifacts.CATALOG
        if not path.exists():
            continue
        catalog = artifacts.read_value(path, Catalog)
        if catalog.fault is not None:
            continue
        if (folder / artifacts.DECLARATION).read_text(encoding="utf-8") != declared:
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


def previous_reads(
    runs: Path, source: str, before: date, *, look_back: int = 30
) -> dict[str, list[ReadReport]]:
    """The reports of the newest earlier night on which all of a distribution's data was read, by distribution."""
    newest: dict[str, list[ReadReport]] = {}
    earlier = [night for night in artifacts.nights(runs) if night < before]
    for night in reversed(earlier[-look_back:]):
        path = artifacts.run_folder(runs, night, source) / artifacts.READS
        if path.exists():
            tonight: dict[str, list[ReadReport]] = defaultdict(list)
            for report in artifacts.read_values(path, ReadReport):
                tonight[report.distribution].append(report)
            for distribution, reports in tonight.items():
                if data_hash(reports) is not None:
                    newest.setdefault(distribution, reports)
    return newest


def previous_pages(runs: Path, source: str, before: date, *, look_back: int = 30) -> Iterator[PageVisit]:
    """Every visit to a page that the run folders of the last `look_back` nights know, the newest night's first."""
    earlier = [night for night in artifacts.nights(runs) if night < before]
    for night in reversed(earlier[-look_back:]):
        path = artifacts.run_folder(runs, night, source) / artifacts.PAGES
        if path.exists():
            yield from (it for it in artifacts.read_values(path, PageVisit) if it.asked_on is not None)


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
