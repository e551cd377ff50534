"""Events that are stored together cost less, and are stored like any others."""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite import sqlite_event_log

from pipelines.defs.event_log import many_events

EVENTS = 5


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.from_config(_home(tmp_path)) as found:
        yield found


def _home(folder: Path) -> str:
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    return str(folder)


def told(instance: dg.DagsterInstance, together: bool) -> dict[str, Any]:
    """A run that logs `EVENTS` materialisations, and what was seen of the log while it did."""
    seen: dict[str, Any] = {"engines": 0, "kept": []}
    usual = sqlite_event_log.create_engine

    def counted(*given: Any, **named: Any) -> Any:
        seen["engines"] += 1
        return usual(*given, **named)

    @dg.op
    def tell(context: dg.OpExecutionContext) -> None:
        def events() -> None:
            for number in range(EVENTS):
                context.log_event(dg.AssetMaterialization("it", partition=str(number)))
                wal = Path(context.instance.storage_directory()).parent.rglob("index.db-wal")
                seen["kept"].append(any(wal))

        sqlite_event_log.create_engine = counted
        try:
            if together:
                with many_events(context.instance, context.run_id):
                    events()
                assert sqlite_event_log.create_engine is counted
            else:
                events()
        finally:
            sqlite_event_log.create_engine = usual

    @dg.job
    def telling() -> None:
        tell()

    assert telling.execute_in_process(instance=instance).success
    return seen


def partitions(instance: dg.DagsterInstance) -> list[str | None]:
    found = instance.fetch_materializations(dg.AssetKey("it"), limit=100).records
    return sorted(it.partition_key or "" for it in found)


def test_events_that_are_told_together_share_an_engine_and_the_log(instance: dg.DagsterInstance) -> None:
    alone = told(instance, together=False)
    assert alone["engines"] >= 2 * EVENTS, "Dagster has mended it: `many_events` may go"
    assert not any(alone["kept"]), "Dagster has mended it: `many_events` may go"
    assert told(instance, together=True) == {"engines": 2, "kept": [True] * EVENTS}
    assert partitions(instance) == sorted([*map(str, range(EVENTS))] * 2)


def test_events_elsewhere_are_stored_as_ever() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        told(instance, together=True)
        assert partitions(instance) == [*map(str, range(EVENTS))]
