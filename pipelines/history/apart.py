"""Apart: the runs that only the run folders, or only the history, know. Quick: no run is read.

Belongs here: which finished runs there are, in folders, in compacted months and in the history. Does not belong here:
whether the history says of a run what its folder says (`verify`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines import artifacts, compacted
from pipelines.history.database import reading


@dataclass(frozen=True)
class Apart:
    """Runs as `<night>/<source>`; a night's alerts as `<night>/_night`."""

    not_in_history: tuple[str, ...]
    only_in_history: tuple[str, ...]

    @property
    def equal(self) -> bool:
        """Whether both know the same runs."""
        return not self.not_in_history and not self.only_in_history


def apart(path: Path, runs: Path, between: tuple[date, date] | None = None) -> Apart:
    """What only one of the two knows, of the nights `between`. Raises as `database.reading`."""
    known, there = recorded(path, between), finished(runs, between)
    return Apart(tuple(sorted(there - known)), tuple(sorted(known - there)))


def finished(runs: Path, between: tuple[date, date] | None = None) -> set[str]:
    """The finished runs in folders and months, and the nights that were looked at for alerts."""
    found: set[tuple[date, str]] = set()
    for night in artifacts.nights(runs):
        for folder in (runs / night.isoformat()).iterdir():
            if (folder / artifacts.INDEX).is_file() or _judged(folder / artifacts.JUDGED):
                found.add((night, folder.name))
    for path in compacted.months(runs):
        found |= compacted.runs_in(path)
        found |= {
            (it.night, it.source) for it in compacted.files(path, artifacts.JUDGED.__eq__) if it.content
        }
    return _named(found, between)


def recorded(path: Path, between: tuple[date, date] | None = None) -> set[str]:
    """The runs, and nights with alerts, that the history knows. Raises as `database.reading`."""
    # These tables and columns are as the first migration made them: a history of older software can be asked too.
    with reading(path) as connection:
        found = connection.execute(
            "SELECT night, source FROM run UNION SELECT DISTINCT night, ? FROM judged",
            [artifacts.NIGHT_FOLDER],
        ).fetchall()
    return _named({(night, source) for night, source in found}, between)


def _judged(path: Path) -> bool:
    return path.is_file() and path.stat().st_size > 0


def _named(found: set[tuple[date, str]], between: tuple[date, date] | None) -> set[str]:
    return {
        f"{night}/{source}" for night, source in found if between is None or between[0] <= night <= between[1]
    }
