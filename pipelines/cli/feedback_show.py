"""What `veedor feedback list` and `show` say.

Belongs here: tables and lines for the terminal. Cells are escaped: what a reader wrote must not act on it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from pipelines.cli.alerts_here import Installed
from pipelines.cli.console import cell, out, print_json, table
from pipelines.cli.feedback_words import WORDS
from pipelines.feedback_course import is_open
from pipelines.model import FeedbackReport, FeedbackState

SHOWN_ID, SHOWN_TEXT = 8, 80


def is_overdue(report: FeedbackReport, night: date) -> bool:
    """Whether the days for an answer are over and there is none."""
    due = report.course.due_on
    return is_open(report.course) and due is not None and night > due


def list_of(
    found: Sequence[FeedbackReport], every: Sequence[FeedbackReport], here: Installed, *, as_json: bool
) -> None:
    """The reports in a table, those that wait to be looked at first."""
    words = WORDS[here.language]
    if as_json:
        print_json([{"item": it.item, "course": it.course} for it in found])
        return
    if not found:
        out.print(words["none_matching"] if every else words["none"])
        return
    ordered = sorted(found, key=lambda it: it.course.state is not FeedbackState.RECEIVED)
    columns = [words[it] for it in ("id", "received", "state", "kind", "dataset", "due", "text")]
    out.print(table(columns, (_row(it, here) for it in ordered)))
    waiting = sum(it.course.state is FeedbackState.RECEIVED for it in every)
    late = sum(is_overdue(it, here.night) for it in every)
    out.print(words["count"].format(count=len(found), waiting=waiting, overdue=late))


def one_of(report: FeedbackReport, here: Installed, *, as_json: bool) -> None:
    """One report in full."""
    if as_json:
        print_json(report)
        return
    words = WORDS[here.language]
    for name, value in _facts(report, here):
        if value:
            out.print(f"[bold]{words[name]}:[/bold] {_lines(value)}", soft_wrap=True)
    if report.events:
        out.print(f"\n[bold]{words['course']}[/bold]")
    for it in report.events:
        who = words.get(it.by, it.by)
        said = f": {_lines(it.text)}" if it.text else ""
        out.print(f"{it.at:%Y-%m-%d %H:%M} UTC  {words[it.kind]} ({who}){said}", soft_wrap=True)


def _row(it: FeedbackReport, here: Installed) -> tuple[object, ...]:
    words, text = WORDS[here.language], " ".join(it.item.text.split())
    return (
        it.item.id[:SHOWN_ID],
        f"{it.item.received_at:%Y-%m-%d}",
        _state(it, here),
        words[it.item.kind],
        it.item.dataset,
        it.course.due_on if is_open(it.course) else None,
        text if len(text) <= SHOWN_TEXT else text[: SHOWN_TEXT - 1] + "…",
    )


def _state(it: FeedbackReport, here: Installed) -> str:
    words = WORDS[here.language]
    if is_overdue(it, here.night):
        return words["overdue"]
    on = f"{it.course.erased_at:%Y-%m-%d}" if it.course.erased_at else ""
    return words[f"{it.course.state}_state"].format(on=on)


def _facts(it: FeedbackReport, here: Installed) -> Iterator[tuple[str, str]]:
    item, course = it.item, it.course
    yield "id", item.id
    yield "state", _state(it, here)
    yield "kind", WORDS[here.language][item.kind]
    yield "dataset", item.dataset
    for name in ("distribution", "column", "row", "text", "evidence"):
        yield name, getattr(item, name)
    yield "email", item.email or ""
    yield "language", item.language
    yield "received", f"{item.received_at:%Y-%m-%d %H:%M} UTC"
    yield "due", str(course.due_on) if is_open(course) else ""
    yield "answer", course.answer


def _lines(text: str) -> str:
    return "\n  ".join(cell(line) for line in text.split("\n"))
