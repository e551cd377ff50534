"""Reading in a process of its own: what a hostile file does to it does nothing to us.

Belongs here: starting the process with its limits, and what its end means. Does not belong here: any format. A
module that is run so imports only the standard library and its one library, and calls `limited` first.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from pipelines.errors import ReadFault
from pipelines.model import FaultKind

MAX_SECONDS = 600
UNREADABLE = 3
REFUSED = 4
# Signals that a file can cause; of others the machine, or whoever runs it, is the cause
_CRASHES = (
    signal.SIGABRT,
    signal.SIGSEGV,
    signal.SIGILL,
    signal.SIGFPE,
    getattr(signal, "SIGBUS", signal.SIGSEGV),
)


def run(module: str, what: str, path: Path, folder: Path, *arguments: object) -> Any:
    """Run the file `module` over `path`; it writes into `folder`, and there `done.json`, which is returned.

    `what` is the format's name for messages. Raises `ReadFault` when the process found the file unreadable
    (exit status 3, the reason on the last line of standard error), ran out of memory or time, or crashed, and
    `OSError` when the machine refused it something (exit status 4, the error's number on that line). Any other end is
    a fault of ours, or somebody's who ended it: `RuntimeError`.
    """
    command = [sys.executable, "-P", module, str(path), str(folder), *map(str, arguments)]
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=MAX_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        raise ReadFault(
            FaultKind.TOO_LARGE,
            f"We stopped reading the {what} file after {MAX_SECONDS} seconds.",
            "It is tried again. Publish large tables as CSV.",
            transient=True,
        ) from None
    complaint = (done.stderr.decode("utf-8", "replace").strip().splitlines() or [""])[-1]
    if done.returncode == 0:
        return json.loads((folder / "done.json").read_text(encoding="utf-8"))
    if done.returncode == UNREADABLE:
        raise Unreadable(complaint)
    if done.returncode == REFUSED:
        raise OSError(int(complaint), os.strerror(int(complaint)), str(folder))
    if -done.returncode in _CRASHES or complaint.startswith("MemoryError"):
        raise ReadFault(
            FaultKind.BROKEN_FILE,
            f"The {what} file is damaged, or needs far more memory than its content is worth.",
            "Publish the table as CSV.",
        )
    raise RuntimeError(f"reading {what} ended with status {done.returncode}: {complaint[:500]}")


class Unreadable(Exception):
    """What the library in the other process said of the file; the reader makes a `ReadFault` of it."""
