"""Standing: what is known of all datasets together, for the pages that are about more than one.

Belongs here: gathering it dataset by dataset, and the questions that are asked about all of them at once. Does not
belong here: any page (`sheets`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

from pipelines.site.page import DatasetPage, Entry, Row, order
from pipelines.site.pages import NIGHTS_SHOWN, rows_of
from pipelines.site.trend import Trend

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# What a trend is about: all datasets, or those of a country.
Group = tuple[str, ...]
ALL: Group = ("all",)


@dataclass
class Standing:
    """All datasets as of the night `newest`, None when there never was one."""

    connection: DuckDBPyConnection
    newest: date | None
    entries: list[Entry] = field(default_factory=list)
    trends: dict[Group, Trend] = field(default_factory=dict)

    def add(self, page: DatasetPage) -> None:
        """Count a dataset in."""
        entry = page.entry
        self.entries.append(entry)
        for group in (ALL, ("country", entry.country)):
            if group not in self.trends:
                self.trends[group] = Trend(entry.night if self.newest is None else self.newest, NIGHTS_SHOWN)
            self.trends[group].add(page.history)

    def by(self, *names: str) -> dict[tuple[str, ...], list[Entry]]:
        """The entries by some of their fields, in the order of lists."""
        found: dict[tuple[str, ...], list[Entry]] = {}
        for entry in self.ordered:
            found.setdefault(tuple(getattr(entry, name) for name in names), []).append(entry)
        return found

    @cached_property
    def ordered(self) -> list[Entry]:
        """What needs a hand first."""
        return sorted(self.entries, key=order)

    @cached_property
    def entry_of(self) -> dict[str, Entry]:
        """Each entry by its dataset's key."""
        return {entry.key: entry for entry in self.entries}

    @cached_property
    def guide(self) -> list[Row]:
        """The guide's datasets, and those of an installation's own expectations (without a number)."""
        return rows_of(self.connection, GUIDE)

    @cached_property
    def coverage(self) -> dict[tuple[str, str], Row]:
        """How each of the guide's datasets stands in each country."""
        found = rows_of(self.connection, "FROM coverage_of_guide ORDER BY country, number")
        return {(row["country"], row["guide_dataset"]): row for row in found}

    @cached_property
    def countries(self) -> list[Row]:
        """How much of the guide each country covers, the most first."""
        return rows_of(self.connection, "FROM coverage_by_country ORDER BY published DESC, country")

    @cached_property
    def open_incidents(self) -> list[Row]:
        """What is broken now, the worst and oldest first."""
        return rows_of(self.connection, OPEN)

    @cached_property
    def newest_incidents(self) -> list[Row]:
        """What began or ended last, newest first."""
        return rows_of(self.connection, NEWEST)

    @cached_property
    def ranking(self) -> dict[tuple[str, str], list[Row]]:
        """Each publisher's places by country and name; one for each set of rules, the largest first."""
        return _by(rows_of(self.connection, RANKING))

    @cached_property
    def repairs(self) -> dict[tuple[str, str], Row]:
        """How long each publisher's conditions lasted."""
        return {key: rows[0] for key, rows in _by(rows_of(self.connection, REPAIRS)).items()}

    @cached_property
    def fixes(self) -> dict[tuple[str, str], list[Row]]:
        """What each publisher gains most by mending, over all of its datasets."""
        return _by(rows_of(self.connection, FIXES))

    @cached_property
    def former(self) -> dict[tuple[str, str], list[str]]:
        """Every name under which anything was ever published, and what: an address that was given stays."""
        return {
            key: [row["dataset"] for row in rows]
            for key, rows in _by(rows_of(self.connection, FORMER)).items()
        }


def _by(rows: Iterable[Row]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        found.setdefault((row["country"] or "", row["publisher"] or ""), []).append(row)
    return found


GUIDE = """
SELECT guide_dataset, number, title_en, title_es FROM guide_dataset
UNION ALL
SELECT guide_dataset, NULL, coalesce(arg_max(guide_title_en, night), guide_dataset),
       coalesce(arg_max(guide_title_es, night), guide_dataset)
FROM latest_verdict WHERE guide_dataset NOT IN (SELECT guide_dataset FROM guide_dataset) GROUP BY guide_dataset
ORDER BY number NULLS LAST, guide_dataset
"""
OPEN = """
FROM open_incidents
ORDER BY list_position(['critical', 'warning', 'info'], severity) NULLS LAST, opened_on, dataset, incident
"""
NEWEST = """
FROM incident_history
QUALIFY row_number() OVER (PARTITION BY incident ORDER BY night DESC) = 1
ORDER BY coalesce(resolved_on, opened_on) DESC, dataset, incident LIMIT 100
"""
RANKING = """
SELECT * EXCLUDE (night), count(*) OVER (PARTITION BY country, rules) AS ranked FROM publisher_ranking
ORDER BY country, publisher, datasets DESC, rules
"""
REPAIRS = """
SELECT d.country, d.publisher, count(t.days_to_repair) AS repaired, median(t.days_to_repair) AS median_days,
       max(t.days_to_repair) AS longest_days, count(t.days_open) AS still_open
FROM time_to_repair t JOIN latest_dataset d ON d.dataset = t.dataset
GROUP BY d.country, d.publisher
"""
FIXES = """
SELECT d.country, d.publisher, f.subject, f.category, any_value(f.title_en) AS title_en,
       any_value(f.title_es) AS title_es, any_value(f.advice_en) AS advice_en, any_value(f.advice_es) AS advice_es,
       count(DISTINCT f.dataset) AS datasets, max(f.gain_in_category) AS gain_in_category
FROM latest_fix f JOIN latest_dataset d ON d.dataset = f.dataset
GROUP BY d.country, d.publisher, f.subject, f.category
QUALIFY row_number() OVER (PARTITION BY d.country, d.publisher
                           ORDER BY sum(f.gain_in_category) DESC, f.subject, f.category) <= 6
ORDER BY d.country, d.publisher, sum(f.gain_in_category) DESC, f.subject, f.category
"""
FORMER = """
SELECT DISTINCT country, publisher, dataset FROM dataset_rows WHERE publisher <> '' ORDER BY ALL
"""
