"""Any address of Apprise: what it says of a failure, and how long it may take."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from pipelines.alerts.channels import apprise
from pipelines.alerts.channels.letter import Channel, hidden
from pipelines.errors import DeliveryError
from pipelines.model import DeliveryFailure
from pipelines.sources_channels import AppriseChannel
from tests import receivers
from tests.letters import letter
from tests.receivers import Receiver

DECLARED = AppriseChannel.model_validate({"kind": "apprise", "url_env": "CHAT_URL"})


@pytest.fixture
def chat() -> Iterator[tuple[Receiver, str]]:
    found = Receiver()
    with receivers.running(found) as url:
        yield found, f"json{url[4:]}/t0ken-of-the-room"


def channel(url: str, seconds: float = 10.0) -> Channel:
    return apprise.opened(DECLARED, {"CHAT_URL": url}, seconds=seconds)


def failure(found: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        found.deliver(letter())
    assert "t0ken" not in hidden(caught.value.message, found.secrets)
    return caught.value


def test_the_text_arrives_and_no_attachment(chat: tuple[Receiver, str]) -> None:
    received, url = chat
    channel(url).deliver(letter())
    (request,) = received.requests
    assert request.json["title"] == letter().message.subject
    assert request.json["message"].strip() == "Texto: ñ"
    assert request.json["attachments"] == []


@pytest.mark.parametrize(
    ("status", "failure_", "sure"),
    [
        (401, DeliveryFailure.CHANNEL, False),
        (404, DeliveryFailure.CHANNEL, False),
        (500, DeliveryFailure.LATER, True),
        (429, DeliveryFailure.LATER, True),
    ],
)
def test_what_a_service_may_answer(
    chat: tuple[Receiver, str], status: int, failure_: DeliveryFailure, sure: bool
) -> None:
    received, url = chat
    received.answer = lambda request: receivers.said(status, {"at": request.path})
    fault = failure(channel(url))
    assert (fault.failure, fault.sure) == (failure_, sure)
    assert str(status) in fault.message


def test_a_service_that_does_not_answer_is_left(chat: tuple[Receiver, str]) -> None:
    received, url = chat
    over = threading.Event()

    def waits(request: receivers.Request) -> receivers.Answer:
        over.wait(timeout=3)
        return 204, {}, b""

    received.answer = waits
    fault = failure(channel(url, seconds=0.3))
    over.set()
    assert (fault.failure, fault.whole) == (DeliveryFailure.LATER, True)
    assert "within 0.3 seconds" in fault.message


def test_a_text_that_is_too_long_for_a_service_is_cut(chat: tuple[Receiver, str]) -> None:
    received, url = chat
    long = replace(letter().message, text="x" * 100_000)
    channel(url).deliver(replace(letter(), message=long))
    (request,) = received.requests
    assert len(request.json["message"]) <= 32_768


@pytest.mark.parametrize("url", ["telegraph://x", "slack://", "::", "https://"])
def test_an_address_that_apprise_does_not_know(url: str) -> None:
    assert failure(channel(url)).failure is DeliveryFailure.CHANNEL
