"""What `veedor doctor` finds, and what it does not take for a symptom."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.errors import SourcesError
from pipelines.history.database import writing
from pipelines.operation.doctor import Symptom, examine
from pipelines.operation.doctor.dagster import heartbeat
from pipelines.operation.status import status
from pipelines.settings import Settings
from pipelines.sources import Sources
from tests.unit.operation.installation import Installation, at

NIGHT = date(2026, 3, 2)
NOW = at(NIGHT, 6)


@pytest.fixture
def healthy(installation: Installation) -> Installation:
    """One finished night, and a history of it."""
    installation.declare("a")
    installation.run(NIGHT, "a")
    installation.tell(NIGHT)
    installation.finish(NIGHT)
    with writing(installation.settings.history):
        pass
    return installation


def anything(sources: Sources) -> None:
    """Rules that everything keeps."""


def seen(
    installation: Installation, now: datetime = NOW, settings: Settings | None = None
) -> dict[str, Symptom]:
    chosen = settings or installation.settings
    found = examine(status(chosen, now), chosen, anything)
    assert all(it.what and it.why and it.todo for it in found)
    return {it.key: it for it in found}


def daemon(installation: Installation, last: datetime) -> Path:
    """A sign of life as Dagster's SQLite storage keeps it."""
    path = installation.settings.data / "dagster" / "history" / "runs.db"
    path.parent.mkdir(parents=True)
    with sqlite3.connect(path) as connection:
        connection.execute("create table daemon_heartbeats (daemon_type varchar, timestamp timestamp)")
        connection.execute(
            "insert into daemon_heartbeats values ('SCHEDULER', ?)", [str(last.replace(tzinfo=None))]
        )
    connection.close()
    return path


def test_nothing_is_wrong_with_a_healthy_installation_nor_with_an_empty_one(
    healthy: Installation, settings: Settings, tmp_path: Path
) -> None:
    assert seen(healthy) == {}
    empty = Installation(replace(settings, data=tmp_path / "empty"))
    assert seen(empty) == {}
    assert not empty.settings.data.exists(), "looking makes nothing"


def test_a_late_night_and_one_that_nobody_goes_on_with(healthy: Installation) -> None:
    late = seen(healthy, NOW + timedelta(days=2))
    assert late["night_late"].urgent
    assert "2026-03-03" in late["night_late"].what
    healthy.run(NIGHT + timedelta(days=1), "b")
    found = seen(healthy, NOW + timedelta(days=1))
    assert "veedor run --night 2026-03-03" in found["night_unfinished"].todo


def test_a_night_that_is_at_work_is_neither(healthy: Installation) -> None:
    import fcntl

    healthy.run(NIGHT + timedelta(days=1), "b")
    lock = healthy.settings.data / "locks" / "a.lock"
    lock.parent.mkdir()
    with lock.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert seen(healthy, NOW + timedelta(days=1)) == {}
        slow = seen(healthy, NOW + timedelta(days=1, hours=5))
        assert [it.urgent for it in slow.values()] == [False]
        # A night that stands still for days is no excuse.
        assert seen(healthy, NOW + timedelta(days=3))["night_late"].urgent


def test_sources_that_a_fault_of_ours_stopped_and_a_switch_that_did_not_hear(healthy: Installation) -> None:
    healthy.run(NIGHT, "b", "failure", reason="KeyError")
    healthy.finish(NIGHT, ping="not sent: it answered 404")
    found = seen(healthy)
    assert "one source on 2026-03-02: b" in found["sources_stopped"].what
    assert "it answered 404" in found["ping_not_sent"].what


def test_messages_that_did_not_arrive(healthy: Installation) -> None:
    healthy.notify(NIGHT, "one", 3, "given_up")
    assert "1 messages" in seen(healthy)["messages_undelivered"].what


def test_sources_yaml_that_cannot_be_used(healthy: Installation) -> None:
    healthy.settings.sources.write_text("version: 2", encoding="utf-8")
    assert seen(healthy)["sources_unusable"].urgent
    healthy.declare("a")

    def rules(sources: Sources) -> None:
        raise SourcesError("the guide has no dataset 'x'.")

    found = examine(status(healthy.settings, NOW), healthy.settings, rules)
    assert [it.key for it in found] == ["sources_unusable"]
    assert "the guide has no dataset" in found[0].what


