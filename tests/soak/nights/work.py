"""What a process of the replay does, each in a folder of its own whose data lie in `data`.

Belongs here: a night by `run_night` and one by Dagster's run worker, what the schedule asks for, and what a history
comes to. Each is called in a fresh process, with its environment; what it has to say goes into a file. Does not belong
here: starting or ending processes (`processes`). Nothing heavy is imported by who only starts them.
"""

from __future__ import annotations

import fcntl
import json
import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

DATA = Path("data")


def plain(night: str, steps: str = "") -> None:
    """The night as `veedor run` does it, on the injected clock; the number of its points goes to the file `steps`."""
    from pipelines.night import run_night
    from pipelines.settings import Settings
    from pipelines.sources import load
    from pipelines.tools import Step, opened_tools
    from tests.soak.nights.definitions import clock, ending, nobody_asked

    settings = Settings.from_env()
    sources = load(settings.sources)
    end, points = ending(), []

    def step(point: Step) -> None:
        points.append(point.stage)
        end(point)

    with opened_tools(settings, sources, clock=clock(), step=step, takes_mail=nobody_asked) as tools:
        report = run_night(sources, date.fromisoformat(night), tools)
    if report.failures or report.alerts is None:
        raise SystemExit(f"not through: {report.failures}")
    if steps:
        Path(steps).write_text(json.dumps(points), encoding="utf-8")


def dagster(tags: dict[str, str]) -> None:
    """The job `night`, as a run worker executes it. Exit code 1 when it fails."""
    from dagster._cli import create_dagster_cli

    home()
    command = ["job", "execute", "-m", "tests.soak.nights.definitions", "-j", "night", "--tags"]
    create_dagster_cli()(args=[*command, json.dumps(tags)], prog_name="dagster")


def home() -> str:
    """DAGSTER_HOME with the `dagster.yaml` that an installation gets."""
    from pipelines.defs.instance import dagster_home
    from pipelines.settings import Settings

    os.environ["DAGSTER_HOME"] = str(dagster_home(Settings.from_env()))
    return os.environ["DAGSTER_HOME"]


def prepared(out: str) -> None:
    """Make DAGSTER_HOME, for processes that do not make it themselves."""
    Path(out).write_text(json.dumps(home()), encoding="utf-8")


def ticks(nights: list[str], out: str) -> None:
    """What the schedule asks for on the days of `nights`: by tick its instant, and the tags of each run."""
    import dagster as dg
    from dagster._utils.schedules import schedule_execution_time_iterator

    from pipelines.clock import FixedClock
    from pipelines.defs.schedules import NIGHTLY
    from pipelines.sources import load
    from tests.soak.nights.definitions import defs

    sources = load(Path(os.environ["VEEDOR_SOURCES"]))
    repository = defs().get_repository_def()  # type: ignore[attr-defined]
    schedule = repository.get_schedule_def(NIGHTLY)
    begins = datetime.combine(date.fromisoformat(min(nights)), datetime.min.time(), UTC) - timedelta(days=1)
    ends = datetime.combine(date.fromisoformat(max(nights)), datetime.max.time(), UTC)
    found = []
    with dg.DagsterInstance.ephemeral() as instance:
        for tick in schedule_execution_time_iterator(
            begins.timestamp(), sources.schedule, sources.time_zone, ascending=True
        ):
            if tick > ends:
                break
            if str(tick.date()) not in nights:
                continue
            context = dg.build_schedule_context(
                instance=instance,
                scheduled_execution_time=tick,
                repository_def=repository,
                resources={"clock": FixedClock(tick.astimezone(UTC))},
            )
            asked = schedule.evaluate_tick(context).run_requests or []
            found.append({"at": tick.astimezone(UTC).isoformat(), "tags": [dict(it.tags) for it in asked]})
    Path(out).write_text(json.dumps(found), encoding="utf-8")


def seen_to(tags: dict[str, str]) -> None:
    """What the daemon does when it is left alone: it sees to runs that died, and the night is run once more."""
    import dagster as dg

    from pipelines.defs.dead_runs import DEAD_RUNS
    from tests.soak.nights.definitions import clock, defs

    home()
    sensor = defs().get_repository_def().get_sensor_def(DEAD_RUNS)  # type: ignore[attr-defined]
    with (
        dg.DagsterInstance.get() as instance,
        dg.build_sensor_context(instance=instance, resources={"clock": clock()}) as context,
    ):
        sensor.evaluate_tick(context)
    dagster(tags)


def fingerprint(out: str) -> None:
    """What every table and view of the history comes to, and every mail and page that was written."""
    import hashlib

    from pipelines import duck
    from pipelines.history import store

    found = {}
    with duck.connect(DATA / "history.duckdb", read_only=True) as connection:
        for name in store.relations(connection):
            query = f"SELECT count(*) || ' ' || coalesce(sum(hash(t)::HUGEINT), 0) FROM \"{name}\" t"
            found[name] = connection.execute(query).fetchall()[0][0]
    for pattern in ("outbox/*.eml", "public/**/*.html"):
        for path in sorted(DATA.glob(pattern)):
            if "-run-" not in path.name:
                found[str(path)] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    Path(out).write_text(json.dumps(found), encoding="utf-8")


def rows(relation: str, out: str) -> None:
    """Every row of a relation of the history."""
    from pipelines import duck

    with duck.connect(DATA / "history.duckdb", read_only=True) as connection:
        found = sorted(map(repr, connection.execute(f'FROM "{relation}"').fetchall()))
    Path(out).write_text(json.dumps(found), encoding="utf-8")


def proof(out: str) -> None:
    """What `veedor history verify` finds, which locks somebody holds, and which files were left lying about."""
    from pipelines.history.verify import verify

    verified = verify(DATA / "history.duckdb", DATA / "runs")
    wrong = [str(it) for it in verified.differences] + list(verified.loose)
    for path in sorted(DATA.glob("locks/*.lock")):
        with path.open("r+") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                wrong.append(f"{path} is held")
    wrong += [f"{path} was left" for path in leftovers(DATA)]
    Path(out).write_text(json.dumps(wrong), encoding="utf-8")


def leftovers(data: Path) -> list[str]:
    """Temporary files of whatever stage; those on their way into the store go after a day (docs/operate.md)."""
    marks = (".tmp", ".part", ".wal", ".under_way")
    found = [it for it in data.rglob("*") if it.is_file() and any(mark in it.name for mark in marks)]
    found += list((data / "batches").glob("*"))
    return sorted(
        str(it.relative_to(data)) for it in found if "incoming" not in it.parts and "dagster" not in it.parts
    )
