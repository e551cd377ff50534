"""Tonight: a source's run folder as what detection sees of each of its datasets.

Belongs here: reading the night's artifacts, and which fact of a `DatasetNight` each of them gives. What a visit could
not find out stays None. Does not belong here: any comparison with the past.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from pipelines import artifacts
from pipelines.measurement.evidence import TURNED_AWAY
from pipelines.model import (
    Access,
    Catalog,
    Dataset,
    DatasetNight,
    ExpectationResult,
    Fault,
    FaultKind,
    Level,
    Outcome,
    QualityMeasurement,
    ReadReport,
    RowChange,
    RunIndex,
    Score,
    Snapshot,
    ValidationResult,
)

T = TypeVar("T")

# Files that came and are not what they were said to be: the way to them is open.
CAME = frozenset(
    (
        *(FaultKind.EMPTY, FaultKind.HTML_INSTEAD, FaultKind.NOT_WHAT_WAS_PROMISED, FaultKind.UNKNOWN_FORMAT),
        *(FaultKind.BROKEN_FILE, FaultKind.ARCHIVE_REJECTED, FaultKind.NO_TABLE, FaultKind.TRUNCATED),
    )
)


@dataclass(frozen=True)
class Seen:
    """One dataset's night with what an alert about it may show, and the run folder that it comes from.

    Of most datasets there is nothing to tell, so results are read again for those of which there is: all of them, of
    thousands of datasets, would take half a gigabyte.
    """

    night: DatasetNight
    dataset: Dataset
    folder: Path

    @cached_property
    def results(self) -> Mapping[str, ExpectationResult]:
        """The result of each expectation by its key, as long as the folder is there."""
        validations = _values(self.folder / artifacts.VALIDATION_RESULTS, ValidationResult)
        return _worst_of_files(_by_dataset(validations).get(self.dataset.key, ()))


def seen_of(folder: Path, night: date) -> list[Seen]:
    """Every dataset of one source's finished night; none when the source did not get as far as scores."""
    if not (folder / artifacts.SCORES).is_file():
        return []
    catalog = artifacts.read_value(folder / artifacts.CATALOG, Catalog)
    index = artifacts.read_value(folder / artifacts.INDEX, RunIndex)
    snapshots = _by_dataset(_values(folder / artifacts.SNAPSHOTS, Snapshot))
    reads = _by_dataset(_values(folder / artifacts.READS, ReadReport))
    validations = _by_dataset(_values(folder / artifacts.VALIDATION_RESULTS, ValidationResult))
    changes = _by_dataset(_values(folder / artifacts.ROW_CHANGES, RowChange))
    measured = _of_dataset(_values(folder / artifacts.MEASUREMENTS, QualityMeasurement))
    scores = _of_dataset(_values(folder / artifacts.SCORES, Score))
    found = []
    for dataset in catalog.datasets:
        key = dataset.key
        results = _worst_of_files(validations.get(key, ()))
        facts = _Facts(
            dataset,
            night,
            snapshots.get(key, ()),
            [it for it in reads.get(key, ()) if it.main],
            validations.get(key, ()),
            changes.get(key, ()),
            measured.get(key, ()),
            scores.get(key, ()),
            index.software,
        )
        found.append(Seen(_night(facts, results), dataset, folder))
    return found


@dataclass(frozen=True)
class _Facts:
    dataset: Dataset
    night: date
    snapshots: Sequence[Snapshot]
    reads: Sequence[ReadReport]
    validations: Sequence[ValidationResult]
    changes: Sequence[RowChange]
    measured: Sequence[QualityMeasurement]
    scores: Sequence[Score]
    software: str


def _night(it: _Facts, results: Mapping[str, ExpectationResult]) -> DatasetNight:
    content = [score for score in it.scores if score.category == "content" and score.dimension != "content"]
    arrived = any(snapshot.sha256 for snapshot in it.snapshots)
    return DatasetNight(
        dataset=it.dataset.key,
        night=it.night,
        access=_access(it.dataset, it.snapshots),
        listed=_share(it, "availability.listed"),
        moved_to=next((found.moved_to for found in it.snapshots if found.moved_to), None),
        # A dataset that never could be validated says nothing here.
        usable=any(found.rows for found in it.validations) if arrived else None,
        whole=all(read.fault is None and read.share_read >= 1 for read in it.reads) if it.reads else None,
        content=_content(it),
        modified=_modified(it),
        as_of=_day(it, "timeliness.as_of_age"),
        changed_on=_day(it, "timeliness.age"),
        period_days=it.dataset.accrual_periodicity_days,
        rows=sum(read.rows for read in it.reads if read.fault is None) if it.reads else None,
        rows_lost=_lost(it.changes),
        columns=tuple(change for read in it.reads for change in read.column_changes),
        levels={
            key: Level(percent, result.outcome is Outcome.FAILED, result.severity, result.dimension)
            for key, result in results.items()
            if (percent := percent_of(result)) is not None
        },
        rules=" | ".join(sorted({f"{v.suite} {v.suite_version} {v.layout or ''}" for v in it.validations})),
        scores={score.dimension: score.score for score in content if score.score is not None},
        score_rules=" | ".join(sorted({score.rules for score in content})),
        software=it.software,
    )


