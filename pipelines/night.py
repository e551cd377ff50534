"""The night: the whole flow on one screen.

    declare -> discover -> fetch -> read -> validate -> visit -> measure -> record      for each source
    alert -> publish                                                           once, when all are through

Belongs here: the order of the stages, and what happens when one of our own faults stops a source. A fault of
the data never does: it is a result by the time it gets here. Dagster and the command line are equals above.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines import artifacts, hearing
from pipelines.alerts import bounces, mailboxes, outbox
from pipelines.alerts.answers import write_action
from pipelines.alerts.composing import composer
from pipelines.alerts.outbox import Post
from pipelines.alerts.raise_alerts import raise_alerts
from pipelines.batch import run_batch
from pipelines.clock import Clock
from pipelines.errors import ArtifactDamaged, ConfigurationError
from pipelines.evidence_rows import EvidenceRows
from pipelines.history import dictionary, parquet
from pipelines.history.feedback import record_feedback
from pipelines.history.publish import publish as publish_history
from pipelines.history.record import record_alerts, record_runs, unrecorded, unrecorded_answers
from pipelines.locks import ALERTS, PUBLIC, alone
from pipelines.log_context import within
from pipelines.model import Alert, IncidentAction, Notification, RunIndex
from pipelines.operation import closing, heartbeat
from pipelines.settings import Settings
from pipelines.site.build import build as build_site
from pipelines.site.feedback import where as where_to_report
from pipelines.source_night import spoilt
from pipelines.sources import Source, Sources
from pipelines.tonight import Tonight, night_of
from pipelines.tools import Step, Tools, opened_post, opened_tools

log = logging.getLogger("veedor")

# Bytes of run folders, some four hundred of sources with one dataset: a transaction costs much the same for one source
# as for a hundred, and memory goes with the bytes. A night that is killed leaves no more than this to whoever records
# next.
RECORDED_AT_ONCE = 60_000_000


@dataclass(frozen=True)
class NightReport:
    """What a night came to. `alerts` is None when they still wait for a source that is not through."""

    night: date
    runs: tuple[RunIndex, ...]
    alerts: tuple[Alert, ...] | None

    @property
    def failures(self) -> tuple[RunIndex, ...]:
        """The sources that one of our own faults kept from their night."""
        return tuple(run for run in self.runs if run.result == "failure")


def run_night(sources: Sources, night: date, tools: Tools, only: Sequence[str] | None = None) -> NightReport:
    """Run every source of the night (or those named in `only`), then alert and publish. Can be run again at will."""
    return run_tonight(Tonight(sources, night, tools), only)


def run_tonight(tonight: Tonight, only: Sequence[str] | None = None) -> NightReport:
    """The same, for whoever knows already what tonight visits."""
    sources, night, tools = tonight.sources, tonight.night, tonight.tools
    chosen = tonight.due if only is None else [it for it in sources.enabled if it.id in only]
    unknown = sorted(set(only or ()) - {source.id for source in chosen})
    if unknown:
        raise ConfigurationError(
            f"there is no enabled source {', '.join(unknown)}.", "See `veedor sources check`."
        )
    if only is None:
        begun(tonight)
    with (
        within(night=str(night)),
        closing.watched(night, sources.language, tools.settings, tools.clock, tools.http),
    ):
        runs = _run(chosen, tonight)
        return NightReport(night, runs, finish(tonight))


def _run(chosen: Sequence[Source], tonight: Tonight) -> tuple[RunIndex, ...]:
    """Every chosen source, recorded as they come; what was raised is raised when all that came is recorded."""
    night, tools = tonight.night, tonight.tools
    runs_folder = tools.settings.runs
    runs: dict[str, RunIndex] = {}
    # What a night that was killed had finished, and did not come to record.
    waiting_to_be_recorded = unrecorded(tools.settings.history, runs_folder)
    weight = sum(map(_bytes, waiting_to_be_recorded))
    try:
        for index in run_batch(chosen, night, tools, tonight.sources):
            runs[index.source] = index
            tools.step(Step("source", index.source, done=True))
            folder = artifacts.run_folder(runs_folder, night, index.source)
            waiting_to_be_recorded.append(folder)
            weight += _bytes(folder)
            if weight >= RECORDED_AT_ONCE:
                runs |= {it.source: it for it in record(waiting_to_be_recorded, tonight)}
                waiting_to_be_recorded, weight = [], 0
    finally:
        runs |= {it.source: it for it in record(waiting_to_be_recorded, tonight)}
    return tuple(runs.values())


def record_all(folders: Sequence[Path], tonight: Tonight) -> list[RunIndex]:
    """As `record`, however many run folders, some at a time. With none there is a history all the same."""
    stopped: list[RunIndex] = []
    part: list[Path] = []
    weight = 0
    for folder in folders:
        part.append(folder)
        weight += _bytes(folder)
        if weight >= RECORDED_AT_ONCE:
            stopped += record(part, tonight)
            part, weight = [], 0
    return stopped + (record(part, tonight) if part or not folders else [])


def _bytes(folder: Path) -> int:
    """The size of a run folder's files; none is counted that another process has just taken away."""
    found = 0
    with os.scandir(folder) as entries:
        for it in entries:
            with suppress(FileNotFoundError):
                found += it.stat().st_size
    return found


