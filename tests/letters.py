"""A letter about one failed expectation, as tests of channels deliver it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from pipelines.alerts.channels.letter import Letter
from pipelines.alerts.message import Attachment, Message
from pipelines.model import (
    Alert,
    AlertKind,
    ContactPoint,
    Severity,
    Transition,
    TransitionKind,
    UnexpectedExample,
)

NIGHT = date(2026, 3, 5)
NOW = datetime(2026, 3, 5, 9, tzinfo=UTC)
OWNER = ContactPoint("Dirección de Compras", "compras@dependencia.example")
TOKEN = "ghp_0123456789abcdefSECRET"  # noqa: S105 - planted to be looked for


def letter(**changes: Any) -> Letter:
    transition = Transition(
        id="t1",
        dataset="compras/contratos",
        condition="expectation:contracts_register.amount.present",
        kind=TransitionKind.OPENED,
        night=NIGHT,
        since=NIGHT,
        before=0.0,
        after=33.3,
        rules="r",
        severity=Severity.CRITICAL,
        summary={"es": "El importe está presente", "en": "The amount is present"},
        advice={"es": "Complételo.", "en": "Fill it in."},
        examples=(UnexpectedExample(4, None), UnexpectedExample(7, "S/N")),
        column="Importe",
        incident="incident-1",
    )
    alert = Alert("alert-1", NIGHT, AlertKind.OPENED, OWNER, "es", (replace(transition, **changes),))
    message = Message(
        "alert-1",
        NIGHT.isoformat(),
        "Veedor: bajó la calidad",
        "Texto: ñ\n",
        "<p>Texto: ñ</p>",
        (Attachment("filas.csv", "text/csv", b"fila\r\n4\r\n"),),
    )
    return Letter(message, OWNER, NOW, alert)
