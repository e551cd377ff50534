"""Sources on machines that share S3 and nothing else; and what a machine does with a past that is damaged."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from pipelines import artifacts
from pipelines.batch import run_batch
from pipelines.clock import FixedClock
from pipelines.demo import story
from pipelines.demo.portal import DemoPortal
from pipelines.model import RunIndex
from pipelines.object_store import Remote, located, objects_at
from pipelines.settings import Settings
from pipelines.source_night import run_source
from pipelines.sources import Sources, parse
from pipelines.tools import opened_tools
from tests.machines import world
from tests.servers.s3 import BUCKET, forget, s3_server

SEED = 7
SOURCE = "demo-registros"


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a bucket; its keys are in the environment, where the library looks for them."""
    with s3_server(tmp_path_factory.mktemp("s3")) as environment, pytest.MonkeyPatch.context() as patch:
        for name, value in environment.items():
            patch.setenv(name, value)
        forget()
        yield f"s3://{BUCKET}"


def visited(settings: Settings, sources: Sources, number: int) -> RunIndex:
    (source,) = (it for it in sources.enabled if it.id == SOURCE)
    with opened_tools(settings, sources, clock=FixedClock(world.now(number))) as tools:
        return run_source(source, world.night(number), tools)


def files(settings: Settings, number: int) -> dict[str, bytes]:
    folder = artifacts.run_folder(settings.runs, world.night(number), SOURCE)
    return {it.name: it.read_bytes() for it in folder.iterdir() if it.is_file()}


@pytest.mark.slow
def test_a_source_that_moves_from_machine_to_machine(settings: Settings, s3: str, tmp_path: Path) -> None:
    shared = {"store": f"{s3}/snapshots", "runs_store": f"{s3}/runs"}
    single = replace(settings, data=tmp_path / "single")
    machines = [replace(settings, data=tmp_path / str(number), **shared) for number in range(3)]
    with DemoPortal(story.edition(SEED, 1), world.now(1) - timedelta(hours=6)) as portal:
        sources = parse(story.sources(portal.url))
        for number, machine in enumerate(machines, 1):
            portal.publish(story.edition(SEED, number), world.now(number) - timedelta(hours=6))
            visited(single, sources, number)
            visited(machine, sources, number)
            assert files(machine, number) == files(single, number), number
    # Whoever comes to it again asks nobody: the portal is gone.
    again = replace(settings, data=tmp_path / "again", **shared)
    visited(again, sources, 3)
    assert files(again, 3) == files(single, 3)


@pytest.mark.slow
def test_a_damaged_past_stops_the_source_and_no_other(settings: Settings, tmp_path: Path) -> None:
    shared = replace(settings, data=tmp_path / "one", runs_store=str(tmp_path / "shared"))
    with DemoPortal(story.edition(SEED, 1), world.now(1) - timedelta(hours=6)) as portal:
        sources = parse(story.sources(portal.url))
        visited(shared, sources, 1)
        key = f"runs/{SOURCE}/{world.night(1)}.tar.gz"
        objects_at(located(str(tmp_path / "shared"), "")).write(key, b"")
        other = replace(shared, data=tmp_path / "other")
        index = visited(other, sources, 2)
        assert (index.result, index.reason) == (
            "failure",
            "ArtifactDamaged, see failure.log in the run folder",
        )
        assert key in files(other, 2)["failure.log"].decode()
        # Once the object is gone, its maker puts it there again, and the source is taken up.
        (tmp_path / "shared" / key).unlink()
        assert visited(shared, sources, 2).result == "success"


@pytest.mark.slow
def test_a_damaged_snapshot_stops_its_source_and_no_other(settings: Settings, tmp_path: Path) -> None:
    """Rules that changed ask for the bytes of the night before, of which the store gives others."""
    shared = replace(settings, data=tmp_path / "one", store=f"memory://{tmp_path.name}")
    with DemoPortal(story.edition(SEED, 1), world.now(1) - timedelta(hours=6)) as portal:
        sources = parse(story.sources(portal.url))
        visited(shared, sources, 1)
        place = located(f"memory://{tmp_path.name}", "")
        assert isinstance(place, Remote)
        damaged = {}
        for key in place.files.find(place.prefix):
            damaged[key] = place.files.cat_file(key)
            place.files.pipe_file(key, b"x" * len(damaged[key]))
        shutil.rmtree(shared.snapshots)  # the copies of the night before
        other = next(it for it in sources.enabled if it.id != SOURCE)
        with opened_tools(shared, sources, clock=FixedClock(world.now(2))) as tools:
            chosen = [it for it in sources.enabled if it.id in (SOURCE, other.id)]
            found = {
                it.source: it
                for it in run_batch(chosen, world.night(2), replace(tools, rules="new"), sources)
            }
        assert found[SOURCE].result == "failure"
        assert found[other.id].result != "failure"
        log = files(shared, 2)["failure.log"].decode()
        assert "the object store gives bytes of" in log
        assert "What to do: Remove the object sha256/" in log
