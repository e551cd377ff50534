"""A night under Dagster that a fault of ours ends: who is told, and that one source's fault is not another's."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from pipelines import artifacts
from pipelines.definitions import build_definitions
from pipelines.defs.resources import tonight_resource
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.object_store import FolderObjects
from pipelines.run_store import RunStore, run_store_of
from pipelines.settings import Settings
from pipelines.sources import Sources
from pipelines.tonight import Tonight
from pipelines.tools import Step, opened_tools
from tests import receivers
from tests.integration.test_dagster import (
    CLOCK,
    NIGHT,
    PUBLISHED,
    SEED,
    checks,
    history,
    metadata,
    scheduled_run,
    sources_of,
)
from tests.receivers import Receiver


@pytest.fixture
def declared() -> Iterator[Sources]:
    with DemoPortal(story.edition(SEED, 1), PUBLISHED) as portal:
        yield sources_of(portal, "demo-registros", "demo-hacienda")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as running:
        yield running


@pytest.mark.parametrize(
    ("cancelled", "heard"),
    [(False, ["/uuid/start", "/uuid/fail"]), (True, ["/uuid/start"])],
    ids=["a fault of ours", "somebody ended it"],
)
def test_the_switch_hears_of_a_run_that_ended_before_the_night_was_through(
    settings: Settings,
    declared: Sources,
    instance: dg.DagsterInstance,
    cancelled: bool,
    heard: list[str],
) -> None:
    def bug(step: Step) -> None:
        if step.stage == "alert":
            if cancelled:
                (run,) = instance.get_runs()
                instance.report_run_canceling(run)
            raise RuntimeError("a bug of ours")

    switch = Receiver(answer=lambda _: (200, {}, b"OK"))
    with receivers.running(switch) as url:
        told = replace(settings, ping_url=f"{url}/uuid", retry_seconds=0.0)
        tonight = tonight_resource(told, declared, step=bug)
        scheduled_run(
            build_definitions(told, declared, {"clock": CLOCK, "tonight": tonight}), instance, succeeds=False
        )
    assert [it.path for it in switch.requests] == heard


@dataclass(frozen=True)
class LosingStore(RunStore):
    """A worker on another machine puts a run of `lost` into the store, which loses the end of it."""

    lost: set[str] = field(default_factory=set)

    def send(self, source: str, night: date) -> None:
        super().send(source, night)
        if source in self.lost:
            self.lost.remove(source)
            shutil.rmtree(artifacts.run_folder(self.runs, night, source))
            key = f"runs/{source}/{night}.tar.gz"
            self.objects.write(key, self.objects.read(key, 10_000_000)[:-9])


def test_a_damaged_object_of_tonight_is_one_fault_and_the_others_go_on(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    shared = replace(settings, runs_store=str(tmp_path / "shared"), retry_seconds=0.0)

    @dg.resource
    def tonight(_: dg.InitResourceContext) -> Iterator[Tonight]:
        with opened_tools(shared, declared, clock=CLOCK) as tools:
            plain = run_store_of(shared)
            assert plain is not None
            store = LosingStore(plain.objects, plain.runs, plain.aside, lost={"demo-registros"})
            yield Tonight(declared, NIGHT, replace(tools, run_store=store))

    done = scheduled_run(
        build_definitions(shared, declared, {"clock": CLOCK, "tonight": tonight}), instance, succeeds=False
    )
    (failed,) = (event for event in done.all_events if event.is_step_failure)
    assert failed.step_key == "public_site"
    assert checks(done) == {"demo-registros": (False, "ERROR"), "demo-hacienda": (False, "WARN")}
    assert metadata(done, "visits")[None]["stopped"] == 1
    log = artifacts.run_folder(shared.runs, NIGHT, "demo-registros") / "failure.log"
    assert "What to do: Remove the object runs/demo-registros/" in log.read_text(encoding="utf-8")
    assert len(history(shared)["run"]) == 2
    assert (shared.public / "index.html").exists()
    # Started again, the source is visited anew, and takes the place of what was lost.
    again = scheduled_run(build_definitions(shared, declared, {"clock": CLOCK}), instance)
    assert checks(again)["demo-registros"][1] == "WARN"


def test_a_store_that_does_not_answer_when_the_night_is_planned_is_asked_again(
    settings: Settings, declared: Sources, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    shared = replace(settings, runs_store=str(tmp_path / "shared"), retry_seconds=0.0)
    asked: list[str] = []

    @dataclass(frozen=True)
    class SlowToWake(FolderObjects):
        def versions(self, folder: str) -> dict[str, str]:
            asked.append(folder)
            if len(asked) <= len(declared.sources):
                raise OSError("the object store, asked for runs: EndpointConnectionError")
            return super().versions(folder)

    @dg.resource
    def tonight(_: dg.InitResourceContext) -> Iterator[Tonight]:
        with opened_tools(shared, declared, clock=CLOCK) as tools:
            plain = run_store_of(shared)
            assert plain is not None
            store = replace(plain, objects=SlowToWake(tmp_path / "shared"))
            yield Tonight(declared, NIGHT, replace(tools, run_store=store))

    done = scheduled_run(build_definitions(shared, declared, {"clock": CLOCK, "tonight": tonight}), instance)
    assert sum(event.is_step_up_for_retry for event in done.all_events) == 1
    assert len(history(shared)["run"]) == 2
