"""A world made ready for its measured night: portal, large file and past, in a folder that may be kept.

Belongs here: making it, and taking up again what is kept. Does not belong here: any measuring.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from benchmarks.nights import data
from benchmarks.nights.answers import LARGE
from benchmarks.nights.past import Past, make
from benchmarks.nights.portal import Portal
from benchmarks.nights.tonight import Stage
from benchmarks.nights.world import Mix, address

MADE = "made.json"
# Bytes on disk for each source: its versions and run folders; a large one has two versions, and a third in a copy.
ROOM, ROOM_A_ROW = 8_000_000, 3 * 400


def end_on_terminate() -> None:
    """Let SIGTERM end this process as an interrupt does: children ended, temporary folders removed."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Terminated."))


@contextmanager
def staged(mix: Mix, rows: int, pause: float, keep: Path | None = None) -> Iterator[Stage]:
    """The past of `mix` and its portal, until the end of the block.

    `rows` are those of a large file. With `keep`, what is made stays in a folder below it, and is taken up again by
    the same call on the same day: it was made by the code of then. Raises `SystemExit` when there is no room.
    """
    today = datetime.now(UTC).date()
    told = {"mix": mix.text, "rows": rows, "today": today.isoformat()}
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="bench-night-") as name:
            yield from _ready(mix, rows, pause, Path(name), told, today)
    else:
        name = hashlib.sha256(json.dumps(told).encode()).hexdigest()[:12]
        yield from _ready(mix, rows, pause, keep.absolute() / name, told, today)


def _ready(
    mix: Mix, rows: int, pause: float, folder: Path, told: dict[str, Any], today: date
) -> Iterator[Stage]:
    made: dict[str, Any] = {}
    with suppress(FileNotFoundError, ValueError):
        made = json.loads((folder / MADE).read_text(encoding="utf-8"))
    folder.mkdir(parents=True, exist_ok=True)
    # The addresses in a kept declaration hold its port.
    with Portal(mix, folder, made.get("port", 0)) as portal:
        if made:
            print(f"{told}: the past in {folder} is taken up again", file=sys.stderr)
            past = Past(mix, folder / "past", today)
        else:
            _demand_room(mix, rows, folder)
            began = time.perf_counter()
            if mix.large:
                data.write_large(folder / LARGE, rows, f"{address(0)}:{portal.port}")
            past = make(mix, folder / "past", portal, today)
            (folder / MADE).write_text(json.dumps({**told, "port": portal.port}), encoding="utf-8")
            print(f"{told}: the past took {time.perf_counter() - began:.0f} s", file=sys.stderr)
        try:
            yield Stage(past, portal, pause)
        finally:
            past.clear()


def _demand_room(mix: Mix, rows: int, folder: Path) -> None:
    needed = mix.total * ROOM + mix.large * rows * ROOM_A_ROW
    free = shutil.disk_usage(folder).free
    if free < needed:
        sys.exit(f"{needed:,} bytes are needed in {folder}, and {free:,} are free.")