def record(folders: Sequence[Path], tonight: Tonight) -> list[RunIndex]:
    """Run folders -> history.duckdb, in one transaction; the same run recorded twice is recorded once.

    A folder that is damaged keeps no other from it: its source is stopped if it is of tonight, and else it is left out.
    Gives the marks of those that were stopped so.
    """
    for folder in folders:
        tonight.tools.at("record", folder.name)
    stopped = _recorded(folders, tonight)
    for folder in folders:
        tonight.tools.step(Step("record", folder.name, done=True))
    return stopped


def _recorded(folders: Sequence[Path], tonight: Tonight) -> list[RunIndex]:
    """Record all at once; where that cannot be, each half by itself, until the damaged folder is alone."""
    tools = tonight.tools
    try:
        record_runs(tools.settings.history, folders)
        return []
    except ArtifactDamaged as fault:
        if len(folders) > 1:
            half = len(folders) // 2
            return _recorded(folders[:half], tonight) + _recorded(folders[half:], tonight)
        (folder,) = folders
        source = next((it for it in tonight.sources.enabled if folder == _folder(tonight, it)), None)
        if source is None:
            log.error("%s; that run is not recorded. %s", fault.message, fault.advice)
            return []
        index = spoilt(source, tonight.night, fault, tools)
        record_runs(tools.settings.history, [folder])
        return [index]


def finish(tonight: Tonight) -> tuple[Alert, ...] | None:
    """Alert and publish, once every source of the night is through; None while one is not."""
    missing = waiting(tonight)
    if missing:
        log.info("alerts of %s wait for: %s", tonight.night, ", ".join(missing))
        publish(tonight.tools)
        return None
    alerts = told(tonight)
    publish(tonight.tools)
    finished(tonight)
    return tuple(alerts)


def begun(tonight: Tonight) -> None:
    """Tell the dead-man's switch that a whole night begins: one that is not finished then is missed sooner."""
    tools = tonight.tools
    if closing.is_newest(tonight.night, tools.settings, tools.clock.now()):
        heartbeat.started(tonight.night, tonight.sources.language, tools.settings, tools.http)


def finished(tonight: Tonight) -> None:
    """Note and tell that a night is through: recorded, alerted and published. Nothing in here fails it."""
    night, tools = tonight.night, tonight.tools
    try:
        names = [source.id for source in tonight.due]
        closing.closed(night, names, tonight.sources.language, tools.settings, tools.clock, tools.http)
    except Exception:
        log.error("the night of %s is finished, but that could not be noted", night, exc_info=True)


def told(tonight: Tonight) -> list[Alert]:
    """The alerts of a night that every source is through. A second night by mistake waits and finds them told."""
    night, tools = tonight.night, tonight.tools
    folders = visited(tonight)
    with within(stage="alert"), alone(tools.settings, ALERTS, wait=True):
        artifacts.clear_left(artifacts.night_folder(tools.settings.runs, night))
        for folder in (tools.settings.outbox, tools.settings.fingerprints):
            artifacts.clear_left(folder, older_than=artifacts.ABANDONED)
        return alert(folders, tonight.sources, night, tools)


def visited(tonight: Tonight) -> list[Path]:
    """The run folders of the night: of every source that it visits, and of those that somebody asked for besides."""
    keys = {it.id for it in tonight.due}
    folders = {it.id: _folder(tonight, it) for it in tonight.sources.enabled}
    return [folder for key, folder in folders.items() if key in keys or (folder / artifacts.INDEX).exists()]


