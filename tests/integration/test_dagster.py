"""A night under Dagster: the scheduled run, in process, from a real portal to the published site.

What it leaves behind must equal what `night.run_night` leaves: the two shells are equals above one core.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines import duck
from pipelines.clock import FixedClock
from pipelines.definitions import build_definitions
from pipelines.defs.partitions import sync_partitions
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.history import store
from pipelines.night import run_night
from pipelines.operation import notes
from pipelines.settings import Settings
from pipelines.sources import Sources, parse
from pipelines.tonight import Tonight
from pipelines.tools import Step, opened_tools
from tests import receivers
from tests.receivers import Receiver

SEED = 7
NIGHT = story.night_date(1)
SCHEDULED = datetime(NIGHT.year, NIGHT.month, NIGHT.day, 9, 0, tzinfo=UTC)  # 03:00 in Mexico City
PUBLISHED = SCHEDULED - timedelta(hours=6)
CLOCK = FixedClock(SCHEDULED + timedelta(seconds=5))
ASSETS = ("catalog", "snapshots", "validation_results", "quality_history")


@pytest.fixture
def portal() -> Iterator[DemoPortal]:
    with DemoPortal(story.edition(SEED, 1), PUBLISHED) as running:
        yield running


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as running:
        yield running


@pytest.fixture
def declared(portal: DemoPortal) -> Sources:
    return sources_of(portal, "demo-registros", "demo-hacienda")


def sources_of(portal: DemoPortal, *chosen: str) -> Sources:
    sources = parse(story.sources(portal.url))
    return sources.model_copy(
        update={"sources": tuple(source for source in sources.sources if source.id in chosen)}
    )


def scheduled_run(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    *,
    scheduled: datetime = SCHEDULED,
    succeeds: bool = True,
) -> dg.ExecuteInProcessResult:
    """What the daemon does on the hour: evaluate the tick, start the run that it asks for."""
    repository = definitions.get_repository_def()
    context = dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=scheduled,
        repository_def=repository,
        resources={"clock": FixedClock(scheduled)},
    )
    tick = repository.get_schedule_def("nightly").evaluate_tick(context)
    (request,) = tick.run_requests or []
    done = repository.get_job("night").execute_in_process(
        tags=dict(request.tags), instance=instance, raise_on_error=False
    )
    assert done.success is succeeds, [event.message for event in done.all_events if event.is_failure]
    return done


def history(settings: Settings) -> dict[str, list[str]]:
    """Every row that says what the history says, without the path of the installation."""
    with duck.connect(settings.history, read_only=True) as connection:
        return {
            table: sorted(
                repr(row).replace(str(settings.data), "data")
                for row in connection.execute(f"from {table}").fetchall()
            )
            for table in store.relations(connection)
        }


def left_in(folder: Path, pattern: str) -> dict[Path, bytes]:
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob(pattern)}


def evaluations(done: dg.ExecuteInProcessResult) -> dict[str | None, dg.AssetCheckEvaluation]:
    return {
        event.event_specific_data.partition: event.event_specific_data
        for event in done.all_events
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
    }


def checks(done: dg.ExecuteInProcessResult) -> dict[str | None, tuple[bool, str]]:
    """By source, whether its verdict passed, and how severe it is."""
    return {source: (it.passed, it.severity.value) for source, it in evaluations(done).items()}


def standing(instance: dg.DagsterInstance) -> dict[str | None, str]:
    """By partition, the verdict that the screen shows; one that is not about the newest materialisation is none."""
    key = dg.AssetCheckKey(dg.AssetKey("quality_history"), "verdict")
    found = instance.event_log_storage.get_asset_check_partition_info([key])
    return {it.partition_key: it.latest_execution_status.value for it in found if it.is_current}


def metadata(done: dg.ExecuteInProcessResult, asset: str) -> dict[str | None, dict[str, Any]]:
    """By partition, what the materialisations of `asset` say."""
    found: dict[str | None, dict[str, Any]] = {}
    for event in done.all_events:
        if event.is_step_materialization and event.asset_key == dg.AssetKey(asset):
            values = event.step_materialization_data.materialization.metadata
            found[event.partition] = {name: value.value for name, value in values.items()}
    return found


@pytest.mark.slow
def test_the_scheduled_runs_leave_what_the_nights_leave(
    settings: Settings, portal: DemoPortal, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """Two nights, on the second of which a column of the contracts is gone."""
    declared = sources_of(portal, "demo-compras", "demo-hacienda")
    plain = replace(settings, data=tmp_path / "plain")
    for number in (story.BROKEN_NIGHT - 1, story.BROKEN_NIGHT):
        scheduled = SCHEDULED + (story.night_date(number) - NIGHT)
        clock = FixedClock(scheduled + timedelta(seconds=5))
        portal.publish(story.edition(SEED, number), scheduled - timedelta(hours=6))
        definitions = build_definitions(settings, declared, {"clock": clock})
        done = scheduled_run(definitions, instance, scheduled=scheduled)
        with opened_tools(plain, declared, clock=clock) as tools:
            report = run_night(declared, story.night_date(number), tools)
        assert not report.failures

    mine, theirs = history(settings), history(plain)
    assert mine == theirs
    assert len(mine["verdict"]) == 2 * 4
    assert mine["alert"]
    assert mine["notification"]
    assert left_in(settings.public, "*.html") == left_in(plain.public, "*.html")
    assert left_in(settings.outbox, "*.eml") == left_in(plain.outbox, "*.eml")
    assert Path("es/dataset/demo-compras/contratos.html") in left_in(settings.public, "*.html")

    # Of the budget nothing changed: the table of the night speaks for it.
    for asset in ASSETS:
        assert set(metadata(done, asset)) == {"demo-compras"}, asset
    shown = metadata(done, "visits")[None]
    assert (shown["sources"], shown["changed"], shown["unchanged"], shown["stopped"]) == (2, 1, 1, 0)
    assert [it.data["source"] for it in shown["what_changed"].records] == ["demo-compras"]
    assert [it.data["source"] for it in shown["what_did_not"].records] == ["demo-hacienda"]
    shown = metadata(done, "quality_history")["demo-compras"]
    night = story.night_date(story.BROKEN_NIGHT)
    assert shown["run_folder"] == str(settings.runs / str(night) / "demo-compras")
    assert shown["verdicts"]["demo-compras/contratos"] == "failed"
    assert metadata(done, "alerts")[None]["waits_for"] == []
    assert metadata(done, "alerts")[None]["alerts"] == len(report.alerts or ())
    assert metadata(done, "public_site")[None]["site"] == str(settings.public / "index.html")
    assert checks(done) == {"demo-compras": (False, "WARN")}
    assert set(instance.get_materialized_partitions(dg.AssetKey("quality_history"))) == {
        "demo-compras",
        "demo-hacienda",
    }


def test_a_second_run_of_the_same_night_changes_nothing(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance, portal: DemoPortal
) -> None:
    definitions = build_definitions(settings, declared, {"clock": CLOCK})
    scheduled_run(definitions, instance)
    before = history(settings)
    assert len(before["verdict"]) == 3
    assert "Presupuesto" in (settings.public / "index.html").read_text(encoding="utf-8")
    portal.publish(story.edition(SEED, 2), SCHEDULED)
    scheduled_run(definitions, instance)
    assert history(settings) == before


def test_a_publishers_fault_is_a_warning_of_a_run_that_succeeded(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance, portal: DemoPortal
) -> None:
    edition = {name: content for name, content in story.edition(SEED, 1).items() if name != "servidores.zip"}
    portal.publish(edition, PUBLISHED)
    done = scheduled_run(build_definitions(settings, declared, {"clock": CLOCK}), instance)
    assert checks(done)["demo-registros"] == (False, "WARN")
    assert standing(instance) == {"demo-registros": "FAILED", "demo-hacienda": "FAILED"}
    table = evaluations(done)["demo-registros"].metadata["datasets"]
    assert isinstance(table, dg.TableMetadataValue)
    shown = next(it.data for it in table.records if it.data["dataset"] == "demo-registros/servidores")
    assert shown["outcome"] in ("failed", "not_published")
    assert shown["reason"]
    assert shown["page"] == str(settings.public / "es/dataset/demo-registros/servidores.html")
    assert Path(str(shown["page"])).is_file()


def with_step(
    settings: Settings, sources: Sources, step: Callable[[Step], None]
) -> dict[str, dg.ResourceDefinition]:
    """An override of what a run works with, that does something at every point of the night."""

    @dg.resource
    def tonight(_: dg.InitResourceContext) -> Iterator[Tonight]:
        with opened_tools(settings, sources, clock=CLOCK, step=step) as tools:
            yield Tonight(sources, NIGHT, tools)

    return {"tonight": tonight}


def test_our_own_fault_in_one_source_fails_the_run_after_all_others_are_published(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance
) -> None:
    def bug(step: Step) -> None:
        if step.stage == "read" and step.key.startswith("demo-registros/empresas/"):
            raise KeyError("a bug of ours")

    broken = build_definitions(settings, declared, {"clock": CLOCK, **with_step(settings, declared, bug)})
    done = scheduled_run(broken, instance, succeeds=False)
    assert checks(done) == {"demo-registros": (False, "ERROR"), "demo-hacienda": (False, "WARN")}
    assert metadata(done, "visits")[None]["stopped"] == 1
    assert metadata(done, "snapshots")["demo-registros"]["stopped_by_a_fault_of_ours"] == (
        "KeyError, see failure.log in the run folder"
    )
    # The words of an exception may hold what is nobody's business: they stay in the run folder.
    folder = Path(str(metadata(done, "snapshots")["demo-registros"]["run_folder"]))
    assert "KeyError: 'a bug of ours'" in (folder / "failure.log").read_text(encoding="utf-8")
    (failed,) = (event for event in done.all_events if event.is_step_failure)
    assert failed.step_key == "public_site"
    told = failed.step_failure_data.user_failure_data
    assert told is not None
    assert told.description is not None
    assert "demo-registros: KeyError, see failure.log in the run folder" in told.description
    assert (settings.public / "es/dataset/demo-hacienda/presupuesto.html").is_file()
    results = {row.split("'")[1]: row for row in history(settings)["run"]}
    assert "'failure'" in results[f"{NIGHT}/demo-registros"]
    assert "'failure'" not in results[f"{NIGHT}/demo-hacienda"]

    # The bug is mended and the job started again: what had stopped is taken up, and all is well.
    mended = scheduled_run(build_definitions(settings, declared, {"clock": CLOCK}), instance)
    assert "ERROR" not in {severity for _, severity in checks(mended).values()}
    assert set(checks(mended)) >= {"demo-registros"}
    assert "'failure'" not in "".join(history(settings)["run"])


def test_sources_by_hand_fail_where_our_fault_is(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance
) -> None:
    def bug(step: Step) -> None:
        if step.stage == "fetch":
            raise KeyError("a bug of ours")

    broken = build_definitions(settings, declared, {"clock": CLOCK, **with_step(settings, declared, bug)})
    done = by_hand(broken, instance, declared, "demo-hacienda", raise_on_error=False)
    (failed,) = (event for event in done.all_events if event.is_step_failure)
    assert failed.step_key == "source_night"
    # Told before the failure, and kept, though the failed step gives no event after its last output.
    kept = instance.get_records_for_run(done.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    (told,) = (it.event_log_entry.get_dagster_event().event_specific_data for it in kept.records)
    assert isinstance(told, dg.AssetCheckEvaluation)
    assert (told.partition, told.passed, told.severity.value) == ("demo-hacienda", False, "ERROR")
    assert standing(instance) == {"demo-hacienda": "FAILED"}


def test_a_full_disk_stops_the_run_and_is_tried_again_twice(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance
) -> None:
    def full(step: Step) -> None:
        if step.stage == "fetch":
            raise OSError(28, "No space left on device")

    patient = replace(settings, retry_seconds=0.0)
    broken = build_definitions(patient, declared, {"clock": CLOCK, **with_step(patient, declared, full)})
    done = scheduled_run(broken, instance, succeeds=False)
    (failed,) = (event for event in done.all_events if event.is_step_failure)
    assert failed.step_key == "visits.batch[001_of_001]"
    assert sum(event.is_step_up_for_retry for event in done.all_events) == 2
    assert not settings.history.exists()


def test_a_night_in_several_batches_is_the_same_night(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    """The hosts of the demonstration are one: to be parted they need names of their own."""
    named = declared.model_copy(
        update={
            "sources": tuple(
                it.model_copy(update={"url": (it.url or "").replace("127.0.0.1", f"127.0.0.{number}")})
                for number, it in enumerate(declared.sources, 2)
            )
        }
    )
    parted = replace(settings, batch_sources=1)
    done = scheduled_run(build_definitions(parted, named, {"clock": CLOCK}), instance)
    steps = {event.step_key for event in done.all_events if event.is_step_success}
    assert {"visits.batch[001_of_002]", "visits.batch[002_of_002]"} <= steps
    assert metadata(done, "visits")[None]["sources"] == 2
    assert len(history(settings)["run"]) == 2
    assert not list((settings.data / "batches").iterdir())


def test_a_night_on_which_no_source_is_due_ends_well(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance
) -> None:
    resting = declared.model_copy(
        update={"sources": tuple(it.model_copy(update={"schedule": "0 3 29 2 *"}) for it in declared.sources)}
    )
    hasty = replace(settings, retry_seconds=0.0)
    done = scheduled_run(build_definitions(hasty, resting, {"clock": CLOCK}), instance)
    shown = metadata(done, "visits")[None]
    assert (shown["sources"], shown["resting"]) == (0, 2)
    assert metadata(done, "public_site")[None]["stopped"] == 0


def by_hand(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    declared: Sources,
    source: str,
    *,
    raise_on_error: bool = True,
) -> dg.ExecuteInProcessResult:
    sync_partitions(instance, declared)
    return definitions.resolve_job_def("sources_by_hand").execute_in_process(
        partition_key=source, instance=instance, raise_on_error=raise_on_error
    )


def test_one_source_by_hand_is_recorded_and_the_alerts_wait_for_the_others(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance
) -> None:
    definitions = build_definitions(settings, declared, {"clock": CLOCK})
    done = by_hand(definitions, instance, declared, "demo-hacienda")
    assert set(metadata(done, "quality_history")) == {"demo-hacienda"}
    assert set(checks(done)) == set(standing(instance)) == {"demo-hacienda"}
    assert metadata(done, "alerts")[None]["waits_for"] == ["demo-registros"]
    # The run bears the night it was for, so that going on with it tomorrow goes on with the same night.
    run = instance.get_run_by_id(done.run_id)
    assert run is not None
    assert run.tags["veedor/night"] == str(NIGHT)


def test_the_switch_hears_of_a_night(
    settings: Settings, portal: DemoPortal, instance: dg.DagsterInstance
) -> None:
    """As `veedor run` does it: the same calls in the same places."""
    switch = Receiver(answer=lambda _: (200, {}, b"OK"))
    with receivers.running(switch) as url:
        told = replace(settings, ping_url=f"{url}/0d3fb2c1-uuid")
        declared = sources_of(portal, "demo-hacienda")
        scheduled_run(build_definitions(told, declared, {"clock": CLOCK}), instance)
    assert [it.path for it in switch.requests] == ["/0d3fb2c1-uuid/start", "/0d3fb2c1-uuid"]
    note = notes.read(settings.operations)[NIGHT]
    assert (note.due, note.results, note.ping) == (1, {"success": 1}, "sent")


def test_a_verdict_that_is_asked_for_by_itself_is_shown_for_its_source(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance
) -> None:
    definitions = build_definitions(settings, declared, {"clock": CLOCK})
    scheduled_run(definitions, instance)
    before = standing(instance)
    job = definitions.resolve_implicit_global_asset_job_def().get_subset(
        asset_check_selection={dg.AssetCheckKey(dg.AssetKey("quality_history"), "verdict")}
    )
    done = job.execute_in_process(partition_key="demo-hacienda", instance=instance)
    assert set(checks(done)) == {"demo-hacienda"}
    assert standing(instance) == before
