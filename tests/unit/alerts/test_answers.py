"""Links by which people answer: genuine ones act once, and nothing else acts."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import artifacts
from pipelines.alerts import answers
from pipelines.alerts.answers import Answer, act, links_of, read, refused, write_action
from pipelines.errors import AnswerRefused
from pipelines.model import ActionKind, Alert, AlertKind, ContactPoint, IncidentAction
from pipelines.settings import Settings

KEY = "correct horse battery staple 0123456789"
NIGHT = date(2026, 3, 5)
NOW = datetime(2026, 3, 6, 15, tzinfo=UTC)
INCIDENTS = ("b" * 20, "a" * 20)


def alert(email: str | None = "o@x.example") -> Alert:
    return Alert("alert-1", NIGHT, AlertKind.OPENED, ContactPoint("Oficina", email), "es")


def settings(**changes: object) -> Settings:
    values = {"answer_url": "https://veedor.example/a/", "link_key": KEY, "operator": "op@x.example"}
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


def token(
    answer: str = "acknowledge", incidents: tuple[str, ...] = INCIDENTS, whose: Alert | None = None
) -> str:
    links = links_of(whose or alert(), settings())
    assert links is not None
    return links(answer, incidents).removeprefix("https://veedor.example/a/")


def refusal(text: str, now: datetime = NOW, key: str = KEY, answer: Answer | None = None) -> str:
    with pytest.raises(AnswerRefused) as caught:
        act(text, now, key, answer=answer)
    return str(caught.value.refusal)


@pytest.mark.parametrize(
    ("answer", "kind", "until"),
    [
        ("acknowledge", ActionKind.ACKNOWLEDGE, None),
        ("dispute", ActionKind.DISPUTE, None),
        ("ask", ActionKind.ASK, None),
        ("mute", ActionKind.MUTE, None),
        ("snooze", ActionKind.MUTE, date(2026, 3, 13)),
    ],
)
def test_a_link_does_what_it_is_for(answer: str, kind: ActionKind, until: date | None) -> None:
    action = act(token(answer), NOW, KEY)
    assert (action.kind, action.until, action.at, action.by) == (kind, until, NOW, "owner")
    assert action.incidents == ("a" * 20, "b" * 20)


def test_reading_a_link_says_what_it_would_do() -> None:
    found = read(token("mute"), NOW, KEY)
    assert (found.answer, found.alert, found.by) == (Answer.MUTE, "alert-1", "owner")
    assert "o@x.example" not in found.recipient


def test_the_operators_own_links_are_the_operators() -> None:
    assert act(token(whose=alert("OP@x.example")), NOW, KEY).by == "operator"


def test_no_link_shows_an_address() -> None:
    import base64
    import zlib

    signed = token(incidents=tuple(f"{number:020x}" for number in range(40))).partition("-")[2]
    payload = signed.lstrip(".").split(".")[0]
    raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    assert b"x.example" not in (zlib.decompress(raw) if signed.startswith(".") else raw)
    assert hashlib.sha256(b"o@x.example").hexdigest()[:16].encode() in (
        zlib.decompress(raw) if signed.startswith(".") else raw
    )


def test_the_same_alert_gives_the_same_links() -> None:
    assert token() == token()
    assert token(whose=alert("other@x.example")) != token()


def test_there_are_no_links_where_nobody_answers_them() -> None:
    assert links_of(alert(), settings(answer_url=None)) is None
    assert links_of(alert(), settings(link_key=None)) is None
    assert links_of(alert(None), settings()) is None


def test_a_link_lives_to_the_end_of_its_last_day_everywhere_and_no_longer() -> None:
    links = links_of(alert(), settings())
    assert links is not None
    last = datetime.combine(links.until, datetime.min.time(), UTC)
    assert act(token(), last + timedelta(hours=35), KEY)
    assert refusal(token(), last + timedelta(hours=37)) == "expired"


def test_a_link_works_where_the_night_has_begun_before_it_does_in_greenwich() -> None:
    assert act(token(), datetime(2026, 3, 4, 10, tzinfo=UTC), KEY)


@pytest.mark.parametrize("other", [it.value for it in Answer if it is not Answer.ACKNOWLEDGE])
def test_a_link_is_for_one_answer_only(other: str) -> None:
    assert refusal(token(), answer=Answer(other)) == "purpose"
    renamed = other + token().removeprefix("acknowledge")
    assert refusal(renamed) == "forged"


def test_another_key_refuses() -> None:
    assert refusal(token(), key=KEY + "!") == "forged"


@pytest.mark.parametrize(
    "text",
    ["", "-", "acknowledge", "acknowledge-", "acknowledge-x", "acknowledge-..", "x" * 5000, "ñ-ñ", "mute-\n",
     token()[:-5], token()[:30]],
)  # fmt: skip
def test_what_is_no_link_is_malformed(text: str) -> None:
    assert refusal(text) == "malformed"


def test_an_answer_that_does_not_exist_is_forged() -> None:
    assert refusal("release" + token().removeprefix("acknowledge")) == "forged"


@given(data=st.data())
def test_any_single_byte_that_is_changed_is_refused(data: st.DataObject) -> None:
    genuine = token(data.draw(st.sampled_from(list(Answer))))
    place = data.draw(st.integers(0, len(genuine) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda it: it != ord(genuine[place])))
    changed = genuine[:place] + chr(byte) + genuine[place + 1 :]
    assert refusal(changed) in ("forged", "malformed")


@pytest.mark.parametrize("place", range(1, 4))
def test_no_letter_of_the_signature_stands_for_another(place: int) -> None:
    """Base64 of 32 bytes has two bits too many in its last letter."""
    genuine = token()
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_="
    for letter in letters:
        if letter != genuine[-place]:
            assert refusal(genuine[:-place] + letter + genuine[len(genuine) - place + 1 :]) == "forged"


@given(data=st.data())
def test_a_byte_more_or_less_is_refused(data: st.DataObject) -> None:
    genuine = token()
    place = data.draw(st.integers(0, len(genuine) - 1))
    if data.draw(st.booleans()):
        changed = genuine[:place] + genuine[place + 1 :]
    else:
        changed = genuine[:place] + data.draw(st.characters(codec="latin-1")) + genuine[place:]
    if changed != genuine:
        assert refusal(changed) in ("forged", "malformed")


@given(st.text())
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    assert refusal(text) in ("forged", "malformed")


def test_following_a_link_twice_is_one_action_and_the_first_is_kept(tmp_path: Path) -> None:
    first = act(token("snooze"), NOW, KEY)
    again = act(token("snooze"), NOW + timedelta(days=20), KEY)
    assert first.id == again.id
    path = write_action(tmp_path, NIGHT, first)
    assert write_action(tmp_path, NIGHT + timedelta(days=20), again) == path
    assert artifacts.read_value(path, IncidentAction) == first
    assert path == artifacts.night_folder(tmp_path, NIGHT) / artifacts.ACTIONS / f"{first.id}.json"


def test_different_answers_are_different_actions() -> None:
    made = {act(token(answer), NOW, KEY).id for answer in Answer}
    made.add(act(token("ask"), NOW, KEY, text="¿Qué fila?").id)
    made.add(act(token(incidents=("c" * 20,)), NOW, KEY).id)
    made.add(act(token(whose=alert("other@x.example")), NOW, KEY).id)
    assert len(made) == 8


def test_what_somebody_writes_is_kept_without_what_cannot_be_seen_and_cut() -> None:
    action = act(token("ask"), NOW, KEY, text="Uno\r\nDos\x00\u202e\u200b <b>" + "x" * 10_000)
    assert action.text.startswith("Uno \nDos    <b>xxx")
    assert len(action.text) == answers.LONGEST_TEXT


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_refusal_says_what_to_do_in_each_language(language: str) -> None:
    for reason in answers.Refusal:
        said = refused(AnswerRefused("x", reason), language)
        assert said.endswith(".")
        assert len(said) > 40
