"""Replaying: what would have been told on past nights under the policies of today. Nothing is written.

Belongs here: judging the nights of a span once more, from their run folders and from what the history knows of the
nights before each. Incidents are those that the history had before the first of them, and from then on those of the
replay; answers that were given count, as far as the incidents that they are about are the same. Does not belong here:
any decision (`judge_night`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from pipelines import artifacts, compacted
from pipelines.alerts import describe, remembered
from pipelines.alerts.judge_night import Judgement, judge_night
from pipelines.alerts.raise_alerts import Policies, Portals
from pipelines.alerts.recipients import operator_of, recipients
from pipelines.alerts.tonight import seen_of
from pipelines.history import incidents
from pipelines.history.database import reading
from pipelines.model import Incident
from pipelines.settings import Settings
from pipelines.sources import Sources

# What judging reads of a run folder.
READ = frozenset(
    (
        *(artifacts.CATALOG, artifacts.INDEX, artifacts.SNAPSHOTS, artifacts.READS, artifacts.ROW_CHANGES),
        *(artifacts.VALIDATION_RESULTS, artifacts.MEASUREMENTS, artifacts.SCORES),
    )
)


@dataclass(frozen=True)
class Replayed:
    """One night once more, and how many datasets were seen on it."""

    night: date
    datasets: int
    judgement: Judgement


def replay(settings: Settings, sources: Sources, between: tuple[date, date]) -> Iterator[Replayed]:
    """Judge every night from the first to the last of `between` once more, in their order.

    Nights without a source that got as far as scores are left out. Weekly summaries are not made, and addresses count
    as alive. Raises as `database.reading`.
    """
    operator, policies = operator_of(settings, sources), Policies(sources)
    known: dict[str, Incident] | None = None
    for night, here, laid_out in compacted.each_night(settings.runs, READ.__contains__, between):
        folders = [it for it in (*here, *laid_out) if it.name != artifacts.NIGHT_FOLDER]
        seen = [item for folder in sorted(folders) for item in seen_of(folder, night)]
        if not seen:
            continue
        tonight = [it.night for it in seen]
        with reading(settings.history) as connection:
            if known is None:
                known = incidents.incidents(connection, night)
            past = remembered.past_of(
                connection, tonight, night, doubt=policies.confirmations, known=known.values()
            )
            actions = incidents.actions(connection, incidents.last_judged(connection, night) or night, night)
        by_dataset = {it.night.dataset: it for it in seen}
        judgement = judge_night(
            tonight,
            past,
            night,
            policies,
            recipients((it.dataset for it in seen), sources, operator),
            operator,
            actions=actions,
            portal_of=Portals(sources),
            described=lambda it, seen=by_dataset: describe.described(it, seen),  # type: ignore[misc]
        )
        known |= {it.id: it for it in judgement.incidents}
        yield Replayed(night, len(seen), judgement)
