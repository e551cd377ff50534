"""Delivers in child processes that are killed at random moments, and says what was under way at each kill.

As in `kill_driver`, imports are made once and every delivery is a fork.
"""

from __future__ import annotations

import json
import random
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from pipelines import artifacts
from pipelines.alerts import outbox
from pipelines.alerts.channels import registry
from pipelines.alerts.message import Attachment, Message
from pipelines.clock import FixedClock
from pipelines.model import Alert, AlertKind, ContactPoint, Notification, NotificationState
from pipelines.settings import Settings
from tests.integration.kill_driver import forked

NIGHT = date(2026, 3, 5)
CLOCK = FixedClock(datetime(2026, 3, 5, 9, tzinfo=UTC))
ALERTS = 24
OPERATOR = "operacion@team.example"
DEAD = "nadie@dependencia.example"


def alerts() -> list[Alert]:
    return [
        Alert(
            id=f"alert-{number:02}",
            night=NIGHT,
            kind=AlertKind.OPENED,
            recipient=ContactPoint("Unidad", DEAD if number == 5 else f"u{number}@dependencia.example"),
            language="es",
        )
        for number in range(ALERTS)
    ]


def compose(alert: Alert) -> Message:
    rows = Attachment("filas.csv", "text/csv", b"fila\r\n" * 20_000)
    return Message(alert.id, NIGHT.isoformat(), f"Aviso {alert.id}", "Texto\n", "<p>Texto</p>", (rows,))


def deliver(folder: Path, url: str) -> None:
    settings = Settings(data=folder, delivery="live", mail_url=url, operator=OPERATOR)
    post = outbox.Post(settings, registry.always(settings), CLOCK)
    outbox.deliver(artifacts.night_folder(settings.runs, NIGHT), compose, post)


def under_way(folder: Path) -> list[str]:
    """The mails that were being sent when the process ended."""
    notifications = artifacts.night_folder(folder / "runs", NIGHT) / artifacts.NOTIFICATIONS
    found = [artifacts.read_value(path, Notification) for path in notifications.glob("[!.]*.json")]
    return [it.alert for it in found if it.state is NotificationState.SENDING and it.channel == "mail"]


def main(folder: Path, url: str, seed: int, kills: int) -> dict[str, Any]:
    """Kill `kills` deliveries, then let one end."""
    randomness = random.Random(seed)  # noqa: S311 - moments to be killed at, no secret
    artifacts.write_values(artifacts.night_folder(folder / "runs", NIGHT) / artifacts.ALERTS, alerts())
    outcome: dict[str, Any] = {"under_way": [], "killed": 0}
    for _ in range(kills):
        status = forked(lambda: deliver(folder, url), kill_after=randomness.uniform(0.0, 0.12))
        outcome["killed"] += status == -9
        outcome["under_way"].append(under_way(folder))
    started = time.monotonic()
    assert forked(lambda: deliver(folder, url)) == 0
    outcome["last"] = time.monotonic() - started
    outcome["left"] = under_way(folder)
    return outcome


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))))
