"""Message: an alert in plain words, in the reader's language, as text and HTML. No channel is known here.

Belongs here: putting a message together and rendering it (the only door to the template engine). Everything that comes
from a portal or a file is untrusted: it is cleaned (`plain`), HTML is escaped by the template engine, links are http or
https only. The same alert with the same `Known` gives the same message, byte for byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pipelines.alerts.digest import Section, cut, digest
from pipelines.alerts.headlines import intro, subject
from pipelines.alerts.items import Group
from pipelines.alerts.known import NOTHING, Attached, Known
from pipelines.alerts.notice import notice
from pipelines.alerts.reason_words import reason_of
from pipelines.alerts.replies import replies
from pipelines.alerts.summary import summary
from pipelines.alerts.with_feedback import shown as shown_reports
from pipelines.alerts.with_feedback import subject as subject_of_reports
from pipelines.alerts.words import Words, words
from pipelines.model import Alert, AlertKind, AlertState, Dataset, FeedbackReport
from pipelines.plain_text import clean, web_link

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = ["Attachment", "Message", "clean", "compose", "web_link"]

SHOWN_DATASETS = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message. `media_type` is such as `text/csv`; the name is ours, never a stranger's."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What a channel delivers. `id` is the same at every attempt, so that a repeated one is recognised.

    `unsubscribe` is the address (https or mailto) by which the recipient ends these messages, if there is one.
    """

    id: str
    night: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    unsubscribe: str | None = None
    language: str = "es"


def compose(alert: Alert, datasets: Mapping[str, Dataset], known: Known = NOTHING) -> Message:
    """Write the message of `alert`. `datasets` gives the titles, publishers and addresses of what it is about."""
    language = words(alert.language)
    attached: Attached | None = None
    if alert.kind is AlertKind.SUMMARY:
        name, view = "summary", summary(alert, datasets, known, language)
    elif alert.kind is AlertKind.NOTICE:
        name, view = "notice", notice(alert, datasets, known, language)
    else:
        name = "alert"
        sections = _digest(alert, datasets, known, language)
        attached = _attached(alert, sections, known)
        view = _alert(alert, sections, attached, known, language) | shown_reports(
            alert, known.heard, datasets, language
        )
        if alert.kind is AlertKind.FEEDBACK:
            view["subject"] = subject_of_reports(alert, known.heard, datasets, language)
            view["intro"] = view["gone"] or language["intro_feedback"]
    context = {
        **view,
        "words": language,
        "language": language.language,
        "night": language.date(alert.night),
        "recipient": clean(alert.recipient.name, 120),
        "held": reason_of(alert.reason, language.language) if alert.state is AlertState.HELD else "",
        "told": ", ".join(clean(item, 120) for item in alert.told),
        "footer": _footer(alert, known, language),
    }
    environment = _environment()
    return Message(
        id=alert.id,
        night=alert.night.isoformat(),
        subject=clean(view["subject"], 180),
        text=_tidied(environment.get_template(f"{name}.txt.j2").render(context)),
        html=environment.get_template(f"{name}.html.j2").render(context),
        attachments=() if attached is None else (Attachment(attached.name, XLSX, attached.content),),
        unsubscribe=_unsubscribe(alert, known),
        language=language.language,
    )


def _unsubscribe(alert: Alert, known: Known) -> str | None:
    """Subscribers may end what they asked for; an owner is told for as long as the data are watched."""
    address = known.operator.email if known.operator else None
    subscribed = alert.kind is AlertKind.SUMMARY and not known.is_operator(alert.recipient)
    return f"mailto:{quote(address, safe='@')}" if subscribed and address else None


def _digest(
    alert: Alert, datasets: Mapping[str, Dataset], known: Known, language: Words
) -> tuple[Section, ...]:
    return digest(
        alert.transitions,
        alert.reminders,
        datasets,
        alert.night,
        language,
        known.incidents,
        known.gains,
    )


def _attached(alert: Alert, sections: Sequence[Section], known: Known) -> Attached | None:
    if known.attach is None:
        return None
    items = [item for section in sections for item in section.items]
    return known.attach(alert, items, {section.dataset: section.title for section in sections})


