"""How well a detector tells owners of planted drops: recall, precision, false alerts, delay, mails.

Belongs here: what a detector answers each night (`Told`), which condition tells of which drop, and the figures. Does
not belong here: any detector (`alert_baselines`, `alert_detector`), nor the histories.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Literal, Protocol

from benchmarks.alert_histories.history import History, Night
from benchmarks.alert_histories.truth import Drop, Kind
from pipelines.model.dataset_night import DatasetNight

OWNER: Literal["owner"] = "owner"
OPERATOR: Literal["operator"] = "operator"


@dataclass(frozen=True)
class Raised:
    """A condition of a dataset began, or grew worse, and somebody was told so tonight. Recoveries are not raised."""

    dataset: str
    condition: str
    audience: Literal["owner", "operator"] = OWNER


@dataclass(frozen=True)
class Told:
    """What a detector told on one night. `mails` are the owners who got a mail, whatever it was about: an alert, a
    recovery, a reminder. The same owner twice is one mail."""

    night: date
    raised: tuple[Raised, ...] = ()
    mails: tuple[str, ...] = ()


class Detector(Protocol):
    """Judges night after night, in order. `night` is the date that our machine believes, which may be wrong once."""

    def night(self, night: date, seen: Sequence[DatasetNight]) -> Told: ...


# A condition tells of a drop when it is of one of these families. Expectations and scores must be those that it moved.
FAMILIES: dict[Kind, frozenset[str]] = {
    Kind.UNREACHABLE: frozenset({"unreachable", "overdue", "stale"}),
    Kind.UNUSABLE: frozenset({"unusable", "unreachable", "columns", "rows", "overdue", "stale"}),
    Kind.OVERDUE: frozenset({"overdue", "stale"}),
    Kind.STALE: frozenset({"stale", "overdue"}),
    Kind.COLUMNS: frozenset({"columns", "unusable", "expectation", "score"}),
    Kind.ROWS: frozenset({"rows", "rows_removed", "unusable", "expectation", "score"}),
    Kind.ROWS_REMOVED: frozenset({"rows_removed", "rows"}),
    Kind.EXPECTATION: frozenset({"expectation", "score"}),
    Kind.SCORE: frozenset({"score", "expectation"}),
    Kind.WITHDRAWN: frozenset({"withdrawn", "unreachable", "overdue", "stale"}),
    Kind.PERSONAL: frozenset({"personal", "expectation", "score"}),
    Kind.MOVED: frozenset({"moved"}),
}
AFTERWARDS = timedelta(days=3)  # so long after its end a drop may still be told
WORSE = 5.0  # points by which one that grows must have grown to be told again
MONTH = 30.4375


def fits(drop: Drop, condition: str) -> bool:
    """Whether telling of `condition` tells of this drop."""
    family, _, what = condition.partition(":")
    if family not in FAMILIES[drop.kind]:
        return False
    if family in ("expectation", "personal"):
        return what in drop.touched
    return family != "score" or what in drop.dimensions or (what == "content" and bool(drop.dimensions))


@dataclass
class _Open:
    """What is known of the telling of one drop."""

    drop: Drop
    told_on: date | None = None
    last_told: date | None = None
    points_told: float = 0.0

    def stands(self, night: date) -> bool:
        return self.drop.first <= night and (self.drop.last is None or night <= self.drop.last + AFTERWARDS)

    def points(self, night: date) -> float:
        return max((points for since, points in self.drop.growth if since <= night), default=0.0)

    def tell(self, night: date) -> None:
        self.told_on = self.told_on or night
        self.last_told, self.points_told = night, self.points(night)


@dataclass
class Score:
    """The figures of one detector, night by night."""

    history: History
    raised: int = 0
    matched: int = 0
    repeats: int = 0
    false: int = 0
    mails: int = 0
    to_operator: int = 0
    seconds: float = 0.0
    _open: dict[str, list[_Open]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._open = defaultdict(list)
        for drop in self.history.drops:
            self._open[drop.dataset].append(_Open(drop))

    def night(self, night: Night, told: Told) -> None:
        """Count what was told on this night."""
        self.mails += len(set(told.mails))
        wrong = set()
        for one in told.raised:
            if one.audience != OWNER:
                self.to_operator += 1
                continue
            self.raised += 1
            verdict = self._verdict(one, night.night)
            self.matched += verdict == "matched"
            self.repeats += verdict == "repeat"
            if verdict != "matched":
                wrong.add(one.dataset)
        self.false += len(wrong)

    def _verdict(self, one: Raised, night: date) -> str:
        fitting = [
            item for item in self._open[one.dataset] if item.stands(night) and fits(item.drop, one.condition)
        ]
        if not fitting:
            return "false"
        family = one.condition.partition(":")[0]
        fitting.sort(key=lambda item: (item.drop.kind != family, not item.drop.due))
        for item in fitting:
            if (
                item.told_on is None
                or item.last_told == night
                or item.points(night) >= item.points_told + WORSE
            ):
                item.tell(night)
                return "matched"
        return "repeat"

    def missed(self) -> list[Drop]:
        """The drops that had to be told and were not."""
        return [item.drop for item in self._due() if item.told_on is None]

    def _due(self) -> list[_Open]:
        return [
            item for items in self._open.values() for item in items if item.drop.due and item.drop.visible
        ]

    def figures(self) -> dict[str, Any]:
        """Everything in one mapping, ready for JSON. None where nothing was there to measure."""
        due = self._due()
        told = [item for item in due if item.told_on is not None]
        delays = sorted(_delay(item) for item in told)
        by_kind: dict[str, list[bool]] = defaultdict(list)
        for item in due:
            by_kind[item.drop.kind.value].append(item.told_on is not None)
        in_content = [
            item for item in due if item.drop.content_points is None or item.drop.content_points >= WORSE
        ]
        history = self.history
        owners = len(set(history.world.owners.values()))
        return {
            "recall": _share(len(told), len(due)),
            "precision": _share(self.matched, self.raised),
            "false_per_1000": round(1000 * self.false / max(history.dataset_nights, 1), 3),
            "delay_median": statistics.median(delays) if delays else None,
            "delay_p95": delays[max(0, -(-len(delays) * 95 // 100) - 1)] if delays else None,
            "mails_per_owner_month": round(self.mails / owners / (history.world.nights / MONTH), 3),
            "recall_by_kind": {
                kind: _share(sum(by_kind[kind]), len(by_kind[kind])) for kind in sorted(by_kind)
            },
            "recall_on_content": _share(
                sum(item.told_on is not None for item in in_content), len(in_content)
            ),
            "raised": self.raised,
            "matched": self.matched,
            "repeats": self.repeats,
            "mails": self.mails,
            "to_operator": self.to_operator,
            "seconds": round(self.seconds, 1),
        }


def _delay(item: _Open) -> int:
    """Nights from the first on which it could be seen. One that was told earlier was told at once."""
    if item.told_on is None or item.drop.first_seen is None:
        return 0
    return max(0, (item.told_on - item.drop.first_seen).days)


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
