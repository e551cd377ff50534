"""From a reader's form to the owner's mail, from the owner's answer to the page, the history and the reader's mail."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from pipelines import hearing
from pipelines.feedback import acts, inbox, tokens
from pipelines.feedback.tokens import Purpose
from pipelines.history.verify import verify
from pipelines.model import AlertKind
from tests.feedback_world import DATASET, OWNER, READER, Installation, installed
from tests.serving_process import KEY, Fields, serving
from tests.smtp_server import Inbox, running
from tests.unit.feedback.reports import item

TEXT = "El contrato 17 tiene <b>un cero de más</b>."


@pytest.fixture(scope="module")
def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    with installed(tmp_path_factory.mktemp("round")) as found:
        yield found


def text_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


@pytest.mark.slow
def test_from_the_form_to_the_answer(base: Installation, today: date) -> None:
    box, settings = Inbox(), base.settings
    runs, environment = settings.runs, {"VEEDOR_TRUSTED_PROXIES": "127.0.0.1"}
    with running(box) as url, serving(settings.data, base.file, **environment) as it:
        one = replace(base, settings=replace(settings, mail_url=url, serve_url=f"{it.url}/"))
        one.run(today - timedelta(days=1))
        box.envelopes.clear()

        # A reader reports; nobody but the operator sees it.
        form = f"/feedback/new?dataset={DATASET}&language=es"
        page = Fields(it.get(form).text)
        token = tokens.sign(
            Purpose.FORM, (tokens.nonce(), DATASET), KEY, datetime.now(UTC) - timedelta(minutes=1)
        )
        sent = {**page.values, "token": token, "text": TEXT, "column": "Importe", "email": READER}
        assert it.post(form, sent).status_code == 200
        (report,) = inbox.every(runs)
        one.run(today)
        assert [mail for mail in box.envelopes if "reporta" in str(box.message()["Subject"])] == []
        assert one.asked("select * from feedback_history") == []
        notices = [box.message(index) for index in range(len(box.envelopes))]
        (notice,) = [mail for mail in notices if "reportes de personas usuarias por revisar" in text_of(mail)]
        assert notice["To"].addresses[0].addr_spec == settings.operator
        assert TEXT not in text_of(notice)

        # The operator accepts it; the next night tells the owner, once.
        moderated = f"/moderate/{tokens.sign(Purpose.MODERATION, ('operator',), KEY, datetime.now(UTC))}"
        assert it.post(moderated, {"report": report.item.id, "act": "accept"}).status_code == 200
        box.envelopes.clear()
        one.run(today + timedelta(days=1))
        one.run(today + timedelta(days=1))
        (alert,) = one.alerts(today + timedelta(days=1))
        assert alert.feedback == (report.item.id,)
        mails = [box.message(index) for index in range(len(box.envelopes))]
        (mail,) = [mail for mail in mails if report.item.id in text_of(mail)]
        assert mail["To"].addresses[0].addr_spec == OWNER
        said = text_of(mail)
        assert "El contrato 17 tiene <b>un cero de más</b>." in said
        assert READER not in said
        html = mail.get_body(("html",))
        assert html is not None
        assert "<b>un cero" not in str(html.get_content())
        assert [str(it.kind) for it in inbox.one(runs, report.item.id).events] == ["accepted", "told"]
        ((state, due),) = one.asked("select feedback_kind, due_on from feedback_open")
        assert (state, due) == ("error", today + timedelta(days=30))

        # The owner answers by the link of the mail.
        found = re.search(r"/owner/\S+", said)
        assert found
        assert "cero de más" in it.get(found[0]).text
        assert it.post(found[0], {"text": "Corregido en la versión de hoy."}).status_code == 200
        box.envelopes.clear()
        one.run(today + timedelta(days=2))
        one.run(today + timedelta(days=2))
        (mail,) = [
            box.message(index)
            for index in range(len(box.envelopes))
            if box.envelopes[index].rcpt_tos == [READER]
        ]
        assert "Corregido en la versión de hoy." in text_of(mail)
        assert one.asked("select answer, days_to_answer, in_time from feedback_history") == [
            ("Corregido en la versión de hoy.", 0, True)
        ]
        assert one.asked("select * from feedback_open") == []
        assert verify(settings.history, runs).equal
        for path in (settings.history, settings.public / "quality.duckdb"):
            assert READER.encode() not in path.read_bytes()

        # Somebody asks for it to be gone.
        eml = [path for path in settings.outbox.glob("*.eml") if report.item.id.encode() in _plain(path)]
        assert eml
        hearing.erase(acts.erasure(report.item.id, datetime.now(UTC), today), one.settings)
        one.run(today + timedelta(days=3))
        for path in (p for p in settings.data.rglob("*") if p.is_file() and "hosts" not in p.parts):
            content = _plain(path)
            assert "un cero de más".encode() not in content, path
            assert b"Corregido en la versi" not in content, path
            if path.suffix != ".eml":
                assert READER.encode() not in content, path
        ((state, said_now),) = one.asked("select feedback_state, said from feedback_history")
        assert (state, said_now) == ("erased", None)


def _plain(path: Path) -> bytes:
    """The bytes of a file; of a mail, those of its texts."""
    content = path.read_bytes()
    if path.suffix != ".eml":
        return content
    import email

    message = email.message_from_bytes(content)
    parts = [part.get_payload(decode=True) for part in message.walk() if not part.is_multipart()]
    return b"\n".join(part for part in parts if isinstance(part, bytes))


@pytest.mark.slow
def test_a_report_without_an_answer_is_reminded_of_once(base: Installation, today: date) -> None:
    settings, runs = base.settings, base.settings.runs
    with running(Inbox()) as url:
        one = replace(
            base, settings=replace(settings, mail_url=url, serve_url="https://datos.example.org/v/")
        )
        now = datetime.now(UTC)
        report = item("late", dataset=DATASET, night=today, received_at=now, text="Falta el año 2024 entero.")
        inbox.receive(runs, report)
        acts.accept(runs, report.id, datetime.now(UTC), today)
        told = []
        for days in (10, 20, 39, 50, 60):
            one.run(today + timedelta(days=days))
            told += [(days, alert.kind) for alert in one.alerts(today + timedelta(days=days))]
        assert [days for days, _ in told] == [10, 39]
        kinds = [str(it.kind) for it in inbox.one(runs, report.id).events]
        assert kinds == ["accepted", "told", "reminded"]
        assert set(AlertKind) >= {kind for _, kind in told}
        texts = [_plain(path).decode() for path in sorted(settings.outbox.glob("*.eml"))]
        (first, second) = [text for text in texts if report.id in text]
        assert "Responda antes del" in first
        assert "no hay respuesta" in second
        assert "https://datos.example.org/v/owner/" in second
