"""How long each stage of a source's night took, by the clock of whoever did it.

Belongs here: what a process knows of its own stages, and notes beside the artifacts for whoever goes on, which
`index.json` takes over when the run is finished. A stage may be done in another process than the next one, or on
another machine: notes are files for the same reason as artifacts are. What was lost with a killed process costs a
figure, nothing else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from pipelines import artifacts
from pipelines.clock import Clock

# By stage; `compare` is a part of `measure`.
Seconds = dict[str, float]


@contextmanager
def noted(seconds: Seconds, stage: str, clock: Clock) -> Iterator[None]:
    """Add the wall time of what is done in the context to `seconds`, if it comes to its end."""
    started = clock.seconds()
    yield
    _add(seconds, stage, clock.seconds() - started)


@contextmanager
def handed_on(folder: Path, seconds: Seconds) -> Iterator[None]:
    """Leave in `folder` what its mark did not take over (`forget`) when the context ends, however it ends."""
    try:
        yield
    finally:
        if seconds:
            notes = "".join(json.dumps(note) + "\n" for note in seconds.items())
            seconds.clear()
            # A full disk has its own error already; this is a figure.
            with suppress(OSError), (folder / artifacts.SECONDS_UNDER_WAY).open("ab") as handle:
                handle.write(notes.encode())


def of(folder: Path, seconds: Mapping[str, float]) -> Seconds:
    """By stage: what was left in `folder`, and `seconds` of this process."""
    found: Seconds = {}
    try:
        text = (folder / artifacts.SECONDS_UNDER_WAY).read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        text = ""
    for line in text.splitlines():
        try:
            stage, more = json.loads(line)
            _add(found, str(stage), float(more))
        except (
            ValueError,
            TypeError,
        ):  # the end of a note that was being written when its process was killed
            continue
    for stage, more in seconds.items():
        _add(found, stage, more)
    return found


def forget(folder: Path, seconds: Seconds) -> None:
    """The mark of the run has them now."""
    (folder / artifacts.SECONDS_UNDER_WAY).unlink(missing_ok=True)
    seconds.clear()


def _add(seconds: Seconds, stage: str, more: float) -> None:
    seconds[stage] = round(seconds.get(stage, 0.0) + more, 4)
