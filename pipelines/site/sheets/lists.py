"""Lists: all datasets and all publishers, in pages.

Belongs here: what nobody may miss because it did not fit on the home page.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.site.page import Entry, data_path
from pipelines.site.sheet import Sheet, cut
from pipelines.site.sheets.home import publishers
from pipelines.site.standing import Standing


def datasets(standing: Standing) -> Iterator[Sheet]:
    """All datasets, what needs a hand first."""
    data = {"night": standing.newest, "datasets": [said(it) for it in standing.ordered]}
    for pages, entries in cut("datasets.html", standing.ordered):
        facts = {"entries": entries, "pages": pages, "total": len(standing.ordered)}
        yield Sheet(pages.path, "datasets", facts, data if pages.at == 0 else None)


def all_publishers(standing: Standing) -> Iterator[Sheet]:
    """All publishers, with their places among those of their country."""
    rows = [
        {
            "country": it["country"],
            "publisher": it["publisher"],
            "path": it["path"],
            "datasets": it["datasets"],
            "of_guide": len(it["cells"]),
            "places": standing.ranking.get((it["country"], it["publisher"]), []),
        }
        for it in publishers(standing)
    ]
    for pages, found in cut("publishers.html", rows, rows=150):
        facts = {"publishers": found, "pages": pages, "total": len(rows)}
        yield Sheet(pages.path, "publishers", facts, {"publishers": rows} if pages.at == 0 else None)


def said(entry: Entry) -> dict[str, Any]:
    """A dataset in a list, for programs."""
    return {
        "dataset": entry.key,
        "title": entry.title,
        "publisher": entry.publisher,
        "country": entry.country,
        "guide_dataset": entry.guide,
        "outcome": entry.outcome,
        "since": entry.since,
        "last_night": entry.night if entry.stale else None,
        "scores": {
            category: {"score": it.score, "change": it.change, "rules": it.rules}
            for category, it in entry.scores.items()
        },
        "page": entry.path,
        "json": data_path(entry),
    }
