"""Remembered: the past as detection needs it, from the history, in the form of `past`.

Belongs here: of which datasets more than their last content is asked, and earlier nights as series of signs. Most
datasets are tonight what they were, and nothing is read of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

from pipelines.alerts.past import Past
from pipelines.alerts.series import Point
from pipelines.alerts.signs import SCORE, STATES, condition_of, signs, state
from pipelines.history import incidents, judged
from pipelines.model import DatasetNight, Incident, IncidentState

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

SOFTWARE_NIGHTS = 5


def past_of(
    connection: DuckDBPyConnection,
    tonight: Sequence[DatasetNight],
    night: date,
    *,
    doubt: int = 2,
    known: Iterable[Incident] | None = None,
) -> Past:
    """What detection has to know of the nights before `night`.

    `doubt` is for how many nights new data are looked at: on those after the first, what waits is confirmed. `known`
    are the incidents of a past that was otherwise than the history has it.
    """
    found: dict[tuple[str, str], list[Incident]] = defaultdict(list)
    since = night - timedelta(days=judged.NIGHTS_OF_READINGS)
    if known is None:
        known = incidents.incidents(connection, night, resolved_since=since).values()
    for incident in known:
        found[incident.dataset, incident.condition].append(incident)
    for several in found.values():
        several.sort(key=lambda it: (it.opened_on, it.id))
    content = judged.last_content(connection, night)
    last = judged.last_nights(connection, night, SOFTWARE_NIGHTS)
    names = _to_look_at(tonight, content, found.values(), doubt)
    return Past(
        series=_series(connection, night, names) if names else {},
        content=content,
        incidents=found,
        software=[one for _, several in last for one in several if one],
        last=last[0][0] if last else None,
    )


def _to_look_at(
    tonight: Iterable[DatasetNight], content: dict[str, str], found: Iterable[Sequence[Incident]], doubt: int
) -> set[str]:
    """The datasets about which there may be something to say."""
    standing = {several[-1].dataset for several in found if several[-1].state is not IncidentState.RESOLVED}
    return {item.dataset for item in tonight if item.dataset in standing or _doubtful(item, content, doubt)}


def _doubtful(item: DatasetNight, content: dict[str, str], doubt: int) -> bool:
    new = item.content is not None and item.content != content.get(item.dataset)
    bad = any(state(item, condition) == 1 for condition in STATES)
    age = None if item.changed_on is None else (item.night - item.changed_on).days
    recent = age is not None and age <= doubt
    late = age is not None and item.period_days is not None and age > item.period_days
    return new or bad or recent or late


def _series(
    connection: DuckDBPyConnection, night: date, names: set[str]
) -> dict[str, dict[str, list[Point]]]:
    found: dict[str, dict[str, list[Point]]] = defaultdict(lambda: defaultdict(list))
    for earlier, fresh in judged.nights(connection, night, names):
        of = found[earlier.dataset]
        for condition, (value, rules) in signs(earlier).items():
            if value is not None:
                of[condition].append(Point(earlier.night, value, rules, fresh))
    for level in judged.levels(connection, night, names):
        found[level.dataset][condition_of(level.name)].append(
            Point(level.night, level.value, level.rules, level.fresh)
        )
    for score in judged.scores(connection, night, names):
        found[score.dataset][f"{SCORE}{score.name}"].append(
            Point(score.night, 100.0 - score.value, score.rules, score.fresh)
        )
    return found
