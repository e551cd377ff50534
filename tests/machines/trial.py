"""The same nights on several machines and on one: python -m tests.machines.trial --sources 300

Three nights of the story. On the second, on which things break, one of two workers is killed half way. What comes out
is one JSON object: what differs between the two histories, outboxes and sites (nothing), and how long each took.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from pipelines.clock import FixedClock
from pipelines.night import run_night
from pipelines.settings import Settings
from pipelines.sources import load
from pipelines.tools import opened_tools
from tests.machines import world
from tests.machines.fleet import ROOT, Fleet, fleet
from tests.servers.processes import end
from tests.smtp_server import Inbox
from tests.smtp_server import running as mail

NIGHTS = (3, 4, 5)
HOSTS = 10
SETTINGS = {
    "VEEDOR_ALLOW_PRIVATE_ADDRESSES": "true",
    "VEEDOR_HOST_PAUSE_SECONDS": "0",
    "VEEDOR_RETRIES": "1",
    "VEEDOR_RETRY_SECONDS": "1",
    "VEEDOR_LARGE_BYTES": "400000",
    "VEEDOR_DELIVERY": "live",
    "VEEDOR_OPERATOR": "operador@dependencia.example",
}


def trial(folder: Path, sources: int, *, kill: str = "worker", batch: int | None = None) -> dict[str, Any]:
    """Run the nights on both, and compare."""
    settings = {
        **SETTINGS,
        "VEEDOR_BATCH_SOURCES": str(batch or max(3, sources // 10)),
        # Longer than any step takes, or it is begun again while it is at work: recording all of them is the longest.
        "VEEDOR_LOST_AFTER_SECONDS": str(max(20, sources // 2)),
    }
    declared = folder / "sources.yaml"
    seconds: dict[str, list[float]] = {"machines": [], "one": []}
    killed = None
    inboxes = {"machines": Inbox(), "one": Inbox()}
    with (
        world.hosts(HOSTS) as portals,
        mail(inboxes["machines"]) as to_machines,
        mail(inboxes["one"]) as to_one,
    ):
        declared.write_text(world.declaration(portals, sources), encoding="utf-8")
        with (
            fleet(folder, declared, {**settings, "VEEDOR_MAIL_URL": to_machines}) as machines,
            ExitStack() as stack,
        ):
            for name in ("recorder", "worker-1", "worker-2"):
                stack.enter_context(machines.worker(name))
            for number in NIGHTS:
                world.publish(portals, sources, number)
                machines.set_clock(world.now(number))
                if kill == "worker" and number > world.BROKEN_NIGHT:  # another machine in its place
                    stack.enter_context(machines.worker("worker-3"))
                started = time.monotonic()
                found = on_machines(machines, number, kill=kill if number == world.BROKEN_NIGHT else "")
                seconds["machines"].append(round(time.monotonic() - started, 1))
                killed = found or killed
                started = time.monotonic()
                on_one(folder, declared, {**settings, "VEEDOR_MAIL_URL": to_one}, number)
                seconds["one"].append(round(time.monotonic() - started, 1))
            ours, theirs = left_by(folder / "one" / "data"), left_by(machines.data("recorder"))
            shares = {name: runs_of(machines.data(name)) for name in machines.workers}
    ours["mails"], theirs["mails"] = (str(sorted(inboxes[it].ids)) for it in ("one", "machines"))
    differ = sorted(key for key in ours | theirs if ours.get(key) != theirs.get(key))
    compared = {
        key: value for key, value in ours.items() if not key.startswith(("public/", "outbox/", "mails"))
    }
    return {
        "sources": sources,
        "nights": len(NIGHTS),
        "killed_after": killed,
        "different": differ,
        "mails": len(inboxes["machines"].ids),
        "mailed_twice": len(inboxes["machines"].ids) - len(set(inboxes["machines"].ids)),
        "compared": compared,
        "pages": sum(key.startswith("public/") for key in ours),
        "run_folders_by_machine": shares,
        "seconds": seconds,
    }


def on_machines(machines: Fleet, number: int, *, kill: str) -> int | None:
    """One night on the fleet. With `kill`, after how many of its sources the first worker, or its step, was killed."""
    killed, until = None, time.monotonic() + 1200
    run = machines.start_night(world.night(number))
    try:
        while run.poll() is None:
            if time.monotonic() > until:
                raise RuntimeError(f"the night of {world.night(number)} does not end")
            done = finished(machines.data("worker-1"), number)
            if kill and killed is None and done:
                (machines.kill if kill == "worker" else machines.kill_step)("worker-1")
                killed = done
            time.sleep(0.02)
    finally:
        end(run)
    if run.returncode:
        told = (machines.folder / "run.log").read_text(encoding="utf-8", errors="replace")
        raise RuntimeError(f"the night of {world.night(number)} failed: {told[-4000:]}")
    return killed


def finished(data: Path, number: int) -> int:
    """How many sources of a night are through on one machine."""
    return len(list((data / "runs" / world.night(number).isoformat()).glob("*/index.json")))


def runs_of(data: Path) -> int:
    return len(list((data / "runs").glob("*/*/index.json")))


def on_one(folder: Path, declared: Path, settings: Mapping[str, str], number: int) -> None:
    """The same night on a machine that is alone, in a process of its own."""
    environment = {
        **{key: value for key, value in os.environ.items() if not key.startswith("VEEDOR_")},
        **settings,
        "VEEDOR_DATA": str(folder / "one" / "data"),
        "VEEDOR_SOURCES": str(declared),
    }
    command = [sys.executable, "-m", "tests.machines.trial", "--one", str(number)]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])


def alone(number: int) -> None:
    """The night as `veedor run` does it."""
    settings = Settings.from_env()
    sources, clock = load(settings.sources), FixedClock(world.now(number))
    with opened_tools(settings, sources, clock=clock, takes_mail=lambda _: None) as tools:
        report = run_night(sources, world.night(number), tools)
    assert not report.failures, report.failures
    assert report.alerts is not None


def left_by(data: Path) -> dict[str, str]:
    """A hash of every table of the history, every message and every page, without the path of the data folder."""
    import hashlib

    from pipelines import duck
    from pipelines.history import store

    found = {}
    with duck.connect(data / "history.duckdb", read_only=True) as connection:
        for table in store.relations(connection):
            rows = [repr(row) for row in connection.execute(f"from {table}").fetchall()]
            said = "\n".join(sorted(row.replace(str(data), "data") for row in rows))
            found[table] = f"{len(rows)} {hashlib.sha256(said.encode()).hexdigest()[:12]}"
    # A page that is being written is in a folder with a dot: a step that was begun a second time may be at it.
    for pattern in ("outbox/*.eml", "public/[!.]*.html", "public/[!.]*/**/*.html"):
        for path in sorted(data.glob(pattern)):
            found[str(path.relative_to(data))] = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return found


def main(arguments: Sequence[str]) -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sources", type=int, default=30)
    parser.add_argument("--folder", type=Path, help="an empty folder that stays; left out: a temporary one")
    parser.add_argument(
        "--kill",
        choices=["worker", "step", ""],
        default="worker",
        help="the whole worker, or the process of its step",
    )
    parser.add_argument("--one", type=int, help=argparse.SUPPRESS)
    chosen = parser.parse_args(arguments)
    if chosen.one is not None:
        alone(chosen.one)
        return
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is ended
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        folder.chmod(0o755)  # the database runs as somebody else
        print(json.dumps(trial(folder, chosen.sources, kill=chosen.kill), indent=1))


if __name__ == "__main__":
    main(sys.argv[1:])
