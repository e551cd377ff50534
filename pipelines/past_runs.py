"""What an earlier night already knows: the last finished run of a source, under the rules of today.

Belongs here: looking back through run folders. Only nights strictly before this one are looked at, so that a
night run twice sees the same past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import TypeVar

from pipelines import artifacts
from pipelines.measurement.evidence import OUT_OF_REACH
from pipelines.model import Catalog, ReadReport, RunIndex, Snapshot, ValidationResult

R = TypeVar("R", ReadReport, ValidationResult)


def last_finished(runs: Path, source: str, before: date, rules: str, declared: str) -> Path | None:
    """The folder of the newest earlier run of `source`, if it was made under the same rules and declaration.

    A newest run under others ends the search: older results are of older rules still.
    """
    for night in reversed([night for night in artifacts.nights(runs) if night < before]):
        folder = artifacts.run_folder(runs, night, source)
        index_path = folder / artifacts.INDEX
        if not index_path.exists():
            continue
        index = artifacts.read_value(index_path, RunIndex)
        if index.result == "failure":
            continue
        same = (folder / artifacts.DECLARATION).read_text(encoding="utf-8") == declared
        return folder if same and index.rules == rules else None
    return None


def out_of_reach(runs: Path, source: str, before: date) -> frozenset[str]:
    """The keys of datasets and distributions that gave no answer at all on the newest earlier night."""
    for night in reversed([night for night in artifacts.nights(runs) if night < before]):
        folder = artifacts.run_folder(runs, night, source)
        if not (folder / artifacts.SNAPSHOTS).exists():
            continue
        catalog = artifacts.read_value(folder / artifacts.CATALOG, Catalog)
        snapshots = artifacts.read_values(folder / artifacts.SNAPSHOTS, Snapshot)
        faults = [(item.key, item.fault) for item in catalog.datasets]
        faults += [(item.distribution, item.fault) for item in snapshots]
        return frozenset(key for key, fault in faults if fault and fault.kind in OUT_OF_REACH)
    return frozenset()


def by_bytes(values: Iterable[R]) -> dict[tuple[str, str], list[R]]:
    """Results by (distribution, sha256): what may be used again for the same bytes.

    What could not be read is looked at anew each night: the fault may have been a full disk of ours.
    """
    grouped: dict[tuple[str, str], list[R]] = defaultdict(list)
    for value in values:
        if value.sha256:
            grouped[(value.distribution, value.sha256)].append(value)
    return {key: group for key, group in grouped.items() if not any(map(_in_doubt, group))}


def _in_doubt(value: ReadReport | ValidationResult) -> bool:
    """A report of data that could not be read; a manual left aside in an archive is none."""
    return isinstance(value, ReadReport) and value.fault is not None and (value.main or value.share_read < 1)
