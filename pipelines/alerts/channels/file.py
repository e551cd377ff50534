"""The file channel: every alert as an `.eml` file that any mail program opens, with its attachments.

Belongs here: writing to the outbox. The file's name depends on the alert alone, so that writing it twice is writing it
once.
"""

from __future__ import annotations

from dataclasses import replace
from email.policy import SMTP
from pathlib import Path

from pipelines import artifacts
from pipelines.alerts.channels.letter import Audience, Channel, Letter
from pipelines.alerts.channels.mime import compose
from pipelines.settings import Settings


def opened(settings: Settings) -> Channel:
    """The outbox folder as a channel."""
    return Channel(lambda letter: _deliver(letter, settings), Audience.NOBODY)


def _deliver(letter: Letter, settings: Settings) -> str:
    """Write the message to `<outbox>/<night>-<id>.eml`; give its name within the outbox."""
    message, recipient = letter.message, letter.recipient
    path: Path = settings.outbox / f"{message.night}-{message.id}.eml"
    try:
        mail = compose(message, recipient, settings, letter.now)
    except ValueError:  # an address that cannot stand in a header: the message is kept without it
        mail = compose(message, replace(recipient, email=None), settings, letter.now)
    artifacts.write_bytes(path, mail.as_bytes(policy=SMTP))
    return path.name
