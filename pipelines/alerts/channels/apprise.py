"""Any address that Apprise knows: Slack, Teams, Mattermost, Telegram and a hundred others.

Belongs here: handing the text over, and making an exception of Apprise's yes or no. Apprise does not say why it failed
but in its log, so the log is what the error shows, without the secrets of the address. What is sent is the text, cut
to what the service takes; attachments go by mail alone. Apprise makes its own connections: where they lead is the
operator's choice.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from pipelines.alerts.channels import environment as env
from pipelines.alerts.channels.letter import Audience, Channel, Letter
from pipelines.errors import DeliveryError
from pipelines.model import DeliveryFailure
from pipelines.redaction import secrets_in
from pipelines.sources_channels import AppriseChannel

SECONDS = 60.0
# How Apprise's plugins tell a status in their log: "error=401".
STATUS = re.compile(r"error[=: ]+(\d{3})\b")
CLOSED = frozenset({"401", "403", "404", "410"})


def opened(declared: AppriseChannel, environment: Mapping[str, str], *, seconds: float = SECONDS) -> Channel:
    """The address as a channel. `seconds` is for the whole attempt."""
    url = environment.get(declared.url_env, "")

    def deliver(letter: Letter) -> str:
        _notify(env.value_of(declared.url_env, environment), declared.url_env, letter, seconds)
        return ""  # the address is a secret

    return Channel(deliver, Audience(declared.audience), (declared.kind, url), secrets_in(url, host=True))


def _notify(url: str, variable: str, letter: Letter, seconds: float) -> None:
    import apprise

    with _quiet():
        service = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            raise env.unusable(variable, "holds no address that Apprise understands")
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
        sender = apprise.Apprise()
        sender.add(service)
        result = sender.notify(
            title=letter.message.subject,
            body=letter.message.text,
            body_format=apprise.NotifyFormat.TEXT,
            timeout=seconds,
        )
    if result:
        return
    if result.status == apprise.AppriseResultStatus.TIMEOUT:
        raise DeliveryError(f"no answer came within {seconds:g} seconds", whole=True)
    told = " ".join(str(getattr(entry, "message", entry)) for entry in result.logs())
    message = told or "the service refused it without a reason"
    status = STATUS.search(told)
    if status is not None and status[1] in CLOSED:
        # Apprise's words, not a status of ours: it has to be seen twice.
        raise DeliveryError(message, DeliveryFailure.CHANNEL, sure=False)
    raise DeliveryError(message)


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep Apprise's log, which tells addresses, out of ours."""
    log = logging.getLogger("apprise")
    passed_on = log.propagate
    log.propagate = False
    try:
        yield
    finally:
        log.propagate = passed_on
