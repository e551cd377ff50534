"""Processes of the replay: started from one that has everything imported and has opened nothing, and killed.

Belongs here: fork, environment, limit of file size, waiting. Does not belong here: what they do (`work`), or Dagster's
own long-lived processes (`daemon`). The main process has threads (its servers), so it must not fork by itself:
multiprocessing's fork server does.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import signal
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

LONGEST_SECONDS = 300.0


def _child(
    work: str, values: Mapping[str, Any], environment: Mapping[str, str], folder: str, log: str, limit: int
) -> None:
    os.setsid()  # so that it can be killed with its own processes, as a machine that stops does
    os.chdir(folder)
    os.environ.update(environment)
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(handle, 1)
    os.dup2(handle, 2)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    from tests.soak.nights import work as works

    getattr(works, work)(**values)


@dataclass
class Processes:
    """Starts work in the folder of an installation. `environment` by installation."""

    base: Path
    environment: Mapping[str, Mapping[str, str]]
    _number: int = field(default=0)

    def __post_init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["tests.soak.nights.preload"])

    def start(
        self,
        installation: str,
        work: str,
        *,
        limit: int = 0,
        more: Mapping[str, str] | None = None,
        **values: Any,
    ) -> ForkServerProcess:
        """Begin `work`; with `limit` no file grows beyond so many bytes, as on a full disk."""
        told = {**self.environment[installation], **(more or {})}
        at = (work, values, told, str(self.base / installation), str(self.log(installation)), limit)
        process = self._context.Process(target=_child, args=at, name=f"{installation} {work}")
        process.start()
        return process

    def asked(
        self, installation: str, work: str, more: Mapping[str, str] | None = None, **values: Any
    ) -> Any:
        """What `work` puts into its file `out`. Raises `RuntimeError` when it fails."""
        self._number += 1
        out = self.base / f"told-{self._number}.json"
        process = self.start(installation, work, more=more, out=str(out), **values)
        if status := ended(process):
            raise RuntimeError(f"{process.name} ended with {status}: {self.tail(installation)}")
        found = json.loads(out.read_text(encoding="utf-8"))
        out.unlink()
        return found

    def log(self, installation: str) -> Path:
        """Where the processes of an installation write what they print."""
        return self.base / f"{installation}.log"

    def tail(self, installation: str, size: int = 3_000) -> str:
        """The end of it."""
        path = self.log(installation)
        return path.read_text(encoding="utf-8", errors="replace")[-size:] if path.exists() else ""


def ended(process: ForkServerProcess, seconds: float = LONGEST_SECONDS) -> int:
    """Wait for the end; the exit code, negative for a signal. One that hangs is killed: -100."""
    process.join(seconds)
    if process.exitcode is None:
        kill(process, whole=True)
        process.join()
        return -100
    return process.exitcode


def kill(process: ForkServerProcess, *, whole: bool) -> None:
    """SIGKILL, to the process alone or to all that it started."""
    with suppress(ProcessLookupError, PermissionError):
        if whole and process.pid is not None:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def killed_after(process: ForkServerProcess, seconds: float, *, whole: bool) -> int:
    """Kill it after `seconds`, if it is not through by then; the exit code."""
    process.join(seconds)
    if process.exitcode is None:
        kill(process, whole=whole)
    return ended(process)


def until(condition: Any, seconds: float, pause: float = 0.1) -> Any:
    """What `condition` gives, as soon as it is true; None when it is not for so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(pause)
    return None


def python(*arguments: str) -> list[str]:
    """The command line of a process of its own."""
    return [sys.executable, *arguments]