def _access(dataset: Dataset, snapshots: Sequence[Snapshot]) -> Access:
    faults = [dataset.fault] if dataset.fault else [found.fault for found in snapshots]
    if any(_kept_away(fault) for fault in faults):
        return Access.OUT_OF_REACH
    if any(fault is not None and fault.kind in TURNED_AWAY for fault in faults):
        return Access.TURNED_AWAY
    known = snapshots and all(
        found.sha256 or (found.fault and found.fault.kind in CAME) for found in snapshots
    )
    return Access.REACHED if known else Access.UNKNOWN


def _kept_away(fault: Fault | None) -> bool:
    return fault is not None and fault.kind not in TURNED_AWAY and fault.kind not in CAME


def _share(it: _Facts, metric: str) -> bool | None:
    """Whether a metric of shares is full; None when it is unknown."""
    values = [found.value for found in it.measured if found.metric == metric]
    known = [value for value in values if value is not None]
    return all(value > 0 for value in known) if known else None


def _day(it: _Facts, metric: str) -> date | None:
    """The newest day that an age in days tells, counted back from the night."""
    ages = [found.value for found in it.measured if found.metric == metric and found.value is not None]
    return it.night - timedelta(days=int(min(ages))) if ages else None


def _content(it: _Facts) -> str | None:
    """A hash that is equal when the records of all files are; None when not all that should have come came."""
    if not it.snapshots or any(not found.sha256 for found in it.snapshots):
        return None
    hashes = {read.distribution: read.rows_hash or read.sha256 for read in it.reads}
    parts = [
        f"{found.distribution} {hashes.get(found.distribution) or found.sha256}" for found in it.snapshots
    ]
    return hashlib.sha256("\n".join(sorted(parts)).encode()).hexdigest()[:16]


def _modified(it: _Facts) -> date | None:
    said = [it.dataset.modified, *(file.modified for file in it.dataset.distributions)]
    days = [day for text in said if text and (day := _date(text)) is not None and day <= it.night]
    return max(days, default=None)


def _date(text: str) -> date | None:
    try:
        return datetime.fromisoformat(text).date()
    except ValueError:
        return None


def _lost(changes: Sequence[RowChange]) -> int | None:
    known = [found.lost for found in changes if found.lost is not None]
    return sum(known) if known else None


def _worst_of_files(validations: Iterable[ValidationResult]) -> dict[str, ExpectationResult]:
    """One result an expectation: a dataset's files stand or fall together, and the worst speaks for them."""
    worst: dict[str, ExpectationResult] = {}
    for validation in validations:
        for result in validation.results:
            known = worst.get(result.key)
            if known is None or _rank(result) > _rank(known):
                worst[result.key] = result
    return worst


def _rank(result: ExpectationResult) -> tuple[bool, bool, float]:
    level = percent_of(result)
    return (level is not None, result.outcome is Outcome.FAILED, level or 0.0)


def percent_of(result: ExpectationResult) -> float | None:
    """Percent of values that fail; without a percentage all or none; None when nothing was found out."""
    if result.outcome not in (Outcome.PASSED, Outcome.FAILED):
        return None
    if result.unexpected_percent is not None:
        return result.unexpected_percent
    return 100.0 if result.outcome is Outcome.FAILED else 0.0


def _by_dataset(values: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for value in values:
        place: str = value.distribution  # type: ignore[attr-defined]
        found.setdefault(place.rpartition("/")[0], []).append(value)
    return found


def _of_dataset(values: Iterable[T]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for value in values:
        found.setdefault(value.dataset, []).append(value)  # type: ignore[attr-defined]
    return found


def _values(path: Path, kind: type[T]) -> list[T]:
    return artifacts.read_values(path, kind) if path.is_file() else []
