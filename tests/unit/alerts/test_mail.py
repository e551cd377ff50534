"""Mail through Apprise against a real SMTP server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from pipelines.alerts.channels import mail
from pipelines.alerts.message import Message
from pipelines.errors import DeliveryError
from pipelines.model import ContactPoint
from pipelines.settings import Settings
from tests.smtp_server import Inbox, running

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
MESSAGE = Message("abc123", "2026-03-05", "Veedor: bajó «Contratación»", "Texto: ñ", "<p>Texto: <b>ñ</b></p>")
OWNER = ContactPoint("Dirección", "direccion@dependencia.example")


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, Settings]]:
    handler = Inbox()
    with running(handler) as url:
        yield handler, Settings(mail_url=url, mail_from="Veedor <veedor@team.example>")


def test_a_mail_arrives_whole(inbox: tuple[Inbox, Settings]) -> None:
    handler, settings = inbox
    assert mail.deliver(MESSAGE, OWNER, settings, NOW) == OWNER.email
    assert handler.envelopes[0].rcpt_tos == [OWNER.email]
    received = handler.message()
    assert received["Subject"] == MESSAGE.subject
    assert received["From"].addresses[0].addr_spec == "veedor@team.example"
    assert received["Message-ID"] == "<abc123@veedor.invalid>"
    assert received["Auto-Submitted"] == "auto-generated"
    html = received.get_body(("html",))
    assert html is not None
    assert "<b>ñ</b>" in html.get_content()


def test_a_rejected_recipient_is_a_permanent_failure(inbox: tuple[Inbox, Settings]) -> None:
    handler, settings = inbox
    handler.refuse_recipient = "550 5.1.1 no such user"
    with pytest.raises(DeliveryError) as caught:
        mail.deliver(MESSAGE, OWNER, settings, NOW)
    assert caught.value.permanent


def test_greylisting_is_a_passing_failure(inbox: tuple[Inbox, Settings]) -> None:
    handler, settings = inbox
    handler.refuse_message = "451 4.7.1 try again later"
    with pytest.raises(DeliveryError) as caught:
        mail.deliver(MESSAGE, OWNER, settings, NOW)
    assert not caught.value.permanent
    handler.refuse_message = None
    mail.deliver(MESSAGE, OWNER, settings, NOW)
    assert len(handler.envelopes) == 1


def test_no_server_and_no_address_are_told_apart_and_no_password_shows() -> None:
    settings = Settings(mail_url="mailto://user:hunter2@127.0.0.1:9?mode=insecure")
    with pytest.raises(DeliveryError) as caught:
        mail.deliver(MESSAGE, OWNER, settings, NOW)
    assert not caught.value.permanent
    assert "hunter2" not in str(caught.value)
    with pytest.raises(DeliveryError, match="no mail address"):
        mail.deliver(MESSAGE, ContactPoint("X"), settings, NOW)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(mail_url="nonsense://user:hunter2@x"),
        Settings(mail_url="mailto://user:hunter2@127.0.0.1:9", mail_from="x"),
    ],
    ids=("server", "sender"),
)
def test_a_setting_that_apprise_refuses_gives_up_no_alert(settings: Settings) -> None:
    with pytest.raises(DeliveryError, match="VEEDOR_MAIL_") as caught:
        mail.deliver(MESSAGE, OWNER, settings, NOW)
    assert not caught.value.permanent
    assert "hunter2" not in str(caught.value)