def waiting(tonight: Tonight) -> list[str]:
    """The sources of the night that are not through with it."""
    return [it.id for it in tonight.due if not (_folder(tonight, it) / artifacts.INDEX).exists()]


def _folder(tonight: Tonight, source: Source) -> Path:
    return artifacts.run_folder(tonight.tools.settings.runs, tonight.night, source.id)


def alert(folders: Sequence[Path], sources: Sources, night: date, tools: Tools) -> list[Alert]:
    """History before and tonight -> transitions, alerts, notifications."""
    tools.at("alert", str(night))
    runs = tools.settings.runs
    for returned in bounces.collect(_returned(tools.post), tools.post).nights:
        record_alerts(tools.settings.history, artifacts.night_folder(runs, returned))
    for answered in unrecorded_answers(tools.settings.history, runs):
        record_alerts(tools.settings.history, answered)
    hearing.tidied(tools.settings, tools.clock.now(), night)
    heard = hearing.tonight(tools.settings, night)
    waiting = hearing.unmoderated(tools.settings, night)
    alerts = raise_alerts(folders, night, sources, tools.post, tools.takes_mail, heard, waiting)
    hearing.noted(alerts, tools.settings, tools.clock.now(), night)
    earlier = [it for it in outbox.nights_due(runs, tools.post, night) if it != night]
    for each in (*earlier, night):
        deliver(each, tools)
    hearing.notify(tools.settings, tools.post, night)
    tools.step(Step("alert", str(night), done=True))
    return alerts


def _returned(post: Post) -> Iterator[bytes]:
    """The mails that came back. A mailbox that cannot be read keeps no night back."""
    if post.settings.bounces is None:
        return
    try:
        yield from mailboxes.mails(post.settings.bounces, post.clock.now())
    except OSError as fault:
        log.error(
            "the mails that came back (VEEDOR_BOUNCES) were not looked through: %s", fault.strerror or fault
        )


def deliver(night: date, tools: Tools) -> list[Notification]:
    """Stored alerts of one night -> notifications, in files and in the history. Only within `alone(..., ALERTS)`."""
    folder = artifacts.night_folder(tools.settings.runs, night)
    write = composer(
        folder,
        tools.settings,
        EvidenceRows(tools, night),
        lambda alert: hearing.of_alert(alert, tools.settings),
    )
    made = outbox.deliver(folder, write, tools.post)
    record_alerts(tools.settings.history, folder)
    return made


def deliver_due(sources: Sources, settings: Settings, clock: Clock) -> list[Notification]:
    """Make every attempt that is due now, of whatever night; cheap when there is none. May be called at any time.

    Raises `HistoryLocked` while a night alerts, which delivers too.
    """
    with opened_post(settings, sources, clock) as post:
        nights = outbox.nights_due(settings.runs, post, night_of(clock.now(), sources))
    if not nights:
        return []
    with opened_tools(settings, sources, clock=clock) as tools, alone(settings, ALERTS):
        return [made for night in nights for made in deliver(night, tools)]


def answer(action: IncidentAction, sources: Sources, settings: Settings) -> None:
    """What somebody answered to an alert -> a file of the night in which it was, and the history.

    The same answer twice is one. The next night hears of it.
    """
    with alone(settings, ALERTS, wait=True):  # a night that alerts records the same folder
        path = write_action(settings.runs, night_of(action.at, sources), action)
        record_alerts(settings.history, path.parent.parent)


def publish(tools: Tools) -> None:
    """Inbox -> history -> public: `quality.duckdb`, Parquet, dictionary, site, linked data, each replaced whole."""
    tools.at("publish", "public")
    with within(stage="publish"), alone(tools.settings, PUBLIC, wait=True):
        record_feedback(tools.settings.history, tools.settings.runs)
        publish_history(tools.settings.history, tools.settings.public)
        tools.at("export", "public")
        parquet.export(tools.settings.public)
        dictionary.write(tools.settings.public, tools.settings.public_license)
        tools.at("site", "public")
        settings = tools.settings
        build_site(
            settings.public,
            settings.public_url,
            settings.publisher,
            settings.expectations,
            where_to_report(settings),
        )
    tools.step(Step("publish", "public", done=True))
