"""What a validation result says to a person, in each language: outcomes, severities, and why something failed.

Belongs here: sentences made of a result's numbers; the stored reason is in English. Does not belong here: the words of
a suite, which brings its own title and advice.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pipelines.model import ExpectationResult, Outcome

LANGUAGES = ("es", "en")
WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "passed": "passed",
        "failed": "failed",
        "not_applicable": "not applicable",
        "error": "error",
        "critical": "critical",
        "warning": "warning",
        "info": "info",
        "failing": "{count:,} of {elements:,} rows do not meet it",
        "mostly": "; at least {mostly:.0%} of the values should meet it",
        "no_column": "the file has no column for {role}",
        "no_keys": "the keys of {reference} are not at hand",
        "observed": "observed: {value}",
        "could_not": "it could not be judged: {reason}",
        "no_row": "there is no row to look at",
        "too_few": "there are too few rows to judge",
    },
    "es": {
        "passed": "cumple",
        "failed": "no cumple",
        "not_applicable": "no aplica",
        "error": "error",
        "critical": "crítica",
        "warning": "advertencia",
        "info": "informativa",
        "failing": "{count:,} de {elements:,} filas no cumplen",
        "mostly": "; debería cumplir al menos el {mostly:.0%} de los valores",
        "no_column": "el archivo no tiene columna para {role}",
        "no_keys": "no se tienen las claves de {reference}",
        "observed": "se observó: {value}",
        "could_not": "no se pudo juzgar: {reason}",
        "no_row": "no hay ninguna fila que mirar",
        "too_few": "hay muy pocas filas para evaluarlo",
    },
}
# The stored reasons of what does not apply, as `validate` writes it.
ABSENT = re.compile(r"the file has no column for (.+) \((?:core|optional)\)$")
TOO_FEW = "there are too few rows to judge"
NO_KEYS = re.compile(r"the keys of (.+) are not at hand$")


def why(item: ExpectationResult, language: str) -> str:
    """The reason of an outcome in the reader's language."""
    words = WORDS[language]
    if item.outcome is Outcome.ERROR:
        return words["could_not"].format(reason=item.reason)
    if item.outcome is Outcome.NOT_APPLICABLE:
        if keys := NO_KEYS.match(item.reason):
            return words["no_keys"].format(reference=keys[1])
        if absent := ABSENT.match(item.reason):
            return words["no_column"].format(role=absent[1])
        return words["too_few" if item.reason == TOO_FEW else "no_row"]
    if item.unexpected_count is not None:
        mostly = "" if item.mostly is None else words["mostly"].format(mostly=item.mostly)
        return words["failing"].format(count=item.unexpected_count, elements=item.element_count or 0) + mostly
    if not item.column:
        return words["no_column"].format(role=item.role)
    return words["observed"].format(value=item.observed_value)
