"""Who is told what: transitions, alerts and notifications.

Belongs here: stored decisions and attempts. How they are made is the matter of `alerts/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pipelines.model.catalog import ContactPoint
from pipelines.model.evidence import UnexpectedExample
from pipelines.model.outcomes import Severity


class TransitionKind(StrEnum):
    """Whether a condition began or ended."""

    OPENED = "opened"
    RECOVERED = "recovered"


@dataclass(frozen=True)
class Transition:
    """A stored change of state of one condition of one dataset.

    `condition` is a stable key such as `expectation:contracts_register.amount.present`, `score:validity`
    or `unreachable`. `before` and `after` are the numbers that explain it (percent failing, or points).
    """

    id: str
    dataset: str
    condition: str
    kind: TransitionKind
    night: date
    since: date
    before: float | None
    after: float | None
    rules: str
    severity: Severity
    summary: dict[str, str] = field(default_factory=dict)
    advice: dict[str, str] = field(default_factory=dict)
    examples: tuple[UnexpectedExample, ...] = ()
    column: str = ""


class AlertState(StrEnum):
    """`held`: our own outage, the owner is not told (the operator is)."""

    PENDING = "pending"
    HELD = "held"


@dataclass(frozen=True)
class Alert:
    """The decision to tell one owner, tonight, about the transitions of all of its datasets, in one message.

    `kind` is `opened` when anything got worse, `recovered` when everything in it got better.
    """

    id: str
    night: date
    kind: TransitionKind
    recipient: ContactPoint
    language: str
    transitions: tuple[Transition, ...]
    state: AlertState = AlertState.PENDING
    reason: str = ""


@dataclass(frozen=True)
class Judged:
    """The mark that detection has judged one source's night; only judged nights are the past of later ones."""

    night: date
    source: str


class NotificationState(StrEnum):
    """`sending` is written before the attempt, so that a crash is visible."""

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"


@dataclass(frozen=True)
class Notification:
    """One attempt to deliver one alert through one channel."""

    alert: str
    channel: str
    address: str
    attempt: int
    state: NotificationState
    attempted_on: datetime
    error: str = ""
