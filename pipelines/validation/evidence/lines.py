"""One line of evidence: what is told of a failing row, under which heading, and safe to open in a spreadsheet.

Belongs here: the headings in each language, the part of a line that is the same for all rows of an expectation, and
the neutralising of cells. Does not belong here: finding rows, or a file format.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipelines.model import ExpectationResult
from pipelines.validation.evidence.reasons import reason
from pipelines.validation.suites import Suite
from pipelines.validation.words import WORDS

# The names of the columns in Parquet, and the headings of the others in each language.
NAMES = ("row", "column", "value", "key", "expectation", "outcome", "severity", "reason", "advice")
HEADINGS: Mapping[str, tuple[str, ...]] = {
    "en": NAMES,
    "es": ("fila", "columna", "valor", "clave", "expectativa", "resultado", "gravedad", "motivo", "consejo"),
}
# A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV injection"), some also the wide forms.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Said:
    """What every row of one expectation has in common, in one language; all but `row` and `value` of `NAMES`."""

    column: str
    key: str
    expectation: str
    outcome: str
    severity: str
    reason: str
    advice: str


def said(item: ExpectationResult, suite: Suite, language: str) -> Said:
    """The common part of the lines of `item`, an expectation of `suite`."""
    words = WORDS[language]
    kwargs = next(each.kwargs for each in suite.expectations if each.key == item.key)
    return Said(
        column=item.column,
        key=item.key,
        expectation=item.title.get(language, item.key),
        outcome=words[item.outcome],
        severity=words[item.severity],
        reason=reason(item.type, kwargs, language),
        advice=item.advice.get(language, ""),
    )


def neutral(text: str) -> str:
    """`text` so that no spreadsheet computes it: with an apostrophe before what could be a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text
