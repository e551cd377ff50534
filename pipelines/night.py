"""The night: the whole flow on one screen.

    declare -> discover -> fetch -> read -> validate -> visit -> measure -> record      for each source
    alert -> publish                                                           once, when all are through

Belongs here: the order of the stages, and what happens when one of our own faults stops a source. A fault of
the data never does: it is a result by the time it gets here. Dagster and the command line are equals above.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pipelines import artifacts
from pipelines.alerts import bounces, mailboxes, outbox
from pipelines.alerts.answers import write_action
from pipelines.alerts.composing import composer
from pipelines.alerts.outbox import Post
from pipelines.alerts.raise_alerts import raise_alerts
from pipelines.batch import run_batch
from pipelines.clock import Clock
from pipelines.errors import ConfigurationError
from pipelines.evidence_rows import EvidenceRows
from pipelines.history import dictionary, parquet
from pipelines.history.publish import publish as publish_history
from pipelines.history.record import record_alerts, record_runs, unrecorded, unrecorded_answers
from pipelines.locks import ALERTS, PUBLIC, alone
from pipelines.log_context import within
from pipelines.model import Alert, IncidentAction, Notification, RunIndex
from pipelines.operation import closing, heartbeat
from pipelines.revisit import due
from pipelines.settings import Settings
from pipelines.site.build import build as build_site
from pipelines.sources import Source, Sources
from pipelines.tools import Step, Tools, opened_post, opened_tools

log = logging.getLogger("veedor")

# A transaction costs the same for one source as for fifty; a night that is killed leaves no more than this unrecorded.
RECORDED_AT_ONCE = 50


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


def night_of(instant: datetime, sources: Sources) -> date:
    """The night that an instant belongs to: the calendar date in the declared time zone."""
    return instant.astimezone(ZoneInfo(sources.time_zone)).date()


def run_night(sources: Sources, night: date, tools: Tools, only: Sequence[str] | None = None) -> NightReport:
    """Run every source of the night (or those named in `only`), then alert and publish. Can be run again at will."""
    tonight = due(sources, night, tools.settings.runs) if only is None else sources.enabled
    chosen = [it for it in tonight if only is None or it.id in only]
    unknown = sorted(set(only or ()) - {source.id for source in chosen})
    if unknown:
        raise ConfigurationError(
            f"there is no enabled source {', '.join(unknown)}.", "See `veedor sources check`."
        )
    if only is None:
        begun(sources, night, tools)
    with within(night=str(night)), closing.watched(night, sources.language, tools.settings, tools.http):
        runs = _run(chosen, sources, night, tools)
        return NightReport(night, runs, finish(sources, night, tools))


def _run(chosen: Sequence[Source], sources: Sources, night: date, tools: Tools) -> tuple[RunIndex, ...]:
    """Every chosen source, recorded as they come; what was raised is raised when all that came is recorded."""
    runs_folder = tools.settings.runs
    runs: list[RunIndex] = []
    # What a night that was killed had finished, and did not come to record.
    waiting_to_be_recorded = unrecorded(tools.settings.history, runs_folder)
    try:
        for index in run_batch(chosen, night, tools, sources):
            runs.append(index)
            tools.step(Step("source", index.source, done=True))
            waiting_to_be_recorded.append(artifacts.run_folder(runs_folder, night, index.source))
            if len(waiting_to_be_recorded) >= RECORDED_AT_ONCE:
                record(waiting_to_be_recorded, tools)
                waiting_to_be_recorded = []
    finally:
        record(waiting_to_be_recorded, tools)
    return tuple(runs)


def record_all(folders: Sequence[Path], tools: Tools) -> None:
    """Record however many run folders, some at a time. With none there is a history all the same."""
    for first in range(0, max(1, len(folders)), RECORDED_AT_ONCE):
        record(folders[first : first + RECORDED_AT_ONCE], tools)


def record(folders: Sequence[Path], tools: Tools) -> None:
    """Run folders -> history.duckdb, in one transaction; the same run recorded twice is recorded once."""
    for folder in folders:
        tools.at("record", folder.name)
    record_runs(tools.settings.history, folders)
    for folder in folders:
        tools.step(Step("record", folder.name, done=True))


def finish(sources: Sources, night: date, tools: Tools) -> tuple[Alert, ...] | None:
    """Alert and publish, once every source of the night is through; None while one is not."""
    missing = waiting(sources, night, tools)
    if missing:
        log.info("alerts of %s wait for: %s", night, ", ".join(missing))
        publish(tools)
        return None
    alerts = told(sources, night, tools)
    publish(tools)
    finished(sources, night, tools)
    return tuple(alerts)


def begun(sources: Sources, night: date, tools: Tools) -> None:
    """Tell the dead-man's switch that a whole night begins: one that is not finished then is missed sooner."""
    heartbeat.started(night, sources.language, tools.settings, tools.http)


