"""Readers' reports in messages: with what a recipient is told anyway, else alone; hostile words do nothing there."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipelines.alerts.decide import Recipient
from pipelines.alerts.known import Known
from pipelines.alerts.message import compose, to_reader
from pipelines.alerts.with_feedback import Heard, by_dataset, with_feedback
from pipelines.feedback_course import course_of
from pipelines.model import Alert, AlertKind, AlertState, ContactPoint, FeedbackReport
from tests.unit.feedback.reports import event, item

NIGHT = date(2026, 3, 5)
OWNER = Recipient(ContactPoint("Unidad", "Unidad@dependencia.example"), "es")
OTHER = Recipient(ContactPoint("Otra", "otra@dependencia.example"), "en")
HARM = "<script>x</script> {{ 7*7 }}\n\u202egnp.exe\u2066 =1+1\n" + "larguísimo " * 300


def report(name: str = "one", answered: str = "", **more: object) -> FeedbackReport:
    events = [event("accepted", 1, name)]
    if answered:
        events.append(event("answered", 2, name, answered, by="owner"))
    return FeedbackReport(item(name, **more), tuple(events), course_of(events))


def alert(**more: object) -> Alert:
    made = Alert("a", NIGHT, AlertKind.OPENED, ContactPoint("U", "unidad@dependencia.example"), "es")
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_report_goes_with_what_its_owner_is_told_anyway() -> None:
    (joined,) = with_feedback(
        [alert()], {"federal/contratos": ["x", "y"]}, {"federal/contratos": OWNER}, NIGHT
    )
    assert (joined.id, joined.feedback) == ("a", ("x", "y"))


@pytest.mark.parametrize(
    "other",
    [
        alert(kind=AlertKind.SUMMARY),
        alert(kind=AlertKind.NOTICE),
        alert(state=AlertState.HELD),
        alert(recipient=OTHER.contact),
    ],
)
def test_else_it_goes_alone(other: Alert) -> None:
    same, alone = with_feedback([other], {"federal/contratos": ["x"]}, {"federal/contratos": OWNER}, NIGHT)
    assert same == other
    assert (alone.kind, alone.recipient, alone.feedback) == (AlertKind.FEEDBACK, OWNER.contact, ("x",))
    again = with_feedback([other], {"federal/contratos": ["x"]}, {"federal/contratos": OWNER}, NIGHT)
    assert again[1] == alone


def test_what_nobody_answers_for_waits() -> None:
    assert with_feedback([], {"federal/contratos": ["x"]}, {}, NIGHT) == []
    assert by_dataset([report(), report("two")]) == {"federal/contratos": [item().id, item("two").id]}


@pytest.mark.parametrize("language", ["es", "en"])
def test_hostile_words_do_nothing_in_a_message(language: str) -> None:
    it = report(text=HARM, column=HARM[:60], evidence="javascript:alert(1)")
    told = alert(kind=AlertKind.FEEDBACK, language=language, feedback=(it.item.id,))
    message = compose(told, {}, Known(heard={it.item.id: Heard(it, "https://x.example/owner/t")}))
    assert "<script>" not in message.html
    assert "&lt;script&gt;" in message.html
    assert "javascript:" not in message.html.replace("javascript:alert(1)</p>", "")
    for text in (message.text, message.html, message.subject):
        assert not set("\u202e\u2066") & set(text)
        assert it.item.email not in text
    assert "{{ 7*7 }}" in message.text
    assert "https://x.example/owner/t" in message.text
    assert message.subject.isprintable()
    assert len(message.text) < 4_000


def test_what_was_withdrawn_meanwhile_is_said() -> None:
    message = compose(alert(kind=AlertKind.FEEDBACK, feedback=("gone",)), {}, Known())
    assert "retirado" in message.text
    assert message.subject


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_reader_is_told_of_the_answer(language: str) -> None:
    it = report(answered=f"Sí. {HARM}", language=language)
    message = to_reader(it, "Contratos <i>", NIGHT)
    assert "Contratos <i>" in message.text
    assert "<i>" not in message.html.replace("&lt;i&gt;", "")
    assert "<script>" not in message.html
    assert message.id == to_reader(it, "Contratos <i>", NIGHT).id
    assert message.id != to_reader(report(answered="No."), "Contratos", NIGHT).id
