"""Availability: can anybody get the file, whole, as promised? (dqv dimension; guide checks G04, G20)"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.measurement.evidence import Evidence, measurement, unknown
from pipelines.model import FaultKind, QualityMeasurement, Snapshot

# The address answered, but with something that is not the data.
BROKEN_PROMISES = frozenset(
    {FaultKind.HTML_INSTEAD, FaultKind.NOT_WHAT_WAS_PROMISED, FaultKind.EMPTY, FaultKind.TRUNCATED}
)


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure one dataset: once as a whole, then each distribution."""
    fault = evidence.dataset.fault
    if fault is not None and unknown(fault, evidence.dataset.key, evidence):
        yield measurement("availability.listed", evidence, None, reason=fault.message)
    elif evidence.portal == "direct":
        reason = "it is watched at addresses of its own, without a portal"
        yield measurement("availability.listed", evidence, None, reason=reason)
    else:
        yield measurement(
            "availability.listed", evidence, fault is None, reason=fault.message if fault else ""
        )
    if fault is not None or not evidence.snapshots:
        yield _without_files(evidence)
    for snapshot in evidence.snapshots:
        yield from _of(snapshot, evidence)


def _without_files(evidence: Evidence) -> QualityMeasurement:
    """A dataset that is not listed, or without any file, cannot be had; one that we could not ask for is unknown."""
    fault = evidence.dataset.fault
    reason = fault.message if fault else "the portal lists the dataset without any file"
    asked = fault is None or not unknown(fault, evidence.dataset.key, evidence)
    return measurement("availability.reachable", evidence, 0 if asked else None, reason=reason)


def _of(snapshot: Snapshot, evidence: Evidence) -> Iterator[QualityMeasurement]:
    on, fault = snapshot.distribution, snapshot.fault
    moved = f"it moved for good to {snapshot.moved_to}" if snapshot.moved_to else ""
    reason = fault.message if fault else moved
    if fault is not None and unknown(fault, on, evidence):
        yield measurement("availability.reachable", evidence, None, on=on, reason=reason)
    else:
        reached = fault is None or fault.kind in BROKEN_PROMISES
        yield measurement("availability.reachable", evidence, reached, on=on, reason=reason)
    if fault is None or fault.kind in BROKEN_PROMISES:
        contradicted = next((note for note in _contradictions(snapshot, evidence)), "")
        kept = fault is None and not contradicted
        why = fault.message if fault else contradicted
        yield measurement("availability.as_promised", evidence, kept, on=on, reason=why)
        address = snapshot.final_url or snapshot.url
        yield measurement("availability.secure", evidence, address.startswith("https://"), on=on)
    if snapshot.sha256 is not None:
        yield measurement("availability.bytes", evidence, snapshot.bytes or 0, on=on, sha256=snapshot.sha256)
        yield measurement("availability.seconds", evidence, snapshot.seconds, on=on)


def _contradictions(snapshot: Snapshot, evidence: Evidence) -> Iterator[str]:
    """What the reader found that the declaration denies."""
    declared = next(
        (item.format for item in evidence.dataset.distributions if item.key == snapshot.distribution), None
    )
    for read in evidence.reads:
        if read.distribution != snapshot.distribution or not declared:
            continue
        if read.fault is not None and read.fault.kind is FaultKind.HTML_INSTEAD:
            yield read.fault.message
        elif read.fault is None and not _same_format(declared, read.format):
            yield f"declared as {declared}, it is {read.format}"


def _same_format(declared: str, found: str) -> bool:
    """Whether two names mean one format; a container (ZIP, GZIP) keeps any promise about its content."""
    families = (
        {"csv", "txt", "text", "tsv"},
        {"xlsx", "xls", "xlsb", "ods", "excel"},
        {"json", "ndjson", "jsonl", "geojson", "ocds"},
    )
    declared, found = declared.lower().strip(". "), found.lower()
    if declared in ("zip", "gz", "gzip") or declared == found:
        return True
    known = [family for family in families if declared in family]
    return not known or any(found in family or found.split("/")[0] in family for family in known)
