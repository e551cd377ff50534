"""Pruning: what goes of Dagster's own records, what stays, and that the files get smaller."""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable, SqlEventLogStorageTable

from pipelines.clock import FixedClock
from pipelines.defs.instance import dagster_home
from pipelines.defs.pruning import AT_ONCE, PrunedRecords, _connected, prune, prune_records_sensor, said
from pipelines.settings import Settings

AHEAD = timedelta(days=90)


@dg.asset(partitions_def=dg.StaticPartitionsDefinition(["changed", "same"]))
def source() -> dg.MaterializeResult[None]:
    return dg.MaterializeResult(metadata={"text": "x" * 2_000})


@dg.asset(check_specs=[dg.AssetCheckSpec("fine", asset="site")])
def site() -> dg.MaterializeResult:  # type: ignore[type-arg]
    return dg.MaterializeResult(
        check_results=[dg.AssetCheckResult(passed=True, metadata={"text": "x" * 2_000})]
    )


@pytest.fixture
def instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(str(dagster_home(settings))) as running:
        yield running


def run(instance: dg.DagsterInstance, *partitions: str) -> list[str]:
    """A run of `source` for each partition, or one of `site`; the ids."""
    found = [dg.materialize([source], partition_key=it, instance=instance).run_id for it in partitions]
    return found or [dg.materialize([site], instance=instance).run_id]


def rows(instance: dg.DagsterInstance, table: object) -> list[str]:
    with _connected(instance) as connection:
        return [it.run_id for it in connection.execute(table.select())]  # type: ignore[attr-defined]


def test_old_runs_go_with_all_that_is_theirs(settings: Settings, instance: dg.DagsterInstance) -> None:
    runs = [run(instance)[0] for _ in range(12)]
    logs = settings.data / "dagster" / "storage"
    for one in runs:
        (logs / one / "compute_logs").mkdir(parents=True, exist_ok=True)
    done = prune(instance, datetime.now(UTC) + AHEAD)
    assert (done.runs, done.held) == (11, 0)
    assert done.evaluations == 11
    assert done.bytes > 500_000
    assert list(instance.get_run_ids()) == runs[-1:]
    assert set(rows(instance, SqlEventLogStorageTable)) == set(runs[-1:])
    assert rows(instance, AssetCheckExecutionsTable) == runs[-1:]
    assert [path.name for path in logs.iterdir()] == runs[-1:]
    files = sorted(path.name for path in (settings.data / "dagster/history/runs").glob("*.db"))
    assert files == sorted([f"{runs[-1]}.db", "index.db"])
    assert prune(instance, datetime.now(UTC) + AHEAD) == PrunedRecords()


def test_what_the_screen_shows_stays(settings: Settings, instance: dg.DagsterInstance) -> None:
    (same,) = run(instance, "same")
    changed = [run(instance, "changed")[0] for _ in range(3)]
    (newest,) = run(instance)
    done = prune(instance, datetime.now(UTC) + AHEAD)
    assert set(instance.get_run_ids()) == {same, changed[-1], newest}
    assert (done.runs, done.held) == (2, 2)
    status = instance.get_latest_storage_id_by_partition(
        dg.AssetKey("source"), dg.DagsterEventType.ASSET_MATERIALIZATION
    )
    assert set(status) == {"same", "changed"}
    assert instance.get_latest_materialization_event(dg.AssetKey("site"))
    # What holds it is thin: the row of the run and that one event.
    files = {path.stem for path in (settings.data / "dagster/history/runs").glob("*.db")}
    assert files == {same, changed[-1], newest, "index"}
    assert [it for it in rows(instance, SqlEventLogStorageTable) if it != newest] == [same, changed[-1]]
    assert prune(instance, datetime.now(UTC) + AHEAD) == PrunedRecords(held=2)
    assert instance.all_logs(same) == []


def test_young_runs_and_runs_that_are_not_finished_stay(instance: dg.DagsterInstance) -> None:
    job = dg.define_asset_job("job", [site]).resolve(asset_graph=dg.Definitions([site]).resolve_asset_graph())
    waiting = instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED).run_id
    runs = [run(instance)[0] for _ in range(3)]
    assert prune(instance, datetime.now(UTC) - AHEAD) == PrunedRecords()
    assert prune(instance, datetime.now(UTC) + AHEAD).runs == 2
    assert set(instance.get_run_ids()) == {waiting, runs[-1]}


def test_what_is_shown_of_a_young_run_is_left_alone(settings: Settings, instance: dg.DagsterInstance) -> None:
    (old,) = run(instance)
    between = datetime.now(UTC)
    (young,) = run(instance, "same")
    run(instance)
    assert prune(instance, between).runs == 1
    assert (settings.data / f"dagster/history/runs/{young}.db").exists()
    assert instance.all_logs(young)
    assert old not in instance.get_run_ids()


def test_only_some_go_at_once(instance: dg.DagsterInstance) -> None:
    runs = [run(instance)[0] for _ in range(5)]
    assert prune(instance, datetime.now(UTC) + AHEAD, 2).runs == 2
    assert set(instance.get_run_ids()) == set(runs[2:])


def test_a_file_of_a_run_that_is_gone_goes_with_the_next(
    settings: Settings, instance: dg.DagsterInstance
) -> None:
    runs = [run(instance)[0] for _ in range(3)]
    instance.delete_run(runs[0])  # what a pruning that was killed leaves
    folder = settings.data / "dagster/history/runs"
    assert (folder / f"{runs[0]}.db").exists()
    assert prune(instance, datetime.now(UTC) + AHEAD).runs == 1
    assert not (folder / f"{runs[0]}.db").exists()
    run(instance)
    assert Path(folder / "index.db").exists()


def ticked(settings: Settings, instance: dg.DagsterInstance, now: datetime) -> str | None:
    context = dg.build_sensor_context(instance=instance, resources={"clock": FixedClock(now)})
    data = prune_records_sensor(settings).evaluate_tick(context)
    assert not data.run_requests
    return data.skip_message


def test_a_tick_says_what_it_did(settings: Settings, instance: dg.DagsterInstance) -> None:
    now = datetime.now(UTC)
    assert ticked(settings, instance, now) == "no run is older than 60 days"
    runs = [run(instance)[0] for _ in range(2)]
    assert ticked(settings, instance, now) == "no run is older than 60 days"
    assert (ticked(replace(settings, keep_dagster_days=0), instance, now + AHEAD) or "").startswith(
        "VEEDOR_KEEP_DAGSTER_DAYS is 0"
    )
    told = ticked(settings, instance, now + AHEAD) or ""
    assert told.startswith("1 run older than 60 days went")
    instance.create_run_for_job(
        dg.define_asset_job("job", [site]).resolve(asset_graph=dg.Definitions([site]).resolve_asset_graph()),
        status=dg.DagsterRunStatus.STARTED,
    )
    assert ticked(settings, instance, now + AHEAD) == "a run is at work; old ones go when it is through"
    assert runs[-1] in instance.get_run_ids()


def test_in_plain_words() -> None:
    assert said(PrunedRecords(), 60) == "no run is older than 60 days"
    held = said(PrunedRecords(held=2), 60)
    assert held == "no other run is older than 60 days; 2 keep the newest event of something, and that alone"
    assert (
        said(PrunedRecords(AT_ONCE, 3, 12_345), 60) == "50 runs older than 60 days went; 12,345 bytes freed"
    )
