"""`veedor feedback` as the operator meets it: what is listed, what an act leaves, what is drafted and erased."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.errors import ConfigurationError, FeedbackDamaged, FeedbackRefused, FeedbackUnknown
from pipelines.feedback import inbox
from pipelines.feedback.promote import ERRORS, draft
from pipelines.feedback_course import course_of
from pipelines.history import feedback, publish
from pipelines.model import FeedbackKind, FeedbackReport
from pipelines.settings import packaged_expectations
from pipelines.validation.suites import load_suite, load_suites
from tests.unit.feedback.reports import SOURCES, event, item
from tests.unit.history import feedback_inbox, run_folders


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    run_folders.write(tmp_path / "data/runs")
    feedback_inbox.write(tmp_path / "data/runs")
    monkeypatch.setenv("VEEDOR_SOURCES", str(tmp_path / "sources.yaml"))
    monkeypatch.setenv("VEEDOR_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "data"


def said(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["feedback", *arguments])
    if done.exception:
        raise done.exception
    return done.stdout


def told(*arguments: str) -> Any:
    return json.loads(said(*arguments, "--json"))


def state(data: Path, name: str) -> str:
    return str(inbox.one(data / "runs", item(name).id).course.state)


@pytest.mark.usefixtures("data")
def test_what_waits_stands_first_in_both_languages() -> None:
    spanish, english = said("list"), said("list", "--language", "en")
    assert "por revisar" in spanish.splitlines()[1]
    assert "Reportes: 6. Por revisar: 1. Vencidos: 2." in spanish
    assert "overdue" in english
    assert {it["item"]["id"] for it in told("list", "--overdue")} == {item("late").id, item("open").id}
    assert {it["course"]["state"] for it in told("list", "--state", "rejected")} == {"rejected"}
    assert len(told("list", "--dataset", "estatal")) == 2
    with pytest.raises(ConfigurationError):
        said("list", "--state", "nonsense")


def test_an_empty_inbox_says_so(data: Path) -> None:
    shutil.rmtree(data / "feedback")
    assert said("list").strip() == "No hay reportes."


def test_a_report_is_shown_whole_and_cannot_act_on_the_terminal(data: Path) -> None:
    inbox.receive(data / "runs", item("hostile", text="[bold]x[/bold] \x1b[31mrojo =1+1"))
    shown = said("show", item("hostile").id[:10])
    assert "[bold]x[/bold]" in shown
    assert "\x1b" not in shown
    assert "lectora@example.org" in shown


def test_of_a_damaged_report_it_is_said_that_it_is(data: Path) -> None:
    key = item("open").id
    (data / "feedback" / key / "item.json").write_bytes(b"")
    assert key not in {it["item"]["id"] for it in told("list")}
    for command in ("show", "accept", "erase"):
        with pytest.raises(FeedbackDamaged, match=key):
            said(command, key)


def test_acts_move_it_on(data: Path) -> None:
    key = item("waiting").id[:8]
    assert "plazo de respuesta vence el 20" in said("accept", key)
    assert state(data, "waiting") == "accepted"
    said("answer", key, "--text", "Se corrige.")
    assert state(data, "waiting") == "answered"
    said("close", key)
    assert state(data, "waiting") == "closed"
    with pytest.raises(FeedbackRefused):
        said("answer", key, "--text", "Otra.")
    with pytest.raises(FeedbackUnknown):
        said("accept", "ffffffffffff")
    said("reject", item("open").id, "--reason", "no es de aquí")
    assert state(data, "open") == "rejected"


def test_a_flood_is_rejected_at_once(data: Path) -> None:
    for number in range(5):
        inbox.receive(data / "runs", item(f"flood{number}"))
    with pytest.raises(ConfigurationError, match="what to reject"):
        said("reject", "--reason", "propaganda")
    assert len(told("reject", "--waiting", "--reason", "propaganda")) == 6
    assert state(data, "waiting") == state(data, "flood3") == "rejected"
    assert state(data, "open") == "accepted"


def test_an_erasure_reaches_inbox_outbox_and_history(data: Path) -> None:
    feedback.record_feedback(data / "history.duckdb", data / "runs")
    key = item("open").id
    mail = data / "outbox" / "2026-03-02-x.eml"
    mail.parent.mkdir()
    mail.write_bytes(
        b"Subject: uno\r\nContent-Transfer-Encoding: base64\r\n\r\n" + _base64(f"Reporte {key}: cero")
    )
    other = mail.with_name("2026-03-02-y.eml")
    other.write_bytes(b"Subject: otro\r\n\r\nnada")
    said("erase", key[:12])
    assert (mail.exists(), other.exists()) == (False, True)
    assert state(data, "open") == "erased"
    for path in (*data.glob("history.duckdb*"), *(data / "feedback").rglob("*.json")):
        assert b"Un cero de m" not in path.read_bytes()


def _base64(text: str) -> bytes:
    import base64

    return base64.encodebytes(text.encode())


def test_the_public_ones_are_exported(data: Path) -> None:
    feedback.record_feedback(data / "history.duckdb", data / "runs")
    publish.publish(data / "history.duckdb", data / "public")
    assert "a dqv:UserQualityFeedback" in said("export")
    said("export", "--dataset", "estatal/padron", "--output", str(data / "x.jsonld"))
    written = json.loads((data / "x.jsonld").read_text(encoding="utf-8"))
    assert "Se corrige hoy." in json.dumps(written, ensure_ascii=False)


def test_a_report_on_a_column_becomes_an_expectation_of_a_suite(data: Path) -> None:
    with pytest.raises(ConfigurationError, match="no role 'amount'"):  # by the layout of the last night
        said("promote", item("waiting").id)
    inbox.receive(data / "runs", item("nowhere", column="Otra"))
    with pytest.raises(ConfigurationError, match="which role"):
        said("promote", item("nowhere").id)
    made = json.loads(said("promote", item("open").id, "--role", "value_amount"))
    assert made["kwargs"] == {"column": "value_amount", "min_value": 0}
    with pytest.raises(ConfigurationError, match="no role"):
        said("promote", item("open").id, "--role", "nonsense")
    with pytest.raises(ConfigurationError, match="no expectation suite"):
        said("promote", item("answered").id)
    inbox.receive(data / "runs", item("slow", kind="question"))
    with pytest.raises(ConfigurationError, match="no expectation"):
        said("promote", item("slow").id, "--role", "value_amount")


@pytest.mark.parametrize("kind", ["error", "missing"])
@pytest.mark.parametrize("type_", ERRORS)
def test_every_draft_is_valid_in_a_suite(tmp_path: Path, kind: str, type_: str) -> None:
    """It is loaded with the suite's other expectations, and its key is none of theirs."""
    found = False
    for suite in load_suites(packaged_expectations()).values():
        role = next((name for name, it in suite.roles.items() if it.type == type_), None)
        if role is None:
            continue
        found = True
        one = item(kind=FeedbackKind(kind))
        course = course_of([event("accepted")])
        made = draft(FeedbackReport(one, (), course), suite, role)
        raw = json.loads(suite.path.read_text(encoding="utf-8"))
        raw["expectations"].append(made)
        (tmp_path / "suite.json").write_text(json.dumps(raw), encoding="utf-8")
        loaded = load_suite(tmp_path / "suite.json")
        assert loaded.expectations[-1].key == made["meta"]["key"]
        assert {"en", "es"} == set(made["meta"]["advice"]) == set(made["meta"]["title"])
    assert found, type_