def _alert(
    alert: Alert, sections: Sequence[Section], attached: Attached | None, known: Known, language: Words
) -> dict[str, Any]:
    """What the template of a digest shows. Without a file that has the rest, nothing is cut."""
    shown = cut(sections) if attached is not None else tuple(sections)
    left_out = sum(section.left_out for section in shown)
    items = [item for section in sections for item in section.items]
    file = attached.name if attached is not None else ""
    answerable = [item for item in items if item.group not in (Group.RECOVERED, Group.CLOSED)]
    every = [identity for item in answerable for identity in item.incidents]
    mended = any(item.group is Group.RECOVERED for item in items)
    return {
        "subject": subject(alert, sections, language),
        "intro": intro(alert, sections, language),
        "reason": reason_of(alert.reason, language.language) if alert.reason else "",
        "sections": [section for section in shown if section.items],
        "overview": [(section.title, _counts(section, language)) for section in sections[:SHOWN_DATASETS]]
        if len(sections) > 1
        else [],
        "more_datasets": language.count("more_datasets", len(sections) - SHOWN_DATASETS)
        if len(sections) > SHOWN_DATASETS
        else "",
        "left_out": language.count("left_out", left_out, name=file) if left_out else "",
        "groups": list(Group),
        "sheets": {} if attached is None else _sheets(attached, language),
        "answerable": [item for section in shown for item in section.items if item in answerable],
        "replies": {item.incident + item.group: replies(item.incidents, known, language) for item in items},
        "reply_all": replies(every, known, language) if len(answerable) > 1 else (),
        "answer_how": _answer_how(known, language),
        "thanks": language["thanks" if all(it.group is Group.RECOVERED for it in items) else "thanks_part"]
        if mended
        else "",
        "only_good": not answerable,
        "told_before": alert.kind is AlertKind.ESCALATION,
    }


def _counts(section: Section, language: Words) -> str:
    counted = {group: len(section.of(group)) for group in Group}
    return ", ".join(language.count(f"n_{group}", number) for group, number in counted.items() if number)


def _sheets(attached: Attached, language: Words) -> dict[tuple[str, str], str]:
    """What is said of the rows of each item; nothing where there is no single row to show."""
    said = {}
    for key, sheet in attached.sheets.items():
        if sheet.missing == "whole":
            continue
        if sheet.missing:
            said[key] = language["sheet_missing"].format(reason=language[f"missing_{sheet.missing}"])
        elif sheet.written < sheet.found:
            said[key] = language["sheet_part"].format(
                written=f"{sheet.written:,}", found=f"{sheet.found:,}", sheet=sheet.name
            )
        else:
            said[key] = language.count("sheet", sheet.found, sheet=sheet.name)
    return said


def _answer_how(known: Known, language: Words) -> str:
    if known.link is not None and known.links_until is not None:
        return language["answer_how"].format(date=language.date(known.links_until))
    address = known.operator.email if known.operator else None
    return language["answer_by_mail"].format(address=clean(address)) if address else ""


def _footer(alert: Alert, known: Known, language: Words) -> str:
    if known.is_operator(alert.recipient) or alert.kind is AlertKind.NOTICE:
        return language["footer_operator"]
    if alert.kind is AlertKind.FEEDBACK:
        return language["footer_feedback"]
    if alert.kind is AlertKind.SUMMARY:
        address = known.operator.email if known.operator else None
        stop = " " + language["footer_stop"].format(address=clean(address)) if address else ""
        return language["footer_subscriber"] + stop
    return language["footer"]


def to_reader(report: FeedbackReport, title: str, night: date) -> Message:
    """What a reader is told when a report was answered. `title` is that of the dataset."""
    language = words(report.item.language)
    context = {
        "words": language,
        "language": language.language,
        "night": language.date(night),
        "title": clean(title, 120),
        "subject": clean(language["subject_reader"].format(title=title), 180),
        "intro": "",
        "said": _paragraphs(report.item.text),
        "answer": _paragraphs(report.course.answer),
        "held": "",
        "told": "",
        "footer": language["footer_reader"],
    }
    answered = hashlib.sha256(f"{report.item.id}|{report.course.answer}".encode()).hexdigest()[:20]
    return Message(
        id=answered,
        night=night.isoformat(),
        subject=str(context["subject"]),
        text=_tidied(_environment().get_template("reader.txt.j2").render(context)),
        html=_environment().get_template("reader.html.j2").render(context),
        language=language.language,
    )


def _paragraphs(text: str) -> list[str]:
    return [clean(line, 8_000) for line in text.split("\n") if line.strip()]


def _tidied(text: str) -> str:
    """Without blanks at the ends of lines, but that of a signature's mark, and never with two empty lines in a row."""
    lines = [line if line == "-- " else line.rstrip() for line in text.strip().split("\n")]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    return "\n".join(kept) + "\n"


@cache
def _environment() -> Environment:
    """Templates are compiled once; a night writes hundreds of messages."""
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader("pipelines.alerts"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
