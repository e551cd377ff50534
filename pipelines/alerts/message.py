"""Message: an alert in plain words, in the owner's language, as text and HTML. No channel is known here.

Belongs here: what a mail says. Everything that comes from a portal or a file is untrusted: control and
bidirectional characters are removed, HTML is escaped by the template engine, links are http or https only.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pipelines.model import (
    Alert,
    AlertKind,
    AlertState,
    Dataset,
    Transition,
    TransitionKind,
    UnexpectedExample,
)

if TYPE_CHECKING:
    from jinja2 import Environment

SHOWN_EXAMPLES = 5
LONGEST = 300


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


def compose(alert: Alert, datasets: Mapping[str, Dataset]) -> Message:
    """Write the message of `alert`. `datasets` gives the titles and addresses of the datasets it is about."""
    words = WORDS[alert.language]
    sections = [
        _section(datasets.get(key), key, list(group), alert.language, words)
        for key, group in groupby(alert.transitions, key=lambda item: item.dataset)
    ]
    context = {
        "words": words,
        "language": alert.language,
        "night": alert.night.isoformat(),
        "recipient": clean(alert.recipient.name),
        "held": alert.state is AlertState.HELD,
        "reason": clean(alert.reason),
        "sections": sections,
        "recovered": alert.kind is AlertKind.RECOVERED,
    }
    environment = _environment()
    return Message(
        id=alert.id,
        night=alert.night.isoformat(),
        subject=_subject(alert, sections, words),
        text=environment.get_template("alert.txt.j2").render(context),
        html=environment.get_template("alert.html.j2").render(context),
        language=alert.language,
    )


def clean(text: str | None, longest: int = LONGEST) -> str:
    """A published text on one line, without control, format or bidirectional characters, cut to length."""
    kept = "".join(
        " " if unicodedata.category(part) in ("Cc", "Zl", "Zp") else part
        for part in (text or "")
        if unicodedata.category(part) not in ("Cf", "Cs", "Co", "Cn")
    )
    line = " ".join(kept.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

    return Environment(
        loader=PackageLoader("pipelines.alerts"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _subject(alert: Alert, sections: list[dict[str, Any]], words: Mapping[str, str]) -> str:
    name = "subject_recovered" if alert.kind is AlertKind.RECOVERED else "subject_opened"
    if len(sections) == 1:
        return clean(words[name].format(title=sections[0]["title"]), 180)
    return words[f"{name}_many"].format(count=len(sections))


def _section(
    dataset: Dataset | None,
    key: str,
    transitions: list[Transition],
    language: str,
    words: Mapping[str, str],
) -> dict[str, Any]:
    """`dataset` is None when it is not declared any more since the alert was stored."""
    return {
        "title": clean(dataset.title if dataset else key, 120),
        "key": key,
        "link": web_link(dataset.landing_page if dataset else None),
        "opened": [_item(t, language, words) for t in transitions if t.kind is TransitionKind.OPENED],
        "recovered": [_item(t, language, words) for t in transitions if t.kind is TransitionKind.RECOVERED],
    }


def _item(transition: Transition, language: str, words: Mapping[str, str]) -> dict[str, Any]:
    title = transition.summary.get(language) or transition.condition
    change = ""
    if transition.condition.startswith("score:"):
        title = words["score"].format(dimension=title)
        change = words["points"].format(before=_number(transition.before), after=_number(transition.after))
    elif transition.condition.startswith("expectation:"):
        broken = transition.kind is TransitionKind.OPENED
        title = words["broken" if broken else "mended"].format(title=title)
        if not _whole(transition):
            change = words["percent"].format(
                before=_number(transition.before), after=_number(transition.after)
            )
    return {
        "title": title,
        "change": change,
        "since": transition.since.isoformat(),
        "column": clean(transition.column),
        "advice": transition.advice.get(language, ""),
        "examples": [
            (
                _place(example, transition),
                words["empty"] if example.value is None else f"«{clean(example.value, 80)}»",
            )
            for example in transition.examples[:SHOWN_EXAMPLES]
        ],
    }


def _place(example: UnexpectedExample, transition: Transition) -> str:
    """The row's number, and its record where that says more than the value does."""
    record = clean(example.record or "", 60)
    return f"{example.row} ({record})" if record and example.record != example.value else str(example.row)


