"""What a channel is, and what it is given: one letter, delivered once or refused with a reason.

Belongs here: the two values that outbox and channels share, and the hiding of secrets in whatever text a channel's
other side or library comes up with (`pipelines.redaction`). Does not belong here: any way to deliver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipelines.alerts.message import Message, clean
from pipelines.model import Alert, ContactPoint
from pipelines.redaction import spellings, without

LONGEST_ERROR = 500


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
    return clean(without(text, spellings(secrets)), longest)
