"""Failing rows of a night that is over, from its stored bytes, for the file that goes with a message.

Belongs here: finding snapshot, layout, suite and day of a validation result, and opening the table again. Does not
belong here: which rows fail (`validation.evidence`), or the file (`alerts.attachments`). What cannot be had any more is
told and keeps nothing else back.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property
from pathlib import Path

from pipelines import artifacts, duck
from pipelines.alerts.failing_rows import Found
from pipelines.model import Catalog, Dataset, Outcome, Snapshot, ValidationResult
from pipelines.reading import hint_of, layouts_of, snapshot_worked
from pipelines.sources import Source
from pipelines.tables.layouts import lay
from pipelines.tables.table import Opened
from pipelines.tools import Tools
from pipelines.validation.evidence.failing import failing
from pipelines.validation.evidence.lines import said

# A reminder may be of a source that is not visited every night.
LOOK_BACK_NIGHTS = 60

log = logging.getLogger("veedor")


@dataclass(frozen=True)
class _Night:
    """What one source's night left behind."""

    folder: Path

    @cached_property
    def source(self) -> Source:
        return Source.model_validate_json((self.folder / artifacts.DECLARATION).read_bytes())

    @cached_property
    def catalog(self) -> Catalog:
        return artifacts.read_value(self.folder / artifacts.CATALOG, Catalog)

    @cached_property
    def snapshots(self) -> Mapping[str, Snapshot]:
        found = artifacts.read_values(self.folder / artifacts.SNAPSHOTS, Snapshot)
        return {item.distribution: item for item in found}

    @cached_property
    def validations(self) -> list[ValidationResult]:
        path = self.folder / artifacts.VALIDATION_RESULTS
        return artifacts.read_values(path, ValidationResult) if path.exists() else []

    def of(self, dataset: str) -> list[ValidationResult]:
        return [item for item in self.validations if item.distribution.startswith(f"{dataset}/")]


@dataclass(frozen=True)
class EvidenceRows:
    """The failing rows of `night`, or of the last visit before it: what `alerts.failing_rows.FailingRows` asks for."""

    tools: Tools
    night: date
    _read: dict[str, _Night] = field(default_factory=dict, compare=False, repr=False)

    def counts(self, dataset: str) -> Mapping[str, int]:
        """How many values fail, by the key of each expectation that failed and counts them; all files together."""
        counted: Counter[str] = Counter()
        for validation in self._of(dataset).of(dataset):
            for result in validation.results:
                if result.outcome is Outcome.FAILED and result.unexpected_count is not None:
                    counted[result.key] += result.unexpected_count
        return counted

    def each(
        self, dataset: str, keys: frozenset[str], language: str, take: Callable[[Found], None]
    ) -> Mapping[str, str]:
        """Call `take` with the failing rows of these expectations, file by file; gives why there are none by key."""
        missing: dict[str, str] = {}
        for validation in self._of(dataset).of(dataset):
            failed = tuple(
                item for item in validation.results if item.key in keys and item.outcome is Outcome.FAILED
            )
            if failed:
                missing |= self._one(dataset, replace(validation, results=failed), language, take)
        return missing

    def _one(
        self, dataset: str, validation: ValidationResult, language: str, take: Callable[[Found], None]
    ) -> Mapping[str, str]:
        keys = [item.key for item in validation.results]
        night = self._of(dataset)
        snapshot = night.snapshots.get(validation.distribution)
        if snapshot is None or not self.tools.store.has(validation.sha256):
            return dict.fromkeys(keys, "gone")
        described = next(item for item in night.catalog.datasets if item.key == dataset)
        suite = self.tools.suites.get(described.guide_dataset or "")
        if suite is None or (suite.name, suite.version) != (validation.suite, validation.suite_version):
            return dict.fromkeys(keys, "rules")
        layouts = layouts_of(night.source, described, self.tools)
        layout = next((it for it in layouts if f"{it.name}@{it.version}" == validation.layout), None)
        if layout is None:
            return dict.fromkeys(keys, "rules")

        def work(content: Opened) -> frozenset[str]:
            table = next(item for item in content.tables if item.report.table == validation.table)
            table.settle()  # from here on nothing is read twice
            fit = lay(layout, table.report.columns)
            with (
                duck.within_memory(),
                failing(table, fit, suite, validation, self._day(validation, night), records=True) as found,
            ):
                if found.expectations:
                    lines = tuple(said(item, suite, fit.roles, language) for item in found.expectations)
                    take(Found(_name(described, validation), found, lines))
                return found.silent

        try:
            silent = snapshot_worked(hint_of(night.catalog, snapshot), self.tools, work)
        except FileNotFoundError:
            return dict.fromkeys(keys, "gone")
        except (OSError, MemoryError):
            raise  # a full disk, an exhausted machine
        except Exception:
            log.info("the failing rows of %s could not be read again", validation.distribution, exc_info=True)
            return dict.fromkeys(keys, "unreadable")
        return dict.fromkeys(silent, "whole")

    def _of(self, dataset: str) -> _Night:
        """The last night up to this one on which the dataset was validated; this one when there is none."""
        if dataset not in self._read:
            runs, source = self.tools.settings.runs, dataset.split("/", 1)[0]
            earlier = [it for it in reversed(artifacts.nights(runs)) if it <= self.night][:LOOK_BACK_NIGHTS]
            found = (_Night(artifacts.run_folder(runs, night, source)) for night in (self.night, *earlier))
            own = _Night(artifacts.run_folder(runs, self.night, source))
            self._read[dataset] = next((it for it in found if it.of(dataset)), own)
        return self._read[dataset]

    def _day(self, validation: ValidationResult, night: _Night) -> datetime:
        """The instant that the table was validated at, which is that of the night whose result it is."""
        if validation.reused_from is not None:
            path = night.folder.parent.parent / validation.reused_from / night.folder.name / artifacts.CATALOG
            if path.exists():
                return artifacts.read_value(path, Catalog).discovered_on
        return night.catalog.discovered_on


def _name(dataset: Dataset, validation: ValidationResult) -> str:
    """The file as people know it: its title, else its key within the dataset."""
    title = next((it.title for it in dataset.distributions if it.key == validation.distribution), "")
    return title or validation.distribution.removeprefix(f"{dataset.key}/")
