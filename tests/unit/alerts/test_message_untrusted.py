"""What a hostile title, cell, column or publisher cannot make a message do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts.channels.file import compose as compose_mail
from pipelines.alerts.known import Known
from pipelines.alerts.message import clean, compose, web_link
from pipelines.alerts.words import languages, words
from pipelines.model import Alert, ContactPoint, UnexpectedExample
from pipelines.settings import Settings
from tests.alerts_of import alert, dataset, datasets, incident, transition

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)

HOSTILE = (
    "Contratos\r\nBcc: victim@x.example\r\n\r\n<script>alert(1)</script>\u202egnp.exe{{ 7*7 }}\u200b\u2066"
)
CELL = "=cmd|' /C calc'!A0\n<img src=x onerror=alert(1)>\u202e\u0000"


def hostile() -> tuple[Alert, dict[str, object]]:
    it = transition(
        summary={"es": HOSTILE, "en": HOSTILE},
        advice={"es": HOSTILE + " Bien: " + CELL + " Mal: " + CELL, "en": HOSTILE},
        examples=(UnexpectedExample(1, CELL, CELL + "1"),),
        column=HOSTILE,
        condition=f"expectation:{HOSTILE}",
    )
    found = dataset("s/d", HOSTILE, HOSTILE, landing_page="javascript:alert(1)")
    told = alert(
        it,
        transition("moved"),
        told=(HOSTILE,),
        reason=HOSTILE,
        recipient=ContactPoint(HOSTILE, "o@x.example"),
    )
    return told, {"s/d": found}


@pytest.mark.parametrize("kind", ["opened", "notice", "summary", "escalation"])
def test_strangers_texts_inject_no_header_no_html_no_template_and_no_direction(kind: str) -> None:
    told, found = hostile()
    told = replace(told, kind=kind, reminders=(incident(told.transitions[0]),))
    known = Known(
        operator=ContactPoint(HOSTILE, "op@x.example"), unvisited={"s/d": HOSTILE}, watched={HOSTILE: 1}
    )
    message = compose(told, found, known)  # type: ignore[arg-type]
    assert "\n" not in message.subject
    assert "<script" not in message.html
    assert "<img" not in message.html
    assert "javascript:" not in message.html
    assert "&lt;script&gt;" in message.html
    for character in "\u202e\u200b\u2066\x00":
        assert character not in message.text + message.html + message.subject
    assert not re.search(r"(?m)^Bcc:", message.text)
    assert "49" not in message.text.replace("s/d", "")
    mail = compose_mail(message, ContactPoint(HOSTILE, "o@x.example"), Settings(), NOW)
    parsed = message_from_bytes(mail.as_bytes(policy=policy.SMTP), policy=policy.default)
    assert parsed["Bcc"] is None
    assert [address.addr_spec for address in parsed["To"].addresses] == ["o@x.example"]


def test_links_to_the_portal_are_web_addresses_and_cannot_leave_their_attribute() -> None:
    found = dataset(landing_page='https://datos.example/" onclick="alert(1)')
    page = compose(alert(), datasets(found)).html
    assert 'onclick="' not in page
    assert "https://datos.example/&#34; onclick=&#34;alert(1)" in page


@pytest.mark.parametrize("language", languages())
def test_values_of_exposed_personal_data_are_never_passed_on(language: str) -> None:
    it = transition(
        "personal:x.not_personal",
        examples=(UnexpectedExample(4, "Juana Invented", "Juana Invented 55 0000"),),
    )
    message = compose(alert(it, language=language), datasets())
    assert "Juana" not in message.text + message.html
    assert words(language)["hidden"] in message.text


def test_ten_thousand_examples_and_a_megabyte_in_a_cell_make_a_small_message() -> None:
    big = "x" * 1_000_000
    record = big + "r"
    it = transition(
        examples=tuple(UnexpectedExample(row, big, record) for row in range(10_000)),
        column=big,
        summary={"es": big},
        advice={"es": big},
    )
    message = compose(alert(it), datasets(dataset(title=big, publisher=big)))
    assert message.text.count("- fila") == 5
    assert len(message.text) < 10_000
    assert len(message.html) < 20_000
    assert len(message.subject) < 190


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


@given(st.text())
def test_clean_gives_one_line_that_shows_all_that_it_holds(text: str) -> None:
    cleaned = clean(text)
    assert cleaned == cleaned.strip()
    assert cleaned.splitlines() in ([], [cleaned])
    assert clean(cleaned) == cleaned
