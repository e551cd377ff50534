"""Nights made by hand and judged one after another, as the product judges them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from pipelines.alerts.decide import Recipient
from pipelines.alerts.judge_night import Judgement, judge_night
from pipelines.alerts.memory import Memory
from pipelines.model import (
    Access,
    Alert,
    AlertKind,
    ContactPoint,
    DatasetNight,
    IncidentAction,
    Level,
    Severity,
    Transition,
)
from pipelines.sources_alerts import AlertPolicy

FIRST = date(2026, 3, 2)
OPERATOR = Recipient(ContactPoint("Veedor", "operator@veedor.example"), "es")
OWNER = ContactPoint("Unidad de Transparencia", "unidad@dependencia.example")
SECOND = ContactPoint("Contraloría", "contraloria@dependencia.example")
POLICY = AlertPolicy()


def usual(number: int, dataset: str = "s/d", **changes: object) -> DatasetNight:
    """Night `number` of a quiet dataset whose data are new every night, with `changes`."""
    night = FIRST + timedelta(days=number)
    quiet = DatasetNight(
        dataset=dataset,
        night=night,
        access=Access.REACHED,
        usable=True,
        whole=True,
        content=f"{dataset} {number}",
        modified=night,
        as_of=night,
        changed_on=night,
        period_days=1.0,
        rows=10_000 + number,
        rows_lost=0,
        levels={"k": Level(0.0, failed=False, severity=Severity.CRITICAL, dimension="validity")},
        rules="suite 1",
        scores={"validity": 95.0},
        score_rules="weights 1",
        software="1.0",
    )
    return replace(quiet, **changes)  # type: ignore[arg-type]


def failing(percent: float, severity: Severity = Severity.CRITICAL, key: str = "k") -> dict[str, Level]:
    """An expectation of which so many percent of the values fail."""
    return {key: Level(percent, failed=percent > 0, severity=severity, dimension="validity")}


class Replay:
    """Judges nights and keeps what came of them."""

    def __init__(
        self,
        policy: AlertPolicy = POLICY,
        second: ContactPoint | None = SECOND,
        languages: Mapping[str, str] = {},
    ) -> None:
        self.memory = Memory()
        self.policy = policy
        self.recipient = Recipient(OWNER, "es", second)
        self.languages = languages
        self.judgements: list[Judgement] = []

    def night(self, *seen: DatasetNight, actions: Iterable[IncidentAction] = ()) -> Judgement:
        """Judge one more night."""
        night = seen[0].night
        judgement = judge_night(
            seen,
            self.memory.past(),
            night,
            lambda _: self.policy,
            {
                item.dataset: replace(self.recipient, language=self.languages.get(item.dataset, "es"))
                for item in seen
            },
            OPERATOR,
            actions=actions,
        )
        self.memory.add(seen, judgement, night)
        self.judgements.append(judgement)
        return judgement

    def told(self) -> list[tuple[int, str, str]]:
        """(night, condition, kind) of all that was told to owners, in order."""
        return [
            (number, it.condition, str(it.kind))
            for number, judgement in enumerate(self.judgements)
            for alert in judgement.alerts
            if alert.recipient == OWNER
            for it in alert.transitions
        ]

    def mails(self, whom: ContactPoint = OWNER) -> list[tuple[int, str]]:
        """(night, kind) of each message to somebody."""
        return [
            (number, str(alert.kind))
            for number, judgement in enumerate(self.judgements)
            for alert in judgement.alerts
            if alert.recipient == whom
        ]

    def notices(self) -> list[tuple[int, str]]:
        """(night, reason) of the operator's notices."""
        return [
            (number, alert.reason)
            for number, judgement in enumerate(self.judgements)
            for alert in judgement.alerts
            if alert.kind is AlertKind.NOTICE
        ]

    def incident(self) -> str:
        """The id of the newest incident."""
        return [it for judgement in self.judgements for it in judgement.incidents][-1].id


def replayed(
    count: int, made: Callable[[int], DatasetNight | Sequence[DatasetNight]], policy: AlertPolicy = POLICY
) -> Replay:
    """`count` nights of what `made` gives for each number."""
    replay = Replay(policy)
    for number in range(count):
        seen = made(number)
        replay.night(*([seen] if isinstance(seen, DatasetNight) else seen))
    return replay


def changed_at(first: int, last: int | None = None, **changes: object) -> Callable[[int], DatasetNight]:
    """A quiet dataset that is otherwise in nights first..last (None: from then on)."""

    def made(number: int) -> DatasetNight:
        inside = number >= first and (last is None or number <= last)
        return usual(number, **(changes if inside else {}))

    return made


def conditions(found: Iterable[Transition]) -> list[tuple[str, str]]:
    """(condition, kind) of transitions."""
    return [(it.condition, str(it.kind)) for it in found]


def of(alerts: Iterable[Alert], kind: AlertKind) -> list[Alert]:
    """The alerts of one kind."""
    return [alert for alert in alerts if alert.kind is kind]
