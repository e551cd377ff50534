"""Are readers answered? (dqv:UserQualityFeedback; the wish of the 2017 evaluation)

Belongs here: counting what was known when the night began. What nobody reported is unknown, never good: silence may as
well mean that nobody looked. A report whose days are not over counts for nobody and against nobody.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.feedback_course import in_time, is_open, is_public
from pipelines.measurement.evidence import Evidence, measurement
from pipelines.model import FeedbackCourse, FeedbackState, QualityMeasurement

NOTHING = "no reader has reported anything"
NOT_DUE = "no report is due yet"


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure one dataset's answers."""
    counted = [it for it in evidence.feedback if is_public(it) and it.state is not FeedbackState.ERASED]
    late = [it for it in counted if _overdue(it, evidence)]
    answered = [it for it in counted if in_time(it) is not None]
    due = len(answered) + len(late)
    kept = sum(in_time(it) is True for it in answered)
    if not counted:
        yield measurement("feedback.answered_in_time", evidence, None, reason=NOTHING)
        yield measurement("feedback.overdue", evidence, None, reason=NOTHING)
        return
    reason = NOT_DUE if not due else f"{due - kept} of {due} reports had no answer within 30 days"
    share = kept / due if due else None
    yield measurement("feedback.answered_in_time", evidence, share, reason="" if share == 1 else reason)
    yield measurement("feedback.overdue", evidence, len(late))


def _overdue(it: FeedbackCourse, evidence: Evidence) -> bool:
    return is_open(it) and it.due_on is not None and evidence.now.date() > it.due_on
