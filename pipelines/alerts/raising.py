"""Raising: the night's run folders and the history become stored incidents and alerts, once a night.

Belongs here: gathering what judging a night needs, and writing what came of it. `alerts.jsonl` is written last: a night
that has it keeps it. Does not belong here: any decision (`judge_night`), sending (`outbox`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from pipelines import artifacts
from pipelines.alerts import describe, remembered
from pipelines.alerts.judge_night import Judgement, judge_night
from pipelines.alerts.recipients import operator_of, recipients
from pipelines.alerts.tonight import Seen, seen_of
from pipelines.history import incidents
from pipelines.history.database import reading
from pipelines.model import Alert, Judged
from pipelines.settings import Settings
from pipelines.sources import Sources
from pipelines.sources_alerts import AlertPolicy


def raise_alerts(
    folders: Iterable[Path],
    night: date,
    sources: Sources,
    settings: Settings,
    dead: Collection[str] = (),
) -> list[Alert]:
    """Judge a night that has not been judged; gives its alerts. `dead` are addresses that take no mail."""
    night_folder = artifacts.night_folder(settings.runs, night)
    path = night_folder / artifacts.ALERTS
    if not path.exists():
        seen = [_knowing(item, dead) for folder in folders for item in seen_of(folder, night)]
        judgement = judged(seen, night, sources, settings, dead)
        marks = [Judged(night, source) for source in sorted({item.night.source for item in seen})]
        nights = [replace(item.night, levels={}, scores={}) for item in seen]
        artifacts.write_values(night_folder / artifacts.DATASET_NIGHTS, nights)
        artifacts.write_values(night_folder / artifacts.JUDGED, marks)
        artifacts.write_values(night_folder / artifacts.INCIDENTS, judgement.incidents)
        artifacts.write_values(path, judgement.alerts)
    return artifacts.read_values(path, Alert)


def judged(
    seen: Sequence[Seen], night: date, sources: Sources, settings: Settings, dead: Collection[str] = ()
) -> Judgement:
    """What came of the night, from what was seen and what the history knows of before. Writes nothing."""
    tonight = [it.night for it in seen]
    operator = operator_of(settings, sources)
    policies = Policies(sources)
    with reading(settings.history) as connection:
        past = remembered.past_of(connection, tonight, night, doubt=policies.confirmations)
        actions = incidents.actions(connection, night)
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
    )


def _knowing(it: Seen, dead: Collection[str]) -> Seen:
    address = it.dataset.contact_point.email
    return replace(it, night=replace(it.night, contact_dead=None if address is None else address in dead))


@dataclass(frozen=True)
class Policies:
    """The policy of each dataset by its key."""

    sources: Sources

    def __call__(self, dataset: str) -> AlertPolicy:
        source, _, name = dataset.partition("/")
        return self.sources.policy(source, name)

    @property
    def confirmations(self) -> int:
        """The most nights that any dataset asks for."""
        return max(
            (
                self(f"{it.id}/{dataset.id}").confirmations
                for it in self.sources.sources
                for dataset in it.datasets
            ),
            default=AlertPolicy().confirmations,
        )


class Portals:
    """The portal that a source is of: the host of its address, since several sources may be of one."""

    def __init__(self, sources: Sources) -> None:
        self._hosts: Mapping[str, str] = {
            it.id: urlsplit(it.url).hostname or it.id for it in sources.sources if it.url is not None
        }

    def __call__(self, source: str) -> str:
        return self._hosts.get(source, source)
