"""An installation that watches one dataset of the demonstration, and whose readers may report.

Belongs here: making it, and its nights. Does not belong here: the server (`serving_process`), mail (`smtp_server`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from pipelines import artifacts, night
from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.history.asking import columns_and_rows
from pipelines.model import Alert
from pipelines.settings import Settings
from pipelines.sources import Sources, parse
from pipelines.tools import opened_tools
from tests.serving_process import KEY

SEED = 11
OWNER = "contrataciones@dependencia.example"
READER = "lectora@example.org"
DATASET = "demo-compras/contratos"


@dataclass
class Installation:
    """One dataset of the demonstration, watched from today on."""

    sources: Sources
    settings: Settings
    file: Path

    def run(self, day: date) -> None:
        moment = datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
        clock = FixedClock(max(moment, datetime.now(UTC)))
        with opened_tools(self.settings, self.sources, clock=clock) as tools:
            assert night.run_night(self.sources, day, tools).failures == ()

    def alerts(self, day: date) -> list[Alert]:
        folder = artifacts.night_folder(self.settings.runs, day)
        return [it for it in artifacts.read_values(folder / artifacts.ALERTS, Alert) if it.feedback]

    def asked(self, sql: str) -> list[tuple[object, ...]]:
        return columns_and_rows(sql, public=self.settings.public)[1]


@contextmanager
def installed(folder: Path) -> Iterator[Installation]:
    """The installation in `folder`, and its portal while the block lasts."""
    moment = datetime.now(UTC)
    with DemoPortal(story.edition(SEED, 1), moment) as portal:
        text = story.sources(portal.url)
        declared = parse(text)
        source = declared.sources[0]
        contracts = source.model_copy(update={"datasets": source.datasets[:1]})
        (folder / "sources.yaml").write_text(text, encoding="utf-8")
        settings = Settings(
            data=folder / "data",
            sources=folder / "sources.yaml",
            allow_private_addresses=True,
            host_pause_seconds=0.0,
            retries=1,
            page_visits=0,
            operator="operacion@team.example",
            link_key=KEY,
            delivery="live",
        )
        sources = declared.model_copy(update={"sources": (contracts,)})
        yield Installation(sources, settings, folder / "sources.yaml")
