"""Symptoms of the inbox: reports that cannot be read.

Belongs here: telling the operator of them, whom nobody else tells: pages and the history leave them out.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.errors import FeedbackDamaged
from pipelines.feedback_files import read_all, told
from pipelines.operation.doctor.symptom import Symptom
from pipelines.operation.status import Status
from pipelines.settings import Settings


def symptoms(found: Status, settings: Settings) -> Iterator[Symptom]:
    """What the inbox shows."""
    if damaged := read_all(settings.runs).damaged:
        yield Symptom(
            "reports_damaged",
            told(damaged),
            "What is damaged is left out of pages, the history, metrics and messages, and nobody hears of it.",
            FeedbackDamaged.default_advice,
        )
