"""From a stored alert to a notification that is sent, failed or given up; and what the operator hears of it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.alerts import attempts, outbox, troubles
from pipelines.alerts.channels.letter import Audience
from pipelines.alerts.message import Message
from pipelines.errors import DeliveryError
from pipelines.model import (
    Alert,
    AlertKind,
    AlertState,
    DeliveryFailure,
    Notification,
    NotificationState,
    TroubleKind,
)
from pipelines.settings import Settings
from tests.office import BEGUN, NIGHT, OPERATOR, SECRET, Fake, Office, alert, compose, everything


@pytest.fixture
def office(settings: Settings) -> Office:
    live = replace(settings, delivery="live", mail_url="mailto://smtp.example", operator=OPERATOR)
    return Office(live, {"mail": Fake()})


def later(message: str = "451 try again") -> DeliveryError:
    return DeliveryError(message)


def test_a_message_goes_out_once_and_to_a_file(office: Office) -> None:
    office.store([alert()])
    sent = office.deliver()
    assert [(it.channel, str(it.state)) for it in sent] == [("file", "sent"), ("mail", "sent")]
    assert office.deliver() == office.deliver(days=30) == []
    assert len(office.fakes["mail"].letters) == 1
    assert len(list(office.settings.outbox.glob("*.eml"))) == 1


def test_it_is_tried_again_with_growing_waits_by_the_hour_not_only_by_the_night(office: Office) -> None:
    office.store([alert()])
    office.fakes["mail"].faults = [later()] * 4
    office.deliver()
    assert office.deliver(minutes=14) == []
    assert [it.attempt for it in office.deliver(minutes=1)] == [2]
    assert office.deliver(minutes=59) == []
    assert [it.attempt for it in office.deliver(minutes=1)] == [3]
    assert [it.attempt for it in office.deliver(hours=4)] == [4]
    assert [str(it.state) for it in office.deliver(hours=12)] == ["sent"]
    assert {it.message.id for it in office.fakes["mail"].letters} == {"a1"}


def test_who_greylists_is_tried_again_soon(office: Office) -> None:
    office.store([alert()])
    office.fakes["mail"].faults = [DeliveryError("451 greylisted", DeliveryFailure.SOON)]
    office.deliver()
    assert [str(it.state) for it in office.deliver(minutes=5)] == ["sent"]


def test_a_wish_to_be_left_alone_is_kept_up_to_a_day(office: Office) -> None:
    office.store([alert()])
    office.fakes["mail"].faults = [
        DeliveryError("429", retry_after=7200),
        DeliveryError("429", retry_after=1e12),
    ]
    office.deliver()
    assert office.deliver(minutes=119) == []
    assert [it.attempt for it in office.deliver(minutes=1)] == [2]
    assert [it.attempt for it in office.deliver(days=1)] == [3]


def test_it_is_given_up_after_seven_days_and_not_before(office: Office) -> None:
    office.store([alert()])
    office.fakes["mail"].faults = [later()] * 50
    tried = 0
    for _ in range(9 * 24 * 4):
        tried += len([it for it in office.deliver(minutes=15) if it.channel == "mail"])
    last = office.of("a1")[-1]
    assert last == (tried, "given_up", "later")
    assert 10 <= tried <= attempts.MOST_ATTEMPTS
    moments = [
        artifacts.read_value(path, Notification).attempted_on
        for path in (office.folder / artifacts.NOTIFICATIONS).glob("a1-mail-*.json")
    ]
    assert timedelta(days=6) < max(moments) - min(moments) <= attempts.PATIENCE


def test_one_run_a_night_tries_every_night(office: Office) -> None:
    office.store([alert()])
    office.fakes["mail"].faults = [later()] * 50
    office.deliver()
    nights = [len(office.deliver(hours=23, minutes=50)) for _ in range(6)]
    assert nights == [1] * 6


def test_what_was_never_tried_is_given_up_and_says_so(office: Office) -> None:
    office.store([alert()])
    (written, given_up) = office.deliver(days=10)
    assert (written.channel, str(written.state)) == ("file", "sent")
    assert (str(given_up.state), given_up.error) == ("given_up", "not delivered within 7 days")
    assert office.fakes["mail"].letters == []
    assert office.deliver() == []


@pytest.mark.parametrize("failure", [DeliveryFailure.RECIPIENT, DeliveryFailure.REFUSED])
def test_a_refusal_for_good_is_given_up_at_once_and_the_operator_is_told_once(
    office: Office, failure: DeliveryFailure
) -> None:
    office.store([alert("a1"), alert("a2"), alert("a3", "otra@dependencia.example")])
    office.fakes["mail"].faults = [DeliveryError("550 5.1.1 no such user", failure)] * 2
    office.deliver()
    assert office.of("a1") == office.of("a2") == [(1, "given_up", str(failure))]
    assert office.of("a3") == [(1, "sent", "")]
    assert len(office.fakes["mail"].letters) == 4
    told = office.fakes["mail"].letters[-1]
    assert told.recipient.email == OPERATOR
    assert "unidad@dependencia.example" in told.message.subject
    assert "550 5.1.1 no such user" in told.message.text
    assert office.deliver(days=1) == []


def test_an_address_that_works_again_is_told_of_again_when_it_dies_again(office: Office) -> None:
    dead = DeliveryError("550 5.1.1 no such user", DeliveryFailure.RECIPIENT)
    office.fakes["mail"].faults = [dead, None, None, dead]
    office.store([alert("a1")])
    office.deliver()
    office.store([alert("a1"), alert("a2")])
    office.deliver()
    office.store([alert("a1"), alert("a2"), alert("a3")])
    office.deliver(hours=1)
    assert [it.recipient.email for it in office.fakes["mail"].letters].count(OPERATOR) == 2


def test_a_channel_that_is_closed_to_us_is_switched_off_until_its_settings_change(office: Office) -> None:
    office.fakes["chat"] = Fake(audience=Audience.OPERATOR)
    refused = DeliveryError(f"535 bad login, {SECRET}", DeliveryFailure.CHANNEL)
    office.fakes["mail"].faults = [refused]
    office.store([alert("a1"), alert("a2")])
    office.deliver()
    assert office.of("a1") == [(1, "failed", "channel")]
    assert office.of("a2") == []
    (told,) = office.fakes["chat"].letters
    assert "«mail»" in told.message.subject
    assert "535 bad login, ***" in told.message.text
    for _ in range(5):
        office.deliver(hours=6)
    assert (len(office.fakes["mail"].letters), len(office.fakes["chat"].letters)) == (1, 1)
    assert not everything(office.settings.data, SECRET)
    office.fakes["mail"].password = SECRET[::-1]
    office.deliver()
    assert office.of("a1")[-1] == (2, "sent", "")
    assert office.of("a2") == [(1, "sent", "")]
    # Of a broken mail nobody is told by mail.
    assert OPERATOR not in [it.recipient.email for it in office.fakes["mail"].letters]


def test_a_channel_is_switched_on_again_by_the_operator(office: Office) -> None:
    office.fakes["mail"].faults = [DeliveryError("535", DeliveryFailure.CHANNEL)]
    office.store([alert()])
    office.deliver()
    assert office.deliver(hours=1) == []
    assert troubles.lift(office.settings.troubles, TroubleKind.CHANNEL, "mail")
    assert office.of("a1")[-1][:2] == (1, "failed")
    office.deliver(hours=1)
    assert office.of("a1")[-1] == (2, "sent", "")


def test_what_may_be_our_own_network_is_believed_the_second_time_only(office: Office) -> None:
    office.fakes["chat"] = Fake(audience=Audience.OPERATOR)
    unknown = DeliveryError("no such host", DeliveryFailure.CHANNEL, sure=False)
    office.fakes["mail"].faults = [unknown, None, unknown, unknown, unknown]
    office.store([alert("a1")])
    office.deliver()
    office.deliver(hours=2)
    assert office.of("a1")[-1] == (2, "sent", "")
    office.store([alert("a1"), alert("a2")])
    office.deliver()
    office.deliver(minutes=15)
    assert office.fakes["chat"].letters == []
    office.deliver(minutes=60)
    assert len(office.fakes["chat"].letters) == 1
    assert office.deliver(days=1) == []


def test_a_server_that_is_not_there_is_asked_once_a_time_not_once_a_message(office: Office) -> None:
    office.fakes["mail"].faults = [DeliveryError("time-out", whole=True)] * 3
    office.store([alert(f"a{number}") for number in range(20)])
    for expected in (1, 2, 3):
        office.deliver(minutes=5)
        assert len(office.fakes["mail"].letters) == expected
    office.deliver(days=1)
    assert len(office.fakes["mail"].letters) == 23


def test_nobody_outside_is_written_to_before_delivery_is_live_but_the_operator(office: Office) -> None:
    office.fakes["chat"] = Fake(audience=Audience.OPERATOR)
    office.settings = replace(office.settings, delivery="files")
    mine = alert("mine", OPERATOR.upper(), kind=AlertKind.NOTICE, channels=("mail", "chat"))
    office.store([alert("theirs"), mine])
    office.deliver()
    assert office.of("theirs") == [(1, "withheld", "")]
    assert office.of("mine") == [(1, "sent", "")]
    assert office.of("mine", "chat") == [(1, "withheld", "")]
    assert [it.recipient.email for it in office.fakes["mail"].letters] == [OPERATOR.upper()]
    office.settings = replace(office.settings, delivery="live")
    assert office.deliver() == []


def test_without_a_mail_server_the_operator_has_the_file(office: Office) -> None:
    office.settings = replace(office.settings, delivery="files", mail_url=None)
    office.store([alert("mine", OPERATOR)])
    office.deliver()
    assert office.of("mine") == [(1, "withheld", "")]
    assert office.of("mine", "file") == [(1, "sent", "")]


def test_going_back_to_files_stops_what_was_under_way(office: Office) -> None:
    office.fakes["mail"].faults = [later()]
    office.store([alert()])
    office.deliver()
    office.settings = replace(office.settings, delivery="files")
    assert office.deliver(days=1) == []
    office.settings = replace(office.settings, delivery="live")
    assert [str(it.state) for it in office.deliver()] == ["sent"]


def test_a_held_alert_and_one_without_an_address_go_to_the_file_alone(office: Office) -> None:
    office.store([alert("held", state=AlertState.HELD), alert("nobody", None)])
    assert {(it.alert, it.channel) for it in office.deliver()} == {("held", "file"), ("nobody", "file")}


def test_only_the_channels_that_an_alert_was_given_are_taken(office: Office) -> None:
    office.store([alert(channels=("mail", "gone"))])
    office.fakes["chat"] = Fake(audience=Audience.OWNERS)
    office.fakes["mail-2"] = Fake(audience=Audience.OWNERS)
    assert [it.channel for it in office.deliver()] == ["file", "mail"]
    assert outbox.routes(alert(), office.post) == ("mail", "chat", "mail-2")
    assert outbox.routes(alert(kind=AlertKind.NOTICE), office.post) == ("mail",)
    reader = alert("week", "reader@example.org", kind=AlertKind.SUMMARY)
    office.fakes["team"] = Fake(audience=Audience.OPERATOR)
    assert outbox.routes(reader, office.post) == ("mail",), "the team has its own summary"


def test_a_name_that_begins_like_another_is_another_channel(office: Office) -> None:
    office.fakes["chat-2"] = Fake(audience=Audience.OWNERS)
    office.fakes["chat"] = Fake(audience=Audience.OWNERS)
    office.store([alert(channels=("chat-2", "chat"))])
    office.deliver()
    assert office.of("a1", "chat") == office.of("a1", "chat-2") == [(1, "sent", "")]


def test_a_fault_of_ours_in_a_channel_is_recorded_without_its_secrets(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    office.fakes["mail"].faults = [
        RuntimeError(f"cannot open mailtos://u:{SECRET}@x"),
        OSError(f"at {SECRET}"),
    ]
    office.store([alert("a1"), alert("a2")])
    with caplog.at_level(logging.DEBUG):
        made = office.deliver()
    assert [it.error for it in made if it.error] == [
        "RuntimeError: cannot open mailtos://u:***@x",
        "OSError: at ***",
    ]
    assert SECRET not in caplog.text
    assert not everything(office.settings.data, SECRET)


def test_a_message_that_cannot_be_written_keeps_no_other_back(office: Office) -> None:
    office.store([alert("a1"), alert("a2")])

    def some(item: Alert) -> Message:
        if item.id == "a1":
            raise KeyError("words")
        return compose(item)

    outbox.deliver(office.folder, some, office.post)
    assert office.of("a1") == [(1, "failed", "later")]
    assert office.of("a2") == [(1, "sent", "")]


def test_an_attempt_that_was_not_finished_is_taken_up_under_its_number(office: Office) -> None:
    office.store([alert()])
    half = Notification("a1", "mail", "x@y.example", 3, NotificationState.SENDING, BEGUN)
    artifacts.write_value(office.folder / artifacts.NOTIFICATIONS / "a1-mail-3.json", half)
    office.deliver()
    assert office.of("a1") == [(3, "sent", "")]


def test_which_nights_have_something_to_do(office: Office) -> None:
    def due() -> list[date]:
        return outbox.nights_due(office.settings.runs, office.post, office.now.date())

    assert due() == []
    office.store([alert()])
    assert due() == [NIGHT]
    office.fakes["mail"].faults = [later()]
    office.deliver()
    assert due() == []
    office.now += timedelta(minutes=15)
    assert due() == [NIGHT]
    office.deliver()
    assert due() == []


def test_the_words_for_the_operator_are_there_in_both_languages(office: Office) -> None:
    from pipelines.alerts.trouble_words import WORDS

    assert WORDS["es"].keys() == WORDS["en"].keys()
    office.language = "en"
    office.fakes["mail"].faults = [DeliveryError("550 5.1.1 <b>gone</b>", DeliveryFailure.RECIPIENT)]
    office.store([alert()])
    office.deliver()
    message = office.fakes["mail"].letters[-1].message
    assert message.subject == "Veedor: unidad@dependencia.example cannot be written to"
    assert "<b>gone" not in message.html
    (stored,) = (office.folder / artifacts.NOTICES).glob("*.json")
    # The reason of an alert is public with the history.
    assert json.loads(stored.read_text())["reason"] == "an address cannot be written to"


@pytest.mark.parametrize("crash", range(1, 9))
def test_a_process_that_ends_at_any_write_neither_loses_nor_doubles(
    office: Office, monkeypatch: pytest.MonkeyPatch, crash: int
) -> None:
    """Every write of the outbox in turn ends the process, just before and just after it."""
    office.fakes["mail"].faults = [DeliveryError("550 5.1.1", DeliveryFailure.RECIPIENT)]
    office.store([alert("a1"), alert("a2", "otra@dependencia.example")])
    real: Callable[[Path, object], None] = artifacts.write_value
    count = 0

    def deadly(path: Path, value: object) -> None:
        nonlocal count
        count += 1
        if count == (crash + 1) // 2 and crash % 2:
            raise KeyboardInterrupt
        real(path, value)
        if count == (crash + 1) // 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(artifacts, "write_value", deadly)
    with pytest.raises(KeyboardInterrupt):
        office.deliver()
    monkeypatch.setattr(artifacts, "write_value", real)
    office.fakes["mail"].faults = [
        DeliveryError("550 5.1.1", DeliveryFailure.RECIPIENT)
        for it in [1]
        if office.of("a1") in ([], [(1, "sending", "")])
    ]
    office.deliver()
    office.deliver(hours=1)
    ids = [it.message.id for it in office.fakes["mail"].letters if it.recipient.email != OPERATOR]
    assert set(ids) == {"a1", "a2"}
    assert len(ids) <= 3
    assert office.of("a1") == [(1, "given_up", "recipient")]
    assert office.of("a2") == [(1, "sent", "")]
    assert [it.recipient.email for it in office.fakes["mail"].letters].count(OPERATOR) == 1
