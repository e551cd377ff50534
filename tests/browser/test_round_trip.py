"""Readers, the operator and an owner with a browser: from the scorecard to the form, and back to the scorecard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines import artifacts
from pipelines.alerts.answers import Links
from pipelines.feedback import inbox, tokens
from pipelines.feedback.tokens import Purpose
from pipelines.model import Alert, AlertKind, ContactPoint, IncidentAction
from tests.browser.conftest import AXE
from tests.feedback_world import DATASET, Installation, installed
from tests.serving_process import KEY, Served, serving
from tests.smtp_server import Inbox, running

pytestmark = pytest.mark.slow

Visits = Callable[..., Any]
PAGE = f"dataset/{DATASET}.html"
TEXT = "El contrato 17 tiene <img src=x onerror=alert(1)> un cero de más."
ANSWER = "Corregido en la versión de hoy."


@pytest.fixture
def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture
def watched(tmp_path: Path, today: date) -> Iterator[tuple[Installation, Served, Inbox]]:
    """An installation after its first night, served, with its mail."""
    box = Inbox()
    with (
        installed(tmp_path) as one,
        running(box) as mail,
        serving(one.settings.data, one.file) as served,
    ):
        settings = replace(one.settings, mail_url=mail, serve_url=f"{served.url}/")
        one = replace(one, settings=settings)
        one.run(today - timedelta(days=1))
        yield one, served, box


def sound(seen: Any) -> None:
    """Nothing for axe, no complaint of the browser, nothing wider than the screen."""
    seen.page.evaluate(AXE.read_text(encoding="utf-8"))
    result = seen.page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [(it["id"], [node["html"][:200] for node in it["nodes"][:3]]) for it in result["violations"]] == []
    room = seen.page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert room[0] <= room[1]
    assert seen.complaints == []


@pytest.mark.parametrize(("language", "width"), [("es", 360), ("en", 1440)])
def test_from_the_scorecard_to_the_form_and_back(
    watched: tuple[Installation, Served, Inbox], visit: Visits, today: date, language: str, width: int
) -> None:
    one, served, box = watched
    runs = one.settings.runs

    # A reader goes from the scorecard to the form, and is told what is missing.
    seen = visit(f"{served.url}/{language}/{PAGE}", width)
    seen.page.click("a.report")
    assert "/feedback/new" in seen.page.url
    sound(seen)
    seen.page.check("input[name=kind][value=error]")
    seen.page.fill("#text", TEXT)
    seen.page.fill("#email", "lectora@example.org")
    seen.page.wait_for_timeout(3_200)  # whoever is faster is no reader
    seen.page.click("button[type=submit]")
    (report,) = inbox.every(runs)
    assert report.item.id[:8] in seen.page.inner_text("main")
    sound(seen)

    # The operator looks at it and accepts it.
    link = tokens.sign(Purpose.MODERATION, ("operator",), KEY, datetime.now(UTC))
    seen = visit(f"{served.url}/moderate/{link}", width)
    assert TEXT in seen.page.inner_text("main")
    sound(seen)
    seen.page.click("button[value=accept]")
    sound(seen)
    one.run(today)

    # The owner answers by the link of the mail.
    mails = [box.message(place) for place in range(len(box.envelopes))]
    texts = [str(part.get_content()) for mail in mails if (part := mail.get_body(("plain",)))]
    (address,) = {found[0] for text in texts if (found := re.search(r"http\S+/owner/\S+", text))}
    seen = visit(address, width)
    assert TEXT in seen.page.inner_text("main")
    sound(seen)
    seen.page.fill("#text", ANSWER)
    seen.page.click("button[type=submit]")
    sound(seen)
    one.run(today + timedelta(days=1))

    # Both stand on the scorecard, the planted tag as the text that it is.
    seen = visit(f"{served.url}/{language}/{PAGE}", width)
    said = seen.page.inner_text("#feedback")
    assert TEXT in said
    assert ANSWER in said
    assert seen.page.locator("#feedback img").count() == 0
    assert "lectora@example.org" not in seen.page.content()
    sound(seen)


def test_a_link_of_an_alert_does_nothing_until_its_button_is_pressed(
    watched: tuple[Installation, Served, Inbox], visit: Visits, today: date
) -> None:
    one, served, _ = watched
    contact = ContactPoint("Unidad", "unidad@dependencia.example")
    alert = Alert("a1", today, AlertKind.OPENED, contact, "es")
    seen = visit(Links(alert, KEY, f"{served.url}/answer/", "owner")("acknowledge", ["incident-1"]), 360)
    sound(seen)
    made = "runs/*/_night/actions/*.json"
    assert list(one.settings.data.glob(made)) == []
    seen.page.click("button[type=submit]")
    sound(seen)
    (path,) = one.settings.data.glob(made)
    action = artifacts.read_value(path, IncidentAction)
    assert (action.incidents, action.by) == (("incident-1",), "owner")
