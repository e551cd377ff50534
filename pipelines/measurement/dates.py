"""Dates inside the file and in the catalog: how late is publication, and is the date of change true? (G09, G10)

Belongs here: what the newest date inside a file says. Does not belong here: whether that is fresh (`timeliness`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from pipelines.measurement.evidence import Evidence, measurement
from pipelines.model import Dataset, Distribution, QualityMeasurement

# Kinds whose date of a dataset is that of its description: a corrected title moves it.
OF_THE_ENTRY = frozenset(("ckan",))


def as_of(distribution: str, evidence: Evidence) -> date | None:
    """The newest date inside a file that was not in the future; None where it has none that is known."""
    found = [
        day for it in evidence.validations if it.distribution == distribution for day in it.newest.values()
    ]
    return max((day for day in found if day <= evidence.now.date()), default=None)


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure the age of the newest record of each file, the time to publication, and the catalog's word."""
    files = {file.key: file for file in evidence.dataset.distributions}
    for snapshot in evidence.snapshots:
        on = snapshot.distribution
        day = as_of(on, evidence)
        if day is not None:
            yield measurement(
                "timeliness.as_of_age",
                evidence,
                (evidence.now.date() - day).days,
                on=on,
                sha256=snapshot.sha256,
            )
            changed = evidence.last_change.get(on)
            if changed is not None:
                lag = max((changed - datetime.combine(day, time(), UTC)).total_seconds() / 86400, 0.0)
                yield measurement("timeliness.publication_lag", evidence, lag, on=on, sha256=snapshot.sha256)
        if snapshot.sha256 is not None and on in files:
            yield from _honest(files[on], evidence)


def _honest(file: Distribution, evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Whether the catalog's date of change moved with the data; nothing where it stayed, or nobody knows."""
    before, since = evidence.before, evidence.same_since.get(file.key)
    if before is None or since is None or file.key not in before.modified:
        return
    said, now = before.modified[file.key], said_of(file, evidence.dataset, evidence.portal)
    if said is None or now is None or said == now:
        return
    # Asked before its files were fetched, that night's catalog may not have known of a change that we saw then.
    true = since > before.on
    reason = "" if true else f"the catalog says {now}, the data have been the same since {since.date()}"
    yield measurement("timeliness.modified_honest", evidence, true, on=file.key, reason=reason)


def said_of(file: Distribution, dataset: Dataset, portal: str) -> str | None:
    """When the catalog says that a file's data changed: of the file, else of its dataset where that means its data."""
    if file.modified or portal in OF_THE_ENTRY:
        return file.modified
    return dataset.modified
