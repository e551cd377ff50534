"""The words of each language, one JSON file a language: to add a language is to add its file.

Belongs here: reading these files. `kinds` has the words about each kind of condition, `reasons` those about why
something is held, `message` every other word, by the same names and with the same placeholders in each file (which a
test holds).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FALLBACK = "en"


@dataclass(frozen=True)
class Words:
    """One language. `text` and `reasons` by name, `kinds` by kind of condition and then by name."""

    language: str
    text: Mapping[str, str]
    kinds: Mapping[str, Mapping[str, str]]
    reasons: Mapping[str, str]
    months: tuple[str, ...]
    date_form: str

    def __getitem__(self, name: str) -> str:
        return self.text[name]

    def date(self, day: date) -> str:
        """A date as people write it."""
        return self.date_form.format(day=day.day, month=self.months[day.month - 1], year=day.year)

    def count(self, name: str, number: int, /, **values: object) -> str:
        """The text for a number of things: `<name>_one` for one, else `<name>_many`."""
        text = self.text[f"{name}_one" if number == 1 else f"{name}_many"]
        return text.format(count=f"{number:,}", **values)


@cache
def languages() -> tuple[str, ...]:
    """The languages that there are words of."""
    return tuple(sorted(path.stem for path in Path(__file__).parent.glob("*.json")))


@cache
def words(language: str) -> Words:
    """The words of a language; of English for one that has none."""
    known = language if language in languages() else FALLBACK
    content = json.loads((Path(__file__).parent / f"{known}.json").read_text(encoding="utf-8"))
    return Words(
        known,
        content["message"],
        content["kinds"],
        content["reasons"],
        tuple(content["months"]),
        content["date"],
    )
