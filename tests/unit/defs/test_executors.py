"""Which executor runs the steps of a night, and where each may run."""

from __future__ import annotations

import json
from dataclasses import replace

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from pipelines.defs.celery_app import make_app
from pipelines.defs.executors import at_recorder, celery_config, executor_of
from pipelines.demo import story
from pipelines.errors import ConfigurationError
from pipelines.settings import Settings
from pipelines.sources import Sources, parse


@pytest.fixture
def shared(settings: Settings) -> Settings:
    return replace(settings, store="memory://snapshots", runs_store="memory://runs")


@pytest.fixture
def sources() -> Sources:
    return parse(story.sources("http://127.0.0.1:9"))


def queues(settings: Settings, sources: Sources) -> dict[str, str]:
    """By step of the night, its queue."""
    job = build_definitions(settings, sources).get_repository_def().get_job("night")
    ops = [it for it in job.all_node_defs if isinstance(it, dg.OpDefinition)]
    return {it.name: it.tags["dagster-celery/queue"] for it in ops}


@pytest.mark.parametrize(
    ("name", "expected"), [("in_process", "in_process"), ("celery", "celery"), ("k8s", "k8s")]
)
def test_the_executor_that_is_named(shared: Settings, sources: Sources, name: str, expected: str) -> None:
    settings = replace(shared, executor=name)
    assert executor_of(settings).name == expected
    assert (
        build_definitions(settings, sources).get_repository_def().get_job("night").executor_def.name
        == expected
    )


def test_only_batches_run_anywhere(shared: Settings, sources: Sources) -> None:
    assert queues(replace(shared, executor="celery"), sources) == {
        "plan": "recorder",
        "batch": "batches",
        "record": "recorder",
        "alerts": "recorder",
        "public_site": "recorder",
    }


def test_the_run_and_the_workers_are_set_up_alike(shared: Settings) -> None:
    settings = replace(shared, executor="celery", broker="redis://127.0.0.1:6399/5", lost_after_seconds=77)
    app = make_app(settings)
    assert app.conf.broker_url == app.conf.result_backend == "redis://127.0.0.1:6399/5"
    for name, value in celery_config(settings)["config_source"].items():
        assert app.conf[name] == value, name
    assert app.conf.broker_transport_options["visibility_timeout"] == 77
    assert app.conf.task_default_queue == "recorder"
    assert app.tasks["execute_plan"].acks_late


def test_a_worker_whose_settings_were_forgotten_is_told_so(shared: Settings) -> None:
    """Else its library would look for a server of another kind on this machine, for ever."""
    with pytest.raises(ConfigurationError, match="VEEDOR_EXECUTOR is 'in_process'"):
        make_app(shared)


def test_steps_at_the_recorder_get_its_volume(shared: Settings) -> None:
    from dagster_k8s.job import get_user_defined_k8s_config

    settings = replace(shared, executor="k8s")
    tags = {name: it if isinstance(it, str) else json.dumps(it) for name, it in at_recorder(settings).items()}
    config = get_user_defined_k8s_config(tags)
    assert config.container_config["volume_mounts"][0]["mount_path"] == str(settings.data)
    assert config.pod_spec_config["volumes"][0]["persistent_volume_claim"] == {"claim_name": "veedor-data"}
    assert "dagster-k8s/config" not in at_recorder(shared)


def test_several_machines_have_to_share_their_files() -> None:
    with pytest.raises(ConfigurationError, match="the machines share no files"):
        Settings.from_env({"VEEDOR_EXECUTOR": "celery", "VEEDOR_STORE": "s3://a"})
    with pytest.raises(ConfigurationError, match="VEEDOR_BROKER is not set"):
        Settings.from_env(
            {"VEEDOR_EXECUTOR": "celery", "VEEDOR_STORE": "s3://a", "VEEDOR_RUNS_STORE": "s3://b"}
        )
    with pytest.raises(ConfigurationError, match="VEEDOR_EXECUTOR is 'many'"):
        Settings.from_env({"VEEDOR_EXECUTOR": "many"})
