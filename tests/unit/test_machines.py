"""What the machines of a night agree about, and gathering what each has done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from pipelines import artifacts, machines
from pipelines.demo import story
from pipelines.errors import ArtifactDamaged, ConfigurationError
from pipelines.locks import alone
from pipelines.model import RunIndex
from pipelines.settings import Settings
from pipelines.sources import Sources, parse
from pipelines.tools import Tools, opened_tools

NIGHT, BEFORE = date(2026, 3, 2), date(2026, 3, 1)
INSTANT = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def sources() -> Sources:
    return parse(story.sources("http://127.0.0.1:9"))


@contextmanager
def machine(name: str, settings: Settings, sources: Sources) -> Iterator[Tools]:
    own = replace(settings, data=settings.data / name, runs_store=str(settings.data / "shared"))
    with opened_tools(own, sources) as tools:
        yield tools


def through(tools: Tools, source: str, night: date) -> None:
    folder = artifacts.run_folder(tools.settings.runs, night, source)
    artifacts.write_value(
        folder / artifacts.INDEX, RunIndex(source, night, "v", INSTANT, INSTANT, "success", "r")
    )


def here(tools: Tools, source: str, night: date) -> bool:
    return (artifacts.run_folder(tools.settings.runs, night, source) / artifacts.INDEX).exists()


def test_a_worker_knows_the_nights_of_the_recorder(settings: Settings, sources: Sources) -> None:
    with machine("recorder", settings, sources) as recorder, machine("worker", settings, sources) as worker:
        through(recorder, "b", BEFORE)
        machines.announce(sources, NIGHT, recorder)
        machines.join(sources, NIGHT, worker)
        assert artifacts.nights(worker.settings.runs) == [BEFORE]


@pytest.mark.parametrize(
    ("other", "named"),
    [("rules", "rules"), ("sources", "sources"), ("setting", "VEEDOR_PAGE_VISITS")],
)
def test_a_worker_that_differs_does_nothing(
    settings: Settings, sources: Sources, other: str, named: str
) -> None:
    with machine("recorder", settings, sources) as recorder:
        machines.announce(sources, NIGHT, recorder)
    if other == "sources":
        sources = sources.model_copy(update={"sources": sources.sources[1:]})
    if other == "setting":
        settings = replace(settings, page_visits=0)
    with machine("worker", settings, sources) as worker:
        tools = replace(worker, rules="others") if other == "rules" else worker
        with pytest.raises(ConfigurationError, match=f"in: {named}"):
            machines.join(sources, NIGHT, tools)


def test_a_worker_with_another_store_is_told_so(settings: Settings, sources: Sources) -> None:
    with (
        machine("worker", settings, sources) as worker,
        pytest.raises(ConfigurationError, match="knows of no plan"),
    ):
        machines.join(sources, NIGHT, worker)


@pytest.mark.parametrize(
    "plan",
    [
        b"",
        b"[]",
        b"{}",
        b'{"nights": ["yesterday"]}',
        b'{"nights": 1}',
        b"\xff",
        b"[" * 99_999,
        b" " * 1_000_001,
    ],
)
def test_a_damaged_plan_is_told_as_one(settings: Settings, sources: Sources, plan: bytes) -> None:
    with machine("worker", settings, sources) as worker:
        assert worker.run_store is not None
        worker.run_store.objects.write(f"nights/{NIGHT}.json", plan)
        with pytest.raises(ConfigurationError, match="is damaged") as told:
            machines.join(sources, NIGHT, worker)
        assert "plan" in told.value.advice


def test_the_recorder_gathers_tonight_and_gives_the_past(settings: Settings, sources: Sources) -> None:
    with machine("recorder", settings, sources) as recorder, machine("worker", settings, sources) as worker:
        through(recorder, "a", BEFORE)
        machines.gather(["a", "b"], NIGHT, recorder, tonight=False)
        assert worker.run_store is not None
        worker.run_store.bring_once("a", NIGHT)
        assert here(worker, "a", BEFORE)
        through(worker, "a", NIGHT)
        worker.run_store.send("a", NIGHT)
        machines.gather(["a", "b"], NIGHT, recorder, tonight=True)
        assert here(recorder, "a", NIGHT)
        assert not here(recorder, "b", NIGHT)


def test_one_damaged_object_does_not_keep_the_others(settings: Settings, sources: Sources) -> None:
    with machine("recorder", settings, sources) as recorder, machine("worker", settings, sources) as worker:
        assert worker.run_store is not None
        for source in ("a", "b"):
            through(worker, source, NIGHT)
            worker.run_store.send(source, NIGHT)
        path = Path(str(worker.settings.runs_store)) / "runs" / "a" / f"{NIGHT}.tar.gz"
        path.write_bytes(path.read_bytes()[:-5])
        damaged = machines.gather(["a", "b"], NIGHT, recorder, tonight=True)
        assert list(damaged) == ["a"]
        assert f"runs/a/{NIGHT}.tar.gz" in damaged["a"].message
        assert f"Remove the object runs/a/{NIGHT}.tar.gz" in damaged["a"].advice
        assert not here(recorder, "a", NIGHT)
        assert here(recorder, "b", NIGHT)


def test_a_damaged_past_keeps_no_night_from_being_planned(
    settings: Settings, sources: Sources, caplog: pytest.LogCaptureFixture
) -> None:
    """The batch stops that source alone, and says why in its run folder."""
    with machine("recorder", settings, sources) as recorder, machine("worker", settings, sources) as worker:
        for source in ("a", "b"):
            through(recorder, source, BEFORE)
        machines.gather(["a"], NIGHT, recorder, tonight=False)
        path = Path(str(recorder.settings.runs_store)) / "runs" / "a" / f"{BEFORE}.tar.gz"
        path.write_bytes(path.read_bytes()[:-5])
        machines.gather(["a", "b"], NIGHT, recorder, tonight=False)
        assert "runs/a/" in caplog.text
        assert here(recorder, "a", BEFORE)
        assert worker.run_store is not None
        worker.run_store.bring_once("b", NIGHT)
        assert here(worker, "b", BEFORE)
        with pytest.raises(ArtifactDamaged, match="runs/a/"):
            worker.run_store.bring_once("a", NIGHT)


def test_without_a_store_there_is_nothing_to_agree_about(settings: Settings, sources: Sources) -> None:
    with opened_tools(settings, sources) as tools:
        machines.announce(sources, NIGHT, tools)
        machines.join(sources, NIGHT, tools)
        machines.gather(["a"], NIGHT, tools, tonight=True)
        with alone(tools.settings, "a"):
            assert not tools.settings.runs.exists()
