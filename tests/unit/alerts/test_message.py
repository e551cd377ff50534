"""What a message says, in each language, and what a hostile title or cell cannot make it do."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import policy
from html.parser import HTMLParser

import pytest

from pipelines.alerts.channels.file import compose as compose_mail
from pipelines.alerts.items import parted
from pipelines.alerts.known import Attached, Known, Sheet
from pipelines.alerts.message import Message, compose
from pipelines.alerts.reason_words import coded
from pipelines.alerts.words import languages, words
from pipelines.model import (
    AlertState,
    IncidentState,
    Severity,
    TransitionKind,
    UnexpectedExample,
)
from pipelines.settings import Settings, packaged_expectations
from pipelines.validation.suites import load_suites
from tests.alerts_of import KEY, NIGHT, OPERATOR, OWNER, alert, dataset, datasets, incident, transition
from tests.unit.alerts.test_words import KINDS

NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
CONDITIONS = [
    *(it for it in KINDS if it not in ("expectation", "score", "personal", "rows_fewer", "rows_more")),
    *(f"expectation:{KEY}", "score:completeness", "personal:contracts_register.title.not_personal"),
]


def linked(answer: str, incidents: object) -> str:
    return f"https://veedor.example/{answer}?{len(list(incidents))}"  # type: ignore[call-overload]


def body(message: Message) -> str:
    """What the HTML part says, as one line of text."""
    text: list[str] = []

    class Reader(HTMLParser):
        skipped = False

        def handle_starttag(self, tag: str, attrs: object) -> None:
            self.skipped = tag in ("style", "title")
            text.append(" ")

        def handle_endtag(self, tag: str) -> None:
            self.skipped = False
            text.append(" ")

        def handle_data(self, data: str) -> None:
            text.append("" if self.skipped else data)

    Reader().feed(message.html)
    return squeezed("".join(text))


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("\u00a0", " ")).replace(" :", ":")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("es", ("ahora el 33.3 %", "fila 4: (vacío)", "fila 7 (C-7): «S/N»", "Complételo.", "5 de marzo de 2026",
                "Columna: Importe", "Bien: 12.50.", "Mal: «S/N».")),
        ("en", ("33.3 % now", "row 4: (empty)", "row 7 (C-7): “S/N”", "Fill it in.", "5 March 2026",
                "Column: Importe", "Good: 12.50.", "Bad: “S/N”.")),
    ],
)  # fmt: skip
def test_a_message_says_what_changed_where_and_what_to_do(language: str, expected: tuple[str, ...]) -> None:
    message = compose(alert(language=language), datasets())
    for part in (squeezed(message.text), body(message)):
        for said in expected:
            assert said in part
    assert message.language == language
    assert 'href="https://datos.example/s/d"' in message.html


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("kind", list(TransitionKind))
@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_can_be_told_in_each_language(
    condition: str, kind: TransitionKind, language: str
) -> None:
    told = transition(condition, kind, since=NIGHT - timedelta(days=3))
    message = compose(alert(told, language=language), datasets())
    title = {"expectation": "present", "personal": "present", "score": "complet"}.get(
        condition.split(":")[0], ""
    )
    for part in (squeezed(message.text), body(message)):
        assert "None" not in part
        assert "{" not in part
        assert title in part
        assert words(language).date(NIGHT - timedelta(days=3)) in part
        if kind in (TransitionKind.OPENED, TransitionKind.WORSENED):
            assert words(language)["advice"] in part
            assert told.incident[:8] in part


@pytest.mark.parametrize("language", languages())
def test_text_and_html_say_the_same(language: str) -> None:
    held = alert(*(transition(it) for it in CONDITIONS), language=language, told=("Dirección",))
    known = Known(operator=OPERATOR, incidents={}, gains={("s/d", KEY): 12.34})
    message = compose(held, datasets(), known)
    shown = body(message)
    for line in re.split(r"[.:·]\s|\n\s*[-*]\s|\n\n|\n=+\n|\n(?=Ver en|See it)", message.text):
        said = squeezed(line).strip(" =-*.")
        if said and "://" not in said:
            assert said.casefold() in shown.casefold(), said


def test_the_subject_names_the_one_matter_or_counts_them() -> None:
    one, other = transition(), transition("stale")
    second = replace(one, dataset="s/e", incident="j")
    both = datasets(dataset(), dataset("s/e", "Multas"))
    assert compose(alert(one), both).subject == (
        "Veedor: «Contratos»: ya no se cumple: El importe está presente"
    )
    assert compose(alert(one, other), both).subject == "Veedor: «Contratos»: 2 fallas nuevas"
    assert compose(alert(one, second), both).subject == "Veedor: fallas nuevas en 2 conjuntos de datos"
    assert compose(alert(one, second, language="en"), both).subject == "Veedor: new faults in 2 datasets"


def test_a_digest_has_the_most_serious_first_and_says_what_is_in_it() -> None:
    mild = transition("stale", dataset="s/a", severity=Severity.INFO, incident="a")
    grave = transition("unreachable", dataset="s/z", incident="z")
    mended = transition("unusable", "recovered", dataset="s/m", incident="m")
    both = datasets(dataset("s/a", "Apoyos"), dataset("s/z", "Zonas"), dataset("s/m", "Multas"))
    text = compose(alert(mild, mended, grave), both).text
    assert "- Zonas: 1 falla nueva\n- Apoyos: 1 falla nueva\n- Multas: 1 corregida" in text
    assert text.index("\nZonas\n") < text.index("\nApoyos\n") < text.index("\nMultas\n")
    assert "Gracias por lo que ya quedó corregido" in text


def test_within_a_dataset_new_worse_mended_and_standing_things_have_their_headings() -> None:
    told = alert(
        transition("unreachable", "recovered"),
        transition("columns", "worsened"),
        transition("stale"),
        reminders=(incident(transition("overdue")),),
    )
    text = compose(told, datasets()).text
    order = ["Fallas nuevas", "Lo que empeoró", "Lo que quedó corregido", "Lo que sigue sin corregirse"]
    assert sorted(order, key=text.index) == order


def test_consequences_are_a_line_under_their_cause() -> None:
    cause, score = transition("columns"), transition("score:completeness")
    known = Known(incidents={score.incident: incident(score, cause=cause.incident)})
    for language, label in (("es", "A consecuencia de esto"), ("en", "As a consequence")):
        message = compose(alert(cause, score, language=language), datasets(), known)
        for part in (message.text, body(message)):
            assert label in part
            assert part.count("61") == 1
            assert score.incident[:8] not in part.replace(cause.incident[:8], "")
        assert "fallas nuevas" not in message.subject
    alone = compose(alert(score), datasets(), known)
    assert "A consecuencia" not in alone.text


def test_a_fault_of_its_own_is_not_hidden_under_another() -> None:
    """Exposed data and an empty column are two things to mend, on whatever night they began."""
    personal, other = transition("personal:x.not_personal"), transition()
    known = Known(incidents={other.incident: incident(other, cause=personal.incident)})
    text = compose(alert(personal, other), datasets(), known).text
    assert "A consecuencia" not in text
    assert "Complételo" in text


def test_what_mending_it_would_gain_is_said() -> None:
    known = Known(gains={("s/d", KEY): 12.34, ("s/other", KEY): 99.0})
    assert "sumaría hasta 12.3 puntos" in squeezed(compose(alert(), datasets(), known).text)
    assert "sumaría" not in compose(alert(), datasets(), Known(gains={("s/d", KEY): 0.01})).text


def test_a_recovery_thanks_and_says_how_long_it_lasted() -> None:
    told = transition("unreachable", "recovered", since=NIGHT - timedelta(days=14))
    message = compose(alert(told, kind="recovered"), datasets(), Known(operator=OPERATOR, link=linked))
    assert "gracias" in message.subject
    assert "Gracias por corregirlo" in message.text
    assert "Duró 14 días, desde la noche del 19 de febrero de 2026" in message.text
    assert "veedor.example" not in message.text + message.html


def test_a_reminder_says_how_long_it_has_stood_and_who_was_told_when() -> None:
    stands = incident(transition("overdue", since=date(2026, 1, 2)), told_on=date(2026, 1, 20), reminded=1)
    text = compose(alert(kind="reminder", reminders=(stands,)), datasets()).text
    assert "Desde la noche del 2 de enero de 2026 (62 días)" in text
    assert "Se avisó por última vez el 20 de enero de 2026." in text
    assert "Ya se recordó una vez." in text


def test_an_escalation_says_why_and_who_was_told() -> None:
    stands = incident(transition("overdue", since=date(2026, 1, 2)), told_on=date(2026, 1, 20))
    told = alert(kind="escalation", reminders=(stands,), told=("Unidad de Datos",), language="en")
    message = compose(told, datasets())
    assert message.subject == "Veedor: “Contratos” is not mended after 62 days"
    assert "second contact" in message.text
    assert "The earlier messages went to: Unidad de Datos." in message.text
    assert "Last told on 20 January 2026." in message.text


def test_what_came_back_says_so() -> None:
    it = transition()
    known = Known(incidents={it.incident: incident(it, reopened=1)})
    assert "volvió a aparecer" in compose(alert(it), datasets(), known).text


def test_a_held_alert_says_so() -> None:
    told = alert(state=AlertState.HELD, reason=coded("portal", "datos.example", 9, 10))
    message = compose(told, datasets())
    assert "retenido" in message.text
    assert "9 de los 10 conjuntos de datos de datos.example" in body(message)


def test_links_lead_to_one_answer_each_about_one_matter_and_about_all() -> None:
    two = (transition(), transition("stale"))
    known = Known(link=linked, links_until=date(2026, 4, 19))
    message = compose(alert(*two), datasets(), known)
    for part in (message.text, message.html):
        for answer in ("acknowledge", "dispute", "ask", "snooze", "mute"):
            assert part.count(f"https://veedor.example/{answer}?1") == 2
            assert part.count(f"https://veedor.example/{answer}?2") == 1
    assert "19 de abril de 2026" in message.text
    assert compose(alert(two[0]), datasets(), known).text.count("/ask?") == 1


def test_without_links_people_are_asked_to_write_with_the_code() -> None:
    it = transition(incident="1a2b3c4d5e6f")
    text = squeezed(compose(alert(it), datasets(), Known(operator=OPERATOR)).text)
    assert "escriba a op@x.example con la clave" in text
    assert "Clave: 1a2b3c4d" in text
    assert "escriba a" not in compose(alert(it), datasets()).text


def test_links_about_very_many_matters_at_once_are_not_made() -> None:
    many = [transition("stale", dataset=f"s/{at}") for at in range(50)]
    message = compose(alert(*many), datasets(), Known(link=linked, links_until=NIGHT))
    assert "?1" in message.text
    assert "?50" not in message.text


def attach(shown: dict[tuple[str, str], Sheet]) -> Known:
    return Known(attach=lambda alert, items, titles: Attached("veedor.xlsx", b"x", shown))


def test_a_long_digest_is_cut_in_the_mail_and_whole_in_the_file() -> None:
    many = [transition("stale", dataset=f"s/{at:02}") for at in range(40)]
    message = compose(alert(*many), datasets(), attach({}))
    assert "Hay otros 28 asuntos en el archivo adjunto veedor.xlsx." in message.text
    assert message.text.count("Clave:") == message.html.count("Clave:") == 12
    assert "y otros 10 conjuntos de datos" in message.text
    assert [it.name for it in message.attachments] == ["veedor.xlsx"]
    whole = compose(alert(*many), datasets())
    assert whole.text.count("Clave:") == 40
    assert not whole.attachments


@pytest.mark.parametrize(
    ("sheet", "said"),
    [
        (Sheet("2", 12, 12), "Las 12 filas que fallan están en el archivo adjunto, hoja «2»."),
        (Sheet("2", 1, 1), "La fila que falla está en el archivo adjunto, hoja «2»."),
        (Sheet("2", 50_000, 1_234_567), "Las primeras 50,000 de 1,234,567 filas que fallan"),
        (
            Sheet(missing="gone"),
            "No se pudo adjuntar la lista completa de filas: el archivo de esa noche ya no",
        ),
        (Sheet(missing="unreadable"), "el archivo no se pudo leer de nuevo"),
    ],
)
def test_where_the_rows_are_is_said_or_why_they_are_not(sheet: Sheet, said: str) -> None:
    message = compose(alert(), datasets(), attach({("s/d", f"expectation:{KEY}"): sheet}))
    assert said in squeezed(message.text)
    assert said in body(message)


def test_nothing_is_said_of_rows_where_there_are_none_to_show() -> None:
    message = compose(alert(), datasets(), attach({("s/d", f"expectation:{KEY}"): Sheet(missing="whole")}))
    assert "adjunt" not in message.text


def test_examples_without_a_row_and_numbers_that_are_none_are_told_all_the_same() -> None:
    it = transition(examples=(UnexpectedExample(None, "x"),), before=None, after=float("nan"))
    text = compose(alert(it), datasets()).text
    assert "- «x»" in text
    assert "nan" not in text.casefold()


def test_a_dataset_that_is_not_declared_any_more_goes_by_its_key() -> None:
    assert "«s/d»" in compose(alert(), {}).subject


def test_what_has_no_name_goes_by_its_key() -> None:
    for summary in ({}, {"es": "Ya no se cumple: {title}"}):
        text = compose(alert(transition(summary=summary)), datasets()).text
        assert f"Ya no se cumple: {KEY}" in text


def test_an_alert_about_nothing_is_still_a_message() -> None:
    empty = replace(alert(), transitions=())
    assert compose(empty, {}).subject == "Veedor"


def test_a_muted_incident_of_another_night_changes_nothing() -> None:
    it = transition()
    known = Known(incidents={it.incident: incident(it, state=IncidentState.MUTED)})
    assert compose(alert(it), datasets(), known) == compose(alert(it), datasets())


def test_the_same_alert_gives_the_same_mail_byte_for_byte() -> None:
    message = compose(alert(), datasets())
    mails = {compose_mail(message, OWNER, Settings(), NOW).as_bytes(policy=policy.SMTP) for _ in range(3)}
    assert len(mails) == 1


def test_a_mail_asks_for_nothing_from_elsewhere_and_runs_nothing() -> None:
    known = Known(link=linked, links_until=NIGHT, operator=OPERATOR)
    page = compose(alert(), datasets(), known).html
    assert not re.search(r"<(script|img|link|iframe|form|object|video)\b|@import|url\(|\son\w+=", page)


@pytest.mark.parametrize("language", ["es", "en"])
def test_advice_of_every_suite_has_its_examples_apart(language: str) -> None:
    texts = [
        it.advice[language]
        for suite in load_suites(packaged_expectations()).values()
        for it in suite.expectations
    ]
    parts = [parted(text, words(language)) for text in texts]
    assert len(texts) > 500
    for text, (advice, good, bad) in zip(texts, parts, strict=True):
        assert good, text
        assert bad, text
        assert len(advice + good + bad) >= len(text) - 20, text
        assert words(language)["good"] + ":" not in advice
