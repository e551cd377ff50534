"""The file channel: every alert as an `.eml` file that any mail program opens.

Belongs here: writing to the outbox. The file's name and content depend on the alert alone, so that writing
it twice is writing it once.
"""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from pipelines import artifacts
from pipelines.alerts.message import Message, clean
from pipelines.model import ContactPoint
from pipelines.settings import Settings


def deliver(message: Message, recipient: ContactPoint, settings: Settings, now: datetime) -> str:
    """Write the message to `<outbox>/<night>-<id>.eml`; give its name within the outbox."""
    path = settings.outbox / f"{message.night}-{message.id}.eml"
    artifacts.write_bytes(path, compose(message, recipient, settings, now).as_bytes(policy=SMTP))
    return path.name


def compose(message: Message, recipient: ContactPoint, settings: Settings, now: datetime) -> EmailMessage:
    """The message as a mail with a text and an HTML part. Header injection is impossible: names are cleaned."""
    mail = EmailMessage()
    mail["Subject"] = message.subject
    mail["From"] = _address(settings.mail_from)
    mail["To"] = _to(recipient)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{message.id}@veedor.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    # A random boundary would make two equal mails differ.
    mail.set_boundary(f"veedor-{message.id}")
    for item in message.attachments:
        main, _, sub = item.media_type.partition("/")
        mail.add_attachment(item.content, maintype=main, subtype=sub, filename=clean(item.name, 120))
    if message.attachments:
        mail.set_boundary(f"veedor-mixed-{message.id}")
    return mail


def _to(recipient: ContactPoint) -> Address:
    name = clean(recipient.name, 120)
    if not recipient.email:
        return Address(display_name=name, username="no-address", domain="veedor.invalid")
    return Address(display_name=name, addr_spec=recipient.email)


def _address(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=name, addr_spec=address or "veedor@localhost")
