"""Words: everything that a page says of its own, in each language, and how numbers and dates are written.

Belongs here: the texts (`text/<language>/`; `text/dictionary_<language>.json` is the data dictionary in a language that
is not the database's own), what our suites call the roles of columns, and formatting. Does not belong here: what was
published; titles and values appear as their publisher wrote them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipelines.portals import licences
from pipelines.settings import packaged_expectations

LANGUAGES = ("es", "en")
TEXTS = Path(__file__).parent / "text"

# A thin space between thousands is read alike where the comma is the decimal sign and where it is the point.
_THIN = "\u202f"
_MINUS = "\u2212"


# Days within one of the usual periods, whatever the length of a month was taken to be; then its key.
_PERIODS = (
    *((0.9, 1.1, "day"), (6.9, 7.1, "week"), (13.9, 15.5, "fortnight"), (28, 31, "month")),
    *((59, 62, "two_months"), (89, 92, "quarter"), (120, 123, "four_months")),
    *((180, 184, "half_year"), (360, 367, "year")),
)


def rounded(value: float, decimals: int) -> float:
    """`value` to so many decimals, but never as 100 when it is below, nor as 0 when it is above."""
    step = 10.0**-decimals
    if value < 100 <= round(value, decimals):
        return 100 - step
    if value > 0 == round(value, decimals):
        return step
    return round(value, decimals)


@dataclass(frozen=True)
class Words:
    """The words of one language. `texts` and `dictionary` are the content of its files, `roles` the titles by suite."""

    language: str
    texts: dict[str, Any]
    dictionary: dict[str, dict[str, str]] = field(default_factory=dict)
    roles: dict[str, dict[str, str]] = field(default_factory=dict)

    def number(self, value: float | None, decimals: int = 0) -> str:
        """A number, or the word for unknown."""
        if value is None:
            return str(self.texts["unknown"])
        return f"{value:,.{decimals}f}".replace(",", _THIN).replace("-", _MINUS)

    def score(self, value: float) -> str:
        """A score of 100 with one decimal; 100.0 is said of a whole one only."""
        return self.number(rounded(value, 1), 1)

    def points(self, value: float) -> str:
        """Points of any scale: without decimals where it has none to tell, never 0 for what is above it."""
        if 0 < value < 0.05:
            return f"<{_THIN}0.1"
        return self.number(value, 0 if abs(value - round(value)) < 0.005 else 2 if value < 5 else 1)

    def change(self, value: float) -> str:
        """A difference in points with its sign; what rounds to nothing is told as no change."""
        if abs(value) < 0.05:
            return str(self.texts["no_change"])
        return f"{'▲ +' if value > 0 else '▼ '}{self.number(value, 1)}"

    def percent(self, value: float | None) -> str:
        """A percentage; a share above zero never reads as zero, nor one below all as all."""
        if value is None:
            return str(self.texts["unknown"])
        if 0 < value < 0.01:
            return f"<{_THIN}0.01{_THIN}%"
        if 99.99 < value < 100:
            return f">{_THIN}99.99{_THIN}%"
        return f"{self.number(value, 2 if value < 10 or 99.9 < value < 100 else 1)}{_THIN}%"

    def bytes(self, value: int | None) -> str:
        """A size in decimal units."""
        if value is None:
            return str(self.texts["unknown"])
        size, unit = float(value), "B"
        for unit in ("B", "kB", "MB", "GB"):
            if size < 1000 or unit == "GB":
                break
            size /= 1000
        return f"{self.number(size, 0 if unit == 'B' else 1)} {unit}"

    def day(self, value: date | datetime | None) -> str:
        """A calendar date with the month in letters: 03/02 means two days to two readers."""
        if value is None:
            return str(self.texts["unknown"])
        return f"{value.day} {self.texts['months'][value.month - 1]} {value.year}"

    def span(self, first: date, last: date) -> str:
        """A stretch of nights: one date, or the first and the last."""
        if first == last:
            return self.day(first)
        return str(self.texts["from_to"]).format(first=self.day(first), last=self.day(last))

    def given_day(self, text: str | None) -> str | None:
        """A published instant (ISO 8601, or as HTTP writes it) as a calendar date; else what was published."""
        if not text:
            return None
        for read in (datetime.fromisoformat, parsedate_to_datetime):
            try:
                return self.day(read(text))
            except (ValueError, TypeError, OverflowError):
                continue
        return text

    def period(self, days: float | None, declared: str | None) -> str | None:
        """How often data should change, in words; what has no length in days as it was declared."""
        if not days or days <= 0:
            return declared
        for least, most, key in _PERIODS:
            if least <= days <= most:
                return str(self.texts["periods"][key])
        return str(self.texts["periods"]["days"]).format(days=self.number(days, 0 if days >= 1 else 2))

    def licence(self, declared: str | None) -> str | None:
        """A licence as it was declared, and whether it is an open one; what nobody knows is not said to be."""
        if not declared:
            return declared
        known = licences.match(declared)
        key = "unknown" if known is None or known.open is None else "open" if known.open else "closed"
        return f"{declared} ({self.texts['licences'][key]})"

    def name(self, kind: str, key: str | None) -> str:
        """The word for a key (`outcomes`, `dimensions`, ...); a key without a word shows itself."""
        if not key:
            return str(self.texts["unknown"])
        return str(self.texts[kind].get(key, key.replace("_", " ")))

    def role(self, role: str, suite: str | None = None) -> str:
        """What `suite` calls a column of this role; without it, what most suites do; else the role itself."""
        found = self.roles.get(suite or "", {}).get(role)
        if found is None:
            called = Counter(it[role] for it in self.roles.values() if role in it)
            found = called.most_common(1)[0][0] if called else None
        return found or role.replace("_", " ")

    def days(self, count: float) -> str:
        """A length in days; the median of two may be half of one."""
        key = "one_day" if count == 1 else "some_days"
        return str(self.texts[key]).format(count=self.number(count, 0 if count == int(count) else 1))

    def country(self, code: str | None) -> str:
        """A country by its ISO 3166 code; the code itself where we have no name for it."""
        return str(self.texts["countries"].get(code, code or self.texts["unknown"]))

    def meaning(self, english: str, relation: str, column: str | None = None) -> str:
        """What a published relation or a column of it means, with code in backticks; `english` without a text of ours.

        A column has a text for all relations; one for a single relation stands under `relation.column`.
        """
        if column is None:
            return self.dictionary.get("relations", {}).get(relation, english)
        texts = self.dictionary.get("columns", {})
        return texts.get(f"{relation}.{column}", texts.get(column, english))

    def own(self, row: dict[str, Any], field: str) -> tuple[str, str]:
        """The text of `field` in this language, else in the other, with the language that it is in."""
        for language in (self.language, *LANGUAGES):
            text = row.get(f"{field}_{language}")
            if text:
                return str(text), language
        return "", self.language


@cache
def load(language: str) -> Words:
    """Read the words of a language."""
    texts: dict[str, Any] = {}
    for path in sorted((TEXTS / language).glob("*.json")):
        texts |= json.loads(path.read_text(encoding="utf-8"))
    dictionary = TEXTS / f"dictionary_{language}.json"
    roles = {}
    for path in sorted(packaged_expectations().glob("*/suite.json")):
        suite = json.loads(path.read_text(encoding="utf-8"))
        roles[suite["name"]] = {name: it["title"][language] for name, it in suite["meta"]["roles"].items()}
    return Words(
        language,
        texts,
        json.loads(dictionary.read_text(encoding="utf-8")) if dictionary.is_file() else {},
        roles,
    )
