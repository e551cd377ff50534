"""An alert for programs: what a webhook tells, as JSON.

Belongs here: which fields there are. No mail address is among them, no link by which somebody could answer in the
recipient's name, and no value of a personal column.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pipelines.alerts.channels.letter import Letter
from pipelines.alerts.message import clean
from pipelines.history.rows import without_addresses
from pipelines.model import Alert, Incident, Transition

# "Usually smaller than 20 kB" (Standard Webhooks); what is left out is counted.
LONGEST_LIST = 20
SHOWN_EXAMPLES = 5


def of(letter: Letter) -> bytes:
    """The body. It is the same at every attempt."""
    alert = letter.alert
    if alert is None:
        told = {"type": "message", "timestamp": _instant(letter.message.night)}
        told |= {"data": {"id": letter.message.id, "subject": _text(letter.message.subject)}}  # type: ignore[dict-item]
        return _json(told)
    return _json(
        {
            "type": f"alert.{alert.kind}",
            "timestamp": _instant(alert.night.isoformat()),
            "data": _alert(alert, letter.message.subject),
        }
    )


def _alert(alert: Alert, subject: str) -> dict[str, Any]:
    left = max(len(alert.transitions) - LONGEST_LIST, 0) + max(len(alert.reminders) - LONGEST_LIST, 0)
    return {
        "id": alert.id,
        "night": alert.night.isoformat(),
        "kind": str(alert.kind),
        "language": alert.language,
        "recipient": _text(alert.recipient.name),
        "subject": _text(subject),
        "reason": _text(alert.reason),
        "transitions": [_transition(it, alert.language) for it in alert.transitions[:LONGEST_LIST]],
        "reminders": [_incident(it, alert.language) for it in alert.reminders[:LONGEST_LIST]],
        "left_out": left,
    }


def _transition(it: Transition, language: str) -> dict[str, Any]:
    return {
        "id": it.id,
        "incident": it.incident,
        "dataset": it.dataset,
        "condition": it.condition,
        "kind": str(it.kind),
        "severity": str(it.severity),
        "since": it.since.isoformat(),
        "before": it.before,
        "after": it.after,
        "column": _text(it.column),
        **_words(it.summary, it.advice, language),
        "examples": [] if _is_personal(it.condition) else _examples(it),
    }


def _incident(it: Incident, language: str) -> dict[str, Any]:
    return {
        "incident": it.id,
        "dataset": it.dataset,
        "condition": it.condition,
        "state": str(it.state),
        "severity": str(it.severity),
        "since": it.first_seen.isoformat(),
        "before": it.before,
        "after": it.after,
        **_words(it.summary, it.advice, language),
    }


def _words(summary: Mapping[str, str], advice: Mapping[str, str], language: str) -> dict[str, str]:
    return {"summary": _text(summary.get(language)), "advice": _text(advice.get(language), 1000)}


def _examples(it: Transition) -> list[dict[str, Any]]:
    return [
        {"row": example.row, "value": None if example.value is None else _text(example.value, 80)}
        for example in it.examples[:SHOWN_EXAMPLES]
    ]


def _is_personal(condition: str) -> bool:
    return condition.startswith("personal:") or condition.endswith(".not_personal")


def _text(text: str | None, longest: int = 300) -> str:
    return without_addresses(clean(text, longest))


def _instant(night: str) -> str:
    return f"{night}T00:00:00Z"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
