"""Veedor's own alerting as a detector of the benchmark.

Belongs here: the adapter alone: the nights go to `alerts.judge_night` with the default policy, one contact for each
owner, and an operator who never releases anything. The histories and the scoring know nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from benchmarks.alert_histories.world import World
from benchmarks.alert_scoring import Detector, Raised, Told
from pipelines.alerts.decide import OPERATORS, Recipient
from pipelines.alerts.judge_night import Judgement, judge_night
from pipelines.alerts.memory import Memory
from pipelines.model import ContactPoint, DatasetNight, TransitionKind
from pipelines.sources_alerts import AlertPolicy

OPERATOR = Recipient(ContactPoint("operator", "operator@veedor.example"), "en")
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
        """What came of a night, which is remembered."""
        past = self.memory.past()
        judgement = judge_night(seen, past, night, lambda _: POLICY, self.recipients, OPERATOR)
        self.memory.add(seen, judgement, night)
        return judgement

    def night(self, night: date, seen: Sequence[DatasetNight]) -> Told:
        """What owners and operator were told."""
        judgement = self.judge(night, seen)
        raised = tuple(
            Raised(it.dataset, it.condition, "operator" if it.condition in OPERATORS else "owner")
            for alert in judgement.alerts
            if alert.recipient != OPERATOR.contact
            for it in alert.transitions
            if it.kind is not TransitionKind.RECOVERED
        )
        owners = {it.recipient.name for it in judgement.alerts if it.recipient != OPERATOR.contact}
        return Told(night, raised, tuple(sorted(owners)))


def product(of: World) -> Detector:
    """The product, for the owners of a world."""
    return Product(of.owners)
