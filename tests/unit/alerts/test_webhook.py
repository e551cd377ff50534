"""Signed webhooks: judged by the standard's own library, and by what a receiver may answer."""

from __future__ import annotations

import base64
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from pipelines.alerts.channels import payload, webhook
from pipelines.alerts.channels.letter import Channel, Letter
from pipelines.clock import FixedClock
from pipelines.errors import DeliveryError
from pipelines.http_client import HttpClient
from pipelines.model import (
    AlertKind,
    ContactPoint,
    DeliveryFailure,
    Incident,
    IncidentState,
    Severity,
    UnexpectedExample,
)
from pipelines.settings import Settings
from pipelines.sources_channels import WebhookChannel
from tests import receivers
from tests.letters import letter
from tests.receivers import Receiver

SECRET = "whsec_" + base64.b64encode(b"twenty-four secret bytes").decode()
DECLARED = WebhookChannel.model_validate(
    {"kind": "webhook", "url_env": "HOOK_URL", "secret_env": "HOOK_SECRET", "for": "owners"}
)


@pytest.fixture
def http(settings: Settings) -> Iterator[HttpClient]:
    with HttpClient(settings, FixedClock(datetime(2026, 3, 5, tzinfo=UTC))) as client:
        yield client


@pytest.fixture
def receiver() -> Iterator[tuple[Receiver, str]]:
    found = Receiver()
    with receivers.running(found) as url:
        yield found, url


def channel(url: str, settings: Settings, http: HttpClient) -> Channel:
    return webhook.opened(DECLARED, settings, http, {"HOOK_URL": url, "HOOK_SECRET": SECRET})


def now() -> Letter:
    return replace(letter(), now=datetime.now(UTC))


def test_the_standards_library_verifies_it_and_nothing_else(
    receiver: tuple[Receiver, str], settings: Settings, http: HttpClient
) -> None:
    found, url = receiver
    channel(f"{url}/hook?key=1", settings, http).deliver(now())
    (request,) = found.requests
    assert (request.method, request.path, request.query) == ("POST", "/hook", {"key": "1"})
    told = Webhook(SECRET).verify(request.body, request.headers)
    assert (told["type"], told["timestamp"]) == ("alert.opened", "2026-03-05T00:00:00Z")
    assert told["data"]["transitions"][0]["incident"] == "incident-1"
    for spoilt in (request.body + b" ", request.body.replace(b"33.3", b"3.33")):
        with pytest.raises(WebhookVerificationError):
            Webhook(SECRET).verify(spoilt, request.headers)


def test_the_id_is_the_same_at_every_attempt_and_the_time_is_not(
    receiver: tuple[Receiver, str], settings: Settings, http: HttpClient
) -> None:
    found, url = receiver
    for hour in (9, 10):
        channel(url, settings, http).deliver(replace(letter(), now=datetime(2026, 3, 5, hour, tzinfo=UTC)))
    first, second = found.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == "veedor_alert-1"
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) == 3600
    assert first.body == second.body


@pytest.mark.parametrize(
    ("status", "headers", "failure", "sure", "wait"),
    [
        (410, {}, DeliveryFailure.CHANNEL, True, None),
        (404, {}, DeliveryFailure.CHANNEL, False, None),
        (401, {}, DeliveryFailure.CHANNEL, False, None),
        (302, {"Location": "/elsewhere"}, DeliveryFailure.CHANNEL, False, None),
        (400, {}, DeliveryFailure.REFUSED, True, None),
        (413, {}, DeliveryFailure.REFUSED, True, None),
        (429, {"Retry-After": "77"}, DeliveryFailure.LATER, True, 77),
        (503, {"Retry-After": "600"}, DeliveryFailure.LATER, True, 600),
        (500, {}, DeliveryFailure.LATER, True, None),
        (409, {}, DeliveryFailure.LATER, True, None),
    ],
)
def test_what_a_receiver_may_answer(
    receiver: tuple[Receiver, str],
    settings: Settings,
    http: HttpClient,
    status: int,
    headers: dict[str, str],
    failure: DeliveryFailure,
    sure: bool,
    wait: float | None,
) -> None:
    found, url = receiver
    found.answer = lambda request: (status, headers, b'{"message": "no\\r\\nno"}')
    with pytest.raises(DeliveryError) as caught:
        channel(url, settings, http).deliver(letter())
    assert (caught.value.failure, caught.value.sure, caught.value.retry_after) == (failure, sure, wait)
    assert f"answered {status} (no no)" in caught.value.message
    assert len(found.requests) == 1


