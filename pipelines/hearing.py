"""Hearing: where what readers report meets the history and the alerts, which do not know the inbox.

Belongs here: an erasure, which has to reach all of them. Does not belong here: the inbox itself (`feedback`), pages
(`serving`).
"""

from __future__ import annotations

from pipelines.alerts.forgetting import forget
from pipelines.feedback import inbox
from pipelines.history.feedback import forget_bytes, record_feedback
from pipelines.locks import ALERTS, alone
from pipelines.model import FeedbackEvent, FeedbackReport
from pipelines.settings import Settings


def erase(event: FeedbackEvent, settings: Settings) -> FeedbackReport:
    """Take the words of a report out of the inbox, the outbox and the history, down to the bytes of its file.

    The public copy follows with the next publication. Doing it again finishes what was cut off. Raises
    `FeedbackUnknown` and `HistoryLocked`.
    """
    with alone(settings, ALERTS, wait=True):  # a night that alerts writes messages
        report = inbox.erase(settings.runs, event)
        forget(settings.outbox, event.feedback)
        if settings.history.exists():
            record_feedback(settings.history, settings.runs)
            forget_bytes(settings.history)
    return report
