"""Texts: sentences of ours in each language at once, as documents hold them.

Belongs here: looking them up. The words themselves stand under `dqv` in `text/<language>/common.json`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.site.words import Words


class Texts:
    """The words under `dqv` in `text/<language>/common.json`, and names of the site, by language."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        self.words = words

    def of(self, key: str, **values: str | dict[str, str]) -> dict[str, str]:
        """A sentence in each language; a value may differ by language."""
        return {
            language: str(one.texts["dqv"][key]).format(
                **{name: it[language] if isinstance(it, dict) else it for name, it in values.items()}
            )
            for language, one in self.words.items()
        }

    def name(self, kind: str, key: str) -> dict[str, str]:
        return {language: one.name(kind, key) for language, one in self.words.items()}
