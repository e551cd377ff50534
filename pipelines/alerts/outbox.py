"""The outbox: from a stored alert to a notification that is sent, failed, or given up.

Belongs here: the order in which things are written, so that a process killed on any line neither loses nor doubles a
message; and what is remembered of a failure. Delivery is at least once: an attempt is stored as `sending` before it is
made, and one that was not finished is made again under the same number and the same message id. Does not belong here:
whom to tell (`decide`), what to say (`compose` is handed in), when to try again (`attempts`), how to deliver
(`channels`).

Nobody outside is written to until delivery is live: until then only the file is written, and the operator's own mail.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.alerts import attempts, troubles
from pipelines.alerts.channels.letter import Audience, Channel, Letter, hidden
from pipelines.alerts.message import Message
from pipelines.alerts.trouble_words import compose_notice, notice
from pipelines.clock import Clock
from pipelines.errors import DeliveryError
from pipelines.model import (
    Alert,
    AlertKind,
    AlertState,
    ContactPoint,
    DeliveryFailure,
    Notification,
    NotificationState,
    Trouble,
    TroubleKind,
)
from pipelines.settings import Settings

log = logging.getLogger("veedor")

FILE, MAIL = "file", "mail"
# Beyond the nights in which a message is tried, so that what was left over is seen to be given up.
LOOK_BACK = timedelta(days=2 * attempts.RETRY_NIGHTS)

Compose = Callable[[Alert], Message]


@dataclass(frozen=True)
class Post:
    """What delivering works with. `language` is the operator's; `step` is told of each attempt."""

    settings: Settings
    channels: Mapping[str, Channel]
    clock: Clock
    language: str = "es"
    step: Callable[[str, str], None] = lambda stage, key: None

    @property
    def operator(self) -> ContactPoint:
        """Who runs this installation."""
        return ContactPoint("Veedor", self.settings.operator)


def deliver(folder: Path, compose: Compose, post: Post) -> list[Notification]:
    """Make every attempt that is due for the alerts of one `_night` folder. Only one process may do so at a time.

    A channel's failure is recorded and tried again at its time; a full disk is an `OSError`.
    """
    silent: set[str] = set()
    stored = _alerts(folder)
    made = [it for alert in stored for it in _each_channel(alert, folder, compose, post, silent)]
    # Of what the operator has to be told is known only now.
    news = [alert for alert in _notices(folder) if alert not in stored]
    return [*made, *(it for alert in news for it in _each_channel(alert, folder, compose, post, silent))]


def nights_due(runs: Path, post: Post, until: date) -> list[date]:
    """The nights up to `until` with an attempt to make now, oldest first. Cheap: only files are looked at."""
    return [
        night
        for night in artifacts.nights(runs)
        if until - LOOK_BACK <= night <= until and _something_due(artifacts.night_folder(runs, night), post)
    ]


def routes(alert: Alert, post: Post) -> tuple[str, ...]:
    """The channels that an alert takes besides the file: the mail, and the declared ones for whom it is meant."""
    if alert.kind is AlertKind.SUMMARY and alert.recipient.email != post.operator.email:
        return (MAIL,)  # of a subscriber
    operators = alert.kind in (AlertKind.NOTICE, AlertKind.SUMMARY)
    audience = Audience.OPERATOR if operators else Audience.OWNERS
    return (MAIL, *(name for name, channel in post.channels.items() if channel.audience is audience))


def _alerts(folder: Path) -> list[Alert]:
    path = folder / artifacts.ALERTS
    stored = artifacts.read_values(path, Alert) if path.exists() else []
    return [*stored, *_notices(folder)]


def _notices(folder: Path) -> list[Alert]:
    return [
        artifacts.read_value(path, Alert) for path in sorted((folder / artifacts.NOTICES).glob("[!.]*.json"))
    ]


def _something_due(folder: Path, post: Post) -> bool:
    now = post.clock.now()
    return any(
        attempts.due(_made(folder, alert.id, channel), now) is not None and not _is_off(channel, post)
        for alert in _alerts(folder)
        for channel in _channels_of(alert, post)
    )


def _channels_of(alert: Alert, post: Post) -> Iterator[str]:
    """The file always; a held alert takes no other way. A channel that is not declared any more is left out."""
    yield FILE
    if alert.state is AlertState.HELD:
        return
    for name in dict.fromkeys(alert.channels):
        if name in post.channels and (name != MAIL or alert.recipient.email):
            yield name


def _allowed(channel: str, alert: Alert, settings: Settings) -> bool:
    """Whether anything may leave this machine by that way."""
    if channel == FILE or settings.delivery == "live":
        return True
    mine = (alert.recipient.email or "").lower() == (settings.operator or "").lower()
    return channel == MAIL and settings.mail_url is not None and bool(settings.operator) and mine


def _each_channel(
    alert: Alert, folder: Path, compose: Compose, post: Post, silent: set[str]
) -> Iterator[Notification]:
    """`silent` are the channels whose other side did not answer at all: they are not tried again this time."""
    message: Message | DeliveryError | None = None  # written once for all channels, and only if any needs it
    for channel in _channels_of(alert, post):
        made = _made(folder, alert.id, channel)
        number = attempts.due(made, post.clock.now())
        if number is None or channel in silent:
            continue
        notification = Notification(
            alert=alert.id,
            channel=channel,
            address=(alert.recipient.email or "") if channel == MAIL else "",
            attempt=number,
            state=NotificationState.SENDING,
            attempted_on=post.clock.now(),
        )
        if not made and not _allowed(channel, alert, post.settings):
            yield _written(folder, replace(notification, state=NotificationState.WITHHELD))
        elif channel != FILE and attempts.too_old(made, alert.night, post.clock.now()):
            yield _written(folder, _given_up(attempts.newest(made) or notification))
        elif not _is_off(channel, post) and _allowed(channel, alert, post.settings):
            _written(folder, notification)
            post.step("deliver", alert.id)
            message = message or _composed(alert, folder, compose)
            yield _attempted(notification, alert, message, made, folder, post, silent)


