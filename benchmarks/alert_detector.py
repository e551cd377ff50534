"""The product's detection over nights in memory, as the benchmark of alerts replays it.

Belongs here: handing the nights to `alerts.judge_night`, with the default policy, one contact for each owner and an
operator who never releases anything. Does not belong here: any rule of detection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from pipelines.alerts.decide import OPERATORS, Recipient
from pipelines.alerts.judge_night import Judgement, judge_night
from pipelines.alerts.memory import Memory
from pipelines.model import ContactPoint, DatasetNight, Transition
from pipelines.sources_alerts import AlertPolicy

OPERATOR = Recipient(ContactPoint("Operator", "operator@veedor.example"), "en")
POLICY = AlertPolicy()


class Product:
    """Judges night after night. `owners` are by dataset."""

    def __init__(self, owners: Mapping[str, str]) -> None:
        self.memory = Memory()
        self.recipients = {
            dataset: Recipient(ContactPoint(owner, f"{owner}@owners.example"), "en")
            for dataset, owner in owners.items()
        }

    def judge(self, night: date, seen: Sequence[DatasetNight]) -> Judgement:
        """What came of a night, remembered."""
        judgement = judge_night(
            seen, self.memory.past(), night, lambda _: POLICY, self.recipients, OPERATOR
        )
        self.memory.add(seen, judgement, night)
        return judgement


def told(judgement: Judgement) -> list[tuple[str, Transition]]:
    """(owner, transition) of everything that owners were told."""
    return [
        (alert.recipient.name, it)
        for alert in judgement.alerts
        if alert.recipient != OPERATOR.contact
        for it in alert.transitions
        if it.condition not in OPERATORS
    ]
