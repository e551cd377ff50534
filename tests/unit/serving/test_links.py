"""The links of the server by real HTTP: moderation, owners' answers, answers to alerts, and those that are forged."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.alerts.answers import Links
from pipelines.feedback import acts, inbox, tokens
from pipelines.feedback.tokens import Purpose
from pipelines.model import Alert, AlertKind, ContactPoint, FeedbackState, IncidentAction
from tests.serving_process import KEY, Served
from tests.unit.feedback.reports import item
from tests.unit.serving.forms import moderation


def test_moderation_accepts_and_rejects(served: Served, data: Path) -> None:
    runs = data / "runs"
    inbox.receive(runs, item("good"))
    inbox.receive(runs, item("bad"))
    address = f"/moderate/{moderation()}"
    page = served.get(address)
    assert item("good").id in page.text
    assert "lectora@example.org" not in page.text
    done = served.post(address, {"report": item("good").id, "act": "accept"})
    assert (done.status_code, inbox.one(runs, item("good").id).course.state) == (200, FeedbackState.ACCEPTED)
    assert f'value="{item("good").id}"' not in done.text
    assert served.post(address, {"report": item("bad").id, "act": "reject"}).status_code == 422  # no reason
    served.post(address, {"report": item("bad").id, "act": "reject", "reason": "propaganda"})
    assert inbox.one(runs, item("bad").id).course.state is FeedbackState.REJECTED
    for fields in ({"report": "../../x", "act": "accept"}, {"report": item("good").id, "act": "erase"}, {}):
        assert served.post(address, fields).status_code == 422


@pytest.mark.parametrize(
    ("token", "status"),
    [
        ("x", 404),
        (moderation(ago=8), 410),
        (tokens.sign(Purpose.FORM, ("operator",), KEY, datetime.now(UTC)), 404),
        (tokens.sign(Purpose.OWNER, ("operator",), KEY, datetime.now(UTC)), 404),
        (tokens.sign(Purpose.MODERATION, ("operator",), "another-key-" * 4, datetime.now(UTC)), 404),
        ("é" * 10, 404),
    ],
    ids=["malformed", "expired", "of-a-form", "of-an-owner", "other-key", "no-ascii"],
)
@pytest.mark.parametrize("place", ["moderate", "owner", "answer"])
def test_forged_and_expired_links_open_nothing(served: Served, place: str, token: str, status: int) -> None:
    if place == "owner" and "." in token:
        status = 404
    page = served.get(f"/{place}/{token}")
    expected = {404, 410} if place == "owner" else {status if place == "moderate" else 404}
    assert page.status_code in expected
    assert "<form" not in page.text
    assert served.post(f"/{place}/{token}", {"act": "accept", "text": "x"}).status_code in {404, 410}


def owner(key: str, ago: float = 0) -> str:
    return tokens.sign(Purpose.OWNER, (key,), KEY, datetime.now(UTC) - timedelta(days=ago))


def test_the_link_to_a_damaged_report_leads_to_none(served: Served, data: Path) -> None:
    runs, one = data / "runs", item("damaged")
    inbox.receive(runs, one)
    (artifacts.feedback_folder(runs) / one.id / "item.json").write_bytes(b"{")
    assert served.get(f"/owner/{owner(one.id)}").status_code == 410
    page = served.get(f"/moderate/{moderation()}")
    assert page.status_code == 200
    assert one.id not in page.text
    assert served.post(f"/moderate/{moderation()}", {"report": one.id, "act": "accept"}).status_code == 422


def test_the_owner_answers_in_public_and_may_amend_it(
    served: Served, data: Path, household: dict[str, str]
) -> None:
    runs, one = data / "runs", item("asked")
    inbox.receive(runs, one)
    address = f"/owner/{owner(one.id)}"
    assert served.get(address).status_code == 410  # nobody has accepted it
    acts.accept(runs, one.id, datetime.now(UTC), one.night)
    page = served.get(address)
    assert one.text in page.text
    assert "lectora@example.org" not in page.text
    assert inbox.one(runs, one.id).course.state is FeedbackState.ACCEPTED  # looking is not answering
    for _ in range(2):
        assert served.post(address, {"text": "Se corrige <b>hoy</b>."}, headers=household).status_code == 200
    served.post(address, {"text": "Se corrigió ayer."}, headers=household)
    report = inbox.one(runs, one.id)
    assert (report.course.state, report.course.answer) == (FeedbackState.ANSWERED, "Se corrigió ayer.")
    assert [it.by for it in report.events] == ["operator", "owner", "owner"]
    assert served.post(address, {"text": " "}, headers=household).status_code == 422
    inbox.erase(runs, acts.erasure(one.id, datetime.now(UTC), one.night))
    assert served.get(address).status_code == 410
    assert served.post(address, {"text": "tarde"}, headers=household).status_code == 410
    assert served.get(f"/owner/{owner(one.id, ago=100)}").status_code == 410
    assert served.get(f"/owner/{owner('f' * 20)}").status_code == 410


def alert() -> Alert:
    night = datetime.now(UTC).date()
    return Alert("a1", night, AlertKind.OPENED, ContactPoint("Unidad", "unidad@dependencia.example"), "es")


@pytest.mark.parametrize("answer", ["acknowledge", "dispute", "ask", "snooze", "mute"])
def test_looking_at_a_link_of_an_alert_does_nothing_and_the_button_does_it_once(
    served: Served, data: Path, household: dict[str, str], answer: str
) -> None:
    token = Links(alert(), KEY, "https://x/answer/", "owner")(answer, ["incident-1"]).rpartition("/")[2]
    before = set(data.glob("runs/*/_night/actions/*.json"))
    page = served.get(f"/answer/{token}?language=es")
    assert page.status_code == 200
    assert ("<textarea" in page.text) == (answer in ("ask", "dispute"))
    assert set(data.glob("runs/*/_night/actions/*.json")) == before
    for _ in range(2):
        done = served.post(f"/answer/{token}", {"text": "¿Qué filas?"}, headers=household)
        assert done.status_code == 200
    (made,) = set(data.glob("runs/*/_night/actions/*.json")) - before
    action = artifacts.read_value(made, IncidentAction)
    assert (action.incidents, action.by) == (("incident-1",), "owner")
    other = token.replace(answer, "mute" if answer != "mute" else "ask", 1)
    assert served.post(f"/answer/{other}", {}, headers=household).status_code == 404
