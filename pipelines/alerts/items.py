"""One thing that a message tells: a condition of a dataset that began, grew worse, ended, or still stands.

Belongs here: the words and numbers of one transition or incident, cleaned for show. Does not belong here: which of them
a message has, or how they look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipelines import advice as advice_parts
from pipelines.alerts.amounts import amounts, points
from pipelines.alerts.kind_words import family, words_of
from pipelines.alerts.words import Words
from pipelines.model import Incident, Severity, Transition, TransitionKind, UnexpectedExample
from pipelines.plain_text import clean

SHOWN_EXAMPLES = 5
LONGEST_ADVICE, LONGEST_EXAMPLE = 1_500, 400
CODE = 8  # characters of an incident's id that name it between people


class Group(StrEnum):
    """Under which heading something is told, in the order of a message."""

    OPENED = "opened"
    WORSENED = "worsened"
    RECOVERED = "recovered"
    REMINDER = "reminder"
    CLOSED = "closed"


@dataclass(frozen=True)
class Item:
    """One thing told. Every text is in the reader's language and on one line; "" where there is nothing to say.

    `incident` is its incident's id, `examples` are (place, value) of a few rows, `days` is how long it has stood,
    `followed` what is a consequence of it, in a line each.
    """

    incident: str
    dataset: str
    condition: str
    group: Group
    severity: Severity
    title: str
    since: date
    days: int
    change: str = ""
    column: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    why: str = ""
    advice: str = ""
    good: str = ""
    bad: str = ""
    gain: str = ""
    notes: tuple[str, ...] = ()
    followed: tuple[Item, ...] = ()

    @property
    def code(self) -> str:
        """The short name by which people speak of it."""
        return self.incident[:CODE]

    @property
    def incidents(self) -> tuple[str, ...]:
        """Its incident and those of its consequences."""
        return (self.incident, *(item.incident for item in self.followed))

    @property
    def line(self) -> str:
        """What it says as a consequence of something else."""
        return f"{self.title} ({self.change})" if self.change else self.title

    @property
    def place(self) -> tuple[str, str]:
        """The dataset and the condition that it is about."""
        return (self.dataset, self.condition)


def item_of(
    transition: Transition,
    night: date,
    words: Words,
    *,
    group: Group | None = None,
    incident: Incident | None = None,
    gain: float | None = None,
) -> Item:
    """What is told of `transition` on `night`. `incident` is the one that it belongs to, as far as it is known."""
    group = group or Group(str(transition.kind))
    kind = family(transition.condition)
    said = words_of(
        transition.condition,
        transition.kind,
        words.language,
        before=transition.before,
        after=transition.after,
    )
    own = _in(transition.summary, words)
    # What was stored without the name of its expectation has that of its key.
    name = transition.condition.partition(":")[2] if not own or "{title}" in own else own
    bad_news = transition.kind in (TransitionKind.OPENED, TransitionKind.WORSENED)
    # What is stored may begin with why it matters, which stands apart here.
    told = _in(transition.advice, words).removeprefix(said.why).strip()
    advice, good, bad = parted(told or said.todo, words)
    identity = transition.incident or transition.id
    return Item(
        incident=identity,
        dataset=transition.dataset,
        condition=transition.condition,
        group=group,
        severity=transition.severity,
        title=_title(said.titled(clean(name)), own, kind),
        since=transition.since,
        days=max((night - transition.since).days, 0),
        change="" if _met_or_not(transition) else amounts(
            transition.condition, transition.before, transition.after, words
        ),
        column=clean(transition.column),
        examples=_examples(transition, kind, words) if bad_news else (),
        why=said.why if bad_news else "",
        advice=advice if bad_news else "",
        good=good if bad_news else "",
        bad=bad if bad_news else "",
        gain=words["gain"].format(points=points(gain)) if bad_news and gain and gain >= 0.05 else "",
        notes=_notes(incident, group, words),
    )  # fmt: skip


def parted(advice: str, words: Words) -> tuple[str, str, str]:
    """Advice, good example and bad example, as suites write them in one text; the examples "" without."""
    text, good, bad = advice_parts.parted(advice, words.language)
    return clean(text, LONGEST_ADVICE), clean(good, LONGEST_EXAMPLE), clean(bad, LONGEST_EXAMPLE)


def _in(texts: Mapping[str, str], words: Words) -> str:
    """The text in the reader's language, else in any."""
    return texts.get(words.language) or next(iter(texts.values()), "")


def _title(said: str, own: str, kind: str) -> str:
    """Kinds without a name of their own are told in the kind's words, which know the numbers."""
    return clean(said) if kind in ("expectation", "personal", "score", "rows") or not own else clean(own)


def _met_or_not(item: Transition) -> bool:
    """What is either met or not (a column is there or is not) has no meaningful percentages."""
    return (item.before, item.after) in ((0.0, 100.0), (100.0, 0.0)) and not item.examples


def _examples(transition: Transition, kind: str, words: Words) -> tuple[tuple[str, str], ...]:
    found = []
    for example in transition.examples[:SHOWN_EXAMPLES]:
        if kind == "personal":  # whatever came here: it is not passed on
            value = words["hidden"]
        else:
            value = (
                words["empty"]
                if example.value is None
                else words["quoted"].format(text=clean(example.value, 80))
            )
        found.append((_place(example, kind, words), value))
    return tuple(found)


def _place(example: UnexpectedExample, kind: str, words: Words) -> str:
    """The row's number, and its record where that says more than the value does."""
    place = "" if example.row is None else words["row"].format(row=f"{example.row:,}")
    record = clean(example.record or "", 60)
    if kind == "personal" or not record or example.record == example.value:
        return place
    return f"{place} ({record})".strip()


def _notes(incident: Incident | None, group: Group, words: Words) -> tuple[str, ...]:
    if incident is None:
        return ()
    notes = []
    if incident.reopened and group in (Group.OPENED, Group.WORSENED):
        notes.append(words["reopened"])
    if group is Group.REMINDER and incident.told_on is not None:
        notes.append(words["told_on"].format(date=words.date(incident.told_on)))
    if group is Group.REMINDER and incident.reminded:
        notes.append(words.count("reminded", incident.reminded))
    if group is Group.CLOSED and f"resolution_{incident.resolution}" in words.text:
        notes.append(words[f"resolution_{incident.resolution}"])
    return tuple(notes)
