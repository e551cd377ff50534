"""`veedor alerts` as the operator meets it: what is listed and shown, and what an answer leaves."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines import artifacts
from pipelines.cli.app import app
from pipelines.errors import ConfigurationError, HistoryMissing, VeedorError
from pipelines.model import ActionKind, IncidentAction
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
    assert "7 incidentes, 2 retenidos." in text
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


def test_the_same_answer_twice_is_one_and_the_last_of_several_holds(data: Path) -> None:
    for _ in range(2):
        said("ack", AMOUNT)
    assert len(kept(data)) == 1
    said("mute", AMOUNT, INCIDENTS[1].id, "--days", "7")
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    stands = {it["id"]: it for it in told("list")["incidents"]}
    assert stands[AMOUNT]["state"] == stands[COLUMNS.id]["state"] == "muted"
    assert stands[AMOUNT]["muted_until"] > tomorrow.isoformat()
    said("ack", AMOUNT)
    assert {it["id"]: it["state"] for it in told("list")["incidents"]}[AMOUNT] == "acknowledged"
    said("unmute", AMOUNT)
    assert {it["id"]: it["state"] for it in told("list")["incidents"]}[AMOUNT] == "open"
    assert len(kept(data)) == 3


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
