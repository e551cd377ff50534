"""Feedback in the history: what was accepted and nothing else, the same however often, and gone when it was erased."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pipelines import duck
from pipelines.errors import ConfigurationError
from pipelines.feedback import inbox
from pipelines.history import compact, feedback, publish, rebuild, verify
from tests.unit.feedback.reports import event, item
from tests.unit.history import feedback_inbox, run_folders


def asked(public: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = duck.connect(public / publish.QUALITY, read_only=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def test_twice_is_once_and_a_rebuild_says_the_same(recorded: Path, all_rows: Any) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    before = all_rows(history)
    assert len(before["feedback"]) == 4
    feedback.record_feedback(history, runs)
    assert all_rows(history) == before
    rebuild.rebuild(history, runs)
    assert all_rows(history) == before
    assert verify.verify(history, runs).equal


def test_what_was_not_recorded_is_told_by_verify(recorded: Path) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    inbox.add(runs, event("accepted", 1, "waiting"))
    found = verify.verify(history, runs)
    assert {(it.relation, it.kind) for it in found.differences} == {
        *(("feedback", "different"), ("feedback_event", "different")),
    }
    feedback.record_feedback(history, runs)
    night = run_folders.nights()[-1]
    assert verify.verify(history, runs).equal
    assert verify.verify(history, runs, (night, night)).equal


def test_compaction_leaves_the_inbox_as_it_is(recorded: Path, all_rows: Any) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    before, files = all_rows(history), sorted((recorded / "feedback").rglob("*"))
    compact.compact(runs, 30, run_folders.nights()[-1].replace(year=2027))
    assert sorted((recorded / "feedback").rglob("*")) == files
    rebuild.rebuild(history, runs)
    assert all_rows(history) == before


def test_the_public_copy_has_what_was_accepted_and_no_address(recorded: Path) -> None:
    publish.publish(recorded / "history.duckdb", recorded / "public")
    states = asked(recorded / "public", "SELECT feedback, feedback_state FROM feedback_history ORDER BY ALL")
    wanted = {"open": "accepted", "answered": "answered", "late": "accepted", "erased": "erased"}
    assert dict(states) == {item(name).id: state for name, state in wanted.items()}
    ((said,),) = asked(
        recorded / "public", f"SELECT said FROM feedback_open WHERE feedback = '{item('open').id}'"
    )
    assert said == f"Un cero de más. Escríbanme a {feedback.MASKED}."
    for file in ("public/quality.duckdb", "history.duckdb"):
        content = (recorded / file).read_bytes()
        for word in (feedback_inbox.UNMODERATED, feedback_inbox.REJECTED, feedback_inbox.ERASED, "lectora@"):
            assert word.encode() not in content, (file, word)


def test_an_acceptance_that_was_taken_back_is_gone(recorded: Path) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    inbox.add(runs, event("rejected", 5, "open", text="no es de este conjunto"))
    feedback.record_feedback(history, runs)
    publish.publish(history, recorded / "public")
    assert asked(recorded / "public", f"FROM feedback_history WHERE feedback = '{item('open').id}'") == []
    assert asked(recorded / "public", f"FROM feedback_event WHERE feedback = '{item('open').id}'") == []


def test_what_was_erased_is_in_no_byte_of_the_history(recorded: Path, all_rows: Any) -> None:
    history, runs = recorded / "history.duckdb", recorded / "runs"
    words = "vive-en-la-calle-de-la-amargura"
    for number in range(40):  # so that a row group is more than its statistics
        inbox.receive(runs, item(f"many{number}", text=f"{words} {number} " + "x" * 300))
        inbox.add(runs, event("accepted", 1, f"many{number}"))
    feedback.record_feedback(history, runs)
    for number in range(40):
        inbox.erase(runs, event("erased", 2, f"many{number}"))
    feedback.record_feedback(history, runs)
    before = all_rows(history)
    assert words.encode() in history.read_bytes()  # deleted rows stay in the file
    feedback.forget_bytes(history)
    assert words.encode() not in history.read_bytes()
    assert all_rows(history) == before
    assert verify.verify(history, runs).equal
    publish.publish(history, recorded / "public")
    assert words.encode() not in (recorded / "public/quality.duckdb").read_bytes()
    assert list(recorded.glob(".*")) == []


KILLED = """
import os, sys
from pathlib import Path
from pipelines import duck
connection = duck.connect(Path(sys.argv[1]))
connection.execute("INSERT INTO schema_migration (version, name) VALUES (999, 'left in the log')")
os._exit(9)
"""


def test_what_a_killed_process_left_in_the_log_is_kept(recorded: Path) -> None:
    history = recorded / "history.duckdb"
    subprocess.run([sys.executable, "-c", KILLED, str(history)], check=False, cwd=Path(__file__).parents[3])
    assert history.with_name("history.duckdb.wal").exists()
    with pytest.raises(
        ConfigurationError, match="newer version"
    ):  # the row of the log was there, and was read
        feedback.forget_bytes(history)


def test_the_tombstone_is_public_with_its_date_alone(recorded: Path) -> None:
    publish.publish(recorded / "history.duckdb", recorded / "public")
    ((row,),) = asked(
        recorded / "public",
        "SELECT [said, answer, shown_by, col, row_named, erased_on::DATE::VARCHAR, accepted_on::DATE::VARCHAR]"
        " FROM feedback_history WHERE feedback_state = 'erased'",
    )
    assert row == [None, None, None, None, None, "2026-03-03", "2026-03-03"]


def test_time_to_answer_by_publisher(recorded: Path) -> None:
    publish.publish(recorded / "history.duckdb", recorded / "public")
    rows = asked(recorded / "public", "SELECT sum(reports), sum(reports_answered), sum(reports_open),"
                 " sum(reports_overdue), max(median_days_to_answer) FROM feedback_by_publisher")  # fmt: skip
    assert rows == [(3, 1, 2, 1, 10.0)]
    shares = asked(recorded / "public", "SELECT share_in_time FROM feedback_by_publisher ORDER BY ALL")
    assert (None,) in shares or (0.5,) in shares
    overdue = asked(recorded / "public", "SELECT feedback, days_waiting FROM feedback_open WHERE overdue")
    assert overdue == [(item("late").id, 60)]
