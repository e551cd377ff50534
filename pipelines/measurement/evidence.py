"""What the metric families look at: everything that one dataset's night has left behind.

Belongs here: the evidence as one value, and the one way to make a measurement from a metric.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipelines.measurement.metrics import METRICS
from pipelines.model import (
    Dataset,
    Fault,
    FaultKind,
    FeedbackCourse,
    PageVisit,
    QualityMeasurement,
    ReadReport,
    RowChange,
    Snapshot,
    ValidationResult,
)


@dataclass(frozen=True)
class NightBefore:
    """What the newest earlier night under the same declaration knew of a dataset: when, and in its catalog.

    `files` are the keys of its distributions, `modified` when each was said to have changed.
    """

    on: datetime
    files: frozenset[str]
    modified: dict[str, str | None]


@dataclass(frozen=True)
class Evidence:
    """One dataset's night.

    `last_change` and `same_since` are by distribution: when we last saw its data change, and the first of our
    visits in a row that found the data as they are. `out_of_reach_before` holds the keys of datasets and
    distributions that could not be reached on the night before either. `portal` is the kind of portal ("": some
    catalog). `reads_before` is the main table of the last earlier reading of each distribution, `row_changes` what
    became of its rows since. `pages` are the addresses that it leads to, with what is known of each. `feedback` is
    what became of each reader's report, as of `now`.
    """

    dataset: Dataset
    snapshots: tuple[Snapshot, ...]
    reads: tuple[ReadReport, ...]
    validations: tuple[ValidationResult, ...]
    now: datetime
    last_change: dict[str, datetime]
    max_age_days: float | None = None
    has_suite: bool = False
    has_layouts: bool = False
    out_of_reach_before: frozenset[str] = frozenset()
    same_since: dict[str, datetime] = field(default_factory=dict)
    portal: str = ""
    before: NightBefore | None = None
    reads_before: dict[str, ReadReport] = field(default_factory=dict)
    row_changes: dict[str, RowChange] = field(default_factory=dict)
    pages: tuple[PageVisit, ...] = ()
    feedback: tuple[FeedbackCourse, ...] = ()


# These say nothing of the publisher: our request was turned away for being ours, or for being one too many.
TURNED_AWAY = frozenset({FaultKind.THROTTLED, FaultKind.BLOCKED})
# No answer at all. On one night that may as well be our own network; a second night in a row is the publisher's.
OUT_OF_REACH = frozenset({FaultKind.NOT_REACHABLE, FaultKind.TIMED_OUT})


def tables(evidence: Evidence) -> list[ReadReport]:
    """The files that should be tables: a manual in PDF beside the data is none, unless it is all there is."""
    data = [item for item in evidence.reads if not _is_document(item)]
    return data or list(evidence.reads)


def _is_document(report: ReadReport) -> bool:
    return report.fault is not None and report.fault.kind is FaultKind.UNKNOWN_FORMAT


def unknown(fault: Fault, key: str, evidence: Evidence) -> bool:
    """Whether `fault` of the dataset or distribution `key` leaves it unknown if the publisher is to blame."""
    if fault.kind in OUT_OF_REACH:
        return key not in evidence.out_of_reach_before
    return fault.kind in TURNED_AWAY


def measurement(
    metric: str,
    evidence: Evidence,
    value: float | None,
    *,
    on: str | None = None,
    reason: str = "",
    sha256: str | None = None,
) -> QualityMeasurement:
    """One measurement of `metric` on a distribution (`on`) or on the dataset itself."""
    return QualityMeasurement(
        computed_on=on or evidence.dataset.key,
        dataset=evidence.dataset.key,
        metric=metric,
        metric_version=METRICS[metric].version,
        value=None if value is None else round(float(value), 6),
        reason=reason,
        sha256=sha256,
    )
