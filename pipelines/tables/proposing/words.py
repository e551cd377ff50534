"""The words of columns' names, in four languages, by their meaning.

Belongs here: loading `expectations/role_words.yaml`, and making of a name the list of its meanings. "Fecha de inicio",
"data_inicio" and "StartDate" are all `date` and `start`. Does not belong here: how alike two names are (`names`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from pipelines.errors import SuiteError
from pipelines.tables.layouts import fold

FILE = "role_words.yaml"
_HUMPS = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=\d)")
_SHORTEST_PART = 4  # of a name written without any blank
_LONGEST_NAME = 200

_Words = dict[str, tuple[str, ...]]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    between: _Words
    implied: dict[str, str]
    meanings: dict[str, _Words]
    roles: dict[str, _Words]
    currencies: tuple[str, ...]


@dataclass(frozen=True)
class RoleWords:
    """The reviewed table of words. `roles` has more names of a role, `phrases` the meaning of each word or phrase."""

    between: frozenset[str]
    phrases: Mapping[tuple[str, ...], str]
    roles: Mapping[str, tuple[str, ...]]
    currencies: frozenset[str]
    implied: Mapping[str, str]
    _meant: dict[str, frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def longest(self) -> int:
        """The number of words in the longest phrase."""
        return max((len(phrase) for phrase in self.phrases), default=1)

    def meant(self, name: str) -> frozenset[str]:
        """The meanings in a name, and the words in it that have none, each with a `?` before it."""
        if name not in self._meant:
            found = self._meanings(name)
            self._meant[name] = frozenset([*found, *(self.implied[it] for it in found if it in self.implied)])
        return self._meant[name]

    def _meanings(self, name: str) -> list[str]:
        words = words_of(name)
        found: list[str] = []
        at = 0
        while at < len(words):
            for length in range(min(self.longest, len(words) - at), 0, -1):
                meaning = self.phrases.get(tuple(words[at : at + length]))
                if meaning is not None:
                    found.append(meaning)
                    at += length
                    break
            else:
                word = words[at]
                if word not in self.between and not word.isdigit():
                    found += self._parts(word)
                at += 1
        return found

    def _parts(self, word: str) -> list[str]:
        """The meanings of a word that is several in one (`fechainicio`), else the word itself with a `?`."""
        for cut in range(len(word) - 2, _SHORTEST_PART - 1, -1):
            head, tail = self.phrases.get((word[:cut],)), self.phrases.get((word[cut:],))
            if head is not None and tail is not None:
                return [head, tail]
            if head is not None and len(word) - cut <= 2:
                return [head] if word[cut:] in self.between else [head, f"?{word[cut:]}"]
        return [f"?{word}"]


def words_of(name: str) -> list[str]:
    """The words of a name, folded, in the singular, its humps (`startDate`) taken for blanks."""
    between = _HUMPS.sub(" ", name[:_LONGEST_NAME])
    words = [singular(word) for word in fold(between).split()]
    return [word for word in words if word]


def singular(word: str) -> str:
    """A word without the ending of its plural, as all four languages make it; never shorter than three letters."""
    for plural, ending in (
        ("iones", "ion"),
        ("coes", "cao"),
        ("soes", "sao"),
        ("ores", "or"),
        ("ades", "ad"),
    ):
        if word.endswith(plural) and len(word) > len(plural) + 1:
            return word[: -len(plural)] + ending
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def load_role_words(expectations: Path) -> RoleWords:
    """Read the table of words. Raises `SuiteError` naming the file."""
    path = expectations / FILE
    try:
        loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        file = _File.model_validate(yaml.load(path.read_text(encoding="utf-8"), loader))  # noqa: S506 # both are safe
    except (OSError, yaml.YAMLError, ValidationError, UnicodeDecodeError) as error:
        raise SuiteError(f"the words of roles are not valid: {error}", file=str(path)) from error
    between = frozenset(word for words in file.between.values() for word in words)
    phrases: dict[tuple[str, ...], str] = {}
    for meaning, languages in file.meanings.items():
        for phrase in (meaning, *(word for words in languages.values() for word in words)):
            for form in {tuple(words_of(phrase)), tuple(w for w in words_of(phrase) if w not in between)}:
                phrases.setdefault(form, meaning)
    return RoleWords(
        between,
        {phrase: meaning for phrase, meaning in phrases.items() if phrase},
        {
            role: tuple(p for phrases in languages.values() for p in phrases)
            for role, languages in file.roles.items()
        },
        frozenset(fold(name) for name in file.currencies),
        file.implied,
    )
