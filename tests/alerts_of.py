"""Alerts made by hand, and everything that they are made of; all of it invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from pipelines.model import (
    Alert,
    AlertKind,
    ContactPoint,
    Dataset,
    Incident,
    IncidentState,
    Publisher,
    Severity,
    Transition,
    TransitionKind,
    UnexpectedExample,
)

NIGHT = date(2026, 3, 5)
OWNER = ContactPoint("Oficina", "o@x.example")
OPERATOR = ContactPoint("Veedor", "op@x.example")
KEY = "contracts_register.amount.present"


def transition(condition: str = f"expectation:{KEY}", kind: str = "opened", **changes: Any) -> Transition:
    """A transition; its incident is named after its dataset and condition, unless it is given."""
    made = Transition(
        id=f"t-{condition}-{kind}",
        dataset="s/d",
        condition=condition,
        kind=TransitionKind(kind),
        night=NIGHT,
        since=NIGHT,
        before=0.0,
        after=1.0,
        rules="r",
        severity=Severity.CRITICAL,
    )
    if condition.startswith(("expectation:", "personal:")):
        made = replace(
            made,
            after=33.3,
            summary={"en": "Amount is present", "es": "El importe está presente"},
            advice={
                "en": "Fill it in. Good: 12.50. Bad: “S/N”.",
                "es": "Complételo. Bien: 12.50. Mal: «S/N».",
            },
            examples=(UnexpectedExample(4, None), UnexpectedExample(7, "S/N", "C-7")),
            column="Importe",
        )
    elif condition.startswith("score:"):
        made = replace(made, before=98.2, after=61.0, summary={"en": "completeness", "es": "completitud"})
    made = replace(made, **changes)
    return made if made.incident else replace(made, incident=f"i-{made.dataset}-{condition}")


def incident(of: Transition | None = None, **changes: Any) -> Incident:
    """The incident of a transition."""
    it = of or transition()
    made = Incident(
        id=it.incident,
        dataset=it.dataset,
        condition=it.condition,
        state=IncidentState.OPEN,
        rules=it.rules,
        severity=it.severity,
        first_seen=it.since,
        opened_on=it.night,
        before=it.before,
        after=it.after,
        worst=it.after,
        cause=it.incident,
        summary=it.summary,
        advice=it.advice,
        examples=it.examples,
        column=it.column,
    )
    return replace(made, **changes)


def alert(*transitions: Transition, kind: str = "opened", language: str = "es", **changes: Any) -> Alert:
    """An alert to the owner about some transitions; about an empty column when none is given."""
    told = transitions or (() if changes.get("reminders") else (transition(),))
    values = {"id": "a", "night": NIGHT, "recipient": OWNER, "language": language, "transitions": told}
    return Alert(**{**values, "kind": AlertKind(kind), **changes})


def dataset(
    key: str = "s/d", title: str = "Contratos", publisher: str = "Secretaría", **changes: Any
) -> Dataset:
    """A dataset with a page on a portal."""
    made = Dataset(
        key, title, Publisher(publisher), ContactPoint("O"), landing_page=f"https://datos.example/{key}"
    )
    return replace(made, **changes)


def datasets(*found: Dataset) -> dict[str, Dataset]:
    """Datasets by key; the one that transitions are about when none is given."""
    return {it.key: it for it in found or (dataset(),)}