def finished(sources: Sources, night: date, tools: Tools) -> None:
    """Note and tell that a night is through: recorded, alerted and published. Nothing in here fails it."""
    try:
        names = [source.id for source in due(sources, night, tools.settings.runs)]
        closing.closed(night, names, sources.language, tools.settings, tools.clock, tools.http)
    except Exception:
        log.error("the night of %s is finished, but that could not be noted", night, exc_info=True)


def told(sources: Sources, night: date, tools: Tools) -> list[Alert]:
    """The alerts of a night that every source is through. A second night by mistake waits and finds them told."""
    folders = visited(sources, night, tools)
    with within(stage="alert"), alone(tools.settings, ALERTS, wait=True):
        artifacts.clear_left(artifacts.night_folder(tools.settings.runs, night))
        artifacts.clear_left(tools.settings.outbox, older_than=artifacts.ABANDONED)
        return alert(folders, sources, night, tools)


def visited(sources: Sources, night: date, tools: Tools) -> list[Path]:
    """The run folders of the night: of every source that it visits, and of those that somebody asked for besides."""
    folders = {it.id: artifacts.run_folder(tools.settings.runs, night, it.id) for it in sources.enabled}
    tonight = {it.id for it in due(sources, night, tools.settings.runs)}
    return [
        folder for key, folder in folders.items() if key in tonight or (folder / artifacts.INDEX).exists()
    ]


def waiting(sources: Sources, night: date, tools: Tools) -> list[str]:
    """The sources of the night that are not through with it."""
    runs = tools.settings.runs
    return [
        source.id
        for source in due(sources, night, runs)
        if not (artifacts.run_folder(runs, night, source.id) / artifacts.INDEX).exists()
    ]


def alert(folders: Sequence[Path], sources: Sources, night: date, tools: Tools) -> list[Alert]:
    """History before and tonight -> transitions, alerts, notifications."""
    tools.at("alert", str(night))
    runs = tools.settings.runs
    for returned in bounces.collect(_returned(tools.post), tools.post).nights:
        record_alerts(tools.settings.history, artifacts.night_folder(runs, returned))
    for answered in unrecorded_answers(tools.settings.history, runs):
        record_alerts(tools.settings.history, answered)
    alerts = raise_alerts(folders, night, sources, tools.post, tools.takes_mail)
    earlier = [it for it in outbox.nights_due(runs, tools.post, night) if it != night]
    for each in (*earlier, night):
        deliver(each, tools)
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
    made = outbox.deliver(folder, composer(folder, tools.settings, EvidenceRows(tools, night)), tools.post)
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
    """History -> public: `quality.duckdb`, Parquet, data dictionary, site, linked data, each file replaced whole."""
    tools.at("publish", "public")
    with within(stage="publish"), alone(tools.settings, PUBLIC, wait=True):
        publish_history(tools.settings.history, tools.settings.public)
        tools.at("export", "public")
        parquet.export(tools.settings.public)
        dictionary.write(tools.settings.public, tools.settings.public_license)
        tools.at("site", "public")
        build_site(tools.settings.public, tools.settings.public_url, tools.settings.publisher)
    tools.step(Step("publish", "public", done=True))
