"""Bounces: mails that were sent and came back (RFC 3464), as failures of the notifications that they were.

Belongs here: reading delivery status notifications, and marking what they are about. Only a failure for good (`failed`,
5.x.x) counts. Whatever else lies in the mailbox, hostile or cut off, is passed over and counted. A bounce can be
forged by whoever knows our message's id or its recipient; what follows from one is a question to the operator and
another recipient, and the next mail that is taken ends it. Does not belong here: the mailbox (`mailboxes`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from email import message_from_bytes
from email.message import Message
from pathlib import Path

from pipelines import artifacts
from pipelines.alerts import attempts, outbox, troubles
from pipelines.alerts.channels.smtp_answers import of_recipient
from pipelines.alerts.message import clean
from pipelines.alerts.outbox import MAIL, Post
from pipelines.errors import DeliveryError
from pipelines.model import DeliveryFailure, Notification, NotificationState, TroubleKind

LARGEST = 1_000_000
MOST_RECIPIENTS = 50
OUR_ID = re.compile(rb"^Message-ID:\s*<([A-Za-z0-9_-]{1,80})@veedor\.invalid>", re.IGNORECASE | re.MULTILINE)
ADDRESS = re.compile(r"[^\s<>;,\"()]+@[^\s<>;,\"()]+")


@dataclass(frozen=True)
class Bounce:
    """One recipient whom a mail did not reach. `alert` is the id of the message, None when nothing of it came back."""

    alert: str | None
    recipient: str
    failure: DeliveryFailure
    reason: str


@dataclass(frozen=True)
class Collected:
    """What a look into the mailbox came to: the nights to record anew, and how many mails were none of ours."""

    nights: tuple[date, ...]
    bounced: int
    ignored: int


def read(content: bytes) -> list[Bounce]:
    """The failures for good that a mail tells of; empty for whatever is no such notification, or no longer whole."""
    try:
        mail = message_from_bytes(content[:LARGEST])
        if mail.get_content_type() != "multipart/report":
            return []
        ours = OUR_ID.search(content[:LARGEST])
        alert = ours[1].decode() if ours else None
        found = [_bounce(fields, alert) for fields in _recipients(mail)[:MOST_RECIPIENTS]]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):  # the parser's ways to fail
        return []
    return [it for it in found if it is not None]


def collect(mails: Iterable[bytes], post: Post) -> Collected:
    """Mark every notification that came back, and tell the operator of each address once.

    To look at the same mailbox again changes nothing. Only within the lock of delivery.
    """
    sent: Sent | None = None
    nights: set[date] = set()
    bounced = ignored = 0
    for content in mails:
        marked = 0
        for bounce in read(content):
            sent = _sent(post.settings.runs, post.clock.now().date()) if sent is None else sent
            known = _about(bounce, sent)
            if known is None:
                continue
            marked += 1
            path, notification, night = known
            nights.add(night)  # also of one that was marked before: the history may not know it yet
            if notification.state is NotificationState.SENT:
                _mark(bounce, path, notification, night, post)
                sent[notification.alert] = (
                    path,
                    replace(notification, state=NotificationState.BOUNCED),
                    night,
                )
                bounced += 1
        ignored += not marked
    return Collected(tuple(sorted(nights)), bounced, ignored)


Sent = dict[str, tuple[Path, Notification, date]]


def _sent(runs: Path, today: date) -> Sent:
    """The mails of the last weeks that were taken, by alert, the newest last."""
    found: Sent = {}
    for night in artifacts.nights(runs):
        if night < today - outbox.LOOK_BACK:
            continue
        folder = artifacts.night_folder(runs, night) / artifacts.NOTIFICATIONS
        for path in sorted(folder.glob(f"*-{MAIL}-*.json")):
            one = artifacts.read_value(path, Notification)
            if one.channel == MAIL and one.state in (NotificationState.SENT, NotificationState.BOUNCED):
                found[one.alert] = (path, one, night)
    return found


def _about(bounce: Bounce, sent: Sent) -> tuple[Path, Notification, date] | None:
    if bounce.alert is not None:
        return sent.get(bounce.alert)  # whoever it was forwarded to: its one recipient was not reached
    to_them = [it for it in sent.values() if it[1].address.lower() == bounce.recipient.lower()]
    return max(to_them, key=lambda it: it[1].attempted_on, default=None)


def _mark(bounce: Bounce, path: Path, sent: Notification, night: date, post: Post) -> None:
    folder = artifacts.night_folder(post.settings.runs, night)
    fault = DeliveryError(bounce.reason, bounce.failure)
    trouble = troubles.met(
        post.settings.troubles,
        TroubleKind.ADDRESS,
        sent.address,
        fault,
        bounce.reason,
        post.clock.now(),
    )
    if trouble is not None:
        outbox.tell(trouble, night, folder, post)
    state = replace(
        sent,
        state=NotificationState.BOUNCED,
        failure=str(bounce.failure),
        error=f"came back: {bounce.reason}",
    )
    artifacts.write_value(path, state)


def _recipients(mail: Message) -> list[Message]:
    """The fields of each recipient: all blocks of the delivery status but the first, which is of the message."""
    for part in mail.walk():
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            blocks = part.get_payload()
            return [it for it in blocks if isinstance(it, Message)][1:] if isinstance(blocks, list) else []
    return []


def _bounce(fields: Message, alert: str | None) -> Bounce | None:
    status = clean(str(fields.get("Status") or ""), 100)
    if str(fields.get("Action") or "").strip().lower() != "failed" or not status.startswith("5."):
        return None
    said = clean(str(fields.get("Diagnostic-Code") or "").partition(";")[2], 300)
    named = (fields.get("Original-Recipient"), fields.get("Final-Recipient"))
    recipient = next((m[0] for it in named if (m := ADDRESS.search(str(it or "")))), "")
    if alert is None and not recipient:
        return None
    failure = of_recipient(0, status)
    if failure not in attempts.FOR_GOOD:
        return None
    return Bounce(alert, recipient, failure, f"{status} {said}".strip())
