"""Retention: which fetched files may go, and removing them.

Belongs here: what "a result refers to a file" means. Does not belong here: where files lie (`store`). Only bytes
ever go; run folders stay, or lie in compacted months, so that every result can still be read and the history rebuilt,
and a night that finds bytes gone fetches them again.

A file (a sha256) is referred to, and stays, while one of these is so:

1. it is the first or the newest version of a distribution, of all that the run folders know;
2. the newest run of a source names it: the verdicts that stand rest on it, and later nights reuse its results;
3. an unfinished run names it, or one that a fault of ours stopped: running that night again needs it;
4. an alert that is open names its dataset: what was found on the nights from the last one before the condition
   began to the one that raised the alert is what an owner is shown, and what she may ask about;
5. some night within the last `days` names it, or it was written within them: it may belong to a night at work.

A page that came instead of a file is kept as evidence in the same way. Files that no run folder knows (their
night was killed, or their folder set aside because the declaration was edited) go when they are old enough.
Two installations must not share one place: neither knows what the other refers to.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

from pipelines import artifacts, compacted
from pipelines.model import Alert, RunIndex, Snapshot, Transition, TransitionKind
from pipelines.snapshots.store import Store, Version


@dataclass(frozen=True)
class Pruned:
    """What was removed, or with `dry_run` would be, and what stays; `bytes_` are lengths of files."""

    dropped: tuple[Version, ...]
    kept: int
    bytes_dropped: int
    bytes_kept: int
    dry_run: bool


def prune(store: Store, runs: Path, days: int, now: datetime, *, dry_run: bool = False) -> Pruned:
    """Remove what nothing refers to and no visit has found for `days` days (0: remove nothing).

    May be killed anywhere and run again: each file goes by itself. Raises `HistoryLocked` while a night is at work.
    """
    with store.alone():
        oldest = now - timedelta(days=days)
        wanted = referred(runs, oldest.date()) if days else frozenset()
        dropped, kept = [], []
        for version in list(store.versions()):
            if not days or version.sha256 in wanted or version.modified >= oldest:
                kept.append(version)
                continue
            if not dry_run:
                store.drop(version.sha256)
            dropped.append(version)
    return Pruned(
        dropped=tuple(sorted(dropped, key=lambda version: version.sha256)),
        kept=len(kept),
        bytes_dropped=sum(version.bytes for version in dropped),
        bytes_kept=sum(version.bytes for version in kept),
        dry_run=dry_run,
    )


def referred(runs: Path, oldest: date) -> frozenset[str]:
    """Every checksum that is referred to; visits on `oldest` and later nights all count."""
    wanted: set[str] = set()
    seen: dict[str, _Seen] = defaultdict(_Seen)  # by distribution
    newest_run: dict[str, set[str]] = {}  # by source
    alerts = _open_alerts(runs)
    for night, folder in _source_runs(runs):
        named: set[str] = set()
        for snapshot in _snapshots(folder):
            found = {sha256 for sha256 in (snapshot.sha256, snapshot.evidence) if sha256}
            named |= found
            distribution = seen[snapshot.distribution]
            for begun, raised in alerts.get(snapshot.distribution.rpartition("/")[0], ()):
                if begun <= night <= raised:
                    wanted |= found | distribution.last
            if snapshot.sha256:
                distribution.first = distribution.first or {snapshot.sha256}
                distribution.last = {snapshot.sha256}
        if named:
            newest_run[folder.name] = named
        if night >= oldest or not _finished(folder):
            wanted |= named
    ends = (version for distribution in seen.values() for version in (distribution.first, distribution.last))
    return frozenset(wanted.union(*ends, *newest_run.values()))


@dataclass
class _Seen:
    first: set[str] = field(default_factory=set)
    last: set[str] = field(default_factory=set)


def _source_runs(runs: Path) -> Iterator[tuple[date, Path]]:
    """Every run folder, oldest first; of a compacted run one that is there until the next is asked for."""
    for night, here, laid_out in compacted.each_night(
        runs, (artifacts.SNAPSHOTS, artifacts.INDEX).__contains__
    ):
        for folder in (*here, *laid_out):
            if folder.name != artifacts.NIGHT_FOLDER:
                yield night, folder


def _snapshots(folder: Path) -> list[Snapshot]:
    path = folder / artifacts.SNAPSHOTS
    return artifacts.read_values(path, Snapshot) if path.exists() else []


def _finished(folder: Path) -> bool:
    path = folder / artifacts.INDEX
    return path.exists() and artifacts.read_value(path, RunIndex).result != "failure"


def _open_alerts(runs: Path) -> dict[str, set[tuple[date, date]]]:
    """The nights, by dataset, from which a condition of an open alert holds and on which it was raised."""
    standing: dict[tuple[str, str], tuple[date, date]] = {}
    for _, here, laid_out in compacted.each_night(
        runs, (artifacts.ALERTS, artifacts.TRANSITIONS).__contains__
    ):
        for change in _changes([*here, *laid_out]):
            key = (change.dataset, change.condition)
            if change.kind is TransitionKind.OPENED:
                standing[key] = (min(change.since, change.night), change.night)
            elif change.kind is not TransitionKind.WORSENED:
                standing.pop(key, None)
    found: dict[str, set[tuple[date, date]]] = defaultdict(set)
    for (dataset, _), nights in standing.items():
        found[dataset].add(nights)
    return found


def _changes(folders: Sequence[Path]) -> list[Transition]:
    """The transitions of a night; of one by earlier software those that were told."""
    found = {it.name: it for folder in folders for it in folder.glob("*.jsonl")}
    if artifacts.TRANSITIONS in found:
        return artifacts.read_values(found[artifacts.TRANSITIONS], Transition)
    alerts = artifacts.read_values(found[artifacts.ALERTS], Alert) if artifacts.ALERTS in found else []
    return [change for alert in alerts for change in alert.transitions]
