"""Mail by SMTP against real servers on loopback: what arrives, and how each way to fail is judged."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipelines.alerts.channels import mail
from pipelines.alerts.channels.letter import Letter
from pipelines.alerts.message import Attachment, Message
from pipelines.errors import DeliveryError
from pipelines.model import ContactPoint, DeliveryFailure
from pipelines.settings import Settings
from tests import smtp_server
from tests.portal_server import certificates
from tests.smtp_server import Inbox, running

ROOT = Path(__file__).resolve().parents[3]
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
MESSAGE = Message(
    "abc123", "2026-03-05", "Veedor: bajó «Contratación»", "Texto: ñ\n", "<p>Texto: <b>ñ</b></p>"
)
OWNER = ContactPoint("Dirección", "direccion@dependencia.example")
FROM = "Veedor <veedor@team.example>"
ROWS = Attachment("filas que fallan, año 2026.csv", "text/csv", b"fila,valor\r\n4,\r\n" * 10)


def send(url: str, message: Message = MESSAGE, recipient: ContactPoint = OWNER, **more: object) -> str:
    settings = Settings(mail_url=url, mail_from=FROM, operator="operacion@team.example")
    channel = mail.opened(settings, deadline=float(str(more.get("deadline", 20.0))), answer=10.0)
    return channel.deliver(Letter(message, recipient, NOW))


def failure(url: str, **more: object) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        send(url, **more)  # type: ignore[arg-type]
    return caught.value


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    handler = Inbox()
    with running(handler) as url:
        yield handler, url


def test_a_mail_arrives_whole(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    assert send(url, replace(MESSAGE, attachments=(ROWS,))) == OWNER.email
    envelope, received = handler.envelopes[0], handler.message()
    assert (envelope.mail_from, envelope.rcpt_tos) == ("veedor@team.example", [OWNER.email])
    assert received["Subject"] == MESSAGE.subject
    assert received["From"].addresses[0].addr_spec == "veedor@team.example"
    assert received["Reply-To"].addresses[0].addr_spec == "operacion@team.example"
    assert received["Message-ID"] == "<abc123@veedor.invalid>"
    assert received["Auto-Submitted"] == "auto-generated"
    assert received["List-Unsubscribe"] == "<mailto:operacion@team.example?subject=unsubscribe%20abc123>"
    text, html = received.get_body(("plain",)), received.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().splitlines() == MESSAGE.text.splitlines()
    assert "<b>ñ</b>" in html.get_content()
    (attached,) = received.iter_attachments()
    assert (attached.get_filename(), attached.get_content_type()) == (ROWS.name, "text/csv")
    assert attached.get_payload(decode=True) == ROWS.content


def test_an_address_to_end_the_mails_is_told_and_an_odd_one_is_not(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    send(url, replace(MESSAGE, unsubscribe="https://datos.example.org/baja?t=abc"))
    assert handler.message()["List-Unsubscribe"] == "<https://datos.example.org/baja?t=abc>"
    send(url, replace(MESSAGE, unsubscribe="https://x.example/>\r\nBcc: everybody@example.org"))
    assert "everybody" not in str(handler.message())


@pytest.mark.parametrize(
    ("answer", "judged"),
    [
        ("550 5.1.1 no such user", DeliveryFailure.RECIPIENT),
        ("550 unknown", DeliveryFailure.RECIPIENT),
        ("556 5.1.10 takes no mail", DeliveryFailure.RECIPIENT),
        ("550 5.2.1 mailbox disabled", DeliveryFailure.RECIPIENT),
        ("554 5.7.1 relay access denied", DeliveryFailure.REFUSED),
        ("550 5.7.1 blocked by policy", DeliveryFailure.REFUSED),
        ("552 5.2.2 mailbox full", DeliveryFailure.REFUSED),
        ("451 4.7.1 greylisted", DeliveryFailure.SOON),
        ("450 try again", DeliveryFailure.SOON),
        ("452 4.2.2 mailbox full", DeliveryFailure.LATER),
        ("421 4.3.2 going down", DeliveryFailure.LATER),
    ],
)
def test_a_refused_recipient(inbox: tuple[Inbox, str], answer: str, judged: DeliveryFailure) -> None:
    handler, url = inbox
    handler.refuse_recipient = answer
    fault = failure(url)
    assert fault.failure is judged
    assert answer[4:] in fault.message
    assert not fault.whole


@pytest.mark.parametrize(
    ("answer", "judged"),
    [
        ("554 5.6.0 looks like spam", DeliveryFailure.REFUSED),
        ("550 spam", DeliveryFailure.REFUSED),
        ("550 5.1.1 no such user after all", DeliveryFailure.RECIPIENT),
        ("451 4.7.1 try again later", DeliveryFailure.SOON),
    ],
)
def test_a_refused_message(inbox: tuple[Inbox, str], answer: str, judged: DeliveryFailure) -> None:
    handler, url = inbox
    handler.refuse_message = answer
    assert failure(url).failure is judged


@pytest.mark.parametrize(
    ("answer", "judged"),
    [
        ("550 5.7.60 not allowed to send as this sender", DeliveryFailure.CHANNEL),
        ("552 5.3.4 too big", DeliveryFailure.REFUSED),
        ("450 4.7.0 slow down", DeliveryFailure.SOON),
    ],
)
def test_a_refused_sender(inbox: tuple[Inbox, str], answer: str, judged: DeliveryFailure) -> None:
    handler, url = inbox
    handler.refuse_sender = answer
    assert failure(url).failure is judged


def test_greylisting_ends_when_it_is_tried_again(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    handler.greylisted = 1
    assert failure(url).failure is DeliveryFailure.SOON
    send(url)
    assert handler.ids == ["<abc123@veedor.invalid>"]


@pytest.mark.parametrize("announced", [True, False], ids=("announced", "not announced"))
def test_an_attachment_that_is_too_large_is_left_out_and_the_mail_says_so(announced: bool) -> None:
    handler = Inbox()
    large = replace(MESSAGE, attachments=(replace(ROWS, content=b"x" * 200_000),))
    with running(handler, size=50_000 if announced else None) as url:
        if not announced:
            handler.refuse_message = None
            handler.handle_DATA = small_only(handler)  # type: ignore[method-assign]
        send(url, large)
    received = handler.message()
    assert not list(received.iter_attachments())
    for kind in ("plain", "html"):
        body = received.get_body((kind,))
        assert body is not None
        assert "más grande de lo que acepta" in body.get_content()


def small_only(inbox: Inbox):  # type: ignore[no-untyped-def]
    async def handle_DATA(server: object, session: object, envelope: object) -> str:
        if len(envelope.content) > 50_000:  # type: ignore[attr-defined]
            return "552 5.3.4 too big for this system"
        inbox.envelopes.append(envelope)  # type: ignore[arg-type]
        return "250 OK"

    return handle_DATA


def test_a_server_that_never_answers_is_left_at_the_deadline() -> None:
    for talk in (smtp_server.says_nothing, smtp_server.drips):
        with smtp_server.rude(talk) as url:
            fault = failure(url, deadline=0.5)
        assert (fault.failure, fault.whole) == (DeliveryFailure.LATER, True)
        # In the end both servers hang up, which is told otherwise.
        assert "in time" in fault.message


@pytest.mark.parametrize("talk", [smtp_server.cut_in_data, smtp_server.cut_after_data])
def test_a_connection_that_is_cut_in_or_after_the_data_is_tried_again(talk: smtp_server.Talk) -> None:
    with smtp_server.rude(talk) as url:
        fault = failure(url, message=replace(MESSAGE, text="x\n" * 100_000))
    assert fault.failure is DeliveryFailure.LATER
    assert "data" in fault.message


def test_nobody_listens() -> None:
    fault = failure(f"mailto://127.0.0.1:{smtp_server.free_port()}")
    assert (fault.failure, fault.whole) == (DeliveryFailure.LATER, True)
    fault = failure("mailto://no-such-host.invalid:25")
    assert (fault.failure, fault.sure) == (DeliveryFailure.CHANNEL, False)


@pytest.mark.parametrize("implicit", [True, False], ids=("tls", "starttls"))
def test_a_certificate_that_nobody_vouches_for(tmp_path: Path, implicit: bool) -> None:
    handler = Inbox()
    pair = certificates.certificate(tmp_path, None)
    with running(handler, certificate=pair, implicit=implicit) as url:
        fault = failure(url)
        assert (fault.failure, fault.sure) == (DeliveryFailure.CHANNEL, False)
        assert "certificate" in fault.message
        assert handler.envelopes == []
        send(f"{url}&verify=no")
    assert len(handler.envelopes) == 1


def test_starttls_that_is_not_offered_is_not_done_without(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    fault = failure(url.replace("mode=insecure", "mode=starttls"))
    assert fault.failure is DeliveryFailure.CHANNEL
    assert handler.envelopes == []


def test_a_log_in_that_is_refused_and_no_password_shows() -> None:
    handler = Inbox(login=("veedor", "right-horse"))
    with running(handler) as url:
        send(url)
        fault = failure(url.replace("right-horse", "hunter2-hunter2"))
    assert (fault.failure, fault.sure) == (DeliveryFailure.CHANNEL, True)
    assert "535" in fault.message
    assert "hunter2" not in fault.message
    assert len(handler.envelopes) == 1


def test_a_server_that_knows_no_log_in_stops_the_channel(inbox: tuple[Inbox, str]) -> None:
    _, url = inbox
    assert failure(url.replace("//", "//user:hunter2@")).failure is DeliveryFailure.CHANNEL


def test_nobody_to_write_to() -> None:
    url = "mailto://127.0.0.1:9"
    assert failure(url, recipient=ContactPoint("X")).failure is DeliveryFailure.REFUSED
    for odd in ("two@at@x.example", "a b@x.example", "x@y.example\r\nBcc: z@y.example"):
        assert failure(url, recipient=ContactPoint("X", odd)).failure is DeliveryFailure.RECIPIENT


def test_an_address_that_cannot_be_written_in_a_command_is_not_our_fault(inbox: tuple[Inbox, str]) -> None:
    _, url = inbox
    assert failure(url, recipient=ContactPoint("X", "año@x.example")).failure in (
        DeliveryFailure.RECIPIENT,
        DeliveryFailure.REFUSED,
    )


@pytest.mark.parametrize("url", ["nonsense://user:hunter2@x", "mailtos://user:hunter2@x?colour=red", ""])
def test_a_setting_that_cannot_be_used_stops_the_channel_and_is_not_told(url: str) -> None:
    fault = failure(url)
    assert fault.failure is DeliveryFailure.CHANNEL
    assert "VEEDOR_MAIL_URL" in fault.message
    assert "hunter2" not in fault.message


def test_no_line_break_in_a_name_or_subject_becomes_a_header(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    evil = "Oficina\r\nBcc: everybody@example.org\r\n\r\nhola\u2028Cc: all@example.org\x00"
    send(url, replace(MESSAGE, subject=evil), ContactPoint(evil, OWNER.email))
    received = handler.message()
    assert handler.envelopes[0].rcpt_tos == [OWNER.email]
    assert received["Bcc"] is None
    assert received["Cc"] is None
    assert "Bcc: everybody@example.org" in received["Subject"]
    text = received.get_body(("plain",))
    assert text is not None
    assert text.get_content().splitlines() == MESSAGE.text.splitlines()


def test_a_line_of_the_text_cannot_end_the_part_it_stands_in(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    text = f"--veedor-{MESSAGE.id}--\n.\nFrom someone\n{'ñ' * 5000}\n"
    send(url, replace(MESSAGE, text=text, attachments=(ROWS,)))
    received = handler.message()
    body = received.get_body(("plain",))
    assert body is not None
    assert body.get_content().splitlines() == text.splitlines()
    assert len(list(received.iter_attachments())) == 1


def test_the_same_mail_has_the_same_bytes_whether_apprise_is_imported_or_not() -> None:
    """Apprise changes, for the whole process, how the standard library writes texts in UTF-8."""
    code = (
        "import sys, hashlib; from datetime import UTC, datetime\n"
        "if sys.argv[1:]: import apprise.plugins.email\n"
        "from tests.letters import letter; from pipelines.settings import Settings\n"
        "from pipelines.alerts.channels.mime import compose\n"
        "one = letter(); mail = compose(one.message, one.recipient, Settings(), one.now)\n"
        "print(hashlib.sha256(mail.as_bytes()).hexdigest())"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code, *more],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        ).stdout
        for more in ([], ["apprise"])
    }
    assert len(found) == 1