def _attempted(
    notification: Notification,
    alert: Alert,
    message: Message | DeliveryError,
    made: list[Notification],
    folder: Path,
    post: Post,
    silent: set[str],
) -> Notification:
    """Make the attempt. One message that cannot be written or sent must not keep the others, or the site, back."""
    channel = post.channels[notification.channel]
    try:
        if isinstance(message, DeliveryError):
            raise message
        address = _delivered(channel, Letter(message, alert.recipient, notification.attempted_on, alert))
    except DeliveryError as fault:
        if fault.whole:
            silent.add(notification.channel)
        error = hidden(fault.message, channel.secrets)
        begun = min(made, key=lambda it: it.attempt).attempted_on if made else notification.attempted_on
        outcome = attempts.failed(notification, fault, error, begun)
        _remember(outcome, fault, alert, folder, post)
    else:
        outcome = replace(notification, state=NotificationState.SENT, address=address)
        _forget(outcome, post.settings.troubles)
    return _written(folder, outcome)


def _delivered(channel: Channel, letter: Letter) -> str:
    """Deliver once. Raises `DeliveryError`; a fault of ours in a channel is one too, tried again at its time."""
    try:
        return channel.deliver(letter)
    except (DeliveryError, MemoryError):
        raise
    except Exception as fault:
        if isinstance(fault, OSError) and channel.audience is Audience.NOBODY:
            raise  # our own disk: nothing else would fare better
        # No traceback: it would show what the channel was set up with.
        error = hidden(f"{type(fault).__name__}: {fault}", channel.secrets)
        log.info("an alert could not be delivered: %s", error)
        raise DeliveryError(error) from None


def _composed(alert: Alert, folder: Path, compose: Compose) -> Message | DeliveryError:
    try:
        kept = folder / artifacts.TROUBLES / f"{alert.id}.json"
        if kept.exists():
            return compose_notice(artifacts.read_value(kept, Trouble), alert)
        return compose(alert)
    except (OSError, MemoryError):
        raise
    except Exception as fault:
        log.info("the message of alert %s could not be written", alert.id, exc_info=True)
        return DeliveryError(f"the message could not be written: {type(fault).__name__}: {fault}")


def _remember(outcome: Notification, fault: DeliveryError, alert: Alert, folder: Path, post: Post) -> None:
    """Switch a channel off, or note an address that is not reached; the operator is told once."""
    if fault.failure is DeliveryFailure.CHANNEL:
        kind, subject = TroubleKind.CHANNEL, outcome.channel
    elif fault.failure in attempts.FOR_GOOD and outcome.address:
        kind, subject = TroubleKind.ADDRESS, outcome.address
    else:
        return
    made_of = post.channels[outcome.channel].made_of
    trouble = troubles.met(
        post.settings.troubles, kind, subject, fault, outcome.error, outcome.attempted_on, made_of
    )
    if trouble is not None:
        tell(trouble, alert.night, folder, post)


def tell(trouble: Trouble, night: date, folder: Path, post: Post) -> None:
    """Store the notice about a trouble in a `_night` folder, then the trouble. The next `deliver` sends the notice."""
    told = notice(trouble, night, post.operator, post.language, ())
    told = replace(told, channels=tuple(it for it in routes(told, post) if it != trouble.subject))
    artifacts.write_value(folder / artifacts.TROUBLES / f"{told.id}.json", trouble)
    artifacts.write_value(folder / artifacts.NOTICES / f"{told.id}.json", told)
    troubles.remember(post.settings.troubles, trouble)


def _forget(outcome: Notification, folder: Path) -> None:
    """What has passed stands in nobody's way."""
    troubles.lift(folder, TroubleKind.CHANNEL, outcome.channel)
    if outcome.channel == MAIL:
        troubles.lift(folder, TroubleKind.ADDRESS, outcome.address)


def _is_off(channel: str, post: Post) -> bool:
    return troubles.switched_off(post.settings.troubles, channel, post.channels[channel].made_of) is not None


def _given_up(last: Notification) -> Notification:
    why = last.error or f"not delivered within {attempts.RETRY_NIGHTS} days"
    return replace(last, state=NotificationState.GIVEN_UP, error=why, next_on=None)


def _written(folder: Path, notification: Notification) -> Notification:
    name = f"{notification.alert}-{notification.channel}-{notification.attempt}.json"
    artifacts.write_value(folder / artifacts.NOTIFICATIONS / name, notification)
    return notification


def _made(folder: Path, alert: str, channel: str) -> list[Notification]:
    """The attempts made so far for one alert through one channel."""
    paths = sorted((folder / artifacts.NOTIFICATIONS).glob(f"{alert}-{channel}-*.json"))
    # The name of another channel may begin like this one.
    found = (artifacts.read_value(path, Notification) for path in paths)
    return [it for it in found if it.channel == channel]
