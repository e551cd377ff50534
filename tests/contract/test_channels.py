"""What every channel owes: it delivers once or says what comes of it, doubles nothing, and tells no secret."""

from __future__ import annotations

import base64
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from pipelines.alerts.channels import registry
from pipelines.alerts.channels.letter import Channel, hidden
from pipelines.clock import FixedClock
from pipelines.errors import DeliveryError
from pipelines.http_client import HttpClient
from pipelines.model import ContactPoint, DeliveryFailure, UnexpectedExample
from pipelines.settings import Settings
from pipelines.sources_channels import DeclaredChannel
from tests import receivers, smtp_server
from tests.letters import NOW, OWNER, TOKEN, letter
from tests.receivers import Issues, Receiver

PATH = "s3cr3t-path-of-the-hook"
SECRET = base64.b64encode(b"twenty-four secret bytes").decode()
PASSWORD = "correct-horse-battery"  # noqa: S105 - planted to be looked for
PLANTED = (PATH, SECRET, TOKEN, PASSWORD)

CHANNELS = (*registry.always(Settings()), *registry.KINDS)


@dataclass
class World:
    """One channel whose other side works. `arrived` counts what is there, each thing once; `break_it` spoils it."""

    channel: Channel
    arrived: Callable[[], list[str]]
    break_it: Callable[[str], None]


@pytest.fixture
def world(request: pytest.FixtureRequest, settings: Settings) -> Iterator[World]:
    name: str = request.param
    with ExitStack() as held:
        http = held.enter_context(HttpClient(settings, FixedClock(NOW)))
        if name in ("file", "mail"):
            yield _our_own(name, settings, held)
            return
        receiver, issues = Receiver(), Issues(TOKEN)
        url = held.enter_context(receivers.running(receiver))
        environment = {
            "CHANNEL_URL": f"{'json' + url[4:] if name == 'apprise' else url}/{PATH}",
            "CHANNEL_SECRET": f"whsec_{SECRET}",
            "CHANNEL_TOKEN": TOKEN,
        }
        receiver.answer = {"github": issues.github, "gitlab": issues.gitlab}.get(name, receiver.answer)
        block = declared(name, url)
        channels = registry.opened(settings, {"mine": block}, http, environment)

        def arrived() -> list[str]:
            if name in ("github", "gitlab"):
                return [it["title"] for it in issues.issues]
            return list(
                dict.fromkeys(it.headers.get("webhook-id") or it.body.decode() for it in receiver.requests)
            )

        def break_it(how: str) -> None:
            if how == "silent":
                held.close()
            elif how == "busy":
                issues.refuse = receivers.said(503, {"message": f"busy, {TOKEN}"})
                receiver.answer = _busy if name in ("apprise", "webhook") else receiver.answer

        yield World(channels["mine"], arrived, break_it)


def _busy(request: receivers.Request) -> receivers.Answer:
    return receivers.said(503, {"message": f"busy at {request.path}"})


def declared(kind: str, url: str) -> DeclaredChannel:
    written = {
        "apprise": {"url_env": "CHANNEL_URL"},
        "webhook": {"url_env": "CHANNEL_URL", "secret_env": "CHANNEL_SECRET"},
        "github": {"repo": "institucion/datos", "token_env": "CHANNEL_TOKEN", "base_url": url},
        "gitlab": {"repo": "institucion/datos", "token_env": "CHANNEL_TOKEN", "base_url": url},
    }[kind]
    adapter: TypeAdapter[DeclaredChannel] = TypeAdapter(DeclaredChannel)
    return adapter.validate_python({"kind": kind, "for": "owners", **written})


