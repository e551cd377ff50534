"""An installation whose nights are written down by hand: marks, notes, alerts. Everything in it is invented."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pipelines import artifacts
from pipelines.operation import notes
from pipelines.operation.notes import Disk, NightNote
from pipelines.settings import Settings
from pipelines.sources import load

SOURCE = """
  - id: {id}
    portal: ckan
    url: https://datos.example
    publisher: {{name: P}}
    owner: {{name: O}}
    datasets: [{{id: uno}}]
"""
HEAD = "version: 1\ntime_zone: {zone}\nlanguage: en\nschedule: '{schedule}'\nsources:"


@dataclass(frozen=True)
class Installation:
    """A data folder and its sources.yaml."""

    settings: Settings

    def declare(
        self,
        *names: str,
        schedule: str = "0 3 * * *",
        zone: str = "UTC",
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Write sources.yaml; `more` are further lines of a source's entry, by its name."""
        text = HEAD.format(schedule=schedule, zone=zone) + ("" if names else " []")
        for name in names:
            text += SOURCE.format(id=name) + (f"    {more[name]}\n" if more and name in more else "")
        self.settings.sources.write_text(text, encoding="utf-8")

    def run(self, night: date, source: str, result: str = "success", **fields: Any) -> Path:
        """The mark of one source's night."""
        began = at(night)
        index = {
            "source": source,
            "night": str(night),
            "software": "veedor 0",
            "started_on": began.isoformat(),
            "finished_on": (began + timedelta(seconds=4)).isoformat(),
            "result": result,
            **fields,
        }
        path = artifacts.run_folder(self.settings.runs, night, source) / artifacts.INDEX
        artifacts.write_text(path, json.dumps(index))
        return path

    def rest(self, night: date, source: str, until: date, **fields: Any) -> None:
        """The mark of a source that is not visited again before `until`."""
        self.run(night, source, revisit_on=str(until), **fields)
        entry = next(it for it in load(self.settings.sources).sources if it.id == source)
        folder = artifacts.run_folder(self.settings.runs, night, source)
        artifacts.write_text(folder / artifacts.DECLARATION, entry.declaration)

    def tell(self, night: date, *states: str) -> None:
        """The alerts of a night, by their states."""
        path = artifacts.night_folder(self.settings.runs, night) / artifacts.ALERTS
        artifacts.write_text(path, "".join(json.dumps({"state": state}) + "\n" for state in states))

    def notify(self, night: date, alert: str, attempt: int, state: str) -> None:
        """One attempt to deliver an alert by mail."""
        folder = artifacts.night_folder(self.settings.runs, night) / artifacts.NOTIFICATIONS
        value = {"alert": alert, "channel": "mail", "attempt": attempt, "state": state}
        artifacts.write_text(folder / f"{alert}-mail-{attempt}.json", json.dumps(value))

    def finish(self, night: date, due: int = 1, **fields: Any) -> NightNote:
        """The note of a finished night."""
        note = NightNote(night, at(night), at(night) + timedelta(minutes=40), due, **fields)
        notes.write(self.settings.operations, note)
        return note

    def measure(self, first: date, free: list[int], total: int = 1_000_000_000_000) -> None:
        """Finished nights in a row that found so much free room."""
        for number, it in enumerate(free):
            self.finish(first + timedelta(days=number), disk=Disk(it, total, 1, {"runs": 1}))


def at(night: date, hour: int = 3, minute: int = 0) -> datetime:
    """An instant of a night, UTC."""
    return datetime.combine(night, time(hour, minute), UTC)
