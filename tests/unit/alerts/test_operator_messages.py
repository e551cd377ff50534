"""What the operator is told of this side, and the weekly summary with and without what is private."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from pipelines.alerts.known import Known
from pipelines.alerts.message import compose
from pipelines.alerts.reason_words import coded
from pipelines.model import Alert, ContactPoint, IncidentState, Transition
from tests.alerts_of import NIGHT, OPERATOR, alert, dataset, datasets, incident, transition

READER = ContactPoint("Observatorio", "lectura@ong.example")


def held(count: int = 37) -> list[Transition]:
    conditions = ("unreachable", "expectation:k.present", "score:validity")
    return [
        transition(
            conditions[at % 3], dataset=f"{'nl' if at % 4 else 'cdmx'}/d{at}", incident=f"{at:08x}ffff"
        )
        for at in range(count)
    ]


def notice(*transitions: Transition, language: str = "es", **changes: object) -> Alert:
    values = {"recipient": OPERATOR, "reason": coded("everywhere", "", 37, 60), **changes}
    return alert(*transitions, kind="notice", language=language, **values)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", ("se retuvieron 37 avisos", "fallaron 37 de 60 conjuntos de datos",
                "El archivo no se puede descargar: 13",
                "nl: 27 de 40 conjuntos de datos", "cdmx: 10 de 20", "y otros 25")),
        ("en", ("37 alerts were held", "37 of 60 datasets broke", "The file cannot be downloaded: 13 datasets",
                "nl: 27 of 40 datasets", "cdmx: 10 of 20", "and 25 more")),
    ],
)  # fmt: skip
def test_a_notice_says_what_is_held_why_with_which_evidence_and_how_to_release_it(
    language: str, said: tuple[str, ...]
) -> None:
    message = compose(notice(*held(), language=language), {}, Known(watched={"nl": 40, "cdmx": 20}))
    for part in (message.text.replace("\n  ", " "), message.html):
        for text in said:
            assert text in part
        for command in (
            "veedor alerts list --held",
            "veedor alerts release --all",
            "veedor alerts release --source cdmx",
            "veedor alerts release 00000000",
        ):
            assert command in part


def test_one_held_alert_of_one_source_has_no_more_commands_than_it_needs() -> None:
    text = compose(notice(held(1)[0]), {}).text
    assert "release --all" in text
    assert "--source" not in text
    assert "se retuvo un aviso" in text


def test_a_dead_address_is_told_as_a_condition_not_as_something_held() -> None:
    dead = transition("contact")
    told = notice(dead, reason=coded("dead_address", "unidad@dependencia.example"))
    message = compose(told, datasets())
    assert message.subject == (
        "Veedor, para quien lo opera: la dirección unidad@dependencia.example no recibe correo"
    )
    assert "La dirección de contacto no recibe correo" in message.text
    assert "release" not in message.text


def test_of_several_transitions_only_those_that_are_held_are_called_so() -> None:
    kept, other = held(2)
    known = Known(incidents={kept.incident: incident(kept, held="x"), other.incident: incident(other)})
    message = compose(notice(kept, other), {}, known)
    assert "se retuvo un aviso" in message.text
    assert "Crítica: Ya no se cumple" in message.text


def test_a_notice_without_anything_but_a_reason() -> None:
    message = compose(replace(notice(), transitions=(), reason="the disk is full."), {})
    assert message.subject == "Veedor, para quien lo opera: the disk is full"
    assert "Motivo: the disk is full." in message.text


WEEK = [
    transition("unreachable", dataset="a/1", incident="i1"),
    transition("score:completeness", dataset="a/1", incident="i2"),
    transition("unusable", "recovered", dataset="b/1", incident="i3"),
    transition("personal:x.not_personal", dataset="b/1", incident="i4"),
    transition("contact", dataset="b/1", incident="i5"),
    transition(dataset="b/2", incident="i6"),
    transition("stale", dataset="b/2", incident="i7"),
]
STANDING = (
    incident(transition("overdue", dataset="b/2", since=date(2025, 11, 1), incident="o1")),
    incident(WEEK[0], state=IncidentState.ACKNOWLEDGED),
    incident(WEEK[3]),
    incident(WEEK[6], held=coded("portal", "b", 2, 2)),
)
FOUND = datasets(
    dataset("a/1", "Compras", "Estado A"),
    dataset("b/1", "Nómina", "Estado B"),
    dataset("b/2", "Obras", "Estado B"),
)
KNOWN = Known(
    operator=OPERATOR,
    incidents={it.id: it for it in STANDING},
    unvisited={"b/1": "el portal rechaza las consultas automáticas"},
)


def weekly(recipient: ContactPoint, language: str = "es") -> str:
    told = alert(*WEEK, kind="summary", recipient=recipient, language=language, reminders=STANDING)
    return compose(told, FOUND, KNOWN).text


def test_the_operators_week_has_counts_by_publisher_worst_oldest_and_unvisited() -> None:
    text = weekly(OPERATOR)
    assert "semana del 27 de febrero de 2026 al 5 de marzo de 2026" in text.replace("\n", " ")
    assert "Fallas nuevas: 6. Corregidas: 1. Pendientes: 4." in text
    assert (
        "- Estado B: nuevas 4, corregidas 1, pendientes 3\n- Estado A: nuevas 2, corregidas 0, pendientes 1"
        in text
    )
    worst = text[text.index("Lo que más empeoró") : text.index("Lo que lleva más tiempo")]
    assert worst.index("Bajó la puntuación de completitud") < worst.index("El importe está presente")
    oldest = text[text.index("Lo que lleva más tiempo") : text.index("Lo que no se pudo visitar")]
    assert "- Obras: Venció el plazo" in oldest.splitlines()[1]
    assert "Nómina: el portal rechaza las consultas automáticas" in text.replace("\n  ", " ")
    assert "Hay un aviso retenido" in text
    assert "hay uno que su responsable dice estar atendiendo" in text.replace("\n", " ")


def test_the_subscribers_week_has_nothing_private() -> None:
    text = weekly(READER)
    assert "Fallas nuevas: 3. Corregidas: 1. Pendientes: 2." in text
    for private in ("datos personales", "contacto no recibe", "retenido", "atendiendo", "Cambió la fecha"):
        assert private not in text
    assert "Para dejar de recibirlo, escriba a op@x.example." in text.replace("\n", " ")


def test_a_subscriber_can_end_it_and_the_operator_need_not() -> None:
    told = alert(*WEEK, kind="summary", recipient=READER)
    assert compose(told, FOUND, KNOWN).unsubscribe == "mailto:op@x.example"
    assert compose(replace(told, recipient=OPERATOR), FOUND, KNOWN).unsubscribe is None
    assert compose(alert(), FOUND, KNOWN).unsubscribe is None


def test_without_knowing_the_operator_everybody_is_a_subscriber() -> None:
    told = alert(*WEEK, kind="summary", recipient=OPERATOR, reminders=STANDING)
    assert "datos personales" not in compose(told, FOUND, Known()).text


def test_a_quiet_week_says_so() -> None:
    told = replace(alert(kind="summary", recipient=OPERATOR, language="en"), transitions=())
    text = compose(told, FOUND, Known(operator=OPERATOR)).text
    assert "It was a quiet week: nothing got worse." in text
    assert "New faults: 0. Mended: 0. Still open: 0." in text


def test_a_country_of_publishers_and_portals_makes_a_message_of_bounded_size() -> None:
    many = [transition("unreachable", dataset=f"s/{at}", incident=f"i{at}") for at in range(3000)]
    found = datasets(*(dataset(f"s/{at}", f"D{at}", f"P{at}") for at in range(3000)))
    told = alert(*many, kind="summary", recipient=OPERATOR, reminders=tuple(map(incident, many)))
    known = Known(operator=OPERATOR, unvisited=dict.fromkeys(found, "x"))
    message = compose(told, found, known)
    assert len(message.text) < 10_000
    assert "y otras 2,960 instituciones" in message.text
    assert "y otros 2,980" in message.text
    assert str(NIGHT.year) in message.subject
