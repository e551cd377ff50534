"""One line of evidence: what is told of a failing row, and under which heading.

Belongs here: the headings in each language, and the part of a line that is the same for all rows of an expectation.
Does not belong here: finding rows, a file format, or making cells safe to open (`workbooks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.model import ExpectationResult
from pipelines.validation.evidence.reasons import reason
from pipelines.validation.suites import Suite
from pipelines.validation.words import WORDS

# The names of the columns in Parquet, and the headings of the others in each language.
NAMES = ("row", "column", "value", "expectation", "reason", "severity", "outcome", "advice", "key")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "en": NAMES,
    "es": ("fila", "columna", "valor", "expectativa", "motivo", "gravedad", "resultado", "consejo", "clave"),
}


@dataclass(frozen=True)
class Said:
    """What every row of one expectation has in common, in one language: `NAMES` without `row` and `value`."""

    column: str
    rest: tuple[str, ...]


def said(item: ExpectationResult, suite: Suite, columns: Mapping[str, str], language: str) -> Said:
    """The common part of the lines of `item`, an expectation of `suite`; `columns` are published names by role."""
    words = WORDS[language]
    kwargs = next(each.kwargs for each in suite.expectations if each.key == item.key)
    rest = (
        item.title.get(language, item.key),
        reason(item.type, kwargs, columns, language),
        words[item.severity],
        words[item.outcome],
        item.advice.get(language, ""),
        item.key,
    )
    return Said(item.column, rest)
