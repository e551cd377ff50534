"""Raise: the night's run folders and the history become stored incidents and alerts, once a night.

Belongs here: gathering what judging a night needs, and writing what came of it. `alerts.jsonl` is written last: a night
that has it keeps it. Does not belong here: any decision (`judge_night`), sending (`outbox`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pipelines import artifacts
from pipelines.alerts import describe, remembered
from pipelines.alerts.addresses import TakesMail, believed, domain_of, is_dead
from pipelines.alerts.composing import visits
from pipelines.alerts.decide import Recipient, Week
from pipelines.alerts.judge_night import Judgement, judge_night
from pipelines.alerts.outbox import Post, routes
from pipelines.alerts.reason_words import coded
from pipelines.alerts.recipients import operator_of, recipients
from pipelines.alerts.tonight import Seen, seen_of
from pipelines.alerts.with_feedback import by_dataset, with_feedback
from pipelines.history import deliveries, incidents, transitions
from pipelines.history.database import reading
from pipelines.model import Alert, AlertKind, Catalog, FeedbackReport, Judged
from pipelines.settings import Settings
from pipelines.sources import Sources
from pipelines.sources_alerts import AlertPolicy

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# The weekly summary comes with the night of Sunday to Monday (`date.weekday`).
LAST_OF_WEEK = 0


def raise_alerts(
    folders: Iterable[Path],
    night: date,
    sources: Sources,
    post: Post,
    takes_mail: TakesMail,
    heard: Sequence[FeedbackReport] = (),
    unmoderated: int = 0,
) -> list[Alert]:
    """Judge a night that has not been judged; gives its alerts, with the channels that they take.

    `takes_mail` says of a domain whether it takes mail. `heard` are the readers' reports of which their owners are to
    hear tonight, or once more; of those that are `unmoderated` the operator is told how many there are.
    """
    settings = post.settings
    night_folder = artifacts.night_folder(settings.runs, night)
    path = night_folder / artifacts.ALERTS
    if not path.exists():
        seen = [item for folder in folders for item in seen_of(folder, night)]
        with reading(settings.history) as connection:
            dead = deliveries.dead_addresses(connection, night)
        addresses = [it.dataset.contact_point.email for it in seen if it.dataset.contact_point.email]
        domains = believed(takes_mail, map(domain_of, addresses))
        seen = [_knowing(item, dead, domains) for item in seen]
        judgement = judged(seen, night, sources, settings)
        marks = [Judged(night, source) for source in sorted({item.night.source for item in seen})]
        nights = [replace(item.night, levels={}, scores={}) for item in seen]
        artifacts.write_values(night_folder / artifacts.DATASET_NIGHTS, nights)
        artifacts.write_values(night_folder / artifacts.JUDGED, marks)
        artifacts.write_values(night_folder / artifacts.TRANSITIONS, judgement.transitions)
        artifacts.write_values(night_folder / artifacts.INCIDENTS, judgement.incidents)
        alerts = with_feedback(
            judgement.alerts,
            by_dataset(heard),
            _owners_of(heard, dead, night_folder, sources, settings),
            night,
        )
        alerts += _notice(unmoderated, night, operator_of(settings, sources))
        artifacts.write_values(path, [replace(it, channels=routes(it, post)) for it in alerts])
    return artifacts.read_values(path, Alert)


def _notice(unmoderated: int, night: date, operator: Recipient) -> list[Alert]:
    """What tells the operator that reports wait to be looked at; nothing when none does."""
    if not unmoderated:
        return []
    reason = coded("feedback", count=unmoderated)
    made = hashlib.sha256(f"{night.isoformat()}|{reason}".encode()).hexdigest()[:20]
    return [Alert(made, night, AlertKind.NOTICE, operator.contact, operator.language, reason=reason)]


def _owners_of(
    heard: Sequence[FeedbackReport],
    dead: Collection[str],
    night_folder: Path,
    sources: Sources,
    settings: Settings,
) -> Mapping[str, Recipient]:
    """Who is told of the datasets that reports are about: by the last visit, which may be of an earlier night."""
    about = {it.item.dataset for it in heard}
    folders = visits(night_folder, {key.split("/", 1)[0] for key in about}) if about else {}
    found = [
        it
        for folder in folders.values()
        for it in artifacts.read_value(folder / artifacts.CATALOG, Catalog).datasets
        if it.key in about
    ]
    return recipients(found, sources, operator_of(settings, sources), dead)


def judged(seen: Sequence[Seen], night: date, sources: Sources, settings: Settings) -> Judgement:
    """What came of the night, from what was seen and what the history knows of before. Writes nothing."""
    tonight = [it.night for it in seen]
    operator = operator_of(settings, sources)
    policies = Policies(sources)
    dead = {
        it.dataset.contact_point.email
        for it in seen
        if it.night.contact_dead and it.dataset.contact_point.email
    }
    with reading(settings.history) as connection:
        past = remembered.past_of(connection, tonight, night, doubt=policies.confirmations)
        # What was answered after the last night was judged has not been heard yet.
        actions = incidents.actions(connection, incidents.last_judged(connection, night) or night, night)
        ends = night.weekday() == LAST_OF_WEEK and past.last is not None
        week = _week(connection, night, sources) if ends else None
    by_dataset = {it.night.dataset: it for it in seen}
    return judge_night(
        tonight,
        past,
        night,
        policies,
        recipients((it.dataset for it in seen), sources, operator, dead),
        operator,
        actions=actions,
        portal_of=Portals(sources),
        described=lambda it: describe.described(it, by_dataset),
        week=week,
    )


def _week(connection: DuckDBPyConnection, night: date, sources: Sources) -> Week:
    told = transitions.transitions(connection, night - timedelta(days=6), night)
    return Week(told, sources.subscriptions)


def _knowing(it: Seen, dead: Container[str], takes_mail: TakesMail) -> Seen:
    address = it.dataset.contact_point.email
    return replace(it, night=replace(it.night, contact_dead=is_dead(address, dead, takes_mail)))


@dataclass(frozen=True)
class Policies:
    """The policy of each dataset by its key. What is not watched any more is not followed either."""

    sources: Sources

    @cached_property
    def watched(self) -> Mapping[str, AlertPolicy]:
        """The datasets that are declared, of sources that are on, each with its policy."""
        return {
            f"{it.id}/{dataset.id}": self.sources.policy_of(it, dataset)
            for it in self.sources.enabled
            for dataset in it.datasets
        }

    def __call__(self, dataset: str) -> AlertPolicy:
        return self.watched.get(dataset) or AlertPolicy(enabled=False)

    @property
    def confirmations(self) -> int:
        """The most nights that any dataset asks for."""
        default = AlertPolicy().confirmations
        return max((it.confirmations for it in self.watched.values()), default=default)


class Portals:
    """The portal that a source is of: the host of its address, since several sources may be of one."""

    def __init__(self, sources: Sources) -> None:
        self._hosts: Mapping[str, str] = {
            it.id: urlsplit(it.url).hostname or it.id for it in sources.sources if it.url is not None
        }

    def __call__(self, source: str) -> str:
        return self._hosts.get(source, source)
