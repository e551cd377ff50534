"""Hearing: where what readers report meets the history and the alerts, which do not know the inbox.

Belongs here: of which reports owners hear tonight, how a message gets their words, that readers hear of answers, and an
erasure, which has to reach all of it. Does not belong here: the inbox itself (`feedback`), pages (`serving`), the words
of a message (`alerts`).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, time, timedelta

from pipelines.alerts.channels.letter import Letter, hidden
from pipelines.alerts.composing import visits
from pipelines.alerts.forgetting import forget
from pipelines.alerts.message import to_reader
from pipelines.alerts.outbox import MAIL, Post
from pipelines.alerts.with_feedback import Heard
from pipelines.artifacts import CATALOG, night_folder, read_value
from pipelines.errors import DeliveryError, FeedbackRefused, FeedbackUnknown
from pipelines.feedback import acts, inbox, tokens
from pipelines.feedback_course import is_open
from pipelines.history.feedback import forget_bytes, record_feedback
from pipelines.locks import ALERTS, alone
from pipelines.model import (
    Alert,
    Catalog,
    ContactPoint,
    FeedbackEvent,
    FeedbackEventKind,
    FeedbackReport,
    FeedbackState,
)
from pipelines.settings import Settings

log = logging.getLogger("veedor")

TOLD = (FeedbackEventKind.TOLD, FeedbackEventKind.REMINDED)
# What was rejected has no use after so many days, and may be somebody's secret.
DAYS_REJECTED = 90
# A reader is written to for so many days after an answer; then the answer is on the page alone.
DAYS_TO_NOTIFY = 14


def tonight(settings: Settings, night: date) -> list[FeedbackReport]:
    """The reports of which their owners have not heard, and those of which the days for an answer are just over."""
    found = []
    for it in inbox.every(settings.runs):
        due, course = it.course.due_on, it.course
        late = due is not None and night > due and course.reminded_at is None
        if is_open(course) and (course.told_at is None or late):
            found.append(it)
    return found


def tidied(settings: Settings, now: datetime, night: date) -> None:
    """Erase what was rejected long ago, and remove what whoever was killed left behind.

    No part of it is in the history, the public copy or a message, unless it had been accepted before.
    """
    inbox.sweep(settings.runs)
    for it in inbox.every(settings.runs):
        rejected = it.course.rejected_at if it.course.state is FeedbackState.REJECTED else None
        if rejected is not None and now - rejected > timedelta(days=DAYS_REJECTED):
            inbox.erase(settings.runs, acts.erasure(it.item.id, now, night, by=acts.VEEDOR))
            forget(settings.outbox, it.item.id)


def unmoderated(settings: Settings, night: date) -> int:
    """How many reports wait for the operator, when any came since the night before, or has waited for a week."""
    waiting = [it for it in inbox.every(settings.runs) if it.course.state is FeedbackState.RECEIVED]
    ages = {(night - it.item.night).days for it in waiting}
    return len(waiting) if any(age <= 1 or age % 7 == 0 for age in ages) else 0


def noted(alerts: Iterable[Alert], settings: Settings, now: datetime, night: date) -> None:
    """Note in the inbox of which reports the alerts of a night tell; once, however often the night is run."""
    for key in dict.fromkeys(it for alert in alerts for it in alert.feedback):
        try:
            report = inbox.one(settings.runs, key)
            if not any(it.night == night and it.kind in TOLD for it in report.events):
                kind = TOLD[0] if report.course.told_at is None else TOLD[1]
                acts.note(settings.runs, key, kind, now, night)
        except (FeedbackUnknown, FeedbackRefused):
            continue  # it was withdrawn meanwhile


def of_alert(alert: Alert, settings: Settings) -> Mapping[str, Heard]:
    """What a message says of the reports that it tells of; those that were withdrawn, or erased, are left out."""
    found = {}
    for key in alert.feedback:
        try:
            report = inbox.one(settings.runs, key)
        except FeedbackUnknown:
            continue
        if report.course.state not in (FeedbackState.REJECTED, FeedbackState.ERASED, FeedbackState.RECEIVED):
            found[key] = Heard(report, _link(report, alert, settings))
    return found


def notify(settings: Settings, post: Post, night: date) -> int:
    """Tell readers who left an address that their reports were answered; gives how many were told.

    Nobody is written to until delivery is live. What fails is tried again with the next night. An answer that was
    amended is told once more.
    """
    if settings.delivery != "live" or settings.mail_url is None:
        return 0
    now, count = post.clock.now(), 0
    for report in inbox.every(settings.runs):
        answer = _newest_answer(report)
        told = report.course.notified_at
        if (
            report.item.email is None
            or report.course.state not in (FeedbackState.ANSWERED, FeedbackState.CLOSED)
            or answer is None
            or (told is not None and told >= answer.at)
            or now - answer.at > timedelta(days=DAYS_TO_NOTIFY)
        ):
            continue
        channel = post.channels[MAIL]
        message = to_reader(report, _title(report, settings, night), answer.night)
        try:
            channel.deliver(Letter(message, ContactPoint("", report.item.email), now))
            acts.note(settings.runs, report.item.id, FeedbackEventKind.NOTIFIED, now, night)
            count += 1
        except DeliveryError as fault:
            error = hidden(fault.message, (*channel.secrets, report.item.email))
            log.warning("the reader of report %s was not told of the answer: %s", report.item.id, error)
            if fault.whole:
                break
        except (FeedbackUnknown, FeedbackRefused):
            continue
    return count


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


def _link(report: FeedbackReport, alert: Alert, settings: Settings) -> str | None:
    """The address at which the owner answers: the same in every message of that night."""
    if settings.serve_url is None or settings.link_key is None:
        return None
    since = datetime.combine(alert.night, time(), UTC) - timedelta(days=1)  # before it in every time zone
    signed = tokens.sign(tokens.Purpose.OWNER, (report.item.id,), settings.link_key, since)
    return f"{settings.serve_url}owner/{signed}"


def _newest_answer(report: FeedbackReport) -> FeedbackEvent | None:
    answers = [it for it in report.events if it.kind is FeedbackEventKind.ANSWERED]
    return answers[-1] if answers else None


def _title(report: FeedbackReport, settings: Settings, night: date) -> str:
    source = report.item.dataset.split("/", 1)[0]
    for folder in visits(night_folder(settings.runs, night), [source]).values():
        for it in read_value(folder / CATALOG, Catalog).datasets:
            if it.key == report.item.dataset:
                return it.title
    return report.item.dataset
