"""What came of the sources of some nights, from the mark of each run alone (`index.json`).

Belongs here: reading thousands of small files quickly, while a night may be writing more of them. A mark that cannot be
read is told as such and stops nothing. Does not belong here: anything else in a run folder, but the night's own
messages.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pipelines import artifacts

# A stage that is a part of another one.
INSIDE_ANOTHER = frozenset({"compare"})


@dataclass(frozen=True)
class Mark:
    """One source's night. `result` as in `RunIndex`, or `unreadable`. `seconds` by stage, {} where not known."""

    source: str
    result: str
    reason: str = ""
    started_on: datetime | None = None
    finished_on: datetime | None = None
    seconds: dict[str, float] = field(default_factory=dict)
    revisit_on: date | None = None

    @property
    def took(self) -> float:
        """Wall time in seconds: that of its stages, else from its first answer to its end."""
        if self.seconds:
            return sum(it for stage, it in self.seconds.items() if stage not in INSIDE_ANOTHER)
        if self.started_on is None or self.finished_on is None:
            return 0.0
        return max((self.finished_on - self.started_on).total_seconds(), 0.0)

    @property
    def slowest_stage(self) -> str:
        """The stage that took longest; "" where that is not known."""
        own = {stage: it for stage, it in self.seconds.items() if stage not in INSIDE_ANOTHER}
        return max(own, key=lambda stage: own[stage], default="")


def marks_of(runs: Path, night: date) -> dict[str, Mark]:
    """The marks of a night, by source; folders without one belong to sources that are not through."""
    folder = runs / night.isoformat()
    try:
        with os.scandir(folder) as entries:
            names = sorted(it.name for it in entries if it.name != artifacts.NIGHT_FOLDER)
    except (FileNotFoundError, NotADirectoryError):
        return {}
    found = {}
    for name in names:
        try:
            # Plain open and json: this is done tens of thousands of times.
            with open(f"{folder}/{name}/{artifacts.INDEX}", "rb") as handle:  # noqa: PTH123
                found[name] = _mark(name, json.load(handle))
        except (FileNotFoundError, NotADirectoryError):
            continue
        except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError):
            found[name] = Mark(name, "unreadable", "its index.json cannot be read")
    return found


def begun(runs: Path, night: date) -> set[str]:
    """The sources whose run folder of a night is there, through or not."""
    try:
        with os.scandir(runs / night.isoformat()) as entries:
            return {it.name for it in entries if it.name != artifacts.NIGHT_FOLDER and it.is_dir()}
    except (FileNotFoundError, NotADirectoryError):
        return set()


@dataclass(frozen=True)
class Told:
    """The messages of a night: how many alerts, how many of them are held, how many ended undelivered."""

    alerts: int = 0
    held: int = 0
    undelivered: int = 0


def told(runs: Path, night: date) -> Told | None:
    """What a night had to tell; None while it has not come to alert."""
    folder = artifacts.night_folder(runs, night)
    try:
        with (folder / artifacts.ALERTS).open("rb") as handle:
            alerts = [it for line in handle if line.strip() and isinstance(it := _loaded(line), dict)]
    except OSError:
        return None
    newest: dict[tuple[str, str], tuple[int, str]] = {}
    for path in (folder / artifacts.NOTIFICATIONS).glob("[!.]*.json"):
        try:
            made = _loaded(path.read_bytes())
        except OSError:
            continue
        if isinstance(made, dict) and isinstance(number := made.get("attempt"), int):
            key = (str(made.get("alert")), str(made.get("channel")))
            newest[key] = max(newest.get(key, (0, "")), (number, str(made.get("state"))))
    states = Counter(state for _, state in newest.values())
    return Told(
        alerts=len(alerts),
        held=sum(it.get("state") == "held" for it in alerts),
        undelivered=states["failed"] + states["given_up"] + states["bounced"],
    )


def _loaded(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _mark(source: str, index: dict[str, Any]) -> Mark:
    return Mark(
        source=source,
        result=str(index["result"]),
        reason=str(index.get("reason") or ""),
        started_on=_instant(index.get("started_on")),
        finished_on=_instant(index.get("finished_on")),
        seconds={str(stage): float(it) for stage, it in (index.get("seconds") or {}).items()},
        revisit_on=date.fromisoformat(index["revisit_on"]) if index.get("revisit_on") else None,
    )


def _instant(text: str | None) -> datetime | None:
    if not text:
        return None
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else None
