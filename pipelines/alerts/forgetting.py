"""Forgetting: messages in the outbox that repeat what somebody asked to have erased.

Belongs here: finding and removing them. What is still to be sent is composed when it is sent, from what is there then.
"""

from __future__ import annotations

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


def forget(outbox: Path, mark: str) -> list[Path]:
    """Remove the messages that name `mark`, the id of a report; gives them. One that is no message is left alone."""
    gone = []
    for path in sorted(outbox.glob("[!.]*.eml")) if outbox.is_dir() else ():
        if _names(path, mark):
            path.unlink(missing_ok=True)
            gone.append(path)
    return gone


def _names(path: Path, mark: str) -> bool:
    message = email.message_from_bytes(path.read_bytes(), policy=default)
    if not isinstance(message, EmailMessage):
        return False
    for part in message.walk():
        if part.get_content_maintype() == "text":
            content = part.get_payload(decode=True)
            if isinstance(content, bytes) and mark.encode() in content:
                return True
    return mark in str(message.get("Subject", ""))
