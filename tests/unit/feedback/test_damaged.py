"""A damaged report: left out by everything, told to the operator, never moved, and back when it is mended."""

from __future__ import annotations

import json
import logging
import os
import shutil
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines import artifacts, duck, hearing
from pipelines.clock import FixedClock
from pipelines.errors import FeedbackDamaged
from pipelines.feedback import as_of, inbox
from pipelines.feedback_files import LARGEST_BYTES, read_all
from pipelines.history import feedback, publish, verify
from pipelines.model import Alert, AlertKind, ContactPoint
from pipelines.operation.doctor.feedback import symptoms
from pipelines.operation.status import status
from pipelines.settings import Settings
from tests.often import often
from tests.unit.feedback.reports import NOW, event, item

HURT, OTHER = item("one").id, item("two").id
NIGHT = NOW.date() + timedelta(days=9)


def two_reports(data: Path) -> Path:
    """Two accepted ones, of which the first is to be damaged; gives where runs would be."""
    runs = data / "runs"
    for name in ("one", "two"):
        inbox.receive(runs, item(name))
        inbox.add(runs, event("accepted", 1, name))
    return runs


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def as_file(path: Path) -> None:
    shutil.rmtree(path.parent)
    path.parent.write_bytes(b"")


def of_another(path: Path) -> None:
    shutil.copy(path.parents[1] / OTHER / path.name, path)


def changed(old: bytes, new: bytes) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        assert old in path.read_bytes()
        path.write_bytes(path.read_bytes().replace(old, new))

    return change


