"""Stretches: nights on end on which a dataset stood alike, told once.

Belongs here: the value, and joining what differs in nothing that is shown. Does not belong here: reading the history
(`pages`), drawing it (`chart`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

CATEGORIES = ("access", "content")


@dataclass(frozen=True)
class Stretch:
    """From `first` to `last`, on `nights` nights with a verdict: the outcome, and each category's score and rules.

    `rules_changed` are the categories whose rules differ from those of the scores before.
    """

    first: date
    last: date
    nights: int
    outcome: str
    scores: dict[str, float | None]
    rules: dict[str, str]
    rules_changed: tuple[str, ...] = ()


def stretches(rows: Iterable[Mapping[str, Any]]) -> list[Stretch]:
    """One dataset's rows, oldest first, as stretches that differ."""
    found: list[Stretch] = []
    known = dict.fromkeys(CATEGORIES, "")
    for row in rows:
        rules = {it: row[f"{it}_rules"] or "" for it in CATEGORIES}
        changed = tuple(it for it in CATEGORIES if rules[it] and known[it] and rules[it] != known[it])
        one = Stretch(
            first=row["first"],
            last=row["last"],
            nights=row["nights"],
            outcome=row["outcome"],
            scores={it: row[it] for it in CATEGORIES},
            rules=rules,
            rules_changed=changed,
        )
        known = {it: rules[it] or known[it] for it in CATEGORIES}
        if found and not changed and _alike(found[-1], one):
            found[-1] = replace(found[-1], last=one.last, nights=found[-1].nights + one.nights)
        else:
            found.append(one)
    return found


def _alike(one: Stretch, other: Stretch) -> bool:
    return (one.outcome, one.scores, one.rules) == (other.outcome, other.scores, other.rules)
