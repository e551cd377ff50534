"""The summary of a week: what opened, what was mended and what is open, by publisher, and what could not be visited.

Belongs here: the figures of that message. Reusers who subscribed get it without what is private: what is held, who is
on it, whose address takes no mail, and where personal data lie open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from pipelines.alerts.incidents import standing
from pipelines.alerts.items import Item, item_of
from pipelines.alerts.kind_words import family
from pipelines.alerts.known import Known
from pipelines.alerts.words import Words
from pipelines.model import Alert, Dataset, Incident, IncidentState, Transition, TransitionKind
from pipelines.plain_text import clean

PRIVATE = ("contact", "personal")
SHOWN, SHOWN_PUBLISHERS, SHOWN_UNVISITED = 10, 40, 20
NEWS = (TransitionKind.OPENED, TransitionKind.WORSENED)


def summary(alert: Alert, datasets: Mapping[str, Dataset], known: Known, words: Words) -> dict[str, Any]:
    """What the template of a summary shows. The week ends with the alert's night; `reminders` is all that is open."""
    private = known.is_operator(alert.recipient)
    held = {it.id for it in (*known.incidents.values(), *alert.reminders) if it.held}
    seen = [
        it
        for it in alert.transitions
        if private or not (it.incident in held or family(it.condition) in PRIVATE)
    ]
    standing_now = [
        it for it in alert.reminders if private or not (it.held or family(it.condition) in PRIVATE)
    ]
    opened = Counter(_publisher(it.dataset, datasets) for it in seen if it.kind is TransitionKind.OPENED)
    mended = Counter(_publisher(it.dataset, datasets) for it in seen if it.kind is TransitionKind.RECOVERED)
    open_now = Counter(_publisher(it.dataset, datasets) for it in standing_now)
    publishers = sorted(
        {*opened, *mended, *open_now}, key=lambda it: (-open_now[it], -opened[it], -mended[it], it)
    )
    first, last = alert.night - timedelta(days=6), alert.night
    span = {"first": words.date(first), "last": words.date(last)}
    totals = {"opened": opened.total(), "mended": mended.total(), "open": open_now.total()}
    unvisited = [
        (_title(key, datasets), clean(why)) for key, why in sorted(known.unvisited.items())[:SHOWN_UNVISITED]
    ]
    return {
        "subject": words["subject_summary"].format(**span),
        "intro": words["summary_intro"].format(**span),
        "quiet": "" if any(it.kind in NEWS for it in seen) else words["summary_quiet"],
        "totals": words["summary_totals"].format(**{name: f"{count:,}" for name, count in totals.items()}),
        "publishers": [
            (name or words["summary_nobody"], opened[name], mended[name], open_now[name])
            for name in publishers[:SHOWN_PUBLISHERS]
        ],
        "more_publishers": words.count("summary_more_publishers", len(publishers) - SHOWN_PUBLISHERS)
        if len(publishers) > SHOWN_PUBLISHERS
        else "",
        "worst": _worst(seen, alert, datasets, words),
        "oldest": _oldest(standing_now, alert, datasets, words),
        "unvisited": unvisited,
        "more_unvisited": words.count("notice_more", len(known.unvisited) - SHOWN_UNVISITED)
        if len(known.unvisited) > SHOWN_UNVISITED
        else "",
        "private": _said_in_private(standing_now, words) if private else [],
    }


def _worst(
    seen: Iterable[Transition], alert: Alert, datasets: Mapping[str, Dataset], words: Words
) -> list[tuple[str, Item]]:
    """By the points of a score, or the share of the values of an expectation, that were lost."""
    fallen = [(_fall(it), it) for it in seen if it.kind in NEWS]
    order = sorted(
        (pair for pair in fallen if pair[0] > 0), key=lambda it: (-it[0], it[1].dataset, it[1].condition)
    )
    return [(_title(it.dataset, datasets), item_of(it, alert.night, words)) for _, it in order[:SHOWN]]


def _fall(item: Transition) -> float:
    if item.before is None or item.after is None:
        return 0.0
    kind = family(item.condition)
    if kind == "score":
        return item.before - item.after
    return item.after - item.before if kind in ("expectation", "personal") else 0.0


def _oldest(
    incidents: Iterable[Incident], alert: Alert, datasets: Mapping[str, Dataset], words: Words
) -> list[tuple[str, Item]]:
    order = sorted(incidents, key=lambda it: (it.first_seen, it.dataset, it.condition))[:SHOWN]
    return [
        (_title(it.dataset, datasets), item_of(standing(it, alert.night), alert.night, words)) for it in order
    ]


def _said_in_private(incidents: Iterable[Incident], words: Words) -> list[str]:
    incidents = list(incidents)
    held = sum(bool(it.held) for it in incidents)
    answered = sum(it.state is IncidentState.ACKNOWLEDGED for it in incidents)
    lines = [words.count("summary_held", held)] if held else []
    return [*lines, words.count("summary_answered", answered)] if answered else lines


def _publisher(key: str, datasets: Mapping[str, Dataset]) -> str:
    found = datasets.get(key)
    return clean(found.publisher.name, 120) if found else ""


def _title(key: str, datasets: Mapping[str, Dataset]) -> str:
    found = datasets.get(key)
    return clean(found.title if found else key, 120) or key
