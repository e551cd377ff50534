"""From a drop to a mail in an inbox: stored first, sent once, tried again when the server says later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.history.asking import columns_and_rows
from pipelines.model import Notification
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.sources import Sources, parse
from pipelines.tools import opened_tools
from tests.smtp_server import Inbox, running

SEED = 11


def published(number: int) -> datetime:
    day = story.night_date(number)
    return datetime(day.year, day.month, day.day, 3, tzinfo=UTC)


@pytest.fixture
def story_until_it_breaks(settings: Settings) -> Iterator[tuple[DemoPortal, Sources, Settings]]:
    """Nights 1 and 4 of the demonstration's contracts are ready to run; delivery is live."""
    with DemoPortal(story.edition(SEED, 1), published(1)) as portal:
        text = story.sources(portal.url)
        yield portal, parse(text), settings


def night(number: int, sources: Sources, settings: Settings) -> None:
    day = story.night_date(number)
    clock = FixedClock(datetime(day.year, day.month, day.day, 9, tzinfo=UTC))
    with opened_tools(settings, sources, clock=clock) as tools:
        assert run_night(sources, day, tools).failures == ()


def attempts(settings: Settings, number: int) -> list[Notification]:
    folder = artifacts.night_folder(settings.runs, story.night_date(number)) / artifacts.NOTIFICATIONS
    return [artifacts.read_value(path, Notification) for path in sorted(folder.glob("*-mail-*.json"))]


def test_one_mail_when_it_breaks_one_when_it_is_mended_and_none_twice(
    story_until_it_breaks: tuple[DemoPortal, Sources, Settings],
) -> None:
    portal, sources, settings = story_until_it_breaks
    inbox = Inbox()
    with running(inbox) as url:
        live = replace(settings, delivery="live", mail_url=url)
        for number in (1, 4, 4, 5, 5):
            portal.publish(story.edition(SEED, number), published(number))
            night(number, sources, live)
    subjects = [str(inbox.message(index)["Subject"]) for index in range(len(inbox.envelopes))]
    assert len(subjects) == 2
    assert "nueva" in subjects[0] or "ya no" in subjects[0]
    assert "corregid" in subjects[1] or "corrig" in subjects[1]
    assert {envelope.rcpt_tos[0] for envelope in inbox.envelopes} == {"contrataciones@dependencia.example"}
    assert len(list(live.outbox.glob("*.eml"))) == 2


def test_a_mail_that_is_put_off_is_sent_on_a_later_night_and_each_attempt_is_a_row(
    story_until_it_breaks: tuple[DemoPortal, Sources, Settings],
) -> None:
    portal, sources, settings = story_until_it_breaks
    inbox = Inbox(refuse_message="451 4.7.1 greylisted, try again later")
    with running(inbox) as url:
        live = replace(settings, delivery="live", mail_url=url)
        for number in (1, 4):
            portal.publish(story.edition(SEED, number), published(number))
            night(number, sources, live)
        assert [(item.attempt, str(item.state)) for item in attempts(live, 4)] == [(1, "failed")]
        inbox.refuse_message = None
        portal.publish(story.edition(SEED, 5), published(5))
        night(5, sources, live)
    assert [(item.attempt, str(item.state)) for item in attempts(live, 4)] == [(1, "failed"), (2, "sent")]
    assert len(inbox.envelopes) == 2
    _, rows = columns_and_rows(
        "select attempt, state from notification where channel = 'mail' and night = ? order by 1",
        [story.night_date(4)],
        public=live.public,
    )
    assert rows == [(1, "failed"), (2, "sent")]


def test_a_dead_address_is_given_up_and_the_night_goes_on(
    story_until_it_breaks: tuple[DemoPortal, Sources, Settings],
) -> None:
    portal, sources, settings = story_until_it_breaks
    inbox = Inbox(refuse_recipient="550 5.1.1 no such user")
    with running(inbox) as url:
        live = replace(settings, delivery="live", mail_url=url)
        for number in (1, 4, 5):
            portal.publish(story.edition(SEED, number), published(number))
            night(number, sources, live)
    assert [str(item.state) for item in attempts(live, 4)] == ["failed"]
    assert "550" in attempts(live, 4)[0].error


def test_nobody_is_written_to_before_delivery_is_live(
    story_until_it_breaks: tuple[DemoPortal, Sources, Settings], tmp_path: Path
) -> None:
    portal, sources, settings = story_until_it_breaks
    inbox = Inbox()
    with running(inbox) as url:
        careful = replace(settings, mail_url=url)
        for number in (1, 4):
            portal.publish(story.edition(SEED, number), published(number))
            night(number, sources, careful)
    assert inbox.envelopes == []
    assert len(list(careful.outbox.glob("*.eml"))) == 1
