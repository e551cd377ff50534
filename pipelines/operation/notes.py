"""What is known of a finished night besides its results: one small file a night, `data/operations/<night>.json`.

Belongs here: its form, and reading it back. Nothing follows from these files but what operators are shown: whoever
deletes one loses its line of disk use, and no night.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from pipelines import artifacts
from pipelines.errors import ArtifactDamaged


@dataclass(frozen=True)
class Disk:
    """Room on the disk of the data folder, in bytes. `parts` is what Veedor takes of it; a part that is not known
    lacks.

    `night` is what the night's own run folders take.
    """

    free: int
    total: int
    night: int = 0
    parts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class NightNote:
    """A night that was finished: alerted and published. `due` counts the sources that it visited.

    `alerts` and `undelivered` are counts of that moment. `ping` is "" when nobody is pinged, `sent`, or what kept it.
    """

    night: date
    began_on: datetime | None
    ended_on: datetime
    due: int
    results: dict[str, int] = field(default_factory=dict)
    alerts: int = 0
    held: int = 0
    undelivered: int = 0
    disk: Disk | None = None
    ping: str = ""
    software: str = ""


def write(folder: Path, note: NightNote) -> None:
    """Write the note of a night over an earlier one."""
    artifacts.write_value(folder / f"{note.night.isoformat()}.json", note)


def read(folder: Path) -> dict[date, NightNote]:
    """Every note that can be read, by night."""
    found = {}
    for path in sorted(folder.glob("[0-9]*.json")):
        try:
            note = artifacts.read_value(path, NightNote)
        except (ArtifactDamaged, OSError):
            continue
        found[note.night] = note
    return found
