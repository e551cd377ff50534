"""A digest: what one message tells, by dataset, the most serious first, consequences under their cause.

Belongs here: order, grouping and cutting. Does not belong here: words of one thing (`items`), or how it looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.alerts.items import Group, Item, item_of, standing, with_consequences
from pipelines.alerts.plain import clean, web_link
from pipelines.alerts.words import Words
from pipelines.model import Dataset, Incident, Severity, Transition

SHOWN_ITEMS = 12
SEVERITIES = {severity: place for place, severity in enumerate(Severity)}
GROUPS = {group: place for place, group in enumerate(Group)}
# The key of a fix is that of an expectation, whether or not it is about personal data.
FIXABLE = ("expectation:", "personal:")


@dataclass(frozen=True)
class Section:
    """One dataset of a message. `left_out` counts the items that are not shown."""

    dataset: str
    title: str
    publisher: str
    link: str | None
    items: tuple[Item, ...]
    left_out: int = 0

    def of(self, group: Group) -> tuple[Item, ...]:
        """The items under one heading."""
        return tuple(item for item in self.items if item.group is group)

    @property
    def count(self) -> int:
        """All its items."""
        return len(self.items) + self.left_out


def digest(
    transitions: Iterable[Transition],
    reminders: Iterable[Incident],
    datasets: Mapping[str, Dataset],
    night: date,
    words: Words,
    incidents: Mapping[str, Incident],
    gains: Mapping[tuple[str, str], float],
) -> tuple[Section, ...]:
    """Everything that is to be told, in order."""
    found = [
        item_of(
            each,
            night,
            words,
            incident=incidents.get(each.incident),
            gain=gains.get((each.dataset, _subject(each.condition))),
        )
        for each in transitions
    ]
    found += [
        item_of(
            standing(each, night),
            night,
            words,
            group=Group.REMINDER,
            incident=each,
            gain=gains.get((each.dataset, _subject(each.condition))),
        )
        for each in reminders
    ]
    known = {**incidents, **{each.id: each for each in reminders}}
    by_dataset: dict[str, list[Item]] = defaultdict(list)
    for item in _under_causes(found, known):
        by_dataset[item.dataset].append(item)
    sections = [_section(key, datasets.get(key), items) for key, items in by_dataset.items()]
    return tuple(sorted(sections, key=lambda it: (min(map(_rank, it.items)), it.title, it.dataset)))


def cut(sections: Sequence[Section], shown: int = SHOWN_ITEMS) -> tuple[Section, ...]:
    """The same with no more than `shown` items in all; a section of which nothing is left has only its title."""
    kept = []
    for section in sections:
        items = section.items[:shown]
        shown -= len(items)
        kept.append(
            replace(section, items=items, left_out=section.left_out + len(section.items) - len(items))
        )
    return tuple(kept)


def _subject(condition: str) -> str:
    for start in FIXABLE:
        condition = condition.removeprefix(start)
    return condition


def _under_causes(items: Sequence[Item], incidents: Mapping[str, Incident]) -> list[Item]:
    """Consequences go under their cause where that is told in the same message, under the same heading."""
    places = {(item.incident, item.group) for item in items}
    followed: dict[tuple[str, Group], list[Item]] = defaultdict(list)
    first: list[Item] = []
    for item in items:
        incident = incidents.get(item.incident)
        cause = (incident.cause if incident is not None else "", item.group)
        if cause[0] != item.incident and cause in places:
            followed[cause].append(item)
        else:
            first.append(item)
    # A cause that is itself told as a consequence (of a cause of its own) must not take its consequences with it.
    heads = {(item.incident, item.group) for item in first}
    first += [item for cause, group in followed.items() if cause not in heads for item in group]
    return [
        with_consequences(item, tuple(followed.get((item.incident, item.group), ())))
        if (item.incident, item.group) in heads
        else item
        for item in first
    ]


def _section(key: str, dataset: Dataset | None, items: list[Item]) -> Section:
    """`dataset` is None when it is not declared any more since the alert was stored."""
    return Section(
        dataset=key,
        title=clean(dataset.title if dataset else key, 120) or key,
        publisher=clean(dataset.publisher.name if dataset else "", 120),
        link=web_link(dataset.landing_page if dataset else None),
        items=tuple(sorted(items, key=lambda it: (GROUPS[it.group], *_rank(it)[1:], it.condition))),
    )


def _rank(item: Item) -> tuple[int, int, int]:
    """The most serious first; what is mended or no longer followed after all else; what stands longest first."""
    over = item.group in (Group.RECOVERED, Group.CLOSED)
    return (int(over), SEVERITIES[item.severity], -item.days)
