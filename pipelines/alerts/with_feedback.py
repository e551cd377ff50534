"""What readers reported, in the messages of a night: with what its recipient is told anyway, else by itself.

Belongs here: which message a report goes into, and how it is shown there. Reports are handed in; where they are kept,
and how an owner answers one, is not known here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from pipelines.alerts.decide import Recipient
from pipelines.alerts.words import Words
from pipelines.model import Alert, AlertKind, AlertState, ContactPoint, Dataset, FeedbackReport
from pipelines.plain_text import clean, web_link

# The messages of one recipient about the state of its datasets.
JOINED = (AlertKind.OPENED, AlertKind.RECOVERED, AlertKind.REMINDER, AlertKind.ESCALATION)
SHOWN_TEXT, SHOWN_REPORTS = 1_200, 20


@dataclass(frozen=True)
class Heard:
    """One report as a message shows it, and the address at which its owner answers it, if there is one."""

    report: FeedbackReport
    link: str | None = None


def with_feedback(
    alerts: Sequence[Alert],
    reports: Mapping[str, Sequence[str]],
    recipients: Mapping[str, Recipient],
    night: date,
) -> list[Alert]:
    """The night's alerts with the ids of `reports` (by dataset), each in the message of whom its dataset belongs to.

    A dataset without a recipient, because it was never visited, waits. The same night gives the same alerts.
    """
    by_address: dict[str, tuple[Recipient, list[str]]] = {}
    for dataset, ids in sorted(reports.items()):
        if dataset in recipients:
            whose = recipients[dataset]
            by_address.setdefault(_address(whose.contact), (whose, []))[1].extend(ids)
    joined = []
    for alert in alerts:
        found = None
        if alert.kind in JOINED and alert.state is AlertState.PENDING:
            found = by_address.pop(_address(alert.recipient), None)
        joined.append(alert if found is None else replace(alert, feedback=tuple(found[1])))
    alone = [
        Alert(
            id=hashlib.sha256(f"{night.isoformat()}|feedback|{address}".encode()).hexdigest()[:20],
            night=night,
            kind=AlertKind.FEEDBACK,
            recipient=whose.contact,
            language=whose.language,
            feedback=tuple(ids),
        )
        for address, (whose, ids) in sorted(by_address.items())
    ]
    return [*joined, *alone]


def shown(
    alert: Alert, heard: Mapping[str, Heard], datasets: Mapping[str, Dataset], words: Words
) -> dict[str, Any]:
    """What a template shows of the reports of an alert; what was withdrawn meanwhile is counted, not shown."""
    found = [heard[it] for it in alert.feedback if it in heard]
    return {
        "reports": [_shown(it, alert, datasets, words) for it in found[:SHOWN_REPORTS]],
        "more_reports": words.count("feedback_more", len(found) - SHOWN_REPORTS)
        if len(found) > SHOWN_REPORTS
        else "",
        "gone": words["feedback_gone"] if alert.feedback and not found else "",
    }


def subject(alert: Alert, heard: Mapping[str, Heard], datasets: Mapping[str, Dataset], words: Words) -> str:
    """The subject of a message that tells of nothing else."""
    late = any(_late(it, alert) for key, it in heard.items() if key in alert.feedback)
    titles = {_title(it, datasets) for key, it in heard.items() if key in alert.feedback}
    name = "subject_feedback_late" if late else "subject_feedback"
    return words.count(name, len(alert.feedback), title=next(iter(sorted(titles)), ""))


def _shown(it: Heard, alert: Alert, datasets: Mapping[str, Dataset], words: Words) -> dict[str, Any]:
    item, course = it.report.item, it.report.course
    place = [
        words[f"feedback_{name}"].format(it=clean(value, 200))
        for name, value in (("file", item.distribution), ("column", item.column), ("row", item.row))
        if value
    ]
    due = words.date(course.due_on) if course.due_on else ""
    return {
        "code": item.id,
        "title": _title(it, datasets),
        "kind": words[f"feedback_{item.kind}"],
        "place": ", ".join(place),
        "said": _lines(item.text),
        "evidence": clean(item.evidence, 500),
        "evidence_link": web_link(item.evidence),
        "due": words["feedback_late" if _late(it, alert) else "feedback_due"].format(date=due),
        "link": it.link,
    }


def _late(it: Heard, alert: Alert) -> bool:
    due = it.report.course.due_on
    return due is not None and alert.night > due


def _title(it: Heard, datasets: Mapping[str, Dataset]) -> str:
    found = datasets.get(it.report.item.dataset)
    return clean(found.title if found else it.report.item.dataset, 120) or it.report.item.dataset


def _lines(text: str) -> list[str]:
    """A reader's text line by line, cut where it is too long for a message."""
    whole = text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…"
    return [clean(line, SHOWN_TEXT) for line in whole.split("\n") if line.strip()]


def _address(contact: ContactPoint) -> str:
    return (contact.email or "").casefold() or contact.name


def by_dataset(reports: Iterable[FeedbackReport]) -> dict[str, list[str]]:
    """The ids of some reports, by dataset."""
    found: dict[str, list[str]] = {}
    for it in reports:
        found.setdefault(it.item.dataset, []).append(it.item.id)
    return found
