"""A message as a mail (RFC 5322, MIME): text, HTML, attachments, and the headers of a program that writes by itself.

Belongs here: what `file` and `mail` both write. Header injection is impossible: every text in a header is cleaned
first, and the library refuses a line break.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from urllib.parse import quote

from pipelines.alerts.message import Attachment, Message, clean
from pipelines.model import ContactPoint
from pipelines.settings import Settings

NO_ADDRESS = Address(username="no-address", domain="veedor.invalid")
TOO_LARGE = {
    "es": "El archivo adjunto se omitió: es más grande de lo que acepta el servidor de correo.",
    "en": "The attachment was left out: it is larger than the mail server takes.",
}


def compose(message: Message, recipient: ContactPoint, settings: Settings, now: datetime) -> EmailMessage:
    """The mail. The same message at the same time gives the same bytes; its Message-ID is the same at any time.

    Raises `ValueError` when the recipient's address cannot stand in a header.
    """
    mail = EmailMessage()
    mail["Subject"] = clean(message.subject, 300)
    mail["From"] = _sender(settings.mail_from)
    mail["To"] = _recipient(recipient)
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = message_id(message.id)
    # RFC 3834, and what Exchange goes by: no absence notice is to answer.
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    if settings.operator:
        mail["Reply-To"] = Address(addr_spec=settings.operator)
    if ends := _unsubscribe(message, settings):
        mail["List-Unsubscribe"] = f"<{ends}>"
    # Told, not left to the library: what it would choose is another once Apprise is imported.
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
    # A random boundary would make two equal mails differ; one that can be known beforehand could stand in a cell.
    boundary = hashlib.sha256(f"{message.text}\0{message.html}".encode()).hexdigest()[:24]
    mail.set_boundary(f"veedor-{boundary}")
    for item in message.attachments:
        _attach(mail, item)
    if message.attachments:
        mail.set_boundary(f"veedor-{boundary}-mixed")
    return mail


def message_id(message: str) -> str:
    """The Message-ID of the mail that a message becomes."""
    return f"<{message}@veedor.invalid>"


def without_attachments(message: Message) -> Message:
    """The same without its attachments, which says so."""
    line = TOO_LARGE.get(message.language, TOO_LARGE["en"])
    before, end, after = message.html.rpartition("</body>")
    html = f"{before}<p>{line}</p>{end}{after}" if end else f"{message.html}<p>{line}</p>"
    return replace(message, text=f"{message.text.rstrip()}\n\n{line}\n", html=html, attachments=())


def _attach(mail: EmailMessage, item: Attachment) -> None:
    main, _, sub = item.media_type.partition("/")
    mail.add_attachment(
        item.content,
        maintype=main or "application",
        subtype=sub or "octet-stream",
        filename=clean(item.name, 120).replace("/", "_"),
    )


def _recipient(recipient: ContactPoint) -> Address:
    name = clean(recipient.name, 120)
    if not recipient.email:
        return Address(display_name=name, username=NO_ADDRESS.username, domain=NO_ADDRESS.domain)
    try:
        return Address(display_name=name, addr_spec=recipient.email)
    except (MessageError, ValueError, IndexError):  # the parser's ways to say no
        raise ValueError("the recipient's address is not one that mail can be sent to") from None


def _sender(text: str) -> Address:
    name, address = parseaddr(text)
    return Address(display_name=clean(name, 120), addr_spec=address or "veedor@localhost")


def _unsubscribe(message: Message, settings: Settings) -> str | None:
    """Where to end these mails (RFC 2369). Without an address of its own, a mail to the operator asks for it."""
    own = message.unsubscribe or ""
    if (
        own.startswith(("https://", "mailto:"))
        and own.isascii()
        and own.isprintable()
        and not set(own) & set("<> ")
    ):
        return own
    if settings.operator:
        return f"mailto:{quote(settings.operator, safe='@+')}?subject={quote(f'unsubscribe {message.id}')}"
    return None
