"""DAGSTER_HOME: that Dagster takes our dagster.yaml, and that an operator's own is left alone."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.instance import dagster_home
from pipelines.settings import Settings

ROOT = Path(__file__).resolve().parents[3]


def test_dagster_takes_it_and_sends_no_telemetry(settings: Settings) -> None:
    home = dagster_home(settings)
    with dg.DagsterInstance.from_config(str(home)) as instance:
        assert instance.telemetry_enabled is False
        assert instance.run_monitoring_enabled is True
        assert instance.run_retries_enabled is True
        assert instance.run_retries_retry_on_asset_or_op_failure is False
        # What Veedor logs stands among a run's own lines; each is an event, so only what is worth one.
        assert list(instance.managed_python_loggers) == ["veedor"]
        assert instance.python_log_level == "WARNING"
        config = instance.get_concurrency_config()
        assert config.run_queue_config is not None
        assert config.run_queue_config.max_concurrent_runs == 2


def test_a_file_that_was_changed_is_not_written_again(settings: Settings) -> None:
    path = dagster_home(settings) / "dagster.yaml"
    path.write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    assert dagster_home(settings) == path.parent
    assert path.read_text(encoding="utf-8") == "telemetry: {enabled: false}\n"


def test_processes_that_begin_at_once_get_the_same_whole_one(settings: Settings) -> None:
    command = [sys.executable, "-m", "pipelines.defs.instance"]
    environment = {**os.environ, "VEEDOR_DATA": str(settings.data)}
    begun = [subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) for _ in range(3)]
    assert {it.communicate()[0].decode().strip() for it in begun} == {str(settings.data / "dagster")}
    assert [it.returncode for it in begun] == [0, 0, 0]
    assert [it.name for it in settings.data.iterdir()] == ["dagster"]
    with dg.DagsterInstance.from_config(str(settings.data / "dagster")) as instance:
        assert instance.schedule_storage is not None
        assert instance.schedule_storage.has_built_index("schedule_jobs_selector_id"), "it is of today"


def test_it_is_absolute_wherever_it_is_asked_for(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert dagster_home(replace(settings, data=Path("data"))) == tmp_path / "data" / "dagster"
