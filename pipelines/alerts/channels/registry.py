"""Which channels an installation has.

Belongs here: file and mail, which every installation has, and what `sources.yaml` declares under `channels`. Does not
belong here: which alert goes through which (`outbox.routes`).
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.alerts.channels import file, mail
from pipelines.alerts.channels.letter import Channel
from pipelines.settings import Settings


def opened(settings: Settings) -> Mapping[str, Channel]:
    """The channels by name. Nothing is connected to, and nothing that is wrong with one stops the others."""
    return {"file": file.opened(settings), "mail": mail.opened(settings)}
