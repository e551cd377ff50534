"""Which channels an installation has.

Belongs here: file and mail, which every installation has, and what `sources.yaml` declares under `channels`, by its
kind. Does not belong here: which alert goes through which (`outbox.routes`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from pipelines.alerts.channels import apprise, file, github, gitlab, mail, webhook
from pipelines.alerts.channels.letter import Channel
from pipelines.http_client import HttpClient
from pipelines.settings import Settings
from pipelines.sources_channels import DeclaredChannel

Opened = Callable[[Any, Settings, HttpClient, Mapping[str, str]], Channel]

# What `sources.yaml` may declare, by `kind`.
KINDS: Mapping[str, Opened] = {
    "apprise": lambda declared, settings, http, environment: apprise.opened(declared, environment),
    "webhook": webhook.opened,
    "github": github.opened,
    "gitlab": gitlab.opened,
}


def always(settings: Settings) -> Mapping[str, Channel]:
    """The channels of every installation."""
    return {"file": file.opened(settings), "mail": mail.opened(settings)}


def opened(
    settings: Settings,
    declared: Mapping[str, DeclaredChannel],
    http: HttpClient,
    environment: Mapping[str, str] | None = None,
) -> Mapping[str, Channel]:
    """All channels by name. Nothing is connected to, and nothing that is wrong with one keeps the others back.

    Addresses and secrets are taken from `environment` (default: the process's).
    """
    known = os.environ if environment is None else environment
    others = {name: KINDS[block.kind](block, settings, http, known) for name, block in declared.items()}
    return {**always(settings), **others}
