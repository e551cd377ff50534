"""Who is told what: transitions, incidents, alerts, notifications, and what people answer to them.

Belongs here: stored decisions, attempts and answers. How they are made is the matter of `alerts/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from pipelines.model.catalog import ContactPoint
from pipelines.model.evidence import UnexpectedExample
from pipelines.model.outcomes import Severity


class TransitionKind(StrEnum):
    """What became of a condition.

    `opened`: it began. `worsened`: it is much worse than when it was told. `recovered`: it was seen to be mended.
    `closed`: it is no longer followed, though nobody saw it mended (other rules, the new normal, dataset gone).
    """

    OPENED = "opened"
    WORSENED = "worsened"
    RECOVERED = "recovered"
    CLOSED = "closed"


@dataclass(frozen=True)
class Transition:
    """A stored change of state of one condition of one dataset.

    `condition` is a stable key such as `expectation:contracts_register.amount.present`, `score:validity`
    or `unreachable`. `before` and `after` are the numbers that explain it, in the unit of the condition's kind
    (`pipelines.alerts.kinds`): percent failing, points, rows. `incident` is the id of the incident that it belongs to;
    `resolution` says why one is `closed`.
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
    incident: str = ""
    resolution: str = ""


class IncidentState(StrEnum):
    """Where an incident stands. `muted` and `acknowledged` ones are followed, and not reminded of."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    MUTED = "muted"
    RESOLVED = "resolved"


@dataclass(frozen=True)
class Incident:
    """One condition of one dataset from the night on which it began to the one on which it ended.

    A condition that returns soon after it was mended reopens its incident (`reopened` counts). `first_seen` is the
    first bad night, `opened_on` the one on which it was believed; `before`, `after` and `worst` are as in
    `Transition`. `cause` is the id of the incident of which this one is a consequence, its own when it is none:
    consequences are told with their cause. `held` says why its owner is not told of it ("": nothing keeps it).
    `told_on` is the last night on which the owner was told that it is there, None while nobody was;
    `reminded` counts the reminders. `resolution` says how it ended: `mended`, `rules_changed`, `settled` (the new
    normal) or `withdrawn` (not watched any more).
    """

    id: str
    dataset: str
    condition: str
    state: IncidentState
    rules: str
    severity: Severity
    first_seen: date
    opened_on: date
    before: float | None
    after: float | None
    worst: float | None
    cause: str = ""
    held: str = ""
    told_on: date | None = None
    reminded: int = 0
    reminded_on: date | None = None
    escalated_on: date | None = None
    muted_until: date | None = None
    reopened: int = 0
    resolved_on: date | None = None
    resolution: str = ""
    summary: dict[str, str] = field(default_factory=dict)
    advice: dict[str, str] = field(default_factory=dict)
    examples: tuple[UnexpectedExample, ...] = ()
    column: str = ""


class ActionKind(StrEnum):
    """What people answer to an alert, by a signed link or by command.

    `acknowledge`: we know, we are on it. `mute`: do not write of it until `until`. `unmute` ends either. `dispute`:
    it is no fault. `ask`: a question to the operator. `release`: the operator lets a held alert go.
    """

    ACKNOWLEDGE = "acknowledge"
    MUTE = "mute"
    UNMUTE = "unmute"
    DISPUTE = "dispute"
    ASK = "ask"
    RELEASE = "release"


@dataclass(frozen=True)
class IncidentAction:
    """One answer to some incidents. `id` is the same when the same link is followed twice. `by` is `owner`
    or `operator`; `text` what somebody wrote, which is private."""

    id: str
    kind: ActionKind
    incidents: tuple[str, ...]
    at: datetime
    by: str
    until: date | None = None
    text: str = ""


class AlertState(StrEnum):
    """`held`: our own outage, the owner is not told (the operator is)."""

    PENDING = "pending"
    HELD = "held"


class AlertKind(StrEnum):
    """What a message is for. A digest has the first of these that anything in it is.

    `opened`: something began or grew worse. `recovered`: all in it was mended. `reminder`: it still stands.
    `escalation`: it has stood for so long that the second contact is written to. `notice`: to the operator, about
    our own side: what is held, who has no contact, which channel is broken. `summary`: of a week. `feedback`: what
    readers reported, when there is nothing else to tell.
    """

    OPENED = "opened"
    RECOVERED = "recovered"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    NOTICE = "notice"
    SUMMARY = "summary"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class Alert:
    """The decision to tell one recipient, tonight, about all of its datasets, in one message.

    `transitions` are what changed, `reminders` the incidents that still stand. `told` names who else was told.
    `channels` are the channels it goes through besides the file in the outbox, which is always written. `reason` says
    why it is held, or what a notice is about. `feedback` are the ids of readers' reports that it tells of: what they
    say is looked up when the message is written, so that nothing of it stays here.
    """

    id: str
    night: date
    kind: AlertKind
    recipient: ContactPoint
    language: str
    transitions: tuple[Transition, ...] = ()
    state: AlertState = AlertState.PENDING
    reason: str = ""
    reminders: tuple[Incident, ...] = ()
    told: tuple[str, ...] = ()
    channels: tuple[str, ...] = ("mail",)
    feedback: tuple[str, ...] = ()


@dataclass(frozen=True)
class Judged:
    """The mark that detection has judged one source's night; only judged nights are the past of later ones."""

    night: date
    source: str


class NotificationState(StrEnum):
    """`sending` is written before the attempt, so that a crash is visible. `given_up`: no further attempt is made.

    `bounced`: it was sent, and the mail came back. `withheld`: nobody was written to, because delivery was not live.
    """

    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    GIVEN_UP = "given_up"
    BOUNCED = "bounced"
    WITHHELD = "withheld"


class DeliveryFailure(StrEnum):
    """What a failed attempt says of the next one.

    `later`: it may succeed another time. `soon`: the other side asks to be tried again soon (greylisting).
    `recipient`: nobody can be reached at this address, for good. `refused`: this message is not taken for this
    recipient, for good (a policy, its size, a full mailbox). `channel`: nothing will pass until the channel is set up
    otherwise.
    """

    LATER = "later"
    SOON = "soon"
    RECIPIENT = "recipient"
    REFUSED = "refused"
    CHANNEL = "channel"


@dataclass(frozen=True)
class Notification:
    """One attempt to deliver one alert through one channel.

    `failure` is a `DeliveryFailure`, "" when nothing failed; `next_on` when it is tried again at the earliest, None
    when it is not.
    """

    alert: str
    channel: str
    address: str
    attempt: int
    state: NotificationState
    attempted_on: datetime
    error: str = ""
    failure: str = ""
    next_on: datetime | None = None


class TroubleKind(StrEnum):
    """`channel`: nothing passes through a channel. `address`: a recipient cannot be reached."""

    CHANNEL = "channel"
    ADDRESS = "address"


@dataclass(frozen=True)
class Trouble:
    """What keeps messages from their recipients, until it is set right. `subject` is the channel, or the address.

    `failure` is a `DeliveryFailure`. `believed` is false while a failure of the channel was seen once only and may be
    our own network's. `settings` is a salted hash of what the channel was set up with.
    """

    id: str
    kind: TroubleKind
    subject: str
    since: datetime
    failure: str
    reason: str
    believed: bool = True
    settings: str = ""
