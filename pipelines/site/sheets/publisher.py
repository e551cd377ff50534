"""A page for each publisher: its place, what is open, how long mending takes, and its datasets.

Belongs here: one publisher in one country. Whoever is not named any more keeps a page that says where its datasets are.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipelines.site.page import Row
from pipelines.site.sheet import Sheet, country_brief, cut, publisher_brief, publisher_path
from pipelines.site.sheets.home import counts
from pipelines.site.sheets.incidents import shown
from pipelines.site.sheets.lists import said
from pipelines.site.standing import Standing

INCIDENTS = 25


def sheets(standing: Standing) -> Iterator[Sheet]:
    """Every publisher that has datasets, then every former name of one."""
    now = standing.by("country", "publisher")
    incidents = open_by_publisher(standing)
    for (country, publisher), entries in now.items():
        if not publisher:
            continue
        key = (country, publisher)
        known: dict[str, Any] = {
            "country": country,
            "publisher": publisher,
            "places": standing.ranking.get(key, []),
            "repair": standing.repairs.get(key),
            "fixes": standing.fixes.get(key, []),
        }
        data = {
            **known,
            "incidents": [shown(it, standing) for it in incidents.get(key, [])],
            "datasets": [said(it) for it in entries],
        }
        for pages, listed in cut(publisher_path(country, publisher), entries):
            facts = {
                **known,
                "counts": counts(entries),
                "incidents": [shown(it, standing) for it in incidents.get(key, [])[:INCIDENTS]],
                "incidents_in_all": len(incidents.get(key, [])),
                "entries": listed,
                "pages": pages,
                "brief": publisher_brief(country, publisher),
                "country_brief": country_brief(country) if country else None,
            }
            yield Sheet(pages.path, "publisher", facts, data if pages.at == 0 else None)
    for (country, publisher), keys in standing.former.items():
        if (country, publisher) not in now:
            found = [standing.entry_of[it] for it in keys if it in standing.entry_of]
            facts = {"country": country, "publisher": publisher, "entries": found[:50]}
            data = {"country": country, "publisher": publisher, "datasets_now_elsewhere": keys}
            yield Sheet(publisher_path(country, publisher), "former", facts, data)
            yield Sheet(publisher_brief(country, publisher), "former", facts)


def open_by_publisher(standing: Standing) -> dict[tuple[str, str], list[Row]]:
    """The open incidents of each publisher, the worst first."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in standing.open_incidents:
        entry = standing.entry_of.get(row["dataset"])
        if entry:
            found.setdefault((entry.country, entry.publisher), []).append(row)
    return found
