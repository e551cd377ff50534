"""Verdicts: one word and one sentence for one dataset's night. Nothing unknown ever looks like a pass."""

from __future__ import annotations

from pipelines.measurement.evidence import Evidence, tables, unknown
from pipelines.measurement.structure import NO_LAYOUT, no_layout
from pipelines.model import ExpectationResult, Fault, FaultKind, Outcome, Severity, Verdict


def verdict(evidence: Evidence) -> Verdict:
    """Judge one dataset by the first thing that stood in the way, else by its expectations."""
    key = evidence.dataset.key
    if evidence.dataset.fault is not None:
        return Verdict(key, _of_fault(evidence.dataset.fault, key, evidence), evidence.dataset.fault.message)
    faults = [item.fault for item in evidence.snapshots if item.fault is not None]
    if not evidence.snapshots:
        return Verdict(key, Outcome.NOT_PUBLISHED, "the portal lists the dataset without any file")
    if len(faults) == len(evidence.snapshots):
        first = evidence.snapshots[0].distribution
        return Verdict(key, _of_fault(faults[0], first, evidence), faults[0].message)
    data = tables(evidence)
    broken = [item.fault for item in data if item.fault is not None]
    if broken and len(broken) == len(data):
        return Verdict(key, Outcome.FAILED, broken[0].message)
    outcome, reason, critical, warnings = _of_content(evidence)
    if outcome is Outcome.PASSED and (faults or broken):
        outcome, reason = Outcome.FAILED, (faults or broken)[0].message
    partly = next((item for item in data if item.fault is None and item.share_read < 1), None)
    if outcome is not Outcome.ERROR and partly is not None:
        outcome = Outcome.PARTLY_READ
        reason = f"{partly.share_read:.1%} of {partly.distribution} could be read"
    return Verdict(key, outcome, reason, critical, warnings)


def _of_content(evidence: Evidence) -> tuple[Outcome, str, int, int]:
    if not evidence.has_suite:
        return Outcome.NOT_APPLICABLE, "there is no expectation suite for this dataset yet", 0, 0
    if not evidence.validations:
        changed = next((read for read in tables(evidence) if read.column_changes), None)
        return Outcome.NOT_APPLICABLE, no_layout(changed) if changed else NO_LAYOUT, 0, 0
    empty = [item.distribution for item in evidence.validations if not item.rows]
    if empty:
        return Outcome.FAILED, f"{empty[0]} has a header and no records", 0, 0
    results = [item for validation in evidence.validations for item in validation.results]
    failed = [item for item in results if item.outcome is Outcome.FAILED]
    errors = [item for item in results if item.outcome is Outcome.ERROR]
    critical = [item for item in failed if item.severity is Severity.CRITICAL]
    warnings = sum(item.severity is Severity.WARNING for item in failed)
    if critical:
        worst = max(critical, key=_share_failing)
        plural = "s" if len(critical) > 1 else ""
        reason = f"{len(critical)} critical expectation{plural} failed, worst {worst.key}: {worst.reason}"
        return Outcome.FAILED, reason, len(critical), warnings
    if errors:
        return Outcome.ERROR, f"{errors[0].key}: {errors[0].reason}", 0, warnings
    plural = "s" if warnings > 1 else ""
    reason = f"met, with {warnings} warning{plural}" if warnings else "every expectation was met"
    return Outcome.PASSED, reason, 0, warnings


def _share_failing(item: ExpectationResult) -> float:
    """A failure without a percentage (a column that is not there) is a whole one."""
    return 100.0 if item.unexpected_percent is None else item.unexpected_percent


def _of_fault(fault: Fault, key: str, evidence: Evidence) -> Outcome:
    """Refused: blocked. Vanished from the portal: not_published. Not ours to judge: not_run. Else failed."""
    if fault.kind is FaultKind.BLOCKED:
        return Outcome.BLOCKED
    if fault.kind is FaultKind.GONE and key == evidence.dataset.key:
        return Outcome.NOT_PUBLISHED
    return Outcome.NOT_RUN if unknown(fault, key, evidence) else Outcome.FAILED
