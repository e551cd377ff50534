"""Mails that came back: what counts, what is passed over, and what follows."""

from __future__ import annotations

import mailbox
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import artifacts
from pipelines.alerts import bounces, mailboxes, outbox
from pipelines.alerts.channels import registry
from pipelines.clock import FixedClock
from pipelines.history import deliveries
from pipelines.history.database import reading
from pipelines.history.record import record_alerts
from pipelines.model import (
    Alert,
    AlertKind,
    ContactPoint,
    DeliveryFailure,
    Notification,
    NotificationState,
)
from pipelines.settings import Settings
from tests import imap_server
from tests.portal_server import certificates

NIGHT = date(2026, 3, 5)
NOW = datetime(2026, 3, 6, 9, tzinfo=UTC)
OWNER = "unidad@dependencia.example"

REPORT = """\
From: MAILER-DAEMON@mx.example
To: veedor@team.example
Subject: Undelivered Mail Returned to Sender
Message-ID: <20260305@mx.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry. Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
X-Postfix-Sender: rfc822; veedor@team.example

Final-Recipient: rfc822; {recipient}
Original-Recipient: rfc822;{recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.dependencia.example
Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address rejected:
 User unknown

--b
Content-Type: text/rfc822-headers

Subject: Veedor
{message_id}
--b--
"""


def report(
    alert: str | None = "alert-1", recipient: str = OWNER, action: str = "failed", status: str = "5.1.1"
) -> bytes:
    named = f"Message-ID: <{alert}@veedor.invalid>\n" if alert else ""
    text = REPORT.format(recipient=recipient, action=action, status=status, message_id=named)
    return text.encode()


def test_a_report_says_whose_mail_did_not_arrive_and_why() -> None:
    (bounce,) = bounces.read(report().replace(b"\n", b"\r\n"))
    assert (bounce.alert, bounce.recipient) == ("alert-1", OWNER)
    assert bounce.failure is DeliveryFailure.RECIPIENT
    assert "User unknown" in bounce.reason
    (blocked,) = bounces.read(report(status="5.7.1"))
    assert blocked.failure is DeliveryFailure.REFUSED


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff" * 1000,
        b"Subject: I am away until Monday\n\nOut of office\n",
        report(action="delayed", status="4.4.1"),
        report(action="failed", status="4.4.7"),
        report(action="delivered", status="2.0.0"),
        report(status="5"),
        report(alert=None, recipient="nobody"),
        report()[:400],
        report().replace(b"message/delivery-status", b"text/plain"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        b"Content-Type: multipart/report; boundary=b\n\n"
        + b"--b\nContent-Type: multipart/mixed; boundary=b\n\n" * 3000,
    ],
    ids=lambda content: content[:30],
)
def test_what_is_no_failure_for_good_is_passed_over(content: bytes) -> None:
    assert bounces.read(content) == []


@given(st.binary(max_size=300), st.integers(0, len(report())), st.integers(0, 40))
def test_no_damage_stops_the_reading(noise: bytes, at: int, cut: int) -> None:
    whole = report()
    for found in bounces.read(whole[:at] + noise + whole[at + cut :]):
        assert found.failure in (DeliveryFailure.RECIPIENT, DeliveryFailure.REFUSED)


def test_a_report_of_a_thousand_recipients_is_read_to_a_limit() -> None:
    block = b"Final-Recipient: rfc822; x@y.example\nAction: failed\nStatus: 5.1.1\n\n"
    many = report().replace(b"\nFinal-Recipient", b"\n" + block * 1000 + b"Final-Recipient", 1)
    assert len(bounces.read(many)) == bounces.MOST_RECIPIENTS


@pytest.fixture
def post(settings: Settings) -> outbox.Post:
    """An installation that sent one mail to the owner on the night before."""
    settings = replace(settings, delivery="live", operator="operacion@team.example")
    folder = artifacts.night_folder(settings.runs, NIGHT)
    alert = Alert("alert-1", NIGHT, AlertKind.OPENED, ContactPoint("Unidad", OWNER), "es")
    sent = Notification(
        "alert-1", "mail", OWNER, 2, NotificationState.SENT, datetime(2026, 3, 5, 9, tzinfo=UTC)
    )
    artifacts.write_values(folder / artifacts.ALERTS, [alert])
    artifacts.write_value(folder / artifacts.NOTIFICATIONS / "alert-1-mail-2.json", sent)
    record_alerts(settings.history, folder)
    return outbox.Post(settings, registry.always(settings), FixedClock(NOW))


def dead(post: outbox.Post) -> dict[str, str]:
    record_alerts(post.settings.history, artifacts.night_folder(post.settings.runs, NIGHT))
    with reading(post.settings.history) as connection:
        found = deliveries.dead_addresses(connection, NOW.date())
    return {address: it.reason for address, it in found.items()}


