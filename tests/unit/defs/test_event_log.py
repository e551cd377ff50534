"""Events that are stored together cost less, and are stored like any others."""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.event_log.sqlite import sqlite_event_log

from pipelines.defs import event_log
from pipelines.defs.event_log import many_events

BROUGHT, JUDGED = dg.AssetKey("brought"), dg.AssetKey(["some", "judged"])
# Kinds of events in the order in which they are told
SEQUENCES = ["", "b", "c", "l", "bbb", "ccc", "bjbjc", "bclcbjlb", "jjlcc", "bbbbbcccccjjjjj"]
Told = dict[str, Any]


@contextmanager
def opened(folder: Path) -> Iterator[dg.DagsterInstance]:
    (folder / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")
    with dg.DagsterInstance.from_config(str(folder)) as found:
        yield found


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    with opened(tmp_path_factory.mktemp("dagster")) as found:
        yield found


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """One to which events are told one by one; it keeps what it was told before, as the other one does."""
    with opened(tmp_path_factory.mktemp("dagster")) as found:
        yield found


def event(kind: str, number: int) -> Any:
    """The event of a kind: brought and judged are materialisations, c is a check."""
    if kind == "c":
        return dg.AssetCheckEvaluation(
            asset_key=JUDGED,
            check_name="sound",
            passed=number % 2 == 0,
            partition=f"p{number}",
            metadata={"number": number},
        )
    key = BROUGHT if kind == "b" else JUDGED
    return dg.AssetMaterialization(
        key,
        partition=f"p{number}",
        metadata={"number": number},
        tags={"dagster/data_version": f"v{number}"},
    )


def run(instance: dg.DagsterInstance, tell: Callable[[Any], None]) -> Any:
    """One run that does this; its context takes evaluations, too, whatever its annotation says."""

    @dg.op(name="tell")
    def telling(context: dg.OpExecutionContext) -> None:
        tell(context)

    @dg.job
    def night() -> None:
        telling()

    return night.execute_in_process(instance=instance, raise_on_error=False)


def told(instance: dg.DagsterInstance, kinds: Sequence[str], together: bool) -> Told:
    """A run that tells these kinds of events, and all that Dagster has to say of it then."""

    def tell(context: Any) -> None:
        with many_events(context.instance) if together else nullcontext():
            for number, kind in enumerate(kinds):
                if kind == "l":
                    context.log.info(f"note {number}")
                else:
                    context.log_event(event(kind, number))

    done = run(instance, tell)
    assert done.success
    return seen(instance, done.run_id)


def seen(instance: dg.DagsterInstance, run_id: str) -> Told:
    """What the log of the run says, and what each asset and the check say of themselves, without ids and times."""
    log = [it for it in instance.all_logs(run_id) if it.run_id == run_id]
    storage = instance.event_log_storage
    check = dg.AssetCheckKey(JUDGED, "sound")
    checks = storage.get_asset_check_execution_history(check, limit=100)
    return {
        "log": [
            _facts(it) if it.is_dagster_event else it.user_message
            for it in log
            if not it.is_dagster_event or it.dagster_event_type in event_log.TOGETHER
        ],
        **{
            key.to_string(): {
                "records": [
                    (it.partition_key, _facts(it.event_log_entry))
                    for it in instance.fetch_materializations(key, limit=100).records
                    if it.run_id == run_id
                ],
                "newest": _facts(instance.get_latest_materialization_event(key)),
                "tags": sorted(
                    tuple(sorted(it.items()))
                    for it in instance.get_event_tags_for_asset(key, filter_tags=None)
                ),
                "partitions": sorted(instance.get_materialized_partitions(key)),
                "newest_of_each": storage.get_latest_storage_id_by_partition(
                    key, dg.DagsterEventType.ASSET_MATERIALIZATION
                ).keys(),
            }
            for key in (BROUGHT, JUDGED)
        },
        "checks": [(it.status, it.partition, _facts(it.event)) for it in checks if it.run_id == run_id],
    }


def _facts(entry: Any) -> Any:
    if entry is None:
        return None
    found = entry.dagster_event
    what = found.event_specific_data
    return (found.event_type_value, found.partition, found.asset_key, getattr(what, "metadata", None) or what)


@pytest.mark.parametrize("at_once", [2, 500])
@pytest.mark.parametrize("kinds", SEQUENCES)
def test_events_that_are_told_together_are_stored_like_any_others(
    instance: dg.DagsterInstance,
    another: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    kinds: str,
    at_once: int,
) -> None:
    monkeypatch.setattr(event_log, "AT_ONCE", at_once)
    together = told(instance, kinds, together=True)
    assert together == told(another, kinds, together=False)
    assert len(together["log"]) == len(kinds)


def test_the_same_check_twice_in_a_run_leaves_its_last_outcome(instance: dg.DagsterInstance) -> None:
    def tell(context: Any) -> None:
        for passed in (True, False):  # as a step that is tried again tells it
            with many_events(context.instance):
                context.log_event(
                    dg.AssetCheckEvaluation(
                        asset_key=JUDGED, check_name="sound", passed=passed, partition="p", metadata={}
                    )
                )

    done = run(instance, tell)
    assert done.success
    assert len(seen(instance, done.run_id)["log"]) == 2
    assert [it[0].value for it in seen(instance, done.run_id)["checks"]] == ["FAILED"]


def test_what_breaks_off_has_told_what_it_came_to(instance: dg.DagsterInstance) -> None:
    def tell(context: Any) -> None:
        with many_events(context.instance):
            context.log_event(event("b", 1))
            raise RuntimeError("the disk is full")

    done = run(instance, tell)
    assert not done.success
    assert len(seen(instance, done.run_id)["log"]) == 1
    assert "store_event" not in vars(instance.event_log_storage)


def test_events_that_could_not_be_stored_fail_the_step_whatever_was_logged(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_: Any) -> None:
        monkeypatch.undo()
        raise sqlite3.OperationalError("database is locked")

    def tell(context: Any) -> None:
        with many_events(context.instance):
            for number in range(3):
                context.log_event(event("b", number))
                context.log.warning("a line of the log")

    for at_once in (2, 500):
        monkeypatch.setattr(event_log, "AT_ONCE", at_once)
        monkeypatch.setattr(event_log, "_store_together", locked)
        assert not run(instance, tell).success


def test_whoever_gathers_within_another_gathers_into_it(instance: dg.DagsterInstance) -> None:
    def tell(context: Any) -> None:
        with many_events(context.instance):
            context.log_event(event("b", 1))
            with many_events(context.instance):
                context.log_event(event("b", 2))
            context.log_event(event("b", 3))

    done = run(instance, tell)
    assert done.success
    assert len(seen(instance, done.run_id)["log"]) == 3


def test_a_thread_that_comes_too_late_stores_what_it_has(instance: dg.DagsterInstance) -> None:
    def tell(context: Any) -> None:
        storage = context.instance.event_log_storage
        with many_events(context.instance):
            late = storage.store_event
        usual = storage.store_event
        storage.store_event = late
        try:
            context.log_event(event("b", 1))
        finally:
            del storage.store_event
        assert storage.store_event == usual

    done = run(instance, tell)
    assert done.success
    assert len(seen(instance, done.run_id)["log"]) == 1


def test_events_that_are_told_together_take_no_connection_each(
    another: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []
    module: Any = sqlite_event_log  # it imports the function for itself alone
    usual = module.create_engine

    def counted(address: str, **given: Any) -> Any:
        made.append(address)
        return usual(address, **given)

    def taken(count: int, together: bool) -> int:
        def tell(context: Any) -> None:
            made.clear()
            with many_events(context.instance) if together else nullcontext():
                for number in range(count):
                    context.log_event(event("bc"[number % 2], number))
            made.append("after")

        assert run(another, tell).success
        return made.index("after")

    monkeypatch.setattr(module, "create_engine", counted)
    assert taken(8, together=False) - taken(4, together=False) >= 8, (
        "Dagster has mended it: `many_events` may go"
    )
    assert taken(8, together=True) == taken(4, together=True)


def test_events_elsewhere_are_stored_as_ever() -> None:
    with dg.DagsterInstance.ephemeral() as instance:
        assert len(told(instance, "bcb", together=True)["log"]) == 3