DAMAGES: dict[str, Callable[[Path], object]] = {
    "cut off": lambda path: path.write_bytes(path.read_bytes()[:-9]),
    "empty": lambda path: path.write_bytes(b""),
    "not JSON": lambda path: path.write_bytes(b"\xff\x00\xfe"),
    "another schema": lambda path: path.write_text('{"night": "2026-03-02"}'),
    "an unknown kind": changed(b'"error"', b'"rumour"'),
    "a folder": as_folder,
    "no folder": as_file,
    "gone": lambda path: path.unlink(),
    "endless": lambda path: os.truncate(path, LARGEST_BYTES + 1),
    "a pipe": lambda path: (path.unlink(), os.mkfifo(path)),
    "of another report": of_another,
    "without time zone": changed(b"15:00:00Z", b"15:00:00"),
    "of the end of time": changed(b"2026-03-02T", b"9999-12-31T"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_the_others_are_recorded_published_and_told(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    runs, history = two_reports(tmp_path), tmp_path / "history.duckdb"
    path = artifacts.feedback_folder(runs) / HURT / "item.json"
    DAMAGES[damage](path)
    assert [it.item.id for it in inbox.every(runs)] == [OTHER]
    assert set(as_of.Heard(runs).of("federal", NIGHT)) == {item().dataset}
    with caplog.at_level(logging.ERROR, "veedor"):
        feedback.record_feedback(history, runs)
    (logged,) = caplog.messages
    assert str(path.parent) in logged
    publish.publish(history, tmp_path / "public")
    assert published(tmp_path) == [(OTHER,)]
    assert verify.verify(history, runs).equal

    chosen = Settings(data=tmp_path, sources=tmp_path / "none.yaml")
    (symptom,) = symptoms(status(chosen, NOW), chosen)
    assert symptom.key == "reports_damaged"
    assert symptom.urgent
    assert str(path.parent) in symptom.what
    with pytest.raises(FeedbackDamaged, match=HURT):
        inbox.one(runs, HURT)


def published(data: Path) -> list[tuple[object, ...]]:
    connection = duck.connect(data / "public" / publish.QUALITY, read_only=True)
    try:
        return connection.execute("SELECT feedback FROM feedback_history ORDER BY ALL").fetchall()
    finally:
        connection.close()


def test_an_event_that_cannot_be_read_may_be_the_erasure(tmp_path: Path) -> None:
    runs = two_reports(tmp_path)
    erased = event("erased", 2)
    artifacts.write_once(artifacts.feedback_folder(runs) / HURT / f"{erased.id}.json", erased)
    (artifacts.feedback_folder(runs) / HURT / f"{erased.id}.json").write_bytes(b"{")
    assert [it.item.id for it in inbox.every(runs)] == [OTHER]


def test_it_stays_where_it_lies_and_is_back_when_it_is_mended(tmp_path: Path) -> None:
    runs = two_reports(tmp_path)
    folder = artifacts.feedback_folder(runs) / HURT
    whole = (folder / "item.json").read_bytes()
    (folder / "item.json").unlink()
    os.utime(folder, (time.time() - 7200, time.time() - 7200))
    hearing.tidied(Settings(data=tmp_path), NOW + timedelta(days=400), NIGHT)
    assert len(list(folder.iterdir())) == 1
    (folder / "item.json").write_bytes(whole)
    assert len(inbox.every(runs)) == 2
    assert read_all(runs).damaged == ()


def test_a_message_that_was_to_tell_of_it_is_written_without_it(tmp_path: Path) -> None:
    runs = two_reports(tmp_path)
    (artifacts.feedback_folder(runs) / HURT / "item.json").write_bytes(b"")
    alert = Alert(
        "a", NIGHT, AlertKind.FEEDBACK, ContactPoint("", "a@b.example"), "es", feedback=(HURT, OTHER)
    )
    settings = Settings(data=tmp_path)
    assert set(hearing.of_alert(alert, settings)) == {OTHER}
    hearing.noted([alert], settings, FixedClock(NOW).now(), NIGHT)
    assert len(inbox.one(runs, OTHER).events) == 2


def test_many_are_told_in_one_sentence(tmp_path: Path) -> None:
    runs = two_reports(tmp_path)
    for number in range(40):
        inbox.receive(runs, item(f"many{number}"))
        (artifacts.feedback_folder(runs) / item(f"many{number}").id / "item.json").write_bytes(b"")
    chosen = Settings(data=tmp_path, sources=tmp_path / "none.yaml")
    (symptom,) = symptoms(status(chosen, NOW), chosen)
    assert symptom.what.startswith("40 reports in the inbox are damaged: ")
    assert symptom.what.endswith("; and 37 more.")


WHOLE = artifacts.line_of(item())
CUTS = st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 40), st.binary(max_size=20)).map(
    lambda it: WHOLE[: it[0]] + it[2] + WHOLE[it[0] + it[1] :]
)
VALUES = st.one_of(
    st.none(), st.text(), st.integers(), st.lists(st.text()), st.datetimes().map(str), st.dates().map(str)
)
FIELDS = st.tuples(st.sampled_from(sorted(json.loads(WHOLE))), VALUES).map(
    lambda it: json.dumps({**json.loads(WHOLE), it[0]: it[1]}).encode()
)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Path:
    data = tmp_path_factory.mktemp("world")
    feedback.record_feedback(data / "history.duckdb", two_reports(data))
    return data


@often(100)
@given(st.one_of(st.binary(max_size=400), CUTS, FIELDS))
def test_whatever_stands_in_one_report_the_rows_of_the_others_are_the_same(
    world: Path, content: bytes
) -> None:
    artifacts.write_bytes(
        world / "feedback" / HURT / "item.json", content
    )  # a new time of the folder: it is read
    before = rows(world)
    feedback.record_feedback(world / "history.duckdb", world / "runs")
    assert before == rows(world) != []


def rows(data: Path) -> list[tuple[object, ...]]:
    """What the history has of the report to which nothing was done."""
    connection = duck.connect(data / "history.duckdb", read_only=True)
    try:
        return connection.execute(
            "SELECT f.*, e.* FROM feedback f JOIN feedback_event e ON e.feedback = f.id WHERE f.id = $1 ORDER BY ALL",
            [OTHER],
        ).fetchall()
    finally:
        connection.close()
