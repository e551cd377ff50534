"""When a source is visited again: every night while it changes, down to once a week while it does not.

Belongs here: the rule, and which sources a night visits by it. Does not belong here: a schedule of a source's own
(`Source.schedule`), which leaves no choice. The rule is the heuristic of HTTP caches (RFC 9111, 4.2.2): what has been
as it is for ten days will be so for another one. The promise bounds it: a source is seen at least twice in each period
in which it is to change, and on the night on which that is due.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.errors import ArtifactDamaged
from pipelines.feedback import inbox
from pipelines.feedback.as_of import by_source, changed
from pipelines.model import Catalog, FeedbackReport, RunIndex, Snapshot
from pipelines.sources import Source, Sources

# A tenth of the time for which nothing changed, as RFC 9111 proposes; nights.
SHARE, LONGEST = 10, 7


def next_visit(night: date, catalog: Catalog, snapshots: Sequence[Snapshot]) -> date:
    """The night on which a source that was visited on `night` is visited next.

    Whatever was out of reach, not there or without any file is looked at on the very next night.
    """
    faults = [catalog.fault, *(it.fault for it in catalog.datasets), *(it.fault for it in snapshots)]
    changed = {it.distribution: _changed(it) for it in snapshots}
    if any(faults) or not changed or None in changed.values():
        return night + timedelta(days=1)
    days = {key: (night - day).days for key, day in changed.items() if day is not None}
    waits = [LONGEST, min(days.values()) // SHARE]
    for dataset in catalog.datasets:
        period = dataset.accrual_periodicity_days
        own = [days[it.key] for it in dataset.distributions if it.key in days]
        if period is not None and own:
            waits.append(int(period / 2))
            left = int(period) - min(own)
            waits.append(left if left > 0 else LONGEST)
    return night + timedelta(days=max(1, min(waits)))


def due(sources: Sources, night: date, runs: Path) -> tuple[Source, ...]:
    """The enabled sources that `night` visits, in the order of sources.yaml.

    Only earlier nights decide, so that a night that is run again visits the same sources.
    """
    since = night - timedelta(days=LONGEST + 1)
    earlier = [it for it in reversed(artifacts.nights(runs)) if since <= it < night]
    reports = by_source(inbox.every(runs))
    return tuple(
        it for it in sources.enabled if rests_until(it, earlier, runs, night, reports.get(it.id, ())) is None
    )


def rests_until(
    source: Source,
    earlier: Iterable[date],
    runs: Path,
    night: date,
    reports: Sequence[FeedbackReport] = (),
) -> date | None:
    """The night for which `source` waits, when that is not `night`. `earlier` are the nights before it, newest first.

    With a schedule of its own it is the next night that the schedule names. A source that our own fault stopped, or
    whose declaration was edited, does not rest; nor one of whose own `reports` any moved on since it was visited;
    nor one whose newest run is damaged, which stops that source if anything, and not the night.
    """
    if source.schedule is not None:
        return None if source.visited_on(night) else source.next_on(night)
    for before in earlier:
        folder = artifacts.run_folder(runs, before, source.id)
        path = folder / artifacts.INDEX
        if not path.exists():
            continue
        try:
            index = artifacts.read_value(path, RunIndex)
            declared = (folder / artifacts.DECLARATION).read_text(encoding="utf-8")
        except (ArtifactDamaged, FileNotFoundError, UnicodeDecodeError):
            return None
        if index.result == "failure" or index.revisit_on is None or declared != source.declaration:
            return None
        if changed(reports, before, night):
            return None
        return index.revisit_on if index.revisit_on > night else None
    return None


def _changed(snapshot: Snapshot) -> date | None:
    """The day since which the bytes are as they are; before the first visit, that of the first visit."""
    since = snapshot.changed_on or snapshot.same_since
    return since.date() if since else None
