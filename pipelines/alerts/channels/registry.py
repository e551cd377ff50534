"""Which channels exist, and which of them an installation uses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pipelines.alerts.channels import file, mail
from pipelines.alerts.message import Message
from pipelines.model import ContactPoint
from pipelines.settings import Settings


class Channel(Protocol):
    """What a channel module's `deliver` is."""

    def __call__(self, message: Message, recipient: ContactPoint, settings: Settings, now: datetime) -> str:
        """Deliver once; give the address that was served. Raises `DeliveryError`."""


CHANNELS: Mapping[str, Channel] = {"file": file.deliver, "mail": mail.deliver}


def chosen(settings: Settings, recipient: ContactPoint) -> tuple[str, ...]:
    """Nobody outside is written to until the operator sets delivery to live; files are always written."""
    if settings.delivery == "live" and recipient.email:
        return ("file", "mail")
    return ("file",)
