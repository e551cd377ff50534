"""The mail channel: SMTP through Apprise, whose address syntax also carries server, login and TLS mode.

Belongs here: turning settings into an Apprise address and its outcome into an exception. Apprise says only
whether it worked; its log says why, so the log is what the error shows (without the credentials).
"""

from __future__ import annotations

import logging
from datetime import datetime
from email.utils import parseaddr
from urllib.parse import quote, urlsplit, urlunsplit

from pipelines.alerts.message import Message
from pipelines.errors import DeliveryError
from pipelines.model import ContactPoint
from pipelines.settings import Settings

# What SMTP servers say when trying again is useless (RFC 5321: 5yz is a permanent failure).
PERMANENT = ("550", "551", "553", "554", "501")


def deliver(message: Message, recipient: ContactPoint, settings: Settings, now: datetime) -> str:
    """Send the message; give the address. Raises `DeliveryError`."""
    import apprise

    if not recipient.email:
        raise DeliveryError(f"{recipient.name} has no mail address", permanent=True)
    heard = _Heard()
    log = logging.getLogger("apprise")
    level = log.level
    log.addHandler(heard)
    log.setLevel(logging.DEBUG)  # the server's answer is told on this level only
    try:
        sender = apprise.Apprise()
        if not sender.add(_apprise_address(settings, recipient, message)):
            # Our operator's mistake, soon mended: not permanent, or every alert of the night is given up.
            raise DeliveryError(
                "Apprise does not understand VEEDOR_MAIL_URL or VEEDOR_MAIL_FROM",
                advice="Use the forms mailtos://user:password@smtp.example.org:587 and name@example.org.",
            )
        sent = sender.notify(title=message.subject, body=message.html, body_format=apprise.NotifyFormat.HTML)
    finally:
        log.setLevel(level)
        log.removeHandler(heard)
    if not sent:
        why = _redacted(" ".join(heard.lines), settings) or "the mail server refused it without a reason"
        raise DeliveryError(why, permanent=any(code in why for code in PERMANENT))
    return recipient.email


def _apprise_address(settings: Settings, recipient: ContactPoint, message: Message) -> str:
    parts = urlsplit(settings.mail_url or "")
    name, sender = parseaddr(settings.mail_from)
    query = "&".join(
        (
            f"from={quote(sender)}",
            f"name={quote(name or 'Veedor')}",
            f"to={quote(recipient.email or '')}",
            "format=html",
            # The same id for every attempt lets the receiving side drop a repeated mail.
            f"+Message-ID={quote(f'<{message.id}@veedor.invalid>')}",
            "+Auto-Submitted=auto-generated",
        )
    )
    joined = f"{parts.query}&{query}" if parts.query else query
    return urlunsplit((parts.scheme, parts.netloc, parts.path, joined, ""))


def _redacted(text: str, settings: Settings) -> str:
    password = urlsplit(settings.mail_url or "").password
    return text.replace(password, "***")[:500] if password else text[:500]


class _Heard(logging.Handler):
    """Keeps what Apprise says of failures: its warnings, and the exceptions that it tells in passing."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        line = record.getMessage()
        if record.levelno >= logging.WARNING or "xception" in line:
            self.lines.append(line)
