"""Delivery and what the `alerts` asset tells: https://docs.dagster.io/guides/automate/sensors

Belongs here: trying what is due between two nights, and the night's alerts as a table for the run screen. Whom to tell
of what is decided in the night alone; addresses are not shown, Dagster keeps what it is told for ever.
"""

# No `from __future__ import annotations` here: Dagster reads the annotations of these functions as they stand.

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import dagster as dg

from pipelines.alerts.message import clean
from pipelines.alerts.reason_words import reason_of
from pipelines.clock import Clock
from pipelines.errors import HistoryLocked
from pipelines.history.rows import without_addresses
from pipelines.model import Alert, AlertKind, Notification, NotificationState, TransitionKind
from pipelines.settings import Settings
from pipelines.sources import Sources

DELIVER_ALERTS = "deliver_alerts"
SECONDS = 300
SHOWN_ROWS = 200

Deliver = Callable[[Sources, Settings, Clock], Sequence[Notification]]


def deliver_alerts_sensor(
    settings: Settings, sources: Sources, deliver: Deliver | None = None
) -> dg.SensorDefinition:
    """Try what is due: a message that a mail server put off, or that a run was killed over.

    It starts no run: a message is sent in the tick, which says in plain words what came of it.
    """

    @dg.sensor(
        name=DELIVER_ALERTS,
        minimum_interval_seconds=SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Sends alerts that are still to be sent, at the time at which each may be tried again.",
    )
    def tick(clock: dg.ResourceParam[Clock]) -> dg.SkipReason:
        from pipelines.night import deliver_due

        try:
            made = (deliver or deliver_due)(sources, settings, clock)
        except HistoryLocked:
            return dg.SkipReason("a night is alerting or another process delivers; it sends what is due")
        return dg.SkipReason(said(made))

    return tick


def said(made: Sequence[Notification]) -> str:
    """What came of some attempts, in a sentence."""
    if not made:
        return "nothing is due"
    counts = Counter(it.state for it in made)
    return "; ".join(f"{count} {WORDS[state]}" for state, count in counts.most_common())


WORDS: Mapping[NotificationState, str] = {
    NotificationState.SENT: "sent",
    NotificationState.WITHHELD: "written to files only, because delivery is not live",
    NotificationState.FAILED: "failed and will be tried again (see `veedor alerts deliver`)",
    NotificationState.GIVEN_UP: "given up (see `veedor alerts deliver`)",
    NotificationState.BOUNCED: "came back",
    NotificationState.SENDING: "begun",
}


def metadata_of(alerts: Sequence[Alert]) -> dict[str, int | dg.MetadataValue]:
    """The counts of a night's alerts, and a table of what they tell."""
    told = [alert for alert in alerts if alert.kind not in (AlertKind.NOTICE, AlertKind.SUMMARY)]
    notices = [alert for alert in alerts if alert.kind is AlertKind.NOTICE]
    kinds = Counter(it.kind for alert in told for it in alert.transitions)
    rows = [_row(alert, it.dataset, it.condition, str(it.kind)) for alert in told for it in alert.transitions]
    rows += [_row(alert, it.dataset, it.condition, "reminder") for alert in told for it in alert.reminders]
    rows += [_row(alert, it.dataset, it.condition, "held") for alert in notices for it in alert.transitions]
    return {
        "alerts": len(alerts),
        "opened": kinds[TransitionKind.OPENED],
        "worsened": kinds[TransitionKind.WORSENED],
        "recovered": kinds[TransitionKind.RECOVERED],
        "reminders": sum(len(alert.reminders) for alert in told),
        "held": sum(len(alert.transitions) for alert in notices),
        "told": dg.MetadataValue.table(rows[:SHOWN_ROWS], schema=SCHEMA),
    }


SCHEMA = dg.TableSchema(
    [dg.TableColumn(name) for name in ("recipient", "dataset", "condition", "what", "reason")]
)


def _row(alert: Alert, dataset: str, condition: str, what: str) -> dg.TableRecord:
    reason = reason_of(alert.reason, "en") if alert.reason else ""
    cells = (without_addresses(clean(alert.recipient.name, 120)), dataset, condition, what, reason)
    return dg.TableRecord(dict(zip((it.name for it in SCHEMA.columns), cells, strict=True)))
