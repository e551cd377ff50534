"""Incidents: what is broken now and since when, and what was mended last.

Belongs here: the page; its feeds are made of the same rows (`feeds`). Days are told as dates, so that a page on which
nothing happened stays as it is.
"""

from __future__ import annotations

from pipelines.site.page import Row
from pipelines.site.sheet import Sheet
from pipelines.site.standing import Standing

# So many stand on the page; all of them are in its JSON, and in the view `open_incidents`.
OPEN, ENDED = 100, 40
_SHOWN = (
    *("incident", "dataset", "condition", "state", "severity", "first_seen", "opened_on", "told_on"),
    *("muted_until", "summary_en", "summary_es", "col"),
)


def sheet(standing: Standing) -> Sheet:
    """The page of incidents."""
    ended = [row for row in standing.newest_incidents if row["state"] == "resolved"]
    facts = {
        "incidents": [shown(row, standing) for row in standing.open_incidents[:OPEN]],
        "incidents_in_all": len(standing.open_incidents),
        "ended": [
            {**shown(row, standing), "resolved_on": row["resolved_on"], "resolution": row["resolution"]}
            for row in ended[:ENDED]
        ],
    }
    data = {"open": [shown(it, standing) for it in standing.open_incidents], "ended": facts["ended"]}
    return Sheet("incidents.html", "incidents", facts, data)


def shown(row: Row, standing: Standing) -> Row:
    """An incident as it stands in a list."""
    entry = standing.entry_of.get(row["dataset"])
    return {
        **{name: row[name] for name in _SHOWN},
        "title": entry.title if entry else row["dataset"],
        "publisher": entry.publisher if entry else "",
        "path": entry.path if entry else None,
    }
