"""The dead-man's switch: a ping to a service that raises the alarm when none comes.

Belongs here: which address is asked, with which words, and what is remembered of it. The form is that of
healthchecks.io, which others understand too: `<url>` a night is finished, `<url>/start` it begins, `<url>/fail` a fault
of ours stopped some of it. A night that is killed, or waits for sources, pings nothing: that silence is what the other
side listens for. Does not belong here: when a night is finished (`night`).

The address is a secret: whoever knows it can keep the alarm silent. It is in no line of a log, and in no file.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import date
from urllib.parse import urlsplit, urlunsplit

from pipelines.errors import FetchFault
from pipelines.http_client import HttpClient
from pipelines.redaction import secrets_in, spellings, without
from pipelines.settings import Settings

log = logging.getLogger("veedor")

SENT = "sent"
START, FAIL = "start", "fail"
# All tries together: a switch that does not answer must not hold a night up.
SECONDS = 20.0
RETRIES = 2
LONGEST_LIST = 20


def started(night: date, language: str, settings: Settings, http: HttpClient) -> str:
    """Tell that a night begins. Gives "" when nobody is pinged, `sent`, or why it could not be."""
    return _ping(START, WORDS[language]["start"].format(night=night), settings, http)


def ended(
    night: date, sources: int, stopped: Sequence[str], language: str, settings: Settings, http: HttpClient
) -> str:
    """Tell that a night is finished, of `sources` sources; `stopped` are those that a fault of ours kept from it."""
    words = WORDS[language]
    if not stopped:
        return _ping("", words["fine"].format(night=night, sources=sources), settings, http)
    named = ", ".join(stopped[:LONGEST_LIST]) + (", …" if len(stopped) > LONGEST_LIST else "")
    text = words["stopped"].format(night=night, sources=sources, count=len(stopped), named=named)
    return _ping(FAIL, text, settings, http)


def failed(night: date, kind: str, language: str, settings: Settings, http: HttpClient) -> str:
    """Tell that a fault of ours of some `kind` ended the night: a full disk, an exhausted machine."""
    return _ping(FAIL, WORDS[language]["failed"].format(night=night, kind=kind), settings, http)


def address(url: str, signal: str) -> str:
    """Where a signal goes: its name stands behind the path, before any query."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/") + (f"/{signal}" if signal else "")
    return urlunsplit(parts._replace(path=path or "/", fragment=""))


def _ping(signal: str, text: str, settings: Settings, http: HttpClient) -> str:
    """Never raises what the other side, the network or an address can cause."""
    if settings.ping_url is None:
        return ""
    url = address(settings.ping_url, signal)
    try:
        reply = http.send(
            url,
            text.encode("utf-8"),
            {"Content-Type": "text/plain; charset=utf-8"},
            seconds=SECONDS,
            retries=RETRIES,
        )
        kept = "" if reply.status < 300 else f"it answered {reply.status}"
    except FetchFault as fault:
        kept = fault.message
    except Exception as fault:  # whatever it is, it is not the night's
        kept = type(fault).__name__
    if not kept:
        return SENT
    kept = without(kept, spellings(secrets_in(settings.ping_url)))
    log.warning("the ping (VEEDOR_PING_URL) could not be made: %s", kept)
    return f"not sent: {kept}"


WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "start": "The night of {night} begins.",
        "fine": "The night of {night} is finished: {sources} sources.",
        "stopped": "The night of {night} is finished, but a fault of ours stopped {count} of {sources} sources: "
        "{named}.",
        "failed": "A fault of ours ended the night of {night}: {kind}.",
    },
    "es": {
        "start": "Comienza la noche del {night}.",
        "fine": "La noche del {night} terminó: {sources} fuentes.",
        "stopped": "La noche del {night} terminó, pero una falla nuestra detuvo {count} de {sources} fuentes: {named}.",
        "failed": "Una falla nuestra interrumpió la noche del {night}: {kind}.",
    },
}
