"""What is known of the datasets that a report may be about: from the published copy, never from the history.

Belongs here: reading it once for each copy. Before anything was published, what `sources.yaml` declares has to do.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pipelines.errors import VeedorError
from pipelines.history import asking
from pipelines.history.publish import QUALITY
from pipelines.settings import Settings
from pipelines.sources import Sources

MOST_COLUMNS = 200
DATASETS = "SELECT dataset, title, publisher FROM latest_dataset"
FILES = """
SELECT n.dataset, r.distribution, r.columns FROM read_report r
JOIN (SELECT dataset, max(night) AS night FROM verdict GROUP BY dataset) n USING (dataset, night)
ORDER BY r.distribution, r.table_name
"""
INCIDENTS = """
SELECT incident, dataset, title, condition, summary_en, summary_es FROM open_incidents WHERE list_contains(?, incident)
ORDER BY dataset, incident
"""


@dataclass(frozen=True)
class KnownDataset:
    """One dataset: `distributions` are keys of files, `columns` the published names in them."""

    key: str
    title: str
    publisher: str
    distributions: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()


@dataclass
class Known:
    """The datasets by key, read anew whenever there is a new copy."""

    settings: Settings
    sources: Sources
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _mark: tuple[int, int] | None = None
    _datasets: Mapping[str, KnownDataset] = field(default_factory=dict, repr=False)

    def dataset(self, key: str) -> KnownDataset | None:
        """The dataset of that key, if it is watched."""
        return self.datasets().get(key)

    def datasets(self) -> Mapping[str, KnownDataset]:
        """All that are watched."""
        mark = self._copy()
        with self._lock:
            if mark != self._mark or not self._datasets:
                self._datasets = self._declared() | self._published()
                self._mark = mark
            return self._datasets

    def incidents(self, ids: tuple[str, ...]) -> list[dict[str, Any]]:
        """What the published copy says of some incidents; of one that is newer than it, nothing."""
        return self._ask(INCIDENTS, [list(ids)])

    def _copy(self) -> tuple[int, int] | None:
        try:
            found = (self.settings.public / QUALITY).stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns

    def _declared(self) -> dict[str, KnownDataset]:
        return {
            f"{source.id}/{it.id}": KnownDataset(
                f"{source.id}/{it.id}", it.title or f"{source.id}/{it.id}", source.publisher.name
            )
            for source in self.sources.enabled
            for it in source.datasets
        }

    def _published(self) -> dict[str, KnownDataset]:
        files: dict[str, list[dict[str, Any]]] = {}
        for row in self._ask(FILES):
            files.setdefault(row["dataset"], []).append(row)
        found = {}
        for row in self._ask(DATASETS):
            key, own = row["dataset"], files.get(row["dataset"], [])
            columns = dict.fromkeys(name for file in own for name in file["columns"] or ())
            found[key] = KnownDataset(
                key,
                row["title"] or key,
                row["publisher"] or "",
                tuple(dict.fromkeys(file["distribution"] for file in own)),
                tuple(columns)[:MOST_COLUMNS],
            )
        return found

    def _ask(self, sql: str, params: list[object] | None = None) -> list[dict[str, Any]]:
        """Rows of the published copy; none when there is none yet, or it cannot be read."""
        try:
            with asking.opened(self.settings.public, memory_limit="256MB") as connection:
                columns, rows = asking.ask(connection, sql, params)
        except VeedorError:
            return []
        return [dict(zip(columns, row, strict=True)) for row in rows]