def test_an_endless_answer_to_a_delivered_one_is_left_unread(
    receiver: tuple[Receiver, str], settings: Settings, http: HttpClient
) -> None:
    found, url = receiver
    found.answer = lambda request: (200, {}, b"x" * 3_000_000)
    channel(url, settings, http).deliver(letter())
    assert len(found.requests) == 1


def test_a_receiver_that_never_answers_is_left_at_the_deadline(settings: Settings) -> None:
    hurried = replace(settings, deadline_seconds=0.5)
    with socket.create_server(("127.0.0.1", 0)) as silent, HttpClient(hurried, FixedClock(now().now)) as http:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(DeliveryError) as caught:
            channel(url, hurried, http).deliver(letter())
    assert (caught.value.failure, caught.value.whole) == (DeliveryFailure.LATER, True)


def test_it_goes_by_the_same_guards_as_every_request(settings: Settings) -> None:
    public = replace(settings, allow_private_addresses=False)
    with HttpClient(public, FixedClock(now().now)) as http:
        for url, why in (("http://127.0.0.1:9", "begins with https"), ("https://127.0.0.1:9/x", "private")):
            with pytest.raises(DeliveryError, match=why) as caught:
                channel(url, public, http).deliver(letter())
            assert caught.value.failure is DeliveryFailure.CHANNEL


@pytest.mark.parametrize("secret", ["whsec_", "whsec_c2hvcnQ=", "not base64 at all!", "whsec_" + "A" * 200])
def test_a_secret_that_is_none_is_refused(secret: str, settings: Settings, http: HttpClient) -> None:
    bad = webhook.opened(DECLARED, settings, http, {"HOOK_URL": "http://127.0.0.1:9", "HOOK_SECRET": secret})
    with pytest.raises(DeliveryError, match="HOOK_SECRET") as caught:
        bad.deliver(letter())
    assert caught.value.failure is DeliveryFailure.CHANNEL


def body(**changes: Any) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(payload.of(letter(**changes)))["data"]
    return told


def test_no_address_and_no_personal_value_is_in_the_body() -> None:
    someone = replace(letter(), recipient=ContactPoint("Ana ana@x.example", "ana@x.example"))
    assert b"@" not in payload.of(someone)
    shown = (UnexpectedExample(4, "persona@x.example, tel. 5501997731"), UnexpectedExample(5, "PEPJ800101"))
    assert body(examples=shown)["transitions"][0]["examples"] == [
        {"row": 4, "value": "tel."},
        {"row": 5, "value": "PEPJ800101"},
    ]
    for condition in ("personal:k", "expectation:asset_declarations.address.not_personal"):
        assert body(condition=condition, examples=shown)["transitions"][0]["examples"] == []


def test_a_long_alert_is_cut_and_says_so() -> None:
    one = letter()
    assert one.alert is not None
    stands = Incident(
        "i",
        "s/d",
        "unreachable",
        IncidentState.OPEN,
        "r",
        Severity.WARNING,
        *2 * (date(2026, 3, 1),),
        0,
        1,
        1,
    )
    many = replace(one.alert, transitions=one.alert.transitions * 50, reminders=(stands,) * 25)
    told = json.loads(payload.of(replace(one, alert=many)))["data"]
    assert (len(told["transitions"]), len(told["reminders"]), told["left_out"]) == (20, 20, 35)
    assert len(payload.of(replace(one, alert=many))) < 20_000


def test_a_message_of_no_alert_is_one_too() -> None:
    assert b'"type":"message"' in payload.of(replace(letter(), alert=None))
    assert AlertKind.OPENED in payload.of(letter()).decode()
