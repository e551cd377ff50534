"""Incidents as issues of a tracker: opened with the incident, commented when it is worse, closed with it.

Belongs here: which of these an alert asks for, and the words. An issue is known by a mark in its text, and so is a
comment: before anything is written, what is there is looked through, so that a message that is delivered twice opens
nothing twice. Trackers may be public: an issue holds no address, no link by which somebody could answer, and no value
of a file. Does not belong here: any tracker's API.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pipelines.alerts.channels.letter import Letter
from pipelines.alerts.message import clean
from pipelines.history.rows import without_addresses
from pipelines.model import Alert, AlertKind, Transition, TransitionKind

MARK = "veedor-incident"
STEP = "veedor-step"
MARKED = re.compile(rf"<!-- {MARK}:([A-Za-z0-9_.-]{{1,80}}) -->")
SHOWN_ROWS = 20
# A character that is not seen, and keeps "@name" and "#12" from calling somebody or linking something.
JOINER = "\u2060"


@dataclass(frozen=True)
class Issue:
    """An open issue: its number at the tracker and its address on the web."""

    number: int
    url: str


class Tracker(Protocol):
    """What an issue tracker can do. Every method raises `DeliveryError`."""

    def open_issues(self) -> Mapping[str, Issue]:
        """The open issues that bear our mark, by what it names."""

    def open(self, title: str, body: str) -> Issue:
        """Open an issue."""

    def comments(self, issue: Issue) -> str:
        """The texts of all comments, one after the other."""

    def comment(self, issue: Issue, body: str) -> None:
        """Add a comment."""

    def close(self, issue: Issue) -> None:
        """Close the issue."""


def follow(letter: Letter, tracker: Tracker) -> str:
    """Do what the alert asks for; give the addresses of the issues that are open or were closed by it."""
    alert = letter.alert
    if alert is None or (not alert.transitions and alert.kind is not AlertKind.NOTICE):
        return ""
    known = dict(tracker.open_issues())
    words = WORDS.get(alert.language, WORDS["en"])
    touched: list[Issue | None] = []
    if not alert.transitions:
        touched.append(_notice(alert, tracker, known, words))
    for transition in alert.transitions:
        touched.append(_step(transition, alert, tracker, known, words))
    return " ".join(dict.fromkeys(issue.url for issue in touched if issue is not None))


def _notice(alert: Alert, tracker: Tracker, known: Mapping[str, Issue], words: Mapping[str, str]) -> Issue:
    body = f"{plain(alert.reason)}\n\n{words['notice']}\n\n{_mark(alert.id)}\n"
    return known.get(alert.id) or tracker.open(_title(alert.reason), body)


def _step(
    it: Transition, alert: Alert, tracker: Tracker, known: dict[str, Issue], words: Mapping[str, str]
) -> Issue | None:
    incident = it.incident or hashlib.sha256(f"{it.dataset}|{it.condition}".encode()).hexdigest()[:20]
    issue = known.get(incident)
    ended = it.kind in (TransitionKind.RECOVERED, TransitionKind.CLOSED)
    if issue is None:
        if ended:
            return None  # nobody was told of it here, or it was closed by hand
        title = f"{it.dataset}: {it.summary.get(alert.language) or it.condition}"
        known[incident] = tracker.open(_title(title), f"{_told(it, alert, words)}\n\n{_mark(incident)}\n")
        return known[incident]
    if it.kind is TransitionKind.OPENED:
        return issue
    if f"<!-- {STEP}:{it.id} -->" not in tracker.comments(issue):
        tracker.comment(issue, f"{_told(it, alert, words)}\n\n<!-- {STEP}:{it.id} -->\n")
    if ended:
        tracker.close(issue)
        del known[incident]
    return issue


def _told(it: Transition, alert: Alert, words: Mapping[str, str]) -> str:
    rows = sorted({example.row for example in it.examples if example.row is not None})[:SHOWN_ROWS]
    lines = [
        f"**{words[str(it.kind)]}** {plain(it.summary.get(alert.language) or it.condition)}",
        "",
        f"- {words['dataset']}: {plain(it.dataset)}",
        f"- {words['since']}: {it.since.isoformat()}",
    ]
    if it.before is not None and it.after is not None:
        numbers = words["numbers"].format(before=f"{it.before:,.6g}", after=f"{it.after:,.6g}")
        lines.append(f"- {numbers}{_unit(it.condition, words)}")
    if it.column:
        lines.append(f"- {words['column']}: {plain(it.column)}")
    if rows and it.kind in (TransitionKind.OPENED, TransitionKind.WORSENED):
        lines.append(f"- {words['rows']}: {', '.join(map(str, rows))}")
    if advice := it.advice.get(alert.language, ""):
        lines += ["", plain(advice, 2000)]
    return "\n".join(lines)


def _unit(condition: str, words: Mapping[str, str]) -> str:
    family = condition.partition(":")[0]
    return f" ({words[f'unit_{family}']})" if f"unit_{family}" in words else ""


def plain(text: str | None, longest: int = 500) -> str:
    """A stranger's text that means nothing to Markdown, calls nobody and links nothing."""
    kept = without_addresses(clean(text, longest))
    escaped = re.sub(r"([\\`*_{}\[\]()<>!|~&])", r"\\\1", kept)
    # At the beginning of a line a slash is a command to GitLab.
    return re.sub(r"[@#](?=\w)|:(?=//)|^(?=/)", rf"\g<0>{JOINER}", escaped)


def _title(text: str) -> str:
    return re.sub(r"([@#])(?=\w)", rf"\1{JOINER}", without_addresses(clean(f"Veedor: {text}", 200)))


def _mark(name: str) -> str:
    return f"<!-- {MARK}:{name} -->"


WORDS: Mapping[str, Mapping[str, str]] = {
    "es": {
        "opened": "Empeoró:",
        "worsened": "Empeoró más:",
        "recovered": "Quedó corregido:",
        "closed": "Ya no se sigue:",
        "dataset": "Conjunto de datos",
        "since": "Desde la noche del",
        "numbers": "Antes {before}, ahora {after}",
        "column": "Columna",
        "rows": "Por ejemplo, las filas (como las numera una hoja de cálculo)",
        "unit_expectation": "% de los valores no cumple",
        "unit_personal": "% de los valores no cumple",
        "unit_score": "puntos de 100",
        "unit_rows": "registros",
        "unit_rows_removed": "registros eliminados",
        "notice": "El mensaje completo está en la carpeta `outbox` de la instalación.",
    },
    "en": {
        "opened": "Got worse:",
        "worsened": "Got worse again:",
        "recovered": "Mended:",
        "closed": "No longer followed:",
        "dataset": "Dataset",
        "since": "Since the night of",
        "numbers": "Before {before}, now {after}",
        "column": "Column",
        "rows": "For example, the rows (as a spreadsheet numbers them)",
        "unit_expectation": "% of the values do not meet it",
        "unit_personal": "% of the values do not meet it",
        "unit_score": "points of 100",
        "unit_rows": "records",
        "unit_rows_removed": "records removed",
        "notice": "The whole message is in the folder `outbox` of the installation.",
    },
}
