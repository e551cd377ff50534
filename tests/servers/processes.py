"""Starting a server, waiting until it answers, and ending it and nothing else."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


def program(name: str, *folders: str) -> str:
    """The path of a program. Without it the test is skipped, except in CI, where that is a failure."""
    for folder in (None, *folders):
        if found := shutil.which(name, path=folder):
            return found
    message = f"{name} is not installed; `make servers` installs it from Debian's packages"
    if os.environ.get("CI"):
        pytest.fail(message)
    pytest.skip(message)


@contextlib.contextmanager
def started(
    command: Sequence[str],
    answers: Callable[[], bool],
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    seconds: float = 30.0,
    stop: signal.Signals = signal.SIGTERM,
) -> Iterator[subprocess.Popen[bytes]]:
    """Run `command` until the context ends; it begins once the server `answers`. What the server says is in `log`."""
    with log.open("ab") as told:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            env=environment,
            start_new_session=True,
        )
    try:
        until = time.monotonic() + seconds
        while not answers():
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"{command[0]} did not begin: {log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.05)
        yield process
    finally:
        end(process, stop)


def end(process: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
    """End a process of ours; its whole session at once if it takes longer than ten seconds, or with SIGKILL."""
    with contextlib.suppress(ProcessLookupError):
        if how is signal.SIGKILL:
            os.killpg(process.pid, how)
        elif process.poll() is None:
            process.send_signal(how)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def listens(port: int) -> Callable[[], bool]:
    """Whether somebody listens at the port by now."""

    def asked() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
        return False

    return asked