def _whole(transition: Transition) -> bool:
    """A condition that is either met or not (a column is there or is not) has no meaningful percentages."""
    return (transition.before, transition.after) in ((0.0, 100.0), (100.0, 0.0)) and not transition.examples


def _number(value: float | None) -> str:
    return "?" if value is None else f"{value:.1f}"


def web_link(address: str | None) -> str | None:
    """`address` when it is safe to make a link of, else None."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    return clean(address, 500) if parts.scheme in ("http", "https") and parts.hostname else None


WORDS: dict[str, dict[str, str]] = {
    "es": {
        "subject_opened": "Veedor: bajó la calidad de «{title}»",
        "subject_opened_many": "Veedor: bajó la calidad de {count} conjuntos de datos",
        "subject_recovered": "Veedor: se comprobó lo corregido en «{title}»",
        "subject_recovered_many": "Veedor: se comprobó lo corregido en {count} conjuntos de datos",
        "greeting": "A quien corresponda, {recipient}:",
        "intro_opened": "En la revisión de la noche del {night} se encontró que empeoró lo siguiente:",
        "intro_recovered": "En la revisión de la noche del {night} se comprobó que quedó corregido lo siguiente:",
        "heading_opened": "Qué empeoró",
        "heading_recovered": "Qué quedó corregido",
        "broken": "Ya no se cumple: {title}",
        "mended": "Vuelve a cumplirse: {title}",
        "score": "Puntuación de {dimension}",
        "points": "antes {before} puntos de 100, ahora {after}",
        "percent": "valores que no cumplen: antes el {before} %, ahora el {after} %",
        "column": "Columna",
        "row": "fila {row}: {value}",
        "rows": "Por ejemplo (fila como la numera una hoja de cálculo)",
        "empty": "vacío",
        "advice": "Qué hacer",
        "since": "la falla empezó la noche del {since}",
        "page": "Página del conjunto de datos en el portal",
        "thanks": "Gracias por corregirlo. Este correo trata solo de lo que cambió: "
        "puede haber otras fallas pendientes.",
        "held": "Este aviso está retenido y no se envió a la institución",
        "footer": "Veedor revisa cada noche datos abiertos publicados y escribe solo cuando algo cambia: una vez "
        "cuando aparece o se agrava una falla y otra cuando queda corregida. Mientras tanto, no repite el aviso.",
    },
    "en": {
        "subject_opened": "Veedor: the quality of “{title}” dropped",
        "subject_opened_many": "Veedor: the quality of {count} datasets dropped",
        "subject_recovered": "Veedor: fixes confirmed in “{title}”",
        "subject_recovered_many": "Veedor: fixes confirmed in {count} datasets",
        "greeting": "To whom it may concern at {recipient}:",
        "intro_opened": "On the night of {night}, the following was found to have got worse:",
        "intro_recovered": "On the night of {night}, the following was found mended:",
        "heading_opened": "What got worse",
        "heading_recovered": "What is mended",
        "broken": "No longer met: {title}",
        "mended": "Met again: {title}",
        "score": "Score for {dimension}",
        "points": "{before} points of 100 before, {after} now",
        "percent": "values that do not meet it: {before} % before, {after} % now",
        "column": "Column",
        "row": "row {row}: {value}",
        "rows": "For example (rows as a spreadsheet numbers them)",
        "empty": "empty",
        "advice": "What to do",
        "since": "the fault began on the night of {since}",
        "page": "The dataset's page on the portal",
        "thanks": "Thank you for mending it. This message is only about what changed: "
        "other faults may still be open.",
        "held": "This alert is held and was not sent to the publisher",
        "footer": "Veedor looks at published open data every night and writes only when something changes: once when a "
        "fault appears or grows, and once when it is mended. In between, the message is not repeated.",
    },
}
