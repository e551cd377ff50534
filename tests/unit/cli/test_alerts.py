"""`veedor alerts` as the operator meets it: what is listed and shown, and what an answer leaves."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from pipelines import artifacts
from pipelines.alerts import troubles
from pipelines.alerts.answers import Links
from pipelines.cli.app import app
from pipelines.errors import AnswerRefused, ConfigurationError, DeliveryError, HistoryMissing, VeedorError
from pipelines.model import (
    ActionKind,
    Alert,
    AlertKind,
    ContactPoint,
    DeliveryFailure,
    IncidentAction,
    TroubleKind,
)
from tests.smtp_server import Inbox, running
from tests.unit.alerts import installation
from tests.unit.alerts.installation import COLUMNS, INCIDENTS

AMOUNT, OVERDUE, HELD, RESOLVED = INCIDENTS[0].id, INCIDENTS[3].id, INCIDENTS[4].id, INCIDENTS[7].id


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("installation") / "data"
    installation.build(data)
    return data


@pytest.fixture
def data(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sources.yaml").write_text(installation.SOURCES, encoding="utf-8")
    shutil.copytree(built, tmp_path / "data")
    monkeypatch.setenv("VEEDOR_SOURCES", str(tmp_path / "sources.yaml"))
    monkeypatch.setenv("VEEDOR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "160")
    return tmp_path / "data"


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["alerts", *arguments])
    if done.exception:
        raise done.exception
    return done.stdout


def told(*arguments: str) -> Any:
    return json.loads(said(*arguments, "--json"))


def kept(data: Path) -> list[IncidentAction]:
    """What was answered by command, in files of today."""
    paths = sorted((data / "runs").glob("*/_night/actions/*.json"))
    found = [artifacts.read_value(path, IncidentAction) for path in paths]
    return [it for it in found if it.by == "operator"]


def test_what_stands_is_listed_in_the_language_of_sources_yaml(data: Path) -> None:
    text = said("list")
    assert "Incidentes: 7. Retenidos: 2." in text
    assert text.index("Ya no se cumple: Todo contrato tiene un importe") < text.index(
        "El archivo no se puede"
    )
    assert "└ Bajó la puntuación de completitud" in text
    assert "en silencio hasta 2999-01-01" in text
    assert AMOUNT[:8] in text
    assert AMOUNT not in text
    assert "No longer met: Every contract has an amount" in said("list", "--language", "en")


def test_some_are_listed_and_none_is_said(data: Path) -> None:
    assert {it["dataset"] for it in told("list", "--held")["incidents"]} == {
        "salud/plazas",
        "salud/compras-de-medicamentos",
    }
    assert [it["id"] for it in told("list", "--state", "resolved")["incidents"]] == [RESOLVED]
    assert told("list", "--source", "compras", "--state", "acknowledged")["incidents"][0]["owner"] == (
        "Unidad de datos abiertos"
    )
    assert said("list", "--owner", "nadie") == "Ningún incidente abierto cumple eso.\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("list", "--state", "closed"), "--state 'closed'"),
        (("list", "--source", "nobody"), "no source 'nobody'"),
        (("list", "--language", "fr"), "--language 'fr'"),
        (("show", "zzzz"), "no incident whose id begins with"),
        (("ack", RESOLVED[:8]), "ended on 2026-01-11"),
        (("unmute", AMOUNT[:8]), "neither muted nor acknowledged"),
        (("mute", AMOUNT[:8]), "not said for how long"),
        (("mute", AMOUNT[:8], "--days", "3", "--until", "2999-01-01"), "not said for how long"),
        (("mute", AMOUNT[:8], "--until", "tomorrow"), "not a date"),
        (("mute", AMOUNT[:8], "--until", "2020-01-01"), "not after tonight"),
        (("mute", AMOUNT[:8], "--until", "2999-01-01"), "more than 366 days"),
        (("release",), "not said what to release"),
        (("release", HELD, "--all"), "not said what to release"),
        (("release", "--source", "nobody"), "no source 'nobody'"),
        (("release", AMOUNT[:8]), "is not held"),
    ],
)
def test_what_cannot_be_done_is_said_with_what_to_do_and_leaves_nothing(
    data: Path, arguments: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        said(*arguments)
    assert words in caught.value.message
    assert caught.value.advice
    assert kept(data) == []


def test_before_any_night_there_is_nothing_to_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sources.yaml").write_text(installation.SOURCES, encoding="utf-8")
    monkeypatch.setenv("VEEDOR_SOURCES", str(tmp_path / "sources.yaml"))
    monkeypatch.setenv("VEEDOR_DATA", str(tmp_path / "data"))
    with pytest.raises(HistoryMissing):
        said("list")
    assert issubclass(HistoryMissing, VeedorError)


def test_one_is_shown_with_all_that_is_known_of_it(data: Path) -> None:
    text = said("show", AMOUNT[:6])
    for words in (
        "Ya no se cumple: Todo contrato tiene un importe",
        "Unidad de datos abiertos <unidad@dependencia.example>",
        "Dirección general <direccion@dependencia.example>",
        "0.4 · 33.3 · 41 % de valores que no cumplen",
        "1, el último 2026-02-25",
        "Escriba el importe de cada contrato",
        "fila 812: vacío",
        "«s/d [red]»",
    ):
        assert words in text
    assert "enviado" in text
    assert f"{COLUMNS.id[:8]} Las columnas del archivo" in said("show", INCIDENTS[2].id)
    answers = told("show", OVERDUE)["answers"]
    assert [(it["kind"], it["by"], it["text"]) for it in answers] == [
        ("acknowledge", "owner", "Lo estamos viendo.")
    ]


def test_a_title_from_a_portal_is_no_markup_and_no_command_to_the_terminal(data: Path) -> None:
    text = said("show", HELD)
    assert "Plazas [red]ocupadas[/red] y vacantes" in text
    assert "\x1b[2J" not in text


def test_an_answer_is_a_file_of_the_day_and_is_seen_at_once(data: Path) -> None:
    text = said("ack", AMOUNT[:8], "--note", "  Llamé a la unidad.  ")
    assert "compras/contratos: Ya no se cumple: Todo contrato tiene un importe" in text
    assert "no habrá recordatorios" in text
    (action,) = kept(data)
    assert (action.kind, action.incidents, action.by, action.text) == (
        ActionKind.ACKNOWLEDGE,
        (AMOUNT,),
        "operator",
        "Llamé a la unidad.",
    )
    stands = {it["id"]: it for it in told("list")["incidents"]}
    assert (stands[AMOUNT]["state"], stands[AMOUNT]["heard"]) == ("acknowledged", False)
    assert stands[OVERDUE]["heard"]
    assert "Llamé a la unidad." in said("show", AMOUNT)


def test_the_last_of_several_answers_holds(data: Path) -> None:
    said("ack", AMOUNT)
    said("mute", AMOUNT, INCIDENTS[1].id, "--days", "7")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    stands = {it["id"]: it for it in told("list")["incidents"]}
    assert stands[AMOUNT]["state"] == stands[COLUMNS.id]["state"] == "muted"
    assert stands[AMOUNT]["muted_until"] > tomorrow.isoformat()
    said("ack", AMOUNT)
    assert {it["id"]: it["state"] for it in told("list")["incidents"]}[AMOUNT] == "acknowledged"
    said("unmute", AMOUNT)
    assert {it["id"]: it["state"] for it in told("list")["incidents"]}[AMOUNT] == "open"
    assert len(kept(data)) == 4


def test_what_is_held_is_released_by_source_or_all_at_once(data: Path) -> None:
    assert said("release", "--source", "compras") == "No hay nada retenido.\n"
    assert kept(data) == []
    done = told("release", "--all")
    assert done["datasets"] == ["salud/compras-de-medicamentos", "salud/plazas"]
    assert told("list", "--held")["incidents"] == []
    assert [it.kind for it in kept(data)] == [ActionKind.RELEASE]


def test_one_that_is_held_is_released_by_its_id(data: Path) -> None:
    said("release", HELD[:8])
    assert [it["id"] for it in told("list", "--held")["incidents"]] == [INCIDENTS[5].id]


KEY = "una-clave-de-prueba-que-no-sirve-para-nada-mas"


def link(answer: str, *incidents: str) -> str:
    """A link as it stands in a message of today."""
    night = datetime.now(UTC).date()
    contact = ContactPoint("Unidad", "unidad@dependencia.example")
    alert = Alert("an-alert", night, AlertKind.OPENED, contact, "es")
    return Links(alert, KEY, "https://veedor.example/r/", "owner")(answer, incidents)


def test_a_link_is_applied_once_as_its_recipients_answer(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VEEDOR_LINK_KEY", KEY)
    token = link("acknowledge", AMOUNT)
    assert "En atención" in said("answer", token, "--text", "Ya lo estamos corrigiendo.")
    said("answer", token.rpartition("/")[2], "--text", "Ya lo estamos corrigiendo.")
    (answer,) = (it for it in told("show", AMOUNT)["answers"])
    assert (answer["by"], answer["kind"], answer["text"]) == (
        "owner",
        "acknowledge",
        "Ya lo estamos corrigiendo.",
    )
    assert "mientras dure" in said("answer", link("mute", COLUMNS.id))
    assert "en silencio" in said("list")


def test_a_forged_link_and_one_without_a_key_change_nothing(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = link("acknowledge", AMOUNT)
    with pytest.raises(ConfigurationError, match="no key"):
        said("answer", token)
    monkeypatch.setenv("VEEDOR_LINK_KEY", f"{KEY}-otra")
    with pytest.raises(AnswerRefused):
        said("answer", token)
    assert told("show", AMOUNT)["answers"] == []


def test_who_would_be_told_is_shown_and_a_sample_written_and_nobody_written_to(data: Path) -> None:
    text = said("test")
    for words in (
        "nadie de fuera recibe nada",
        "unidad@dependencia.example",
        "después direccion@dependencia.example",
        "nadie da una dirección: se avisa al operador",
        "Resumen semanal de 4 conjuntos de datos: resumen@observatorio.example",
    ):
        assert words in text
    (sample,) = (data / "outbox").iterdir()
    assert str(sample) in text
    shown = told("test", "--source", "salud")
    assert [it["datasets"] for it in shown["recipients"]] == [
        ["salud/compras-de-medicamentos", "salud/plazas"]
    ]
    assert shown["sent"] is None
    with pytest.raises(ConfigurationError, match="cannot be mailed"):
        said("test", "--send")


def test_the_sample_is_mailed_to_the_operator_alone(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inbox = Inbox()
    with running(inbox) as url:
        monkeypatch.setenv("VEEDOR_OPERATOR", "operador@nacional.example")
        monkeypatch.setenv("VEEDOR_MAIL_URL", url)
        assert told("test", "--send")["sent"] == "operador@nacional.example"
    (envelope,) = inbox.envelopes
    assert envelope.rcpt_tos == ["operador@nacional.example"]
    assert inbox.message()["Subject"].startswith("Prueba, nada de esto ocurrió")


def test_what_is_due_is_tried_and_what_came_of_it_said(data: Path) -> None:
    assert said("deliver") == "No hay nada por enviar ahora.\n"
    night = datetime.now(ZoneInfo("America/Mexico_City")).date()
    recipient = ContactPoint("Unidad", "unidad@dependencia.example")
    alert = Alert("today", night, AlertKind.OPENED, recipient, "es", channels=("mail",))
    artifacts.write_values(artifacts.night_folder(data / "runs", night) / artifacts.ALERTS, [alert])
    assert said("deliver") == "1 enviado, 1 no enviado: entrega sin activar.\n"
    assert [it.name for it in (data / "outbox").iterdir()] == [f"{night}-today.eml"]
    assert told("deliver") == {"attempts": [], "off": []}


def test_what_was_switched_off_is_tried_again_when_the_operator_says_so(data: Path) -> None:
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    fault = DeliveryError("535 no", DeliveryFailure.CHANNEL)
    trouble = troubles.met(data / "delivery", TroubleKind.CHANNEL, "mail", fault, "535 no", now)
    assert trouble is not None
    troubles.remember(data / "delivery", trouble)
    assert [it["subject"] for it in told("deliver")["off"]] == ["mail"]
    with pytest.raises(ConfigurationError) as caught:
        said("deliver", "--again", "chat")
    assert caught.value.advice == "Switched off: mail."
    assert told("deliver", "--again", "mail")["off"] == []


@pytest.mark.parametrize(
    ("nights", "words"),
    [
        ("2026-03-05", "no finished night"),
        ("2026-03-05..2026-03-01", "no span of nights"),
        ("march", "not a date"),
    ],
)
def test_a_replay_of_nothing_is_refused(data: Path, nights: str, words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        said("replay", nights)
