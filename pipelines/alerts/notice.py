"""A notice to the operator: what is held and why, with the evidence, and the command that lets it go.

Belongs here: the figures of such a message. Conditions that concern the operator alone (an address that takes no mail)
are told as in any digest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.alerts.digest import Section, digest
from pipelines.alerts.items import CODE, Item
from pipelines.alerts.kind_words import family, words_of
from pipelines.alerts.known import Known
from pipelines.alerts.reason_words import reason_of
from pipelines.alerts.words import Words
from pipelines.model import Alert, Dataset, Transition, TransitionKind
from pipelines.plain_text import clean

SHOWN = 12


def notice(alert: Alert, datasets: Mapping[str, Dataset], known: Known, words: Words) -> dict[str, Any]:
    """What the template of a notice shows."""
    held = [item for item in alert.transitions if _is_held(item, known)]
    others = [item for item in alert.transitions if item not in held]
    reason = reason_of(alert.reason, words.language) if alert.reason else ""
    about = digest(held, (), datasets, alert.night, words, known.incidents, {})
    night = words.date(alert.night)
    return {
        "subject": words.count("subject_notice_held", len(held))
        if held
        else words["subject_notice"].format(reason=reason or night),
        "intro": words.count("notice_held_intro", len(held), night=night)
        if held
        else words["notice_intro"].format(night=night),
        "reason": words["notice_reason"].format(reason=reason) if reason else "",
        "seen": _by_kind(held, words),
        "sources": _by_source(held, known, words),
        "examples": _examples(about),
        "more": words.count("notice_more", len(held) - SHOWN) if len(held) > SHOWN else "",
        "commands": _commands(held, words) if held else [],
        "sections": digest(
            others, alert.reminders, datasets, alert.night, words, known.incidents, known.gains
        ),
    }


def _is_held(item: Transition, known: Known) -> bool:
    incident = known.incidents.get(item.incident)
    if family(item.condition) == "contact":
        return False
    return incident is None or bool(incident.held)


def _by_kind(held: Sequence[Transition], words: Words) -> list[str]:
    datasets: dict[str, set[str]] = {}
    for item in held:
        said = words_of(item.condition, TransitionKind.OPENED, words.language)
        # Of expectations and scores each has a name of its own; what they have in common is told here.
        title = words[f"notice_{family(item.condition)}"] if "{title}" in said.title else said.title
        datasets.setdefault(title, set()).add(item.dataset)
    order = sorted(datasets.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [words.count("notice_line", len(keys), title=title) for title, keys in order]


def _by_source(held: Sequence[Transition], known: Known, words: Words) -> list[str]:
    counted = Counter(key.split("/", 1)[0] for key in {item.dataset for item in held})
    lines = []
    for source, number in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:SHOWN]:
        if (every := known.watched.get(source)) is not None:
            lines.append(words["notice_source_of"].format(source=source, count=number, all=every))
        else:
            lines.append(words.count("notice_source", number, source=source))
    return lines


def _examples(sections: Sequence[Section]) -> list[tuple[str, Item]]:
    told = [(section.title, item) for section in sections for item in section.items]
    return told[:SHOWN]


def _commands(held: Sequence[Transition], words: Words) -> list[tuple[str, str]]:
    """What to do: a sentence, and the command that it is about."""
    sources = sorted({item.dataset.split("/", 1)[0] for item in held})
    code = next((item.incident[:CODE] for item in held if item.incident), "")
    commands = [
        (words["notice_first"], ""),
        (words["notice_look"], "veedor alerts list --held"),
        (words["notice_release_all"], "veedor alerts release --all"),
    ]
    if len(sources) > 1:
        commands.append(
            (words["notice_release_source"], f"veedor alerts release --source {clean(sources[0])}")
        )
    if code and len(held) > 1:
        commands.append((words["notice_release_one"], f"veedor alerts release {clean(code)}"))
    return [*commands, (words["notice_else"], "")]
