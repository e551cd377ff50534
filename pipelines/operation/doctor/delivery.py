"""Symptoms of delivery: messages that did not arrive, and settings that contradict each other.

Belongs here: what the run folders and the settings tell. Whether the mail server answers is asked with --online alone.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.operation.doctor.symptom import Symptom
from pipelines.operation.status import Status
from pipelines.settings import Settings


def symptoms(found: Status, settings: Settings) -> Iterator[Symptom]:
    """What is known of messages."""
    unsent = {it.night: it.told.undelivered for it in found.nights if it.told and it.told.undelivered}
    if unsent:
        yield Symptom(
            "messages_undelivered",
            f"{sum(unsent.values())} messages of {len(unsent)} nights could not be delivered, the newest of "
            f"{max(unsent)}.",
            "Somebody was not told what broke.",
            "`veedor alerts deliver` shows why, and tries what is due again.",
        )
    if settings.delivery == "live" and settings.operator is None:
        yield Symptom(
            "no_operator",
            "Owners are written to (VEEDOR_DELIVERY=live), but VEEDOR_OPERATOR is not set.",
            "What is held back, and what cannot be delivered, is told to nobody.",
            "Set VEEDOR_OPERATOR to your address.",
        )
    if settings.operator is not None and settings.mail_url is None:
        yield Symptom(
            "no_mail_server",
            "VEEDOR_OPERATOR is set, but VEEDOR_MAIL_URL is not.",
            "What is told to you is only written to data/outbox/.",
            "Set VEEDOR_MAIL_URL, or look into data/outbox/.",
            urgent=False,
        )
    if settings.delivery == "files" and settings.answer_url is not None:
        yield Symptom(
            "answers_of_nobody",
            "VEEDOR_ANSWER_URL is set, but owners are not written to (VEEDOR_DELIVERY=files).",
            "Nobody gets the links by which alerts are answered.",
            "Set VEEDOR_DELIVERY=live when owners are to be written to.",
            urgent=False,
        )