def _our_own(name: str, settings: Settings, held: ExitStack) -> World:
    if name == "file":

        def spoil(how: str) -> None:
            settings.outbox.parent.mkdir(parents=True, exist_ok=True)
            settings.outbox.write_text("no folder", encoding="utf-8")

        return World(
            registry.always(settings)["file"], lambda: [it.name for it in settings.outbox.glob("*")], spoil
        )
    inbox = smtp_server.Inbox(login=("veedor", PASSWORD))
    url = held.enter_context(smtp_server.running(inbox))

    def break_it(how: str) -> None:
        if how == "silent":
            held.close()
        else:
            inbox.refuse_recipient = f"450 4.3.0 busy, {PASSWORD}"

    return World(
        registry.always(replace(settings, mail_url=url))["mail"],
        lambda: list(dict.fromkeys(inbox.ids)),
        break_it,
    )


@pytest.mark.parametrize("world", CHANNELS, indirect=True)
def test_a_letter_arrives_and_twice_is_once(world: World) -> None:
    address = world.channel.deliver(letter())
    assert len(world.arrived()) == 1
    assert not any(secret in address for secret in PLANTED)
    world.channel.deliver(letter())
    assert len(world.arrived()) == 1


@pytest.mark.parametrize("world", CHANNELS, indirect=True)
def test_hostile_and_huge_text_is_delivered_as_text(world: World) -> None:
    evil = "x\r\nBcc: everybody@example.org\r\n\r\n<script>alert(1)</script>\u202e\x00 @everybody #1 `"
    huge = letter(
        summary={"es": evil * 1000, "en": evil},
        column=evil,
        examples=tuple(UnexpectedExample(row, evil * 500) for row in range(2000)),
    )
    message = replace(huge.message, subject=evil * 100, text=evil * 5000)
    world.channel.deliver(replace(huge, message=message, recipient=ContactPoint(evil, OWNER.email)))
    assert len(world.arrived()) == 1


@pytest.mark.parametrize("world", [it for it in CHANNELS if it != "file"], indirect=True)
@pytest.mark.parametrize("how", ["silent", "busy"])
def test_what_may_work_another_time_is_said_to_be_so_and_no_secret_is_told(
    world: World, how: str, caplog: pytest.LogCaptureFixture
) -> None:
    world.break_it(how)
    with caplog.at_level(logging.DEBUG), pytest.raises(DeliveryError) as caught:
        world.channel.deliver(letter())
    assert caught.value.failure in (DeliveryFailure.LATER, DeliveryFailure.SOON)
    # The server's own log is not ours.
    logged = [record.getMessage() for record in caplog.records if record.name != "mail.log"]
    told = f"{hidden(caught.value.message, world.channel.secrets)} {world.channel!r} {logged}"
    assert not [secret for secret in PLANTED if secret in told]


@pytest.mark.parametrize("world", ["file"], indirect=True)
def test_a_folder_that_cannot_be_written_is_a_fault_of_ours(world: World) -> None:
    world.break_it("busy")
    with pytest.raises(OSError, match="outbox"):
        world.channel.deliver(letter())


@pytest.mark.parametrize("kind", list(registry.KINDS))
@pytest.mark.parametrize("value", [None, "", "nonsense", "\x00\n", "http://[::1"])
def test_a_channel_that_is_not_set_up_says_which_variable_and_repeats_nothing(
    kind: str, value: str | None, settings: Settings
) -> None:
    names = ("CHANNEL_URL", "CHANNEL_SECRET", "CHANNEL_TOKEN")
    environment = {} if value is None else dict.fromkeys(names, value and f"{value} {PATH}")
    with HttpClient(settings, FixedClock(NOW)) as http:
        channels = registry.opened(
            settings, {"mine": declared(kind, "http://127.0.0.1:9")}, http, environment
        )
        with pytest.raises(DeliveryError, match="environment variable CHANNEL_") as caught:
            channels["mine"].deliver(letter())
    assert caught.value.failure is DeliveryFailure.CHANNEL
    assert PATH not in caught.value.message


def test_opening_channels_asks_nobody_and_needs_nothing(settings: Settings, tmp_path: Path) -> None:
    with HttpClient(settings, FixedClock(NOW)) as http:
        blocks = {f"c-{kind}": declared(kind, "http://127.0.0.1:9") for kind in registry.KINDS}
        assert list(registry.opened(settings, blocks, http, {})) == ["file", "mail", *blocks]
    assert not settings.data.exists()
