"""Composing: from a stored alert and the run folders around it to the message that is sent.

Belongs here: gathering what a message says beside the alert itself. A source that was not visited on the alert's night
is looked up in its last visit. Does not belong here: the words (`message`), sending.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from pipelines import artifacts
from pipelines.alerts.answers import links_of
from pipelines.alerts.attachments import attach
from pipelines.alerts.failing_rows import FailingRows
from pipelines.alerts.known import Known
from pipelines.alerts.message import Message, compose
from pipelines.alerts.with_feedback import Heard
from pipelines.alerts.words import words
from pipelines.model import Alert, AlertKind, Catalog, ContactPoint, Dataset, Fix, Incident, Outcome, Verdict
from pipelines.settings import Settings

# A source may be visited once a year.
LOOK_BACK_DAYS = 400
UNVISITED = (Outcome.BLOCKED, Outcome.NOT_RUN)


# The readers' reports that an alert tells of, by their ids; those that were withdrawn are left out.
Hear = Callable[[Alert], Mapping[str, Heard]]


def composer(
    night_folder: Path, settings: Settings, rows: FailingRows | None = None, hear: Hear = lambda alert: {}
) -> Callable[[Alert], Message]:
    """What writes the messages of one `_night` folder. Without `rows` they go without the rows that fail."""

    def composed(alert: Alert) -> Message:
        heard = hear(alert)
        about = {it.report.item.dataset.split("/", 1)[0] for it in heard.values()}
        folders = visits(night_folder, _sources(alert, night_folder) | about)
        found = {it.key: it for folder in folders.values() for it in _catalog(folder)}
        known = known_of(alert, folders, found, night_folder, settings, rows)
        return compose(alert, found, replace(known, heard=heard))

    return composed


def known_of(
    alert: Alert,
    folders: Mapping[str, Path],
    datasets: Mapping[str, Dataset],
    night_folder: Path,
    settings: Settings,
    rows: FailingRows | None = None,
) -> Known:
    """What is known beside an alert. `folders` are the visits to its sources (`visits`), `datasets` those in them."""
    changed = night_folder / artifacts.INCIDENTS
    incidents = artifacts.read_values(changed, Incident) if changed.exists() else []
    links = links_of(alert, settings)
    known = Known(
        incidents={it.id: it for it in incidents},
        gains={(it.dataset, it.subject): it.gain for folder in folders.values() for it in _fixes(folder)},
        operator=ContactPoint("Veedor", settings.operator),
        link=links,
        links_until=links.until if links else None,
        attach=attach(rows),
        watched=Counter(key.split("/", 1)[0] for key in datasets),
    )
    if alert.kind is AlertKind.SUMMARY:
        return replace(known, unvisited=_unvisited(folders.values(), night_folder, alert.language))
    return known


def visits(night_folder: Path, sources: Iterable[str]) -> dict[str, Path]:
    """The run folder of each source's last visit up to that night, by source; those without one are left out."""
    runs, night = night_folder.parent.parent, date.fromisoformat(night_folder.parent.name)
    wanted = set(sources)
    found: dict[str, Path] = {}
    for earlier in reversed(artifacts.nights(runs)):
        if not wanted or (night - earlier).days > LOOK_BACK_DAYS:
            break
        for source in sorted(wanted) if earlier <= night else ():
            folder = artifacts.run_folder(runs, earlier, source)
            if (folder / artifacts.CATALOG).exists():
                found[source] = folder
                wanted.discard(source)
    return found


def _sources(alert: Alert, night_folder: Path) -> set[str]:
    """The sources that an alert is about; of a week or a notice also all that were visited on its night."""
    datasets = [*(it.dataset for it in alert.transitions), *(it.dataset for it in alert.reminders)]
    about = {it.split("/", 1)[0] for it in datasets}
    if alert.kind in (AlertKind.SUMMARY, AlertKind.NOTICE):
        about |= {it.name for it in night_folder.parent.iterdir() if it.is_dir() and it != night_folder}
    return about


def _catalog(folder: Path) -> tuple[Dataset, ...]:
    return artifacts.read_value(folder / artifacts.CATALOG, Catalog).datasets


def _fixes(folder: Path) -> list[Fix]:
    path = folder / artifacts.FIXES
    return artifacts.read_values(path, Fix) if path.exists() else []


def _unvisited(folders: Iterable[Path], night_folder: Path, language: str) -> dict[str, str]:
    """Why a dataset could not be visited on that very night, in the reader's language."""
    said = words(language)
    found = {}
    for folder in folders:
        path = folder / artifacts.VERDICTS
        if folder.parent == night_folder.parent and path.exists():
            for verdict in artifacts.read_values(path, Verdict):
                if verdict.outcome in UNVISITED:
                    found[verdict.dataset] = said[f"unvisited_{verdict.outcome}"]
    return found
