"""The catalog: every dataset that is watched, as a dcat:Catalog, each with its title and the file about it.

Belongs here: the list and who keeps it. Does not belong here: quality; one file for each dataset has that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from pipelines.site.dqv import describe, names
from pipelines.site.dqv.document import Document
from pipelines.site.words import Words

Row = Mapping[str, Any]


def document(
    verdicts: Sequence[Row], it: names.Names, words: Mapping[str, Words], publisher: str | None
) -> Document:
    """`verdicts` are the newest of each dataset; `publisher` keeps this catalog (else its address names it)."""
    texts = {language: one.texts["dqv"] for language, one in words.items()}
    keeper = publisher or " ".join(("Veedor", urlsplit(it.address or "").hostname or "")).strip()
    catalog = {
        "@id": "c:catalog",
        "@type": "dcat:Catalog",
        "title": {language: text["catalog"] for language, text in texts.items()},
        "description": {language: text["catalog_definition"] for language, text in texts.items()},
        "publisher": describe.agent(keeper),
        "homepage": it.address,
        **({"modifiedDay": max(row["night"] for row in verdicts).isoformat()} if verdicts else {}),
        "dataset": [it.dataset(row["dataset"]) for row in verdicts],
        "seeAlso": it.file(names.METRICS),
    }
    return Document(it.prefixes(), [catalog, *(_entry(row, it) for row in verdicts)])


def _entry(verdict: Row, it: names.Names) -> dict[str, Any]:
    return {
        "@id": it.dataset(verdict["dataset"]),
        "@type": "dcat:Dataset",
        "title": describe.title(verdict),
        "description": describe.description(verdict),
        "subject": describe.guide(verdict["guide_dataset"]),
        "hasQualityMetadata": it.document(verdict["dataset"]),
        "seeAlso": it.document(verdict["dataset"]),
    }
