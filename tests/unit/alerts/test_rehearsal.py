"""Who would be told of what before anybody is, and a sample that only the operator gets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.alerts import rehearsal
from pipelines.alerts.recipients import Why
from pipelines.settings import Settings
from pipelines.sources import parse
from tests.unit.alerts import installation
from tests.unit.alerts.installation import NIGHT

SOURCES = parse(installation.SOURCES)
OPERATOR = "operador@nacional.example"


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    data = tmp_path_factory.mktemp("data")
    installation.build(data)
    return Settings(data=data, operator=OPERATOR)


def told(found: list[rehearsal.Rehearsed]) -> list[tuple[str | None, str, tuple[str, ...]]]:
    return [
        (it.recipient.contact.email, "silent" if it.silent else str(it.recipient.why), it.datasets)
        for it in found
    ]


def test_every_dataset_has_a_recipient_and_a_reason(settings: Settings) -> None:
    found = rehearsal.whom(settings, SOURCES, NIGHT)
    assert told(found) == [
        ("unidad@dependencia.example", Why.SOURCES, ("compras/contratos", "compras/licitaciones")),
        (OPERATOR, Why.NONE, ("salud/compras-de-medicamentos", "salud/plazas")),
    ]
    assert found[0].recipient.second is not None
    assert found[0].recipient.second.email == "direccion@dependencia.example"
    assert told(rehearsal.only(found, "salud")) == told(found)[1:]
    assert rehearsal.only(found, "other") == []


def test_a_contact_of_the_portal_is_told_as_such_and_a_dataset_that_is_off_is_nobodys(
    settings: Settings,
) -> None:
    text = installation.SOURCES.replace("      email: unidad@dependencia.example\n", "")
    text = text.replace("- {id: plazas}", "- {id: plazas, alerts: {enabled: false}}")
    found = told(rehearsal.whom(settings, parse(text), NIGHT))
    assert found[0][:2] == ("unidad@dependencia.example", Why.PORTAL)
    assert found[-1][1:] == ("silent", ("salud/plazas",))


def test_before_the_first_night_what_is_declared_is_what_is_known(tmp_path: Path) -> None:
    found = rehearsal.whom(Settings(data=tmp_path), SOURCES, NIGHT)
    assert [it[1:] for it in told(found)] == [
        (Why.SOURCES, ("compras/contratos", "compras/licitaciones")),
        (Why.NONE, ("salud/compras-de-medicamentos", "salud/plazas")),
    ]


@pytest.mark.parametrize(
    ("language", "words"), [("es", "Prueba, nada de esto"), ("en", "Test, none of this")]
)
def test_the_sample_says_that_it_is_one_and_goes_to_the_operator(
    settings: Settings, language: str, words: str
) -> None:
    message = rehearsal.sample(settings, SOURCES, NIGHT, language)
    assert message.subject.startswith(words)
    assert "Contratos de la Administración Pública" in message.text
    assert message.language == language
    assert rehearsal.sample(settings, SOURCES, NIGHT, language) == message


def test_there_is_a_sample_when_nothing_is_watched(tmp_path: Path) -> None:
    nothing = replace(Settings(data=tmp_path), operator=None)
    sources = parse("version: 1\ntime_zone: UTC\nsources: []\n")
    assert rehearsal.whom(nothing, sources, NIGHT) == []
    assert rehearsal.sample(nothing, sources, NIGHT, "es").text