def test_a_disk_that_fills_up(healthy: Installation) -> None:
    import shutil

    usage = shutil.disk_usage(healthy.settings.data)
    a_night = usage.free // 10
    healthy.measure(
        NIGHT - timedelta(days=9), [usage.free + a_night * (9 - number) for number in range(10)], usage.total
    )
    assert "in 10 days" in seen(healthy)["disk_fills_up"].what


def test_the_history(healthy: Installation) -> None:
    path = healthy.settings.history
    with writing(path) as connection:
        connection.execute("insert into schema_migration (version, name) values (999, 'later')")
    assert "migration 999" in seen(healthy)["history_newer"].what
    path.write_bytes(b"no database" * 100)
    assert seen(healthy)["history_damaged"].urgent
    path.unlink()
    assert seen(healthy)["history_missing"].urgent


def test_a_history_that_another_process_holds(healthy: Installation) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from pathlib import Path; from pipelines import duck\n"
        "held = duck.connect(Path(sys.argv[1])); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(healthy.settings.history)],
        cwd=Path(__file__).resolve().parents[3],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        found = seen(healthy)
        holder.communicate()
    assert str(holder.pid) in found["history_locked"].what


def test_the_clock(healthy: Installation) -> None:
    assert seen(healthy, NOW - timedelta(days=400))["clock_in_the_past"].urgent
    artifacts.run_folder(healthy.settings.runs, date(2031, 1, 1), "a").mkdir(parents=True)
    assert "2031-01-01" in seen(healthy)["nights_in_the_future"].what


def test_a_note_of_a_night_in_the_future_is_found_too(healthy: Installation) -> None:
    note = healthy.settings.operations / "2031-01-01.json"
    healthy.finish(date(2031, 1, 1))
    found = seen(healthy)
    assert set(found) == {"clock_in_the_past", "nights_in_the_future"}
    assert str(note) in found["nights_in_the_future"].todo
    note.unlink()
    assert seen(healthy) == {}


def test_dagsters_daemon(healthy: Installation) -> None:
    path = daemon(healthy, NOW - timedelta(minutes=1))
    assert heartbeat(path) == NOW - timedelta(minutes=1)
    assert seen(healthy) == {}
    dead = seen(healthy, NOW + timedelta(hours=1))["dagster_daemon_dead"]
    assert not dead.urgent, "nights are in time: perhaps cron runs them now"
    assert seen(healthy, NOW + timedelta(days=2))["dagster_daemon_dead"].urgent
    path.write_bytes(b"no database" * 100)
    assert seen(healthy)["dagster_records_damaged"].urgent


def test_dagsters_records_without_a_daemon(healthy: Installation) -> None:
    path = healthy.settings.data / "dagster" / "history" / "runs.db"
    path.parent.mkdir(parents=True)
    sqlite3.connect(path).close()
    assert seen(healthy) == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_folders_of_somebody_else(healthy: Installation) -> None:
    healthy.settings.runs.chmod(0o500)
    try:
        assert seen(healthy)["folder_not_writable"].urgent
    finally:
        healthy.settings.runs.chmod(0o700)


def test_settings_that_contradict_each_other(healthy: Installation) -> None:
    live = replace(healthy.settings, delivery="live", mail_url="mailto://localhost")
    assert seen(healthy, settings=live)["no_operator"].urgent
    mine = replace(healthy.settings, operator="me@example.org", answer_url="https://veedor.example/")
    found = seen(healthy, settings=mine)
    assert {key: it.urgent for key, it in found.items()} == {
        "no_mail_server": False,
        "answers_of_nobody": False,
    }


def test_a_fault_that_nobody_foresaw_is_remembered(healthy: Installation) -> None:
    (healthy.settings.data / "veedor-failure.log").write_text("Traceback", encoding="utf-8")
    assert not seen(healthy)["unforeseen_fault"].urgent


def test_a_history_is_not_made_by_looking(installation: Installation) -> None:
    installation.declare("a")
    seen(installation)
    assert not installation.settings.history.exists()
