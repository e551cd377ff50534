"""What every command of `veedor alerts` begins with: what is declared, tonight, the incidents, and the language.

Belongs here: gathering that once. Does not belong here: any command.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli.alerts_words import WORDS
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings

if TYPE_CHECKING:
    from pipelines.alerts.standing import Standing
    from pipelines.sources import Sources

Language = Annotated[
    str | None,
    typer.Option("--language", help="Language of the answer: es or en. Left out: that of sources.yaml."),
]


@dataclass(frozen=True)
class Installed:
    """This installation, now; `words` are in the language to answer in."""

    settings: Settings
    sources: Sources
    now: datetime
    night: date
    language: str

    @property
    def words(self) -> Mapping[str, str]:
        """The words of its language."""
        return WORDS[self.language]


@dataclass(frozen=True)
class Here(Installed):
    """This installation with `every` incident as it stands."""

    every: Sequence[Standing]


def installed(language: str | None) -> Installed:
    """Read what is declared. Raises `ConfigurationError` for a language without words."""
    from pipelines.clock import SystemClock
    from pipelines.sources import load
    from pipelines.tonight import night_of

    if language is not None and language not in WORDS:
        raise ConfigurationError(f"--language {language!r} is not known.", "Use es or en.")
    settings = Settings.from_env()
    sources = load(settings.sources)
    now = SystemClock().now()
    return Installed(settings, sources, now, night_of(now, sources), language or sources.language)


def opened(language: str | None) -> Here:
    """The same with the incidents. Raises `HistoryMissing` before any night."""
    from pipelines.alerts.standing import standing

    it = installed(language)
    every = standing(it.settings, it.sources, it.night)
    return Here(it.settings, it.sources, it.now, it.night, it.language, every)


def demand_source(source: str | None, sources: Sources) -> None:
    """Raise `ConfigurationError` when there is no such source; None is none at all."""
    if source is not None and source not in {it.id for it in sources.sources}:
        raise ConfigurationError(f"there is no source {source!r}.", "See `veedor sources check`.")
