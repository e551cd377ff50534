"""What the sensor of delivery says, and what the run screen shows of a night's alerts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import dagster as dg
import pytest

from pipelines import artifacts, night
from pipelines.clock import Clock, FixedClock
from pipelines.defs.delivery import deliver_alerts_sensor, metadata_of, said
from pipelines.demo import story
from pipelines.model import (
    Alert,
    AlertKind,
    ContactPoint,
    Notification,
    NotificationState,
    Severity,
    Transition,
    TransitionKind,
)
from pipelines.settings import Settings
from pipelines.sources import Sources, parse

SOURCES = parse(story.sources("http://127.0.0.1:9"))
NIGHT = date(2026, 3, 2)
OWNER = ContactPoint("Unidad de datos unidad@dependencia.example", "unidad@dependencia.example")


def ticked(sensor: dg.SensorDefinition, clock: Clock) -> str | None:
    """What one tick of the sensor says."""
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance=instance, resources={"clock": clock})
        data = sensor.evaluate_tick(context)
    assert not data.run_requests
    return data.skip_message


def test_a_tick_sends_what_is_due_once(settings: Settings, clock: FixedClock) -> None:
    alert = Alert("one", NIGHT, AlertKind.OPENED, OWNER, "es", channels=("mail",))
    artifacts.write_values(artifacts.night_folder(settings.runs, NIGHT) / artifacts.ALERTS, [alert])
    sensor = deliver_alerts_sensor(settings, SOURCES)
    assert ticked(sensor, clock) == "1 sent; 1 written to files only, because delivery is not live"
    assert [path.name for path in settings.outbox.iterdir()] == ["2026-03-02-one.eml"]
    assert ticked(sensor, clock) == "nothing is due"


def test_a_tick_while_a_night_alerts_leaves_it_to_the_night(settings: Settings, clock: FixedClock) -> None:
    artifacts.write_values(
        artifacts.night_folder(settings.runs, NIGHT) / artifacts.ALERTS,
        [Alert("one", NIGHT, AlertKind.OPENED, OWNER, "es")],
    )
    with night.alone(settings, night.ALERTS):
        told = ticked(deliver_alerts_sensor(settings, SOURCES), clock)
    assert told == "a night is alerting or another process delivers; it sends what is due"
    assert not settings.outbox.exists()


def test_a_full_disk_fails_the_tick(settings: Settings, clock: FixedClock) -> None:
    def full(sources: Sources, settings: Settings, clock: Clock) -> Sequence[Notification]:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        ticked(deliver_alerts_sensor(settings, SOURCES, full), clock)


def test_every_state_has_its_words() -> None:
    made = Notification("a", "mail", "", 1, NotificationState.SENT, datetime(2026, 3, 2, tzinfo=UTC))
    for state in NotificationState:
        assert said([replace(made, state=state)] * 2).startswith("2 ")


def transition(dataset: str, kind: TransitionKind) -> Transition:
    return Transition(
        f"{dataset}{kind}", dataset, "stale", kind, NIGHT, NIGHT, 0.0, 1.0, "", Severity.WARNING
    )


def test_the_run_screen_shows_counts_and_rows_and_no_address() -> None:
    opened, worse, mended = (
        transition("compras/contratos", kind)
        for kind in (TransitionKind.OPENED, TransitionKind.WORSENED, TransitionKind.RECOVERED)
    )
    held = Alert(
        "held", NIGHT, AlertKind.NOTICE, ContactPoint("Veedor", "operador@nacional.example"), "es", (opened,) * 3,
        reason="portal|datos.example|3|4",
    )  # fmt: skip
    told = Alert("told", NIGHT, AlertKind.OPENED, OWNER, "es", (opened, worse, mended))
    week = Alert("week", NIGHT, AlertKind.SUMMARY, OWNER, "es", (opened,) * 9)
    shown = metadata_of([told, held, week])
    counts = {name: value for name, value in shown.items() if isinstance(value, int)}
    assert counts == {"alerts": 3, "opened": 1, "worsened": 1, "recovered": 1, "reminders": 0, "held": 3}
    table = shown["told"]
    assert isinstance(table, dg.TableMetadataValue)
    rows = [record.data for record in table.records]
    assert [row["what"] for row in rows] == ["opened", "worsened", "recovered", "held", "held", "held"]
    assert rows[0]["recipient"] == "Unidad de datos"
    assert "datos.example" in str(rows[-1]["reason"])
    assert "@" not in str(rows)


def test_a_night_of_many_alerts_is_shown_in_part(tmp_path: Path) -> None:
    many = tuple(transition(f"compras/{number}", TransitionKind.OPENED) for number in range(1000))
    shown = metadata_of([Alert("told", NIGHT, AlertKind.OPENED, OWNER, "es", many)])
    assert shown["opened"] == 1000
    assert isinstance(shown["told"], dg.TableMetadataValue)
    assert len(shown["told"].records) == 200
