"""What every handler of the server works with.

Belongs here: that one value, and asking the time in the terms that the rest of Veedor uses.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from starlette.requests import Request

from pipelines.clock import Clock
from pipelines.errors import ConfigurationError
from pipelines.serving.known import Known
from pipelines.serving.limits import Limits, client_of
from pipelines.serving.published import Published
from pipelines.settings import Settings
from pipelines.sources import Sources
from pipelines.tonight import night_of


@dataclass(frozen=True)
class Context:
    """The installation as the server has it. `key` signs and reads every link."""

    settings: Settings
    sources: Sources
    clock: Clock
    key: str
    known: Known
    published: Published
    limits: Limits = field(default_factory=Limits)

    @property
    def runs(self) -> Path:
        """The run folders, beside which the inbox lies."""
        return self.settings.runs

    def now(self) -> tuple[datetime, date]:
        """The instant, and the night that it belongs to."""
        now = self.clock.now()
        return now, night_of(now, self.sources)

    def may_send(self, request: Request) -> bool:
        """Whether whoever asks has not sent too often."""
        host = request.client.host if request.client else None
        return self.limits.take(client_of(host), time.monotonic())


def context(settings: Settings, sources: Sources, clock: Clock, limits: Limits | None = None) -> Context:
    """The context of an installation. Raises `ConfigurationError` without a key for links."""
    if settings.link_key is None:
        raise ConfigurationError(
            "VEEDOR_LINK_KEY is not set, by which forms and links are signed.",
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return Context(
        settings,
        sources,
        clock,
        settings.link_key,
        Known(settings, sources),
        Published(settings),
        limits or Limits(),
    )


def of(request: Request) -> Context:
    """The context of the server that answers `request`."""
    found: Context = request.app.state.context
    return found
