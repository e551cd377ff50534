"""What the schedule asks for tonight, as the scheduler hears it; and how long the definitions take to load.

    python -m benchmarks.nights.scheduled tick 2026-03-12T03:00:00+00:00
    python -m benchmarks.nights.scheduled load

Belongs here: what a night needs before its run is there, in a process of its own, told as one JSON object. Does not
belong here: the run. Whatever runs the schedule asks for are taken as they are, so that a night may be cut otherwise.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import datetime
from typing import Any


def tick(scheduled: datetime) -> dict[str, Any]:
    """The `runs` (`job`, `tags`) that the schedule asks for at `scheduled`, and the `cpu_s` of asking it."""
    import dagster as dg

    from pipelines.clock import FixedClock
    from pipelines.definitions import build_definitions
    from pipelines.defs.schedules import NIGHTLY
    from pipelines.settings import Settings

    repository = build_definitions(Settings.from_env()).get_repository_def()
    schedule = repository.get_schedule_def(NIGHTLY)
    with dg.DagsterInstance.get() as instance:
        began = time.process_time()
        context = dg.build_schedule_context(
            instance=instance,
            scheduled_execution_time=scheduled,
            repository_def=repository,
            resources={"clock": FixedClock(scheduled)},
        )
        found = schedule.evaluate_tick(context)
        used = time.process_time() - began
    requests = found.run_requests or []
    if not requests or any(it.partition_key or it.run_config for it in requests):
        raise SystemExit(f"the schedule asks for what this benchmark cannot start: {found}")
    runs = [{"job": it.job_name or schedule.job_name, "tags": dict(it.tags)} for it in requests]
    return {"runs": runs, "cpu_s": used}


def load() -> dict[str, Any]:
    """Load everything that the environment's sources.yaml makes, as a code server does when it starts."""
    from dagster._core.remote_representation.external_data import RepositorySnap

    from pipelines.definitions import build_definitions
    from pipelines.settings import Settings

    began = time.perf_counter()
    repository = build_definitions(Settings.from_env()).get_repository_def()
    repository.load_all_definitions()
    loaded = time.perf_counter()
    RepositorySnap.from_def(repository)
    return {"load_s": loaded - began, "told_s": time.perf_counter() - loaded}


def main() -> None:
    """Do one of the two, and print what came of it."""
    told = tick(datetime.fromisoformat(sys.argv[2])) if sys.argv[1] == "tick" else load()
    print(json.dumps(told))


if __name__ == "__main__":
    main()
