"""A page for each of the guide's datasets: where it is published, how good it is, and what is demanded of it.

Belongs here: one dataset of the guide over all countries. Its rules in full are in the documentation.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipelines.site.page import Row
from pipelines.site.pages import rows_of
from pipelines.site.sheet import Sheet, cut, guide_path
from pipelines.site.sheets.home import counts, matrix
from pipelines.site.sheets.lists import said
from pipelines.site.standing import Standing

# The newest version of each suite that any dataset was judged by.
RULES = """
SELECT suite, suite_version, key, severity, dimension, basis, title_en, title_es FROM expectation
QUALIFY suite_version = arg_max(suite_version, night) OVER (PARTITION BY suite)
ORDER BY suite, list_position(['critical', 'warning', 'info'], severity) NULLS LAST, dimension, key
"""


def sheets(standing: Standing) -> Iterator[Sheet]:
    """The guide's datasets, and those of an installation's own rules."""
    cells = matrix(standing)
    entries = standing.by("guide")
    rules: dict[str, list[Row]] = {}
    for row in rows_of(standing.connection, RULES):
        rules.setdefault(row["suite"], []).append(row)
    for row in standing.guide:
        key = row["guide_dataset"]
        found = entries.get((key,), [])
        states = [
            {"country": it["country"], **cells[it["country"], key]}
            for it in standing.countries
            if (it["country"], key) in cells
        ]
        data = {**row, "states": states, "datasets": [said(it) for it in found], "rules": rules.get(key, [])}
        for pages, shown in cut(guide_path(key), found):
            facts = {
                "one": row,
                "states": states,
                "counts": counts(found),
                "entries": shown,
                "pages": pages,
                "rules": rules.get(key, []) if pages.at == 0 else [],
            }
            yield Sheet(pages.path, "guide", facts, data if pages.at == 0 else None)
