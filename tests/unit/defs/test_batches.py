"""The names that pass from plan to batch lie in files, which go when nobody will ask for them any more."""

from __future__ import annotations

import dagster as dg

from pipelines.defs.batches import BatchFiles
from pipelines.settings import Settings


def test_batches_of_this_run_and_of_dead_ones_go(settings: Settings) -> None:
    @dg.job
    def night() -> None:
        pass

    folder = settings.data / "batches"
    with dg.DagsterInstance.ephemeral() as instance:
        mine, other, failed = (instance.create_run_for_job(night) for _ in range(3))
        instance.report_run_failed(failed)
        for name in (mine.run_id, other.run_id, failed.run_id, "a-run-that-was-deleted"):
            (folder / name).mkdir(parents=True)
            (folder / name / "001_of_001.json").write_text("[]", encoding="utf-8")
        BatchFiles(settings).clear(mine.run_id, instance)
    assert [path.name for path in folder.iterdir()] == [other.run_id]


def test_without_any_batch_there_is_nothing_to_clear(settings: Settings) -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        BatchFiles(settings).clear("none", instance)
