"""The graph that Dagster loads: its names, that it needs nothing but sources.yaml, and that it loads lightly."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.definitions.freshness import TimeWindowFreshnessPolicy

from pipelines.clock import FixedClock
from pipelines.definitions import build_definitions, defs
from pipelines.defs.freshness import freshness
from pipelines.defs.partitions import sync_partitions
from pipelines.demo import story
from pipelines.errors import SourcesError
from pipelines.settings import Settings
from pipelines.sources import Sources, parse

NO_SOURCES = "version: 1\ntime_zone: America/Mexico_City\nsources: []\n"

# Runs in a process of its own: what another test has imported must not count.
LOAD = """
import socket, sys
def refuse(*_): raise AssertionError("the network was asked for")
socket.socket.connect = socket.getaddrinfo = refuse
import pipelines.definitions
assert "read" not in repr(pipelines.definitions.defs.__dict__), "importing the module has read sources.yaml"
import dagster as dg
loaded = pipelines.definitions.defs()
dg.Definitions.validate_loadable(loaded)
assert loaded.resolve_job_def("night")
heavy = {"great_expectations", "pandas", "duckdb", "apprise"}
heavy |= {"pipelines.stages", "pipelines.tools", "pipelines.site.build"}
print(",".join(sorted(heavy & set(sys.modules))))
"""


@pytest.fixture
def declared() -> Sources:
    return parse(story.sources("http://127.0.0.1:9"))


def test_the_graph_is_this(settings: Settings, declared: Sources) -> None:
    repository = build_definitions(settings, declared).get_repository_def()
    graph = repository.asset_graph
    edges = {
        node.key.to_user_string(): sorted(parent.to_user_string() for parent in node.parent_keys)
        for node in graph.asset_nodes
    }
    assert edges == {
        "visits": [],
        "catalog": ["visits"],
        "snapshots": ["catalog"],
        "validation_results": ["snapshots"],
        "quality_history": ["validation_results"],
        "alerts": ["quality_history", "visits"],
        "public_site": ["alerts"],
    }
    assert {key.to_user_string() for key in graph.asset_check_keys} == {"quality_history:verdict"}
    jobs = [job.name for job in repository.get_all_jobs() if not job.name.startswith("__")]
    assert sorted(jobs) == ["night", "sources_by_hand"]
    assert [schedule.name for schedule in repository.schedule_defs] == ["nightly"]
    assert [sensor.name for sensor in repository.sensor_defs] == [
        "dead_runs",
        "deliver_alerts",
        "prune_records",
        "run_failure",
        "sync_sources",
    ]


def test_every_asset_says_what_it_is(settings: Settings, declared: Sources) -> None:
    graph = build_definitions(settings, declared).get_repository_def().asset_graph
    partitioned = {"visits": False, "alerts": False, "public_site": False}
    for node in graph.asset_nodes:
        name = node.key.to_user_string()
        assert len(node.description or "") > 40, name
        assert node.owners == ["team:operators"], name
        assert node.kinds, name
        assert node.metadata["artifact"], name
        assert node.is_partitioned is partitioned.get(name, True), name
        if node.is_partitioned:
            assert node.backfill_policy == dg.BackfillPolicy.single_run(), name
            assert node.partitions_def == dg.DynamicPartitionsDefinition(name="source")


def test_the_schedule_is_that_of_the_sources_file(settings: Settings, declared: Sources) -> None:
    (schedule,) = build_definitions(settings, declared).get_repository_def().schedule_defs
    assert schedule.cron_schedule == "0 3 * * *"
    assert schedule.execution_timezone == "America/Mexico_City"
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING


def test_without_sources_it_loads_and_a_tick_says_why_nothing_runs(
    settings: Settings, clock: FixedClock
) -> None:
    definitions = build_definitions(settings, parse(NO_SOURCES), {"clock": clock})
    dg.Definitions.validate_loadable(definitions)
    repository = definitions.get_repository_def()
    context = dg.build_schedule_context(
        scheduled_execution_time=clock.now(), repository_def=repository, resources={"clock": clock}
    )
    tick = repository.get_schedule_def("nightly").evaluate_tick(context)
    assert not tick.run_requests
    assert tick.skip_message == "sources.yaml has no enabled source"


def test_a_source_that_is_not_enabled_is_no_partition() -> None:
    text = story.sources("http://127.0.0.1:9").replace(
        "  - id: demo-registros\n", "  - id: demo-registros\n    enabled: false\n"
    )
    with dg.DagsterInstance.ephemeral() as instance:
        sync_partitions(instance, parse(text))
        assert set(instance.get_dynamic_partitions("source")) == {"demo-compras", "demo-hacienda"}


def test_a_source_that_was_just_declared_becomes_a_partition(
    settings: Settings, tmp_path: Path, declared: Sources
) -> None:
    path = tmp_path / "sources.yaml"
    definitions = build_definitions(replace(settings, sources=path), declared)
    sensor = definitions.get_repository_def().get_sensor_def("sync_sources")

    def tick(text: str) -> str:
        path.write_text(text, encoding="utf-8")
        context = dg.build_sensor_context(instance=instance, definitions=definitions)
        return sensor.evaluate_tick(context).skip_message or ""

    with dg.DagsterInstance.ephemeral() as instance:
        assert tick(story.sources("http://127.0.0.1:9")) == "3 sources added, 0 removed"
        assert tick(story.sources("http://127.0.0.1:9")) == "3 sources, as before"
        assert "is not a time zone" in tick("version: 1\ntime_zone: Mars/Olympus\nsources: []\n")
        assert len(instance.get_dynamic_partitions("source")) == 3, "a spoilt file changes nothing"
        assert tick(NO_SOURCES) == "0 sources added, 3 removed"


def test_a_night_may_be_as_old_as_the_schedule_allows(settings: Settings) -> None:
    weekends = parse(NO_SOURCES.replace("sources: []", 'schedule: "0 3 * * 1-5"\nsources: []'))
    policy = freshness(weekends)
    assert isinstance(policy, TimeWindowFreshnessPolicy)
    assert policy.warn_window.to_timedelta() == timedelta(days=3, hours=3), "from Friday to Monday"
    assert policy.fail_window.to_timedelta() == timedelta(days=3, hours=9)


def test_an_override_must_be_known(settings: Settings, declared: Sources) -> None:
    with pytest.raises(ValueError, match="there is no resource 'clok'; there are clock, tonight, batches"):
        build_definitions(settings, declared, {"clok": object()})


def test_an_invalid_sources_file_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "sources.yaml"
    path.write_text("version: 1\ntime_zone: Mars/Olympus\nsources: []\n", encoding="utf-8")
    with pytest.raises(SourcesError, match=r"sources\.yaml:2: time_zone: 'Mars/Olympus' is not a time zone"):
        build_definitions(Settings(sources=path))
    monkeypatch.setenv("VEEDOR_SOURCES", str(path))
    with pytest.raises(dg.DagsterInvalidDefinitionError) as raised:
        defs()
    assert str(raised.value) == (
        f"sources.yaml is not valid: {path}:2: time_zone: 'Mars/Olympus' is not a time zone, such as "
        "'America/Mexico_City'. Correct the value at this line."
    )
    assert raised.value.__cause__ is None


def test_it_loads_without_network_and_without_heavy_libraries(tmp_path: Path) -> None:
    (tmp_path / "sources.yaml").write_text(story.sources("http://127.0.0.1:9"), encoding="utf-8")
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", LOAD],
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == ""
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sources.yaml"]
