"""Dagster's records in PostgreSQL: the doctor sees whether its daemon lives, and old runs go as they do from SQLite."""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable
from dagster._daemon.types import DaemonHeartbeat

from pipelines.defs.pruning import PrunedRecords, prune
from pipelines.operation.doctor import dagster as doctor
from pipelines.operation.doctor.symptom import Symptom
from pipelines.operation.status import status
from pipelines.settings import Settings
from tests.servers.postgres import postgres_server
from tests.unit.defs.test_pruning import AHEAD, rows, run

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAGSTER_YAML = Path(__file__).resolve().parents[2] / "deploy" / "machines" / "dagster.yaml"


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """A server whose clock is told in Mexico City's time, as somebody's may be."""
    import psycopg2

    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with postgres_server(Path(folder)) as url:
            with psycopg2.connect(doctor.libpq(url)) as connection, connection.cursor() as cursor:
                cursor.execute("ALTER ROLE veedor SET timezone = 'America/Mexico_City'")
            connection.close()
            yield url


@pytest.fixture
def instance(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[dg.DagsterInstance]:
    """With the `dagster.yaml` that such an installation gets; every test begins with no run."""
    monkeypatch.setenv("DAGSTER_POSTGRES_URL", postgres)
    (tmp_path / "dagster.yaml").write_bytes(DAGSTER_YAML.read_bytes())
    with dg.DagsterInstance.from_config(str(tmp_path)) as running:
        yield running
        running.wipe_daemon_heartbeats()
        for one in running.get_run_ids():
            running.delete_run(one)
        running.event_log_storage.wipe()


def seen(settings: Settings, url: str, now: datetime) -> dict[str, Symptom]:
    chosen = replace(settings, dagster_postgres_url=url)
    return {it.key: it for it in doctor.symptoms(status(chosen, now), chosen)}


def test_the_daemon_lives_or_it_does_not(
    settings: Settings, postgres: str, instance: dg.DagsterInstance
) -> None:
    assert seen(settings, postgres, NOW) == {}, "it has never lived: perhaps it is just being set up"
    for kind, ago in (("SCHEDULER", 1), ("SENSOR", 30)):
        at = (NOW - timedelta(minutes=ago)).timestamp()
        instance.add_daemon_heartbeat(DaemonHeartbeat(at, kind, "one", []))
    assert seen(settings, postgres, NOW) == {}
    dead = seen(settings, postgres, NOW + timedelta(hours=1))["dagster_daemon_dead"]
    assert "since 2026-03-02 11:59 UTC" in dead.what


def test_what_sqlite_said_before_is_not_asked_any_more(
    settings: Settings, postgres: str, instance: dg.DagsterInstance
) -> None:
    old = settings.data / "dagster" / "history" / "runs.db"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"no database" * 100)
    instance.add_daemon_heartbeat(DaemonHeartbeat(NOW.timestamp(), "SCHEDULER", "one", []))
    assert seen(settings, postgres, NOW) == {}


def test_a_database_that_does_not_answer(settings: Settings) -> None:
    url = "postgresql+psycopg2://veedor:hunter2@127.0.0.1:9/veedor"
    (found,) = seen(settings, url, NOW).values()
    assert (found.key, found.urgent) == ("dagster_records_unreachable", True)
    assert "hunter2" not in found.what + found.why + found.todo
    assert "hunter2" not in repr(replace(settings, dagster_postgres_url=url))


def test_a_database_in_which_dagster_never_was(settings: Settings, postgres: str) -> None:
    assert seen(settings, postgres.replace("/postgres", "/template1"), NOW) == {}


def test_old_runs_go_with_all_that_is_theirs(instance: dg.DagsterInstance) -> None:
    runs = [run(instance)[0] for _ in range(4)]
    assert prune(instance, datetime.now(UTC) + AHEAD) == PrunedRecords(runs=3, evaluations=3)
    assert list(instance.get_run_ids()) == runs[-1:]
    assert set(rows(instance, SqlEventLogStorageTable)) == set(runs[-1:])
    assert rows(instance, AssetCheckExecutionsTable) == runs[-1:]
    assert prune(instance, datetime.now(UTC) + AHEAD) == PrunedRecords()


def test_what_the_screen_shows_stays(instance: dg.DagsterInstance) -> None:
    (same,) = run(instance, "same")
    changed = [run(instance, "changed")[0] for _ in range(2)]
    (newest,) = run(instance)
    assert prune(instance, datetime.now(UTC) + AHEAD) == PrunedRecords(runs=1, held=2)
    assert set(instance.get_run_ids()) == {same, changed[-1], newest}
    shown = instance.get_latest_storage_id_by_partition(
        dg.AssetKey("source"), dg.DagsterEventType.ASSET_MATERIALIZATION
    )
    assert set(shown) == {"same", "changed"}
    assert sorted(it for it in rows(instance, SqlEventLogStorageTable) if it != newest) == sorted(
        [same, changed[-1]]
    )
    assert prune(instance, datetime.now(UTC) + AHEAD) == PrunedRecords(held=2)
