"""What an answer of a mail server, or its silence, says of the next attempt (RFC 5321, 3463, 6647).

Belongs here: the judgement, from the step at which it happened, the reply code and the enhanced status code; bounces
are judged by the same. Does not belong here: the session (`mail`).
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass

from pipelines.errors import DeliveryError
from pipelines.model import DeliveryFailure

ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
# Bad destination (RFC 3463, 3.2: unknown mailbox, system, moved; RFC 7505: takes no mail), disabled mailbox, no route.
DEAD = frozenset({"1.0", "1.1", "1.2", "1.3", "1.6", "1.10", "2.1", "4.4"})
# The same without an enhanced code: unknown, not here, syntax of the name; no mail is taken (RFC 7504).
DEAD_CODES = frozenset({501, 550, 551, 553, 521, 556})
# A quota that is used up, in which there may be room another day; everything else that is put off is so for minutes.
NOT_SOON = frozenset({"2.2", "3.1", "3.4"})
BEFORE_THE_MAIL = ("connect", "greet", "tls", "login", "sender")


@dataclass
class Stage:
    """Where a session stands: connect, greet, tls, login, sender, recipient or data; and whether time was up."""

    name: str = "connect"
    timed_out: bool = False


def fault(error: Exception, stage: Stage) -> DeliveryError:
    """The `DeliveryError` for what ended a session."""
    whole = stage.name in BEFORE_THE_MAIL
    if stage.timed_out or isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):
        return DeliveryError(f"the mail server did not answer in time ({stage.name})", whole=True)
    if isinstance(error, smtplib.SMTPResponseException):
        return _of_answer(error.smtp_code, _text(error.smtp_error), stage)
    if isinstance(error, ssl.SSLCertVerificationError):
        message = f"the mail server's certificate is not to be trusted: {error.verify_message}"
        return DeliveryError(message, DeliveryFailure.CHANNEL, sure=False)
    if isinstance(error, ssl.SSLError):
        message = f"no secure connection to the mail server can be made: {error.reason or error}"
        return DeliveryError(message, DeliveryFailure.CHANNEL, sure=False)
    if isinstance(error, socket.gaierror):
        message = "the mail server's name cannot be resolved"
        return DeliveryError(message, DeliveryFailure.CHANNEL, sure=False)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return DeliveryError(f"the mail server broke the connection off ({stage.name})", whole=whole)
    if isinstance(error, smtplib.SMTPException | ValueError):
        # STARTTLS or a way to log in that is not offered; an address that cannot be written in a command.
        failure = DeliveryFailure.CHANNEL if whole else DeliveryFailure.REFUSED
        return DeliveryError(f"the mail cannot be handed in ({stage.name}): {error}", failure)
    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return DeliveryError(f"the connection to the mail server failed ({stage.name}): {reason}", whole=whole)


def too_large(error: smtplib.SMTPResponseException) -> bool:
    """Whether the size of the mail is what it was refused for."""
    enhanced = ENHANCED.search(_text(error.smtp_error))
    return error.smtp_code == 552 or (enhanced is not None and enhanced[0] == "5.3.4")


def of_recipient(code: int, text: str) -> DeliveryFailure:
    """What a refusal of one recipient's mail means. `code` is a reply code, 0 when only the text is known."""
    enhanced = ENHANCED.search(text)
    detail = f"{enhanced[2]}.{enhanced[3]}" if enhanced else ""
    if code // 100 == 4 or (code == 0 and enhanced is not None and enhanced[1] == "4"):
        soon = code != 421 and detail not in NOT_SOON
        return DeliveryFailure.SOON if soon else DeliveryFailure.LATER
    if code and code // 100 != 5:
        return DeliveryFailure.LATER  # no answer that the protocol knows
    if detail and enhanced is not None and enhanced[1] == "5":
        return DeliveryFailure.RECIPIENT if detail in DEAD else DeliveryFailure.REFUSED
    return DeliveryFailure.RECIPIENT if code in DEAD_CODES else DeliveryFailure.REFUSED


def _of_answer(code: int, text: str, stage: Stage) -> DeliveryError:
    message = f"the mail server answered {code} {text} ({stage.name})"
    if stage.name in ("recipient", "data"):
        failure = of_recipient(code, text)
        if stage.name == "data" and failure is DeliveryFailure.RECIPIENT and not ENHANCED.search(text):
            failure = DeliveryFailure.REFUSED  # a bare 550 to the data is about the data
        return DeliveryError(message, failure)
    if code // 100 != 5:
        soon = stage.name == "sender" and code // 100 == 4 and code != 421
        failure = DeliveryFailure.SOON if soon else DeliveryFailure.LATER
        return DeliveryError(message, failure, whole=True)
    if stage.name == "sender" and too_large(smtplib.SMTPResponseException(code, text)):
        return DeliveryError(message, DeliveryFailure.REFUSED)
    # A server that does not let us in at all may do so for a reason that passes.
    return DeliveryError(message, DeliveryFailure.CHANNEL, sure=stage.name in ("login", "sender"))


def _text(answer: object) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
