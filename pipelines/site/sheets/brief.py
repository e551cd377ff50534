"""Briefs: a country or a publisher on one sheet of A4, for whoever decides.

Belongs here: choosing what fits on the sheet. Does not belong here: anything that is not on another page in full.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from pipelines.site.page import Row
from pipelines.site.sheet import Sheet, country_brief, publisher_brief, publisher_path
from pipelines.site.sheets.home import counts, matrix, trend
from pipelines.site.sheets.incidents import shown
from pipelines.site.sheets.publisher import open_by_publisher
from pipelines.site.standing import Standing

# What fits on one sheet beside the rest.
PUBLISHERS, DATASETS, INCIDENTS, FIXES = 6, 12, 4, 3


def countries(standing: Standing) -> Iterator[Sheet]:
    """A brief for each country of which anything is watched."""
    cells = matrix(standing)
    entries = standing.by("country")
    for row in standing.countries:
        country = row["country"]
        found = entries.get((country,), [])
        facts = {
            "newest": standing.newest,
            "country": country,
            "coverage": row,
            "guide": [
                {**it, **cells[country, it["guide_dataset"]]}
                for it in standing.guide
                if it["number"] is not None
            ],
            "counts": counts(found),
            "best": _best(standing, country),
            **trend(standing, "country", country),
        }
        data = {
            "night": standing.newest,
            "country": country,
            "coverage": row,
            "outcomes": dict(counts(found)),
        }
        yield Sheet(country_brief(country), "brief_country", facts, data)


def publishers(standing: Standing) -> Iterator[Sheet]:
    """A brief for each publisher, as it has stood since a night: it is printed anew when something changes."""
    incidents = open_by_publisher(standing)
    for (country, publisher), entries in standing.by("country", "publisher").items():
        if not publisher:
            continue
        key = (country, publisher)
        facts: dict[str, Any] = {
            "since": max(
                *(it.since for it in entries),
                *(it["opened_on"] or date.min for it in incidents.get(key, ())),
                date.min,
            ),
            "country": country,
            "publisher": publisher,
            "page_path": publisher_path(country, publisher),
            "entries": entries[:DATASETS],
            "datasets": len(entries),
            "counts": counts(entries),
            "place": next(iter(standing.ranking.get(key, [])), None),
            "repair": standing.repairs.get(key),
            "fixes": standing.fixes.get(key, [])[:FIXES],
            "incidents": [shown(it, standing) for it in incidents.get(key, [])[:INCIDENTS]],
            "incidents_in_all": len(incidents.get(key, [])),
        }
        yield Sheet(publisher_brief(country, publisher), "brief_publisher", facts)


def _best(standing: Standing, country: str) -> list[Row]:
    """The publishers of a country by their place, those under its most common rules: others are not compared."""
    by_rules: dict[str, list[Row]] = {}
    for (of, publisher), rows in standing.ranking.items():
        for row in rows:
            if of == country and publisher and row["rank"] is not None:
                by_rules.setdefault(row["rules"] or "", []).append(row)
    found = max(by_rules.values(), key=len, default=[])
    return sorted(found, key=_place)[:PUBLISHERS]


def _place(row: Row) -> tuple[int, str]:
    return row["rank"], row["publisher"]
