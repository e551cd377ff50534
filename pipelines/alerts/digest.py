"""A digest: what one message tells, by dataset, the most serious first, consequences under their cause.

Belongs here: order, grouping and cutting. Does not belong here: words of one thing (`items`), or how it looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from pipelines.alerts.incidents import standing
from pipelines.alerts.items import Group, Item, item_of
from pipelines.alerts.kind_words import family
from pipelines.alerts.words import Words
from pipelines.model import Dataset, Incident, Severity, Transition
from pipelines.plain_text import clean, web_link

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
    heads = {(item.incident, item.group): item for item in items if _cause(item, incidents) is None}
    followed: dict[tuple[str, Group], list[Item]] = defaultdict(list)
    first: list[Item] = []
    for item in items:
        head = heads.get((_cause(item, incidents) or "", item.group))
        if head is not None and _follows(item, head):
            followed[head.incident, head.group].append(item)
        else:
            first.append(item)
    return [replace(item, followed=tuple(followed.get((item.incident, item.group), ()))) for item in first]


def _cause(item: Item, incidents: Mapping[str, Incident]) -> str | None:
    """The incident of which it is a consequence, None when it is none."""
    incident = incidents.get(item.incident)
    cause = incident.cause if incident is not None else ""
    return cause if cause not in ("", item.incident) else None


def _follows(item: Item, cause: Item) -> bool:
    """An expectation that fails beside another one, or beside exposed data, is a fault of its own to mend."""
    return family(item.condition) == "score" or family(cause.condition) not in (
        "expectation",
        "personal",
        "score",
    )


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
