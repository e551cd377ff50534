"""A night by the real daemon: code server, `dagster-daemon` and its run workers, started, killed and started again.

Belongs here: Dagster's own long-lived processes and what befalls them. The daemon's time is set a few seconds before
the hour of the schedule (`clock_of_dagster`); queue, run monitoring, retries and sensors are as an installation has
them. Does not belong here: nights that a run worker does alone (`replay`).
"""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from benchmarks.nights.process import tree
from tests.smtp_server import free_port
from tests.soak.nights.processes import Processes, python, until
from tests.soak.nights.troubles import Daemon

INSTALLATION = "disturbed"
BEFORE = timedelta(seconds=8)
# For a machine that starts anew.
STANDSTILL = timedelta(minutes=5)
STARTS, RUNS = 120.0, 300.0


OF_NIGHT = """
SELECT r.status, p.value FROM runs r JOIN run_tags n ON n.run_id = r.run_id
LEFT JOIN run_tags p ON p.run_id = r.run_id AND p.key = 'dagster/parent_run_id'
WHERE n.key = 'veedor/night' AND n.value = $night ORDER BY r.id
"""


@dataclass(frozen=True)
class Run:
    """A run of Dagster's; `parent` is the one that it is a new start of."""

    status: str
    parent: str | None


@dataclass
class Session:
    """Dagster's processes for one night: it is always `now`, and the daemon's time begins shortly before `hour`."""

    processes: Processes
    night: str
    now: datetime
    hour: datetime
    port: int = field(default_factory=free_port)
    server: subprocess.Popen[bytes] | None = None
    daemons: list[subprocess.Popen[bytes]] = field(default_factory=list)
    begun: float = 0.0
    from_: datetime | None = None

    @property
    def folder(self) -> Path:
        return self.processes.base / INSTALLATION

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ}
        own = self.processes.environment[INSTALLATION]
        home = str(self.folder / "data" / "dagster")
        return {**kept, **own, "SOAK_NOW": self.now.isoformat(), "DAGSTER_HOME": home}

    def start_server(self) -> None:
        """The code server, until it answers."""
        at = ("-h", "127.0.0.1", "-p", str(self.port), "-m", "tests.soak.nights.definitions")
        self.server = self._started(python("-m", "dagster", "api", "grpc", *at), {})
        if not until(self._answers, STARTS):
            raise RuntimeError(f"the code server does not answer: {self.processes.tail(INSTALLATION)}")

    def start_daemon(self, later: timedelta = timedelta()) -> None:
        """A daemon, whose time goes on where that of the first one stands, `later` than that."""
        now = time.monotonic()
        if self.from_ is None:
            self.from_, self.begun = self.hour - BEFORE, now
        else:
            self.from_ += later
        begins = self.from_ + timedelta(seconds=now - self.begun)
        workspace = self.folder / "workspace.yaml"
        workspace.write_text(
            f"load_from: [{{grpc_server: {{host: 127.0.0.1, port: {self.port}, location_name: veedor}}}}]\n",
            encoding="utf-8",
        )
        command = python("-m", "tests.soak.nights.clock_of_dagster", "-w", str(workspace))
        self.daemons.append(self._started(command, {"SOAK_DAEMON_FROM": begins.isoformat()}))

    def workers(self) -> list[int]:
        """The processes of runs that are under way."""
        if self.server is None:
            return []
        return [it for it in tree(self.server.pid)[1:] if _is_worker(it)]

    def runs(self) -> list[Run]:
        """Dagster's runs of the night, oldest first. Its own library would take a second each time."""
        path = self.folder / "data" / "dagster" / "history" / "runs.db"
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as connection:
            return [Run(*row) for row in connection.execute(OF_NIGHT, {"night": self.night})]

    def is_through(self) -> bool:
        return any(it.status == "SUCCESS" for it in self.runs())

    def wait(self) -> list[str]:
        """Until a run of the night has succeeded; what is wrong."""
        if until(self.is_through, RUNS, 1.0):
            return []
        return [
            f"the daemon did not get through {self.night}: {self.runs()}: {self.processes.tail(INSTALLATION)}"
        ]

    def kill_daemons(self) -> None:
        for it in self.daemons:
            _kill(it)
        self.daemons.clear()

    def kill_all(self) -> None:
        """As a machine that stops."""
        self.kill_daemons()
        if self.server is not None:
            _kill(self.server)
            self.server = None

    def _started(self, command: list[str], more: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with self.processes.log(INSTALLATION).open("ab") as log:
            return subprocess.Popen(
                command,
                cwd=self.folder,
                env={**self.environment, **more},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _answers(self) -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False


@contextmanager
def session(processes: Processes, night: str, now: datetime, hour: datetime) -> Iterator[Session]:
    """Dagster's processes; none of them is left at the end."""
    running = Session(processes, night, now, hour)
    try:
        yield running
    finally:
        running.kill_all()


def befall(running: Session, what: Daemon, dice: Random, lasts: float, kills: int) -> tuple[list[str], int]:
    """Have the daemon run the night while `what` befalls it; what is wrong, and how many processes were killed.

    `lasts`: the seconds of an undisturbed night.
    """
    running.start_server()
    running.start_daemon()
    if what is Daemon.TWO:
        running.start_daemon()
        return running.wait(), 0
    killed = 0
    if what is Daemon.DAEMON and dice.random() < 0.5:
        # About the tick, before there is a worker.
        time.sleep(dice.uniform(0.0, 2 * BEFORE.total_seconds()))
    elif not until(running.workers, STARTS):
        return [f"the daemon began no run of {running.night}: {running.processes.tail(INSTALLATION)}"], 0
    else:
        _into_the_night(running, dice, lasts)
    if what is Daemon.WORKER:
        # The daemon starts it anew twice.
        for _ in range(min(2, dice.randint(1, kills))):
            found = running.workers()
            for it in found:
                os.kill(it, signal.SIGKILL)
                killed += 1
            until(lambda gone=found: set(running.workers()) - set(gone) or running.is_through(), STARTS, 0.5)
            _into_the_night(running, dice, lasts)
    elif what is Daemon.DAEMON:
        running.kill_daemons()
        killed += 1
        running.start_daemon(timedelta(seconds=dice.uniform(0, 90)))
    else:
        killed += 2 + len(running.workers())
        running.kill_all()
        for it in (running.folder / "data" / "locks" / "runs").glob("*"):
            os.utime(it, (time.time() - STANDSTILL.total_seconds(),) * 2)
        running.start_server()
        running.start_daemon(STANDSTILL)
    return running.wait(), killed


def _into_the_night(running: Session, dice: Random, lasts: float) -> None:
    """Wait until some moment of the night that a worker is at."""
    begun = running.folder / "data" / "runs" / running.night
    until(begun.exists, STARTS)
    time.sleep(dice.random() * lasts)


def _is_worker(process: int) -> bool:
    try:
        told = Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:
        return False
    return b"multiprocessing.spawn" in told


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
