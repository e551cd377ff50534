"""An installation that delivers, for tests: stored alerts of one night, channels that do what a test wants, a clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from pipelines import artifacts
from pipelines.alerts import outbox
from pipelines.alerts.channels import registry
from pipelines.alerts.channels.letter import Audience, Channel, Letter
from pipelines.alerts.message import Message
from pipelines.clock import FixedClock
from pipelines.model import Alert, AlertKind, ContactPoint, Notification
from pipelines.settings import Settings

NIGHT = date(2026, 3, 5)
BEGUN = datetime(2026, 3, 5, 9, tzinfo=UTC)
OPERATOR = "operacion@team.example"
SECRET = "hunter2-hunter2"  # noqa: S105 - planted to be looked for


@dataclass
class Fake:
    """A channel that does what a test wants, and counts."""

    faults: list[Exception | None] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)
    audience: Audience = Audience.ADDRESSED
    password: str = SECRET

    def deliver(self, letter: Letter) -> str:
        self.letters.append(letter)
        fault = self.faults.pop(0) if self.faults else None
        if fault is not None:
            raise fault
        return letter.recipient.email or ""

    @property
    def channel(self) -> Channel:
        return Channel(self.deliver, self.audience, ("smtp.example", self.password), (self.password,))

    @property
    def subjects(self) -> list[str]:
        return [it.message.subject for it in self.letters]


@dataclass
class Office:
    """An installation in a folder, its alerts of one night, and a clock that a test moves."""

    settings: Settings
    fakes: dict[str, Fake]
    now: datetime = BEGUN
    language: str = "es"

    @property
    def folder(self) -> Path:
        return artifacts.night_folder(self.settings.runs, NIGHT)

    @property
    def post(self) -> outbox.Post:
        channels = {
            "file": registry.always(self.settings)["file"],
            **{name: fake.channel for name, fake in self.fakes.items()},
        }
        return outbox.Post(self.settings, channels, FixedClock(self.now), self.language)

    def store(self, alerts: Iterable[Alert]) -> None:
        artifacts.write_values(self.folder / artifacts.ALERTS, alerts)

    def deliver(self, **later: float) -> list[Notification]:
        self.now += timedelta(**later)
        return outbox.deliver(self.folder, compose, self.post)

    def of(self, alert: str, channel: str = "mail") -> list[tuple[int, str, str]]:
        found = [
            artifacts.read_value(path, Notification)
            for path in (self.folder / artifacts.NOTIFICATIONS).glob("*.json")
        ]
        mine = [it for it in found if (it.alert, it.channel) == (alert, channel)]
        return sorted((it.attempt, str(it.state), it.failure) for it in mine)


def compose(alert: Alert) -> Message:
    return Message(alert.id, NIGHT.isoformat(), f"Aviso {alert.id}", "Texto\n", "<p>Texto</p>")


def alert(name: str = "a1", email: str | None = "unidad@dependencia.example", **changes: object) -> Alert:
    values: dict[str, object] = {
        "id": name,
        "night": NIGHT,
        "kind": AlertKind.OPENED,
        "recipient": ContactPoint("Unidad", email),
        "language": "es",
    }
    return Alert(**{**values, **changes})  # type: ignore[arg-type]


def everything(folder: Path, sought: str) -> list[Path]:
    """The files below `folder` that hold `sought`."""
    return [it for it in folder.rglob("*") if it.is_file() and sought.encode() in it.read_bytes()]
