"""Memory: the past of a replay, night after night, without a history.

Belongs here: keeping of each night what the history would give of it (`remembered`), so that nights replayed in memory
are judged as they are in the product.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import MutableSequence, Sequence
from dataclasses import replace
from datetime import date

from pipelines.alerts.detect import is_fresh, is_read
from pipelines.alerts.judge_night import Judgement
from pipelines.alerts.past import Past
from pipelines.alerts.remembered import SOFTWARE_NIGHTS
from pipelines.alerts.series import Point
from pipelines.alerts.signs import OVERDUE, STATES, signs
from pipelines.history.judged import NIGHTS_OF_READINGS, NIGHTS_OF_STATES
from pipelines.model import DatasetNight, Incident

# Nights after a reading on which what waits may still be confirmed.
NIGHTS_AFTER = 31


class Memory:
    """What is remembered of the nights that were added, as `past`."""

    def __init__(self) -> None:
        self._series: dict[str, dict[str, MutableSequence[Point]]] = defaultdict(dict)
        self._content: dict[str, str | None] = {}
        self._incidents: dict[tuple[str, str], list[Incident]] = defaultdict(list)
        self._software: deque[str] = deque(maxlen=SOFTWARE_NIGHTS)
        self._last: date | None = None

    def past(self) -> Past:
        """The past as detection takes it; it changes when a night is added."""
        return Past(
            series=self._series,
            content=self._content,
            incidents=self._incidents,
            software=list(reversed(self._software)),
            last=self._last,
        )

    def add(self, tonight: Sequence[DatasetNight], judgement: Judgement, night: date) -> None:
        """Remember a night and what came of it."""
        past = self.past()
        for item in tonight:
            fresh = is_fresh(item, past)
            for condition, (value, rules) in signs(item).items():
                if value is not None:
                    self._append(item.dataset, condition, Point(night, value, rules, fresh))
            if is_read(item):
                self._content[item.dataset] = item.content
        for incident in judgement.incidents:
            place = self._incidents[incident.dataset, incident.condition]
            same = next((at for at, it in enumerate(place) if it.id == incident.id), None)
            if same is None:
                place.append(incident)
            else:
                place[same] = incident
        self._software += sorted({item.software for item in tonight if item.software})[-1:]
        self._last = night

    def _append(self, dataset: str, condition: str, point: Point) -> None:
        points = self._series[dataset].get(condition)
        if points is None:
            points = self._series[dataset][condition] = deque(maxlen=_kept(condition))
        if point.rules and points and points[-1].rules != point.rules:
            point = replace(point, fresh=True)  # the first under these rules
        if condition not in STATES and condition != OVERDUE:
            # Between two readings nothing is new.
            while point.fresh and points and not points[-1].fresh and len(points) > 1:
                points.pop()
            if len(points) >= NIGHTS_AFTER and not any(it.fresh for it in list(points)[-NIGHTS_AFTER:]):
                return
        points.append(point)


def _kept(condition: str) -> int:
    return NIGHTS_OF_STATES if condition in STATES else NIGHTS_OF_READINGS
