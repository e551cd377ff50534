"""The machines of the trial: each a process group with an environment and a data folder of its own.

recorder     the run, and a Celery worker for what needs the history
worker-1 ..  Celery workers that take batches
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipelines import artifacts
from tests.servers.postgres import postgres_server
from tests.servers.processes import end, started
from tests.servers.redis import redis_server
from tests.servers.s3 import BUCKET, s3_server

ROOT = Path(__file__).resolve().parents[2]
DAGSTER_YAML = ROOT / "deploy" / "machines" / "dagster.yaml"


@dataclass
class Fleet:
    """Where the machines are, and what all of them are told."""

    folder: Path
    shared: Mapping[str, str]
    sources: Path
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def data(self, name: str) -> Path:
        """The data folder of one machine."""
        return self.folder / name / "data"

    def set_clock(self, now: datetime) -> None:
        """What time it is on every machine."""
        artifacts.write_text(self.folder / "clock", now.isoformat())

    def environment(self, name: str) -> dict[str, str]:
        """All that one machine is told."""
        home = self.folder / name / "dagster"
        home.mkdir(parents=True, exist_ok=True)
        (home / "dagster.yaml").write_bytes(DAGSTER_YAML.read_bytes())
        kept = {
            key: value for key, value in os.environ.items() if not key.startswith(("VEEDOR_", "DAGSTER_"))
        }
        return {
            **kept,
            **self.shared,
            "DAGSTER_HOME": str(home),
            "VEEDOR_DATA": str(self.data(name)),
            "VEEDOR_SOURCES": str(self.sources),
            "TRIAL_CLOCK": str(self.folder / "clock"),
            "PYTHONPATH": str(ROOT),
            "PYTHONWARNINGS": "ignore",
        }

    @contextmanager
    def worker(self, name: str) -> Iterator[subprocess.Popen[bytes]]:
        """A Celery worker, from when it takes steps until the context ends."""
        log = self.folder / f"{name}.log"
        before = log.stat().st_size if log.exists() else 0
        command = [sys.executable, "-m", "celery", "-A", "pipelines.defs.celery_app", "worker"]
        options = [
            "-Q",
            name if name == "recorder" else "batches",
            "--concurrency",
            "1",
            "-n",
            f"{name}@loopback",
            "-l",
            "INFO",
        ]
        with started(
            [*command, *options],
            lambda: log.exists() and b" ready." in log.read_bytes()[before:],
            log,
            environment=self.environment(name),
            seconds=120.0,
        ) as process:
            self.workers[name] = process
            yield process

    def kill(self, name: str) -> None:
        """As if the machine had lost its power."""
        end(self.workers[name], signal.SIGKILL)

    def kill_step(self, name: str) -> None:
        """As if the system had ended the process that is at work, for want of memory; the worker itself goes on."""
        worker = self.workers[name].pid
        children = Path(f"/proc/{worker}/task/{worker}/children").read_text(encoding="ascii").split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    def start_night(self, night: date) -> subprocess.Popen[bytes]:
        """Start the run of a night, as Dagster's daemon does."""
        tags = json.dumps({"veedor/night": night.isoformat()})
        command = [
            sys.executable,
            "-m",
            "dagster",
            "job",
            "execute",
            "-m",
            "tests.machines.definitions",
            "-j",
            "night",
        ]
        with (self.folder / "run.log").open("ab") as log:
            return subprocess.Popen(
                [*command, "--tags", tags],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self.environment("recorder"),
                cwd=ROOT,
                start_new_session=True,
            )


@contextmanager
def fleet(folder: Path, sources: Path, settings: Mapping[str, str]) -> Iterator[Fleet]:
    """Database, broker and store, and the fleet that uses them; its workers are still to be started."""
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server(folder))
        redis = stack.enter_context(redis_server(folder))
        s3 = stack.enter_context(s3_server(folder))
        shared = {
            **s3,
            **settings,
            "DAGSTER_POSTGRES_URL": postgres,
            "VEEDOR_BROKER": redis,
            "VEEDOR_EXECUTOR": "celery",
            "VEEDOR_STORE": f"s3://{BUCKET}/snapshots",
            "VEEDOR_RUNS_STORE": f"s3://{BUCKET}/runs",
        }
        yield Fleet(folder, shared, sources)