@pytest.mark.parametrize("content", [report(), report(None), report(recipient="elsewhere@forwarded.example")])
def test_a_bounce_is_a_failure_of_the_mail_that_it_was(post: outbox.Post, content: bytes) -> None:
    strangers = [b"Subject: spam\n\n", report("of-somebody-else"), report(None, "x@y.example")]
    found = bounces.collect([*strangers, content, content], post)
    assert found == bounces.Collected((NIGHT,), 1, 3)
    folder = artifacts.night_folder(post.settings.runs, NIGHT)
    stored = artifacts.read_value(folder / artifacts.NOTIFICATIONS / "alert-1-mail-2.json", Notification)
    assert (str(stored.state), stored.failure) == ("bounced", "recipient")
    assert "User unknown" in dead(post)[OWNER]
    (notice,) = (folder / artifacts.NOTICES).glob("*.json")
    assert artifacts.read_value(notice, Alert).recipient.email == "operacion@team.example"
    again = bounces.collect([content], post)
    assert again == bounces.Collected((NIGHT,), 0, 0)
    assert len(list((folder / artifacts.NOTICES).glob("*.json"))) == 1


def test_a_mail_that_is_taken_later_ends_it(post: outbox.Post) -> None:
    bounces.collect([report()], post)
    assert list(dead(post)) == [OWNER]
    folder = artifacts.night_folder(post.settings.runs, NIGHT)
    later = Notification("alert-2", "mail", OWNER.upper(), 1, NotificationState.SENT, NOW)
    artifacts.write_value(folder / artifacts.NOTIFICATIONS / "alert-2-mail-1.json", later)
    assert dead(post) == {}


def test_what_was_refused_for_what_it_is_says_nothing_of_the_address(post: outbox.Post) -> None:
    bounces.collect([report(status="5.7.1")], post)
    assert dead(post) == {}


def test_only_what_was_before_the_night_is_known_to_it(post: outbox.Post) -> None:
    bounces.collect([report()], post)
    assert list(dead(post)) == [OWNER]
    with reading(post.settings.history) as connection:
        assert deliveries.dead_addresses(connection, NIGHT) == {}


def plain_mail(text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"] = text
    mail.set_content(f"{text}\nFrom here on it is text.\n")
    return mail


def test_a_maildir_is_read_the_newest_first_and_left_as_it_is(tmp_path: Path) -> None:
    folder = mailbox.Maildir(tmp_path / "mail")
    keys = [folder.add(plain_mail(f"mail {number}")) for number in range(3)]
    for number, key in enumerate(keys):
        path = next(tmp_path.glob(f"mail/*/{key}*"))
        age = [timedelta(hours=2), timedelta(hours=1), timedelta(days=20)][number]
        os.utime(path, ((NOW - age).timestamp(),) * 2)
    before = sorted(str(it) for it in tmp_path.rglob("*"))
    found = list(mailboxes.mails(str(tmp_path / "mail"), NOW))
    assert [it.split(b"\n")[0] for it in found] == [b"Subject: mail 1", b"Subject: mail 0"]
    assert sorted(str(it) for it in tmp_path.rglob("*")) == before


def test_an_mbox_is_read_to_its_end(tmp_path: Path) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for number in range(3):
        box.add(plain_mail(f"mail {number}"))
    box.close()
    found = list(mailboxes.mails(str(tmp_path / "box"), NOW))
    assert [it.split(b"\n")[0] for it in found] == [f"Subject: mail {it}".encode() for it in range(3)]
    assert b"\nFrom here on" in found[0]
    (tmp_path / "empty").touch()
    assert list(mailboxes.mails(str(tmp_path / "empty"), NOW)) == []


def test_a_mailbox_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(mailboxes.mails(str(tmp_path / "nothing"), NOW))


@contextmanager
def imap(tmp_path: Path, **more: object) -> Iterator[tuple[str, object]]:
    import ssl

    root = certificates.authority(tmp_path)
    pair = certificates.certificate(tmp_path, root)
    context = ssl.create_default_context(cafile=str(root.bundle))
    with imap_server.running([report(), b"Subject: hello\r\n\r\n"], pair, **more) as port:  # type: ignore[arg-type]
        yield f"imaps://veedor:p%40ss@127.0.0.1:{port}/Bounces", context


def test_a_folder_of_an_imap_server_is_read_and_nothing_marked(tmp_path: Path) -> None:
    with imap(tmp_path) as (url, context):
        found = list(mailboxes.mails(url, NOW, context=context))  # type: ignore[arg-type]
    assert [len(bounces.read(it)) for it in found] == [1, 0]


@pytest.mark.parametrize("fault", ["login", "select", "cut"])
def test_an_imap_server_that_refuses_is_an_error_without_the_log_in(tmp_path: Path, fault: str) -> None:
    with imap(tmp_path, fault=fault) as (url, context), pytest.raises(OSError, match=r".") as caught:
        list(mailboxes.mails(url, NOW, context=context))  # type: ignore[arg-type]
    assert "p@ss" not in str(caught.value)


def test_a_certificate_that_nobody_vouches_for_gets_no_log_in(tmp_path: Path) -> None:
    with imap(tmp_path) as (url, _), pytest.raises(OSError, match="certificate"):
        list(mailboxes.mails(url, NOW))
