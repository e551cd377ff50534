"""What a message says, in both languages, and what a hostile title cannot make it do."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest

from pipelines.alerts.channels.file import compose as compose_mail
from pipelines.alerts.message import Message, clean, compose, web_link
from pipelines.model import (
    Alert,
    AlertKind,
    AlertState,
    ContactPoint,
    Dataset,
    Publisher,
    Severity,
    Transition,
    TransitionKind,
    UnexpectedExample,
)
from pipelines.settings import Settings

NIGHT = date(2026, 3, 5)
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)


def alert(language: str = "es", kind: AlertKind = AlertKind.OPENED, **changes: object) -> Alert:
    item = Transition(
        id="t",
        dataset="s/d",
        condition="expectation:k",
        kind=TransitionKind(kind),
        night=NIGHT,
        since=NIGHT,
        before=0.0,
        after=33.3,
        rules="r",
        severity=Severity.CRITICAL,
        summary={"en": "Amount is present", "es": "El importe está presente"},
        advice={"en": "Fill it in.", "es": "Complételo."},
        examples=(UnexpectedExample(4, None), UnexpectedExample(7, "S/N")),
        column="Importe",
    )
    values = {"id": "a", "night": NIGHT, "kind": kind, "recipient": ContactPoint("Oficina", "o@x.example")}
    return Alert(**{**values, "language": language, "transitions": (item,), **changes})  # type: ignore[arg-type]


def datasets(
    title: str = "Contratos", link: str | None = "https://datos.example/contratos"
) -> dict[str, Dataset]:
    return {"s/d": Dataset("s/d", title, Publisher("P"), ContactPoint("O"), landing_page=link)}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", ("«Contratos»: ya no se cumple: El importe está presente", "ahora el 33.3 %", "fila 4: (vacío)",
                "fila 7: «S/N»", "Complételo.", "5 de marzo de 2026")),
        ("en", ("“Contratos”: no longer met: Amount is present", "33.3 % now", "row 4: (empty)",
                "row 7: “S/N”", "Fill it in.", "5 March 2026")),
    ],
)  # fmt: skip
def test_a_message_says_what_changed_where_and_what_to_do(language: str, expected: tuple[str, ...]) -> None:
    message = compose(alert(language), datasets())
    assert expected[0] in message.subject
    for part in (message.text, message.html):
        for words in (*expected[1:], "Importe"):
            assert words in part
    assert 'href="https://datos.example/contratos"' in message.html


def test_a_recovery_thanks() -> None:
    message = compose(alert(kind=AlertKind.RECOVERED), datasets())
    assert "corregido" in message.subject
    assert "Gracias" in message.text


def test_several_datasets_are_counted_in_the_subject() -> None:
    one = alert().transitions[0]
    other = Transition(**{**one.__dict__, "dataset": "s/e", "id": "u"})
    both = {**datasets(), "s/e": Dataset("s/e", "Multas", Publisher("P"), ContactPoint("O"))}
    message = compose(alert(transitions=(one, other)), both)
    assert "2 conjuntos de datos" in message.subject
    assert "Multas" in message.text


def test_a_held_alert_says_so() -> None:
    message = compose(alert(state=AlertState.HELD, reason="9 of 10 datasets broke"), datasets())
    assert "retenido" in message.text
    assert "9 of 10" in message.html


HOSTILE = "Contratos\r\nBcc: victim@x.example\r\n\r\n<script>alert(1)</script>\u202egnp.exe{{ 7*7 }}"


def test_a_hostile_title_injects_no_header_no_html_no_template_and_no_direction() -> None:
    message = compose(alert(), datasets(HOSTILE, "javascript:alert(1)"))
    assert "\n" not in message.subject
    assert "<script" not in message.html
    assert "&lt;script&gt;" in message.html
    assert "\u202e" not in message.text + message.html + message.subject
    assert "{{ 7*7 }}" in message.text
    assert "javascript:" not in message.html
    mail = compose_mail(message, ContactPoint(HOSTILE, "o@x.example"), Settings(), NOW)
    parsed = message_from_bytes(mail.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert parsed["Bcc"] is None
    assert [address.addr_spec for address in parsed["To"].addresses] == ["o@x.example"]


def test_the_same_alert_gives_the_same_mail_byte_for_byte() -> None:
    message = compose(alert(), datasets())
    mails = {
        compose_mail(message, ContactPoint("O", "o@x.example"), Settings(), NOW).as_bytes(policy=policy.SMTP)
        for _ in range(3)
    }
    assert len(mails) == 1


@pytest.mark.parametrize(
    ("address", "kept"),
    [("https://a.example/x", True), ("http://a.example", True), ("ftp://a.example", False),
     ("javascript:alert(1)", False), ("//a.example", False), ("", False), (None, False), ("http://[", False)],
)  # fmt: skip
def test_only_web_addresses_become_links(address: str | None, kept: bool) -> None:
    assert (web_link(address) is not None) is kept


def test_clean_cuts_and_keeps_accents() -> None:
    assert clean("  Licitación\t№ 5 \x00\x1b[31m ") == "Licitación № 5 [31m"
    assert len(clean("á" * 1000)) == 300


def test_message_type_is_what_channels_take() -> None:
    assert isinstance(compose(alert(), datasets()), Message)
