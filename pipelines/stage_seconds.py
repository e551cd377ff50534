"""How long each stage of a source's night took, by the clock of whoever did it.

Belongs here: notes beside the artifacts, which `index.json` takes over when the run is finished. A stage may be done in
another process than the next one, or on another machine: notes are files for the same reason as artifacts are. A note
that was lost with a killed process costs a figure, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipelines import artifacts
from pipelines.clock import Clock


@contextmanager
def noted(folder: Path, stage: str, clock: Clock) -> Iterator[None]:
    """Note the wall time of what is done in the context, if it comes to its end."""
    started = clock.seconds()
    yield
    note = json.dumps([stage, round(clock.seconds() - started, 4)]) + "\n"
    with (folder / artifacts.SECONDS_UNDER_WAY).open("ab") as handle:
        handle.write(note.encode())


def of(folder: Path) -> dict[str, float]:
    """Seconds by stage, as far as they were noted. `compare` is a part of `measure`."""
    found: dict[str, float] = {}
    try:
        text = (folder / artifacts.SECONDS_UNDER_WAY).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return {}
    for line in text.splitlines():
        try:
            stage, seconds = json.loads(line)
            found[str(stage)] = round(found.get(str(stage), 0.0) + float(seconds), 4)
        except (
            ValueError,
            TypeError,
        ):  # the end of a note that was being written when its process was killed
            continue
    return found


def forget(folder: Path) -> None:
    """The mark of the run has them now."""
    (folder / artifacts.SECONDS_UNDER_WAY).unlink(missing_ok=True)
