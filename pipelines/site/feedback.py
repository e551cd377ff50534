"""What readers report, as a section of a dataset's page: what is open, what was answered, and where to report.

Belongs here: its rows by dataset, its words (`text/feedback.json`), and the address at which a reader reports: the form
of `veedor serve`, else an issue or a mail that is already begun. Does not belong here: the form, moderation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from pipelines.history import asking
from pipelines.settings import Settings
from pipelines.site.words import TEXTS

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]

NEWEST = """
SELECT h.*, o.overdue, coalesce(o.days_waiting, 0) AS days_waiting FROM feedback_history h
LEFT JOIN feedback_open o ON o.feedback = h.feedback
ORDER BY h.dataset, o.feedback IS NULL, h.accepted_on DESC
"""
# The longest column that the form takes (`feedback.written`), and the longest of its text in an address.
LONGEST, LONGEST_ENCODED = 200, 300
# So many bytes of a page may go to the columns of its files; what does not fit is counted.
ROOM = 12_000
MARKUP = '<li><a class="report" href="" rel="nofollow"><bdi></bdi></a></li>'


@dataclass(frozen=True)
class Where:
    """Where a reader reports. Of several the first that is there: a form, a tracker, an address of mail."""

    serve_url: str | None = None
    issues_url: str | None = None
    mail: str | None = None

    def address(self, dataset: str, title: str, language: str) -> str | None:
        """The address to report a fault of a dataset, None when there is none."""
        said = words(language)
        subject = said["subject"].format(title=title)
        if self.serve_url:
            return self.form(dataset, language)
        body = said["body"].format(dataset=dataset)
        if self.issues_url:
            return f"{self.issues_url}?{urlencode({'title': subject, 'body': body})}"
        if self.mail:
            named = urlencode({"subject": subject, "body": body}, quote_via=quote)
            return f"mailto:{quote(self.mail, safe='@')}?{named}"
        return None

    def form(self, dataset: str, language: str, distribution: str = "", column: str = "") -> str | None:
        """The address of the form with these fields filled in, None without a form.

        What is longer than the form takes, or than a page can bear, is left for the reader to fill in.
        """
        if not self.serve_url:
            return None
        fields = {"dataset": dataset, "language": language}
        fields |= {
            name: text
            for name, text in (("distribution", distribution), ("column", column))
            if text and len(text) <= LONGEST and len(quote(text)) <= LONGEST_ENCODED
        }
        return f"{self.serve_url}feedback/new?{urlencode(fields)}"

    def columns(
        self, dataset: str, language: str, files: Sequence[Row]
    ) -> dict[tuple[str, str], list[tuple[str, str]]]:
        """By file and table the names of columns, each with the address of its form; none without a form."""
        found: dict[tuple[str, str], list[tuple[str, str]]] = {}
        room = ROOM
        for table in (table for file in files for table in file["tables"]):
            place = table["distribution"], table["table_name"]
            for name in dict.fromkeys(table["columns"] or ()):
                address = self.form(dataset, language, table["distribution"], name)
                if not address or not name.strip() or len(name) > LONGEST:
                    continue
                room -= len(address) + len(name.encode()) + len(MARKUP)
                if room < 0:
                    return found
                found.setdefault(place, []).append((name, address))
        return found


@dataclass(frozen=True)
class Reported:
    """All public reports by dataset, those that wait first, and where new ones go."""

    by_dataset: Mapping[str, list[Row]] = field(default_factory=dict)
    where: Where = field(default_factory=Where)

    def of(self, dataset: str) -> list[Row]:
        """The reports of a dataset."""
        return self.by_dataset.get(dataset, [])


def where(settings: Settings) -> Where:
    """Where readers of this installation report. VEEDOR_CONTACT is public already; a page is no address of mail."""
    contact = settings.contact or ""
    mail = contact if "@" in contact and "/" not in contact and not contact.startswith("http") else None
    return Where(settings.serve_url, settings.issues_url, mail)


def reported(connection: DuckDBPyConnection, place: Where) -> Reported:
    """What the published history has."""
    columns, rows = asking.ask(connection, NEWEST, seconds=600)
    found: dict[str, list[Row]] = {}
    for row in rows:
        one = dict(zip(columns, row, strict=True))
        found.setdefault(str(one["dataset"]), []).append(one)
    return Reported(found, place)


@cache
def words(language: str) -> Mapping[str, Any]:
    """The words of the section in a language."""
    content: Mapping[str, Mapping[str, Any]] = json.loads(
        (TEXTS / "feedback.json").read_text(encoding="utf-8")
    )
    return content[language]
