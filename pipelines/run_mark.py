"""The mark of a run that is through: `index.json`.

Belongs here: what it says of the night of a source. Does not belong here: when it is written (`stages`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence

from pipelines import __version__, artifacts, stage_seconds
from pipelines.model import Catalog, FeedbackCourse, RunIndex, Snapshot, Verdict
from pipelines.run_folder import Run
from pipelines.tools import Tools


def mark(run: Run, result: str, tools: Tools, catalog: Catalog | None = None) -> RunIndex:
    """The mark of a run, which began with its catalog, in its folder or known, and ends now."""
    now, path = tools.clock.now(), run.folder / artifacts.CATALOG
    if catalog is None and path.exists():
        catalog = artifacts.read_value(path, Catalog)
    return RunIndex(
        source=run.source.id,
        night=run.night,
        software=f"veedor {__version__}",
        started_on=catalog.discovered_on if catalog else now,
        finished_on=now,
        result=result,
        rules=tools.rules,
        seconds=stage_seconds.of(run.folder, run.seconds),
    )


def state_of(
    snapshots: Iterable[Snapshot],
    verdicts: Iterable[Verdict],
    heard: Mapping[str, Sequence[FeedbackCourse]] | None = None,
) -> str:
    """A hash that is equal when the same bytes or faults were found and the verdicts are alike.

    `heard` is by dataset what became of readers' reports, which are as well what is known of it.
    """
    found = sorted(f"{it.distribution} {it.sha256 or (it.fault and it.fault.kind)}" for it in snapshots)
    judged = sorted(f"{it.dataset} {it.outcome} {it.critical_failed} {it.warning_failed}" for it in verdicts)
    said = sorted(
        f"{key} {it.state} {it.answered_at}" for key, courses in (heard or {}).items() for it in courses
    )
    return hashlib.sha256("\n".join([*found, *judged, *said]).encode()).hexdigest()[:16]
