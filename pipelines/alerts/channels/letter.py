"""What a channel is, and what it is given: one letter, delivered once or refused with a reason.

Belongs here: the two values that outbox and channels share, and the hiding of secrets in whatever text a channel's
other side or library comes up with. Does not belong here: any way to deliver.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import parse_qsl, quote, quote_plus, unquote, urlsplit

from pipelines.alerts.message import Message, clean
from pipelines.model import Alert, ContactPoint

LONGEST_ERROR = 500
# Shorter ones would be found in any text, and hide nothing.
SHORTEST_SECRET = 3
SHORTEST_TOKEN = 6


@dataclass(frozen=True)
class Letter:
    """A message on its way to one recipient. `alert` is what it was made of, None when it tells of none."""

    message: Message
    recipient: ContactPoint
    now: datetime
    alert: Alert | None = None


class Audience(StrEnum):
    """Whose messages go through a channel. `addressed`: of whoever has an address in it. `nobody`: it stays here."""

    NOBODY = "nobody"
    ADDRESSED = "addressed"
    OWNERS = "owners"
    OPERATOR = "operator"


@dataclass(frozen=True)
class Channel:
    """A way to deliver. `deliver` gives the address that was served and raises `DeliveryError`.

    `made_of` is everything that it was set up with: when that changes, a channel that was switched off is tried again.
    `secrets` are the texts that no error may show.
    """

    deliver: Callable[[Letter], str] = field(repr=False)
    audience: Audience = Audience.ADDRESSED
    made_of: tuple[str, ...] = field(default=(), repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


def hidden(text: str, secrets: Iterable[str], longest: int = LONGEST_ERROR) -> str:
    """`text` on one line and cut, with every secret replaced, however it is written."""
    for secret in sorted({it for it in secrets if len(it) >= SHORTEST_SECRET}, key=len, reverse=True):
        for written in _spellings(secret):
            text = text.replace(written, "***")
    return clean(text, longest)


def _spellings(secret: str) -> tuple[str, ...]:
    coded = base64.b64encode(secret.encode()).decode()
    # Log-ins are coded with what stands before them, so the end of a code may differ.
    inner = (coded.rstrip("="),) if len(coded) > 8 else ()
    ways = {secret, unquote(secret), quote(secret), quote(secret, safe=""), quote_plus(secret), coded, *inner}
    return tuple(sorted((it for it in ways if len(it) >= SHORTEST_SECRET), key=len, reverse=True))


def secrets_in(address: str, *, host: bool = False) -> tuple[str, ...]:
    """What may be secret in an address: log-in, path, query; with `host` also where others name a server."""
    try:
        parts = urlsplit(address)
        named = (parts.hostname or "", parts.netloc) if host else ()
        user, password = parts.username or "", parts.password or ""
    except ValueError:
        return (address,)
    found = [address, *named, *parts.path.split("/"), parts.path.strip("/"), parts.fragment]
    found += [value for _, value in parse_qsl(parts.query)] + ([user] if host else [])
    # Parts of a path such as "api" are no secrets.
    return tuple(dict.fromkeys([password, *(it for it in found if len(it) >= SHORTEST_TOKEN)]))
