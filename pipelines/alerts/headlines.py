"""The first words of a message: its subject and its opening sentence, by what it is about.

Belongs here: choosing them. Of one dataset with one matter the subject says the matter itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipelines.alerts.digest import Section
from pipelines.alerts.items import Group, Item
from pipelines.alerts.words import Words
from pipelines.model import Alert, AlertKind

TITLE = 60  # characters of a dataset's title in a subject, of which mail programs show little


def subject(alert: Alert, sections: Sequence[Section], words: Words) -> str:
    """The subject of a digest."""
    items = [item for section in sections for item in section.items]
    if not items:
        return "Veedor"
    title = _short(sections[0].title)
    if alert.kind is AlertKind.ESCALATION:
        if len(sections) > 1:
            return words.count("subject_escalation_datasets", len(sections))
        return words.count("subject_escalation", max(item.days for item in items), title=title)
    news = [item for item in items if item.group in (Group.OPENED, Group.WORSENED)]
    told = [section for section in sections if section.of(Group.OPENED) or section.of(Group.WORSENED)]
    if news:
        if len(told) > 1:
            return words.count("subject_datasets", len(told))
        title = _short(told[0].title)
        if len(news) == 1:
            return words["subject_item"].format(title=title, what=_lower(news[0]))
        return words.count("subject_dataset", len(news), title=title)
    for group, name in ((Group.REMINDER, "subject_reminder"), (Group.RECOVERED, "subject_recovered")):
        about = [section for section in sections if section.of(group)]
        if len(about) > 1:
            return words.count(f"{name}_datasets", len(about))
        if about:
            return words[name].format(title=_short(about[0].title))
    return words["subject_closed"].format(title=title)


def intro(alert: Alert, sections: Sequence[Section], words: Words) -> str:
    """The opening sentence of a digest."""
    groups = {item.group for section in sections for item in section.items}
    if alert.kind is AlertKind.ESCALATION:
        name = "escalation"
    elif groups & {Group.OPENED, Group.WORSENED}:
        name = "opened"
    elif Group.REMINDER in groups:
        name = "reminder"
    else:
        name = "recovered" if Group.RECOVERED in groups else "closed"
    return words[f"intro_{name}"].format(night=words.date(alert.night))


def _short(title: str) -> str:
    return title if len(title) <= TITLE else title[: TITLE - 1] + "…"


def _lower(item: Item) -> str:
    """A title in the middle of a line: with a small letter, unless it is a name in capitals."""
    title = item.title
    return title[:1].lower() + title[1:] if title[1:2].islower() or title[1:2] == " " else title
