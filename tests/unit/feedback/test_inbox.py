"""The inbox: written once, never lost, never doubled, and emptied of words where somebody asks for it."""

from __future__ import annotations

import os
import time
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import artifacts, hearing
from pipelines.errors import FeedbackRefused, FeedbackUnknown
from pipelines.feedback import inbox, written
from pipelines.model import FeedbackState
from pipelines.settings import Settings
from tests.unit.feedback.reports import NOW, event, item


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


def test_what_was_received_is_read_back(runs: Path) -> None:
    assert inbox.receive(runs, item())
    assert inbox.one(runs, item().id).item == item()
    assert inbox.one(runs, item().id).course.state is FeedbackState.RECEIVED
    assert inbox.count_waiting(runs) == 1
    assert [it.item for it in inbox.every(runs)] == [item()]


def test_the_same_form_twice_is_one_report_and_the_first_stays(runs: Path) -> None:
    assert inbox.receive(runs, item())
    assert not inbox.receive(runs, item(text="Otra cosa muy distinta."))
    assert inbox.one(runs, item().id).item.text == item().text


def test_events_move_it_on_and_twice_is_once(runs: Path) -> None:
    inbox.receive(runs, item())
    assert inbox.add(runs, event("accepted")).course.state is FeedbackState.ACCEPTED
    assert inbox.add(runs, event("accepted")).course.state is FeedbackState.ACCEPTED
    report = inbox.add(runs, event("answered", 3, text="Ya se corrigió."))
    assert (report.course.state, report.course.answer) == (FeedbackState.ANSWERED, "Ya se corrigió.")
    assert len(report.events) == 2
    assert inbox.count_waiting(runs) == 0


def test_what_is_not_possible_is_refused(runs: Path) -> None:
    inbox.receive(runs, item())
    with pytest.raises(FeedbackRefused) as refused:
        inbox.add(runs, event("answered"))
    assert refused.value.refusal == "not_allowed"
    with pytest.raises(FeedbackUnknown):
        inbox.add(runs, event("accepted", name="another"))


@pytest.mark.parametrize("key", ["", "..", "../../etc/passwd", "a" * 19, "A" * 20, "a" * 20 + "\n", "/" * 20])
def test_an_id_leads_nowhere_but_into_the_inbox(runs: Path, key: str) -> None:
    with pytest.raises(FeedbackUnknown):
        inbox.one(runs, key)


def test_an_erasure_leaves_dates_and_no_word(runs: Path) -> None:
    inbox.receive(runs, item(evidence="https://example.org/acta"))
    inbox.add(runs, event("accepted"))
    inbox.add(runs, event("answered", 3, text="La señora N. tiene razón."))
    report = inbox.erase(runs, event("erased", 4))
    assert report.course.state is FeedbackState.ERASED
    assert report.course.erased_at is not None
    held = b"".join(path.read_bytes() for path in runs.parent.rglob("*") if path.is_file())
    for word in ("cero de más", "lectora@", "example.org", "812", "Importe", "señora"):
        assert word.encode() not in held
    assert inbox.erase(runs, event("erased", 9)).course.erased_at == report.course.erased_at


def test_whoever_is_killed_while_erasing_is_finished_by_doing_it_again(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.receive(runs, item())
    monkeypatch.setattr("pipelines.artifacts.write_value", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        inbox.erase(runs, event("erased"))
    monkeypatch.undo()
    report = inbox.erase(runs, event("erased"))
    assert (report.item.text, report.item.email) == ("", None)


def test_a_folder_without_a_report_is_no_report_and_is_swept(runs: Path) -> None:
    inbox.receive(runs, item())
    left = runs.parent / "feedback" / ("0" * 20)
    left.mkdir()
    assert len(list(inbox.every(runs))) == 1
    inbox.sweep(runs)
    assert left.exists()  # somebody may be writing
    os.utime(left, (time.time() - 7200, time.time() - 7200))
    inbox.sweep(runs)
    assert not left.exists()


def test_an_inbox_is_full_some_day(runs: Path) -> None:
    with pytest.raises(FeedbackRefused) as refused:
        inbox.receive(runs, item(), waiting=inbox.MOST_WAITING)
    assert refused.value.refusal == "full"


def test_beginnings_of_ids_are_enough(runs: Path) -> None:
    inbox.receive(runs, item())
    assert inbox.beginning(runs, item().id[:6]).item.id == item().id
    for start in ("", "zz"):
        with pytest.raises(FeedbackUnknown):
            inbox.beginning(runs, start)


@given(st.text(max_size=300))
def test_nothing_unseen_is_kept(text: str) -> None:
    try:
        found = written.block(text, "text")
    except FeedbackRefused:
        return
    assert not any(sign in found for sign in "\u202e\u2066\u200b\ufeff\x00\x1b\r\u2028")
    assert written.block(found, "text") == found
    assert written.line(text, "text").count("\n") == 0


def test_too_much_is_refused_not_cut() -> None:
    with pytest.raises(FeedbackRefused) as refused:
        written.block("a" * 4_001, "text")
    assert (refused.value.refusal, refused.value.field) == ("too_long", "text")
    with pytest.raises(FeedbackRefused):
        written.line("a" * 10_000_000, "row")
    with pytest.raises(FeedbackRefused) as refused:
        written.block("\u202e \x00", "text")
    assert refused.value.refusal == "empty"


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "file:///etc/passwd", "https://a:b@example.org/", "data:x"]
)
def test_evidence_leads_to_the_web_or_is_words(text: str) -> None:
    with pytest.raises(FeedbackRefused):
        written.evidence(text)
    assert written.evidence("página 12 del acta") == "página 12 del acta"
    assert written.evidence("https://example.org/acta") == "https://example.org/acta"


@pytest.mark.parametrize(
    "text", ["nobody", "a@b", "a b@example.org", "a@example.org\nBcc: x@example.org", "<a@x.org>"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(FeedbackRefused):
        written.mail_address(text)
    assert written.mail_address(" lectora@example.org ") == "lectora@example.org"
    assert written.mail_address("") is None


def test_an_answer_that_crosses_an_erasure_leaves_no_word(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox.receive(runs, item())
    inbox.add(runs, event("accepted"))
    written_once = artifacts.write_once

    def slowly(path: Path, value: object) -> bool:
        monkeypatch.undo()
        inbox.erase(runs, event("erased", 2))  # between the look and the writing
        return written_once(path, value)

    monkeypatch.setattr(artifacts, "write_once", slowly)
    report = inbox.add(runs, event("answered", 3, text="La señora N. tiene razón."))
    assert report.course.state is FeedbackState.ERASED
    assert "señora".encode() not in b"".join(path.read_bytes() for path in runs.parent.rglob("*.json"))


def test_what_was_rejected_long_ago_is_erased_by_the_night(runs: Path) -> None:
    settings = Settings(data=runs.parent)
    inbox.receive(runs, item())
    inbox.add(runs, event("rejected", 1, text="propaganda"))
    inbox.receive(runs, item("two"))
    inbox.add(runs, event("accepted", 1, "two"))
    hearing.tidied(settings, NOW + timedelta(days=80), NOW.date())
    assert inbox.one(runs, item().id).item.text
    hearing.tidied(settings, NOW + timedelta(days=92), NOW.date())
    assert inbox.one(runs, item().id).item.email is None
    assert inbox.one(runs, item("two").id).item.text
