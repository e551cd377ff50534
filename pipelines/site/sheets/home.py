"""The home page: where every country stands on the guide's datasets, what changed last night, and the trend.

Belongs here: choosing what fits on one page. The whole of it stands on pages of its own, which are named.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from pipelines.site.page import CATEGORIES, OUTCOME_ORDER, Entry, Row
from pipelines.site.sheet import Sheet, publisher_path
from pipelines.site.standing import ALL, Standing
from pipelines.site.trend import drawn

# So many of each stand on the page, which stays below 150 kB.
COUNTRIES, PUBLISHERS, FIRST, CHANGES = 8, 25, 10, 12
# Points that a category has to gain or lose to be told of.
WORTH_TELLING = 1.0


def sheet(standing: Standing) -> Sheet:
    """The home page."""
    entries = standing.ordered
    facts = {
        "newest": standing.newest,
        "total": len(entries),
        "counts": counts(entries),
        "guide": [row for row in standing.guide if row["number"] is not None],
        "countries": standing.countries[:COUNTRIES],
        "more_countries": [row["country"] for row in standing.countries[COUNTRIES:]],
        "matrix": matrix(standing),
        "publishers": publishers(standing)[:PUBLISHERS],
        "publishers_in_all": len(publishers(standing)),
        "first": [it for it in entries if it.outcome not in ("passed", "not_applicable")][:FIRST],
        "changes": changes(entries),
        **trend(standing),
    }
    data = {
        "night": standing.newest,
        "outcomes": dict(facts["counts"]),
        "countries": standing.countries,
        "coverage": list(standing.coverage.values()),
        "changes": {kind: [it.key for it in found] for kind, found in all_changes(entries).items()},
        "trend": facts["points"],
    }
    return Sheet("index.html", "index", facts, data)


def counts(entries: Sequence[Entry]) -> list[tuple[str, int]]:
    """How many datasets have each outcome, in the order of lists."""
    places = [outcome.value for outcome in OUTCOME_ORDER]
    return sorted(Counter(it.outcome for it in entries).items(), key=lambda item: places.index(item[0]))


def trend(standing: Standing, *group: str) -> dict[str, Any]:
    """The trend of a group of datasets, of all by default: its points and their drawing."""
    found = standing.trends.get(group or ALL)
    points = found.points() if found else []
    return {"points": points, "drawing": drawn(points)}


def matrix(standing: Standing) -> dict[tuple[str, str], Row]:
    """By country and dataset of the guide: its state, and the page of the best dataset."""
    found = {}
    for key, row in standing.coverage.items():
        entry = standing.entry_of.get(row["dataset"] or "")
        found[key] = {
            "state": row["state"],
            "outcome": row["outcome"],
            "content": row["content"],
            "path": entry.path if entry else None,
        }
    return found


def publishers(standing: Standing) -> list[Row]:
    """The publishers by how many of the guide's datasets they have: for each of these its best dataset."""
    found = []
    for (country, publisher), entries in standing.by("country", "publisher").items():
        if not publisher:
            continue
        best: dict[str, Entry] = {}
        for entry in sorted(entries, key=_content, reverse=True):
            best.setdefault(entry.guide, entry)
        best.pop("", None)
        found.append(
            {
                "country": country,
                "publisher": publisher,
                "path": publisher_path(country, publisher),
                "datasets": len(entries),
                "cells": {key: _cell(it) for key, it in best.items()},
            }
        )
    return sorted(found, key=_most_of_guide)


def _cell(entry: Entry) -> Row:
    content = entry.scores["content"].score
    return {"state": "published", "outcome": entry.outcome, "content": content, "path": entry.path}


def _content(entry: Entry) -> float:
    score = entry.scores["content"].score
    return -1.0 if score is None else score


def _most_of_guide(row: Row) -> tuple[int, int, str]:
    return -len(row["cells"]), -row["datasets"], row["publisher"].casefold()


def all_changes(entries: Sequence[Entry]) -> dict[str, list[Entry]]:
    """What came of the newest night, of the datasets that had one before: only within equal rules."""
    seen = [it for it in entries if not it.stale and it.outcome_before is not None]
    worse = [it for it in seen if it.outcome_before == "passed" != it.outcome]
    better = [it for it in seen if it.outcome == "passed" != it.outcome_before]
    moved = [it for it in seen if it not in worse and it not in better and abs(change(it)) >= WORTH_TELLING]
    return {
        "worse": worse,
        "better": better,
        "lost": sorted((it for it in moved if change(it) < 0), key=change),
        "gained": sorted((it for it in moved if change(it) > 0), key=change, reverse=True),
        "new": [it for it in entries if not it.stale and it.outcome_before is None],
    }


def changes(entries: Sequence[Entry]) -> dict[str, tuple[int, list[Entry]]]:
    """The same, each with its number and as many as fit."""
    return {kind: (len(found), found[:CHANGES]) for kind, found in all_changes(entries).items() if found}


def change(entry: Entry) -> float:
    """The larger change of the two categories, in points; 0 where they cannot be compared."""
    found = [it.change for category in CATEGORIES if (it := entry.scores[category]).change is not None]
    return max(found, key=abs, default=0.0)
