"""From a drop to a mail in an inbox: stored first, sent once, tried again when the server says later."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import artifacts, night
from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.history.asking import columns_and_rows
from pipelines.model import Notification
from pipelines.settings import Settings
from pipelines.sources import Sources, parse
from pipelines.tools import opened_tools
from tests.smtp_server import Inbox, running

SEED = 11
BREAKS, MENDED = 4, 5
OWNER = "contrataciones@dependencia.example"
OPERATOR = "operacion@team.example"


def at(number: int, hour: int, minute: int = 0) -> datetime:
    day = story.night_date(number)
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)


@dataclass
class Installation:
    """One dataset of the demonstration on its portal, and the nights that were run on it."""

    portal: DemoPortal
    sources: Sources
    settings: Settings

    def run(self, number: int) -> None:
        self.portal.publish(story.edition(SEED, number), at(number, 3))
        with opened_tools(self.settings, self.sources, clock=FixedClock(at(number, 9))) as tools:
            assert night.run_night(self.sources, story.night_date(number), tools).failures == ()

    def deliver(self, moment: datetime) -> list[Notification]:
        return night.deliver_due(self.sources, self.settings, FixedClock(moment))

    @property
    def attempts(self) -> list[tuple[int, str, str]]:
        """Of the mails of the night on which it broke."""
        folder = artifacts.night_folder(self.settings.runs, story.night_date(BREAKS))
        found = [
            artifacts.read_value(path, Notification)
            for path in sorted((folder / artifacts.NOTIFICATIONS).glob("*-mail-*.json"))
        ]
        return [(it.attempt, it.address, str(it.state)) for it in found]

    def recorded(self) -> list[tuple[object, ...]]:
        """The same, as anybody can ask for it."""
        _, rows = columns_and_rows(
            "select attempt, state, failure from notification where channel = 'mail' and night = ? order by all",
            [story.night_date(BREAKS)],
            public=self.settings.public,
        )
        return rows


Copies = Callable[[Path], Installation]


@pytest.fixture(scope="module")
def copies(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Copies]:
    """Give a copy of an installation that has had its first night, and a portal that it watches."""
    base = tmp_path_factory.mktemp("base")
    with DemoPortal(story.edition(SEED, 1), at(1, 3)) as portal:
        declared = parse(story.sources(portal.url))
        source = declared.sources[0]
        contracts = source.model_copy(update={"datasets": source.datasets[:1]})
        sources = declared.model_copy(update={"sources": (contracts,)})
        settings = Settings(
            data=base / "data",
            sources=base / "sources.yaml",
            allow_private_addresses=True,
            host_pause_seconds=0.0,
            retries=1,
            page_visits=0,
            operator=OPERATOR,
        )
        Installation(portal, sources, settings).run(1)

        def copy(folder: Path) -> Installation:
            shutil.copytree(base / "data", folder / "data")
            return Installation(portal, sources, replace(settings, data=folder / "data"))

        yield copy


def test_one_mail_when_it_breaks_one_when_it_is_mended_and_none_twice(copies: Copies, tmp_path: Path) -> None:
    one = copies(tmp_path)
    inbox = Inbox(greylisted=1)
    with running(inbox) as url:
        one.settings = replace(one.settings, delivery="live", mail_url=url)
        one.run(BREAKS)
        assert one.attempts == [(1, OWNER, "failed")]
        assert one.deliver(at(BREAKS, 9, 4)) == []
        assert [str(it.state) for it in one.deliver(at(BREAKS, 9, 5))] == ["sent"]
        assert one.deliver(at(BREAKS, 20)) == []
        one.run(MENDED)
        one.run(MENDED)
    subjects = [str(inbox.message(index)["Subject"]) for index in range(len(inbox.envelopes))]
    assert len(subjects) == 2
    assert "nueva" in subjects[0] or "ya no" in subjects[0]
    assert "corregid" in subjects[1] or "corrig" in subjects[1]
    assert {envelope.rcpt_tos[0] for envelope in inbox.envelopes} == {OWNER}
    assert one.attempts == [(1, OWNER, "failed"), (2, OWNER, "sent")]
    assert one.recorded() == [(1, "failed", "soon"), (2, "sent", "")]
    assert len(list(one.settings.outbox.glob("*.eml"))) == 2


def test_before_delivery_is_live_nobody_is_written_to_and_a_dead_address_is_told_of_after(
    copies: Copies, tmp_path: Path
) -> None:
    one = copies(tmp_path)
    inbox = Inbox(nobody=frozenset({OWNER}))
    with running(inbox) as url:
        one.settings = replace(one.settings, mail_url=url)
        one.run(BREAKS)
        assert inbox.envelopes == []
        assert one.attempts == [(1, OWNER, "withheld")]
        assert one.recorded() == [(1, "withheld", "")]
        one.settings = replace(one.settings, delivery="live")
        assert one.deliver(at(BREAKS, 10)) == []

        # As though it had been live, and the process had died before any attempt.
        folder = artifacts.night_folder(one.settings.runs, story.night_date(BREAKS))
        shutil.rmtree(folder / artifacts.NOTIFICATIONS)
        assert {(it.channel, str(it.state)) for it in one.deliver(at(BREAKS, 10))} == {
            ("file", "sent"),
            ("mail", "given_up"),
            ("mail", "sent"),
        }
    assert sorted(one.attempts) == [(1, OWNER, "given_up"), (1, OPERATOR, "sent")]
    (told,) = inbox.envelopes
    assert told.rcpt_tos == [OPERATOR]
    assert f"Veedor: no se puede escribir a {OWNER}" == str(inbox.message()["Subject"])
    assert one.deliver(at(BREAKS, 11)) == []
