"""The mail channel: SMTP, with a deadline, and with every answer told apart.

Belongs here: one mail in one session. Does not belong here: what an answer means (`smtp_answers`), the mail itself
(`mime`), the form of the server's address (`pipelines.mail_server`).

Mail does not go through Apprise, which the other channels do: its mail plugin makes the text part from the HTML, tells
only whether it worked (the server's answer is a line in its log), has no deadline for the whole, and does not say
whether a recipient was refused or the session broke off.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from dataclasses import replace
from email.policy import SMTP
from email.utils import parseaddr

from pipelines import mail_server
from pipelines.alerts.channels import smtp_answers
from pipelines.alerts.channels.letter import Audience, Channel, Letter, hidden
from pipelines.alerts.channels.mime import compose, without_attachments
from pipelines.alerts.channels.smtp_answers import Stage
from pipelines.errors import DeliveryError
from pipelines.mail_server import MailServer
from pipelines.model import DeliveryFailure
from pipelines.settings import Settings

# For the whole session, for one answer, for the answer to the data, and to be connected.
DEADLINE_SECONDS = 600.0
ANSWER_SECONDS = 60.0
DATA_SECONDS = 300.0
CONNECT_SECONDS = 30.0
ADVICE = "Use the form mailtos://user:password@smtp.example.org:587 for VEEDOR_MAIL_URL."


def opened(
    settings: Settings, *, deadline: float = DEADLINE_SECONDS, answer: float = ANSWER_SECONDS
) -> Channel:
    """The mail server of the settings as a channel. Times are in seconds."""
    url = settings.mail_url or ""
    try:
        server, fault = mail_server.parse(url), ""
    except ValueError as error:
        server, fault = MailServer("", 0, "insecure"), str(error)

    def deliver(letter: Letter) -> str:
        if fault:
            message = f"VEEDOR_MAIL_URL cannot be used: {fault}"
            raise DeliveryError(message, DeliveryFailure.CHANNEL, advice=ADVICE)
        return _deliver(letter, settings, server, deadline, min(answer, deadline))

    secrets = (url, server.password) if not fault else (url,)
    return Channel(deliver, Audience.ADDRESSED, (url, settings.mail_from), secrets)


def unreachable(settings: Settings, *, seconds: float = 15.0) -> str:
    """Log in to the mail server and send nothing; gives "" when that works, else what came of it, without a secret."""
    if settings.mail_url is None:
        return ""
    stage = Stage()
    try:
        server = mail_server.parse(settings.mail_url)
        with _session(server, seconds, seconds, stage):
            return ""
    except (OSError, smtplib.SMTPException, ValueError) as error:
        secrets = (settings.mail_url, mail_server.parse(settings.mail_url).password)
        return hidden(smtp_answers.fault(error, stage).message, secrets)


def _deliver(letter: Letter, settings: Settings, server: MailServer, deadline: float, answer: float) -> str:
    """Send the letter; give the address. Raises `DeliveryError`."""
    address = letter.recipient.email or ""
    if not address:
        raise DeliveryError(f"{letter.recipient.name} has no mail address", DeliveryFailure.REFUSED)
    try:
        whole = _bytes(letter, settings)
    except ValueError as error:
        raise DeliveryError(str(error), DeliveryFailure.RECIPIENT) from None
    attached = bool(letter.message.attachments)
    light = (
        _bytes(replace(letter, message=without_attachments(letter.message)), settings) if attached else b""
    )
    sender = parseaddr(settings.mail_from)[1]
    stage = Stage()
    try:
        with _session(server, deadline, answer, stage) as session:
            limit = _size_limit(session)
            try:
                content = light if attached and 0 < limit < len(whole) else whole
                _send(session, sender, address, content, stage)
            except smtplib.SMTPResponseException as error:
                if content is light or not attached or not smtp_answers.too_large(error):
                    raise
                session.rset()
                _send(session, sender, address, light, stage)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise smtp_answers.fault(error, stage) from None
    return address


@contextlib.contextmanager
def _session(server: MailServer, deadline: float, answer: float, stage: Stage) -> Iterator[smtplib.SMTP]:
    """A session that is ready to take a mail. A timer cuts it at the deadline, however busily the server drips."""
    context = ssl.create_default_context()
    if not server.verify:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    name = socket.gethostname()
    # smtplib would ask the name service, which has no deadline.
    own = name if "." in name else "[127.0.0.1]"
    connecting = min(CONNECT_SECONDS, answer)
    session: smtplib.SMTP = (
        smtplib.SMTP_SSL(local_hostname=own, timeout=connecting, context=context)
        if server.mode == "ssl"
        else smtplib.SMTP(local_hostname=own, timeout=connecting)
    )
    session._host = server.host  # type: ignore[attr-defined] # by which the certificate is judged
    timer = threading.Timer(deadline, _cut, (session, stage))
    timer.daemon = True
    timer.start()
    try:
        stage.name = "connect"
        _demand(session.connect(server.host, server.port))
        _wait_for(session, answer)
        stage.name = "greet"
        session.ehlo_or_helo_if_needed()
        if server.mode == "starttls":
            stage.name = "tls"
            session.starttls(context=context)
            session.ehlo_or_helo_if_needed()
        if server.user:
            stage.name = "login"
            session.login(server.user, server.password)
        yield session
        _bid_farewell(session)  # whatever is said to that: the mail has been taken
    except smtplib.SMTPResponseException:
        _bid_farewell(session)
        raise
    finally:
        timer.cancel()
        with contextlib.suppress(OSError):
            session.close()


def _bid_farewell(session: smtplib.SMTP) -> None:
    with contextlib.suppress(OSError, smtplib.SMTPException):
        session.quit()


def _send(session: smtplib.SMTP, sender: str, recipient: str, content: bytes, stage: Stage) -> None:
    stage.name = "sender"
    options = [f"size={len(content)}"] if session.has_extn("size") else []
    _demand(session.mail(sender, options))
    stage.name = "recipient"
    _demand(session.rcpt(recipient))
    stage.name = "data"
    # Whoever is not waited for here may have taken the mail, and gets it again (RFC 5321, 4.5.3.2.6).
    _wait_for(session, DATA_SECONDS)
    _demand(session.data(content))


def _wait_for(session: smtplib.SMTP, seconds: float) -> None:
    if session.sock is not None:
        session.sock.settimeout(seconds)


def _demand(answer: tuple[int, bytes]) -> None:
    if answer[0] // 100 != 2:
        raise smtplib.SMTPResponseException(*answer)


def _size_limit(session: smtplib.SMTP) -> int:
    text = session.esmtp_features.get("size", "")
    return int(text) if text.isdecimal() and len(text) < 20 else 0


def _bytes(letter: Letter, settings: Settings) -> bytes:
    # Eight-bit text would need a server that takes it.
    mail = compose(letter.message, letter.recipient, settings, letter.now)
    return mail.as_bytes(policy=SMTP.clone(cte_type="7bit"))


def _cut(session: smtplib.SMTP, stage: Stage) -> None:
    stage.timed_out = True
    # The socket is there only once the connection is; connecting has a time-out of its own.
    connected: socket.socket | None = getattr(session, "sock", None)
    if connected is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connected, socket.SHUT_RDWR)
