"""Reports and events for tests of feedback, and the dataset that they are about. Nobody in them exists."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.feedback.inbox import identity
from pipelines.model import FeedbackEvent, FeedbackEventKind, FeedbackKind, UserQualityFeedback

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)
DATASET = "federal/contratos"
# The declaration of that dataset.
SOURCES = """\
version: 1
time_zone: America/Mexico_City
sources:
  - id: federal
    portal: ckan
    url: https://datos.example
    publisher: {name: Secretaría de Compras, country: MX}
    owner: {name: Unidad de datos abiertos, email: unidad@dependencia.example}
    datasets:
      - {id: contratos, guide_dataset: contracts_register}
"""


def item(name: str = "one", **more: Any) -> UserQualityFeedback:
    """A report, received at NOW."""
    values: dict[str, Any] = {
        "id": identity(name),
        "dataset": DATASET,
        "kind": FeedbackKind.ERROR,
        "text": "El importe del contrato tiene un cero de más.",
        "received_at": NOW,
        "night": NOW.date(),
        "language": "es",
        "column": "Importe (MXN)",
        "row": "812",
        "email": "lectora@example.org",
    }
    values |= more
    return UserQualityFeedback(**{**values, "kind": FeedbackKind(values["kind"])})


def event(
    kind: str, after: float = 1.0, name: str = "one", text: str = "", by: str = "operator"
) -> FeedbackEvent:
    """An event of the report `name`, so many days after it was received."""
    at = NOW + timedelta(days=after)
    key = identity(name)
    made = identity(key, kind, at.isoformat(), text)
    return FeedbackEvent(made, key, FeedbackEventKind(kind), at, at.date(), by, text)
