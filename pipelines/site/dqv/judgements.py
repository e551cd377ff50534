"""Judgements: the night's verdict and the expectations that were not met, as dqv:QualityAnnotation.

Belongs here: their outcome, and their sentence in each language. Expectations that passed are not told one by one:
their shares are measurements, and each of them is in the view `expectation_history`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.site.dqv import names
from pipelines.site.dqv.facts import Facts
from pipelines.site.dqv.measurements import body, common
from pipelines.site.page import DIMENSIONS
from pipelines.site.reasons import told
from pipelines.site.words import Words

Node = dict[str, Any]


def of_night(facts: Facts, words: Mapping[str, Words]) -> Iterator[Node]:
    """The verdict, then each expectation that failed or could not be evaluated."""
    night, verdict = common(facts), facts.verdict
    titles = {
        language: {row["key"]: row[f"title_{language}"] for row in facts.failed if row[f"title_{language}"]}
        for language in words
    }
    yield {
        **night.annotation("verdict", "d:dataset"),
        "outcome": outcome(verdict["outcome"]),
        "hasBody": body(
            {
                language: _joined(_word(one, verdict["outcome"]), verdict["reason"], one, titles[language])
                for language, one in words.items()
            }
        ),
    }
    for row in facts.failed:
        on = names.target(row["distribution"], row["dataset"])
        yield {
            **night.annotation("expectation", on, row["table_name"], row["key"]),
            "identifier": row["key"],
            "outcome": outcome(row["outcome"]),
            "severity": f"v:{names.local('severity', row['severity'])}" if row["severity"] else None,
            "inDimension": f"v:{row['dimension']}" if row["dimension"] in DIMENSIONS else None,
            "rules": f"{row['suite']} {row['suite_version']}",
            "hasBody": body(
                {
                    language: _joined(
                        row[f"title_{language}"] or row["key"], row["reason"], one, suite=row["suite"]
                    )
                    for language, one in words.items()
                }
            ),
        }


def outcome(key: str) -> str:
    """The concept of an outcome in our vocabulary."""
    return f"v:{names.local('outcome', key)}"


def _word(words: Words, key: str) -> str:
    """The word for a dataset's outcome, where it differs from an expectation's."""
    return str(words.texts["dataset_outcomes"].get(key) or words.name("outcomes", key))


def _joined(
    said: str,
    reason: str | None,
    words: Words,
    titles: Mapping[str, str] | None = None,
    suite: str | None = None,
) -> str:
    """With the reason, if it is known in the same language."""
    text, language = told(words, reason, titles, suite)
    return f"{said}: {text}" if text and language == words.language else said
