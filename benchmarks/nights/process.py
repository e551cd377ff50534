"""A command in a fresh process, and what it and all its children use.

Belongs here: wall time, processor time and memory of a process tree, from outside. Processor time is what the system
has counted when the process is through (all threads, and all children that were waited for). Memory is the sum of the
proportional set sizes (PSS: shared pages are counted once) of all processes of the tree, sampled five times a second.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[2]
SAMPLED_EVERY = 0.2
LONGEST_SECONDS = 3 * 3600
SHOWN = 4_000


@dataclass(frozen=True)
class Used:
    """What a process tree used: seconds, seconds of processor, megabytes; and what it printed."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    out: str


def run(command: Sequence[str], environment: Mapping[str, str], *, memory: bool = True) -> Used:
    """Run `command` to its end. Raises `SystemExit` with the end of what it said when it fails or hangs."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,  # so that it can be ended with all its children
        )
        peak, ended = [0.0], threading.Event()
        sampler = threading.Thread(target=_sample, args=(process.pid, peak, ended), daemon=True)
        if memory:
            sampler.start()
        timer = threading.Timer(LONGEST_SECONDS, os.killpg, (process.pid, signal.SIGKILL))
        timer.start()
        try:
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            raise
        finally:
            ended.set()
            timer.cancel()
        wall = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)  # or Popen would wait for it once more
        if memory:
            sampler.join()
        said, complained = _text(out), _text(err)
    if process.returncode:
        told = (complained or said)[-SHOWN:]
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{told}")
    return Used(wall, usage.ru_utime + usage.ru_stime, peak[0], said)


def _text(handle: IO[bytes]) -> str:
    handle.seek(0)
    return handle.read().decode("utf-8", "replace")


def _sample(root: int, peak: list[float], ended: threading.Event) -> None:
    while not ended.wait(SAMPLED_EVERY):
        peak[0] = max(peak[0], sum(map(_pss, tree(root))) / 1000)


def tree(root: int) -> list[int]:
    """The process `root` and all its descendants."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").iterdir():
        if path.name.isdigit():
            try:
                stat = (path / "stat").read_text(encoding="latin-1")
            except OSError:  # gone meanwhile
                continue
            # The name of the program stands in parentheses and may hold anything.
            parents.setdefault(int(stat.rpartition(")")[2].split()[1]), []).append(int(path.name))
    found = [root]
    for each in found:
        found += parents.get(each, [])
    return found


def _pss(process: int) -> int:
    """In KB; 0 for a process that is gone."""
    try:
        rollup = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    told = re.search(r"^Pss:\s+(\d+) kB", rollup, re.MULTILINE)
    return int(told[1]) if told else 0
